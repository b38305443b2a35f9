"""The house keeps its rooms apart, and the knowledge keeps its promises about words and people."""

import ast
import hashlib
import re
import sys
from pathlib import Path

import pytest

from dystonia_kg.release import open_store

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "publish" / "dystonia_kg"
KNOWLEDGE = ("ontology", "data", "shapes")
WRITTEN = {".py", ".rq", ".html", ".js", ".css", ".svg"}

WINGS = {"build", "serve", "exchange"}


def sources(*endings: str) -> list[Path]:
    """What we wrote; what is bundled from others (vendor/) or made by tools is not ours."""
    return [
        path
        for path in sorted(ENGINE.rglob("*"))
        if path.suffix in endings and not {"__pycache__", "vendor", "knowledge"} & set(path.parts)
    ]


def test_the_engine_knows_nothing_of_the_subject(ours):
    """No name we gave a thing or a word appears in the code that publishes it."""
    store = open_store(ours)
    base = "https://w3id.org/dystonia/"
    names = {
        term.value.rpartition("/")[2].rpartition("#")[2].lower()
        for quad in store
        for term in (quad.subject, quad.predicate, quad.object)
        if getattr(term, "value", "").startswith((base + "id/", base + "ontology#"))
    }
    names = {name for name in names if len(name) >= 4}
    assert len(names) > 500
    found = {
        f"{word} in {path.relative_to(ENGINE)}"
        for path in sources(*WRITTEN)
        for word in set(re.findall(r"[a-z][a-z0-9-]{3,}", path.read_text(encoding="utf-8").lower())) & names
    }
    assert not found


def imported(path: Path) -> set[str]:
    """The modules of the package that a module names, from the top of the package."""
    here = path.relative_to(ENGINE).parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            up = here[: len(here) - (node.level - 1)]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found |= {".".join((*up, name)) for name in names}
    return found


@pytest.mark.parametrize("path", sources(".py"), ids=lambda p: str(p.relative_to(ENGINE)))
def test_imports_go_downward_only(path):
    room = path.relative_to(ENGINE).parts[0].removesuffix(".py")
    reached = {name.split(".")[0] for name in imported(path)} - {room}
    if room in WINGS:
        assert not reached & (WINGS | {"cli"})
    elif room not in ("cli", "__main__"):
        assert not reached & (WINGS | {"cli"}), "the ground floor holds up the wings"


@pytest.mark.parametrize("library", ["pyshacl", "flask", "granian", "sssom", "curies", "requests"])
def test_each_third_party_library_is_behind_one_door(library):
    doors = {
        path.relative_to(ENGINE).parts[0]
        for path in sources(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and any(a.name.split(".")[0] == library for a in node.names))
        or (
            isinstance(node, ast.ImportFrom)
            and not node.level
            and (node.module or "").split(".")[0] == library
        )
    }
    assert len(doors) <= 1


# --- what we say


#: Fingerprints of every run of six words in the documents that we retell: SHA-256 of the words in lower
#: case joined by blanks, twelve digits. A new document's runs are added with `python tests/test_house.py FILE`.
RETOLD = ROOT / "tests" / "knowledge" / "cases" / "retold.txt"

#: The same of each name of a person in them, whole and the last part alone.
PEOPLE = {"905878993a65", "aac9f652e085"}


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))


def fingerprint(some: list[str]) -> str:
    return hashlib.sha256(" ".join(some).encode()).hexdigest()[:12]


def runs(text: str, length: int) -> dict[str, str]:
    """Fingerprint → run, for every run of so many words."""
    said = words(text)
    every = (said[i : i + length] for i in range(len(said) - length + 1))
    return {fingerprint(run): " ".join(run) for run in every}


@pytest.fixture(scope="module")
def texts(ours) -> dict[str, str]:
    """Every text in the graph, and one thing that it is said of."""
    quads = open_store(ours)
    return {q.object.value: str(q.subject) for q in quads if " " in getattr(q.object, "value", "")}


def test_no_six_words_in_a_row_come_from_a_document_that_we_retell(texts):
    told = set(RETOLD.read_text(encoding="utf-8").split())
    copied = {
        f"{about}: {run}"
        for text, about in texts.items()
        for mark, run in runs(text, 6).items()
        if mark in told
    }
    assert not copied


def test_no_person_named_in_a_document_is_in_the_graph(texts):
    found = {run for text in texts for n in (1, 2) for mark, run in runs(text, n).items() if mark in PEOPLE}
    assert not found


def test_the_version_is_written_once(ours):
    version = re.search(r'owl:versionInfo "([^"]+)"', (ROOT / "ontology" / "dystonia.ttl").read_text())[1]
    assert f"version: {version}" in (ROOT / "CITATION.cff").read_text()
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
    assert version not in (ROOT / "pyproject.toml").read_text()


if __name__ == "__main__":
    told = set(RETOLD.read_text(encoding="utf-8").split())
    for name in sys.argv[1:]:
        told |= set(runs(Path(name).read_text(encoding="utf-8"), 6))
    RETOLD.write_text("\n".join(sorted(told)) + "\n", encoding="utf-8")
