"""What the documents show is what happens; what they link to is there; the reference is the code's."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dystonia_kg.serve import create_app, handbook

from . import runner

ROOT = runner.ROOT
DOCS = sorted((ROOT / "docs").glob("*.md"))
WRITTEN = [*DOCS, ROOT / "README.md"]
ROOMS = [path for path in ROOT.glob("*/README.md") if path.parent.name not in ("docs", "dist", ".venv")]
ACTIVE = [path for path in WRITTEN if runner.steps(path.read_text(encoding="utf-8"))]

sys.path.insert(0, str(ROOT / "tools"))


@pytest.mark.parametrize("path", ACTIVE, ids=lambda path: path.stem)
def test_what_a_document_shows_is_what_happens(path, ours, tmp_path):
    text = path.read_text(encoding="utf-8")
    if lacking := runner.needs(text):
        pytest.skip(f"not installed here: {', '.join(sorted(lacking))}")
    workshop = runner.Workshop(tmp_path, ours)
    try:
        troubles, _ = runner.differences(text, workshop)
    finally:
        workshop.close()
    assert not troubles, "\n\n".join(troubles)


def test_there_is_something_to_run_for_every_kind_of_reader():
    named = {path.stem for path in ACTIVE}
    assert named >= {
        "look",
        "ask",
        "merge",
        "classify",
        "drugs",
        "rare-diseases",
        "curate",
        "operate",
        "README",
    }


def test_the_runner_notices_what_differs(tmp_path, ours):
    workshop = runner.Workshop(tmp_path, ours)
    shown = "```console\n$ echo one; echo two\none\n…\nthree\n$ false\n```\n```python\nprint(1)\n```\n\n```text\n2\n```\n"
    try:
        troubles, seen = runner.differences(shown, workshop)
    finally:
        workshop.close()
    assert len(troubles) == 3
    assert "one\ntwo" in runner.rewritten(shown, seen) and "\n1\n```" in runner.rewritten(shown, seen)


@pytest.mark.parametrize(
    ("shown", "seen", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\n…", "a\n", True),
        ("a\n…\nd", "a\nb\nc\nd", True),
        ("a … d", "a b c d", True),
        ("a … d", "a b\nc d", False),
        ("a\n…\nd", "a\nb", False),
        ("", "a", False),
        ("a.c", "abc", False),
    ],
)
def test_three_dots_stand_for_anything_and_the_rest_for_itself(shown, seen, same):
    assert runner.alike(shown.splitlines(), seen) is same


def test_the_readme_begins_with_two_commands_and_the_second_runs_the_tests(tmp_path, ours):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^    make (\w+)", text, re.MULTILINE) == ["serve", "test"]
    workshop = runner.Workshop(tmp_path, ours)
    # The first is really done when the document is run; the suite does not run itself.
    said, well = workshop.do(runner.Step("command", "make -n test"))
    workshop.close()
    assert well and said.strip() == ".venv/bin/python -m pytest -q"


# --- links


def links(path: Path) -> list[str]:
    from markdown_it import MarkdownIt

    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8")):
        for child in token.children or ():
            if child.type in ("link_open", "image"):
                found.append(str(child.attrGet("href") or child.attrGet("src")))
    return found


@pytest.mark.parametrize("path", [*WRITTEN, *ROOMS], ids=lambda p: str(p.relative_to(ROOT)))
def test_links_to_files_lead_to_files_and_anchors_to_headings(path):
    for link in links(path):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.exists(), f"{link} in {path.name}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in [handbook.slug(re.sub(r"[`*]", "", one)) for one in headings], (
                f"{link} in {path.name}"
            )


def test_links_to_a_server_that_was_started_lead_to_pages(ours):
    site = create_app(ours).test_client()
    for path in DOCS:
        for link in links(path):
            if link.startswith("http://localhost:8000"):
                split = urlsplit(link)
                answer = site.get(
                    split.path or "/",
                    query_string=split.query,
                    headers={"Accept": "text/html"},
                    follow_redirects=True,
                )
                # Queries are answered by another part of the server.
                assert answer.status_code == 200 or split.path == "/sparql", f"{link} in {path.name}"


def test_the_index_lists_every_document():
    told = {link for link in links(ROOT / "docs" / "README.md")}
    assert {path.name for path in DOCS} - {"README.md"} <= told


def test_every_document_is_a_page_of_our_site(ours):
    site = create_app(ours).test_client()
    for path in DOCS:
        answer = site.get(handbook.address(path.stem), headers={"Accept": "text/html"})
        assert answer.status_code == 200 and "<h1>" in answer.get_data(as_text=True), path.name
    footer = site.get("/", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert 'href="/docs/"' in footer


# --- the reference


@pytest.mark.parametrize("name", ["reference-commands.md", "reference-addresses.md", "reference-python.md"])
def test_the_reference_says_what_the_code_says(name, ours):
    import reference

    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == reference.made(ours)[name], (
        "run `make reference`"
    )


def test_every_verb_and_every_option_of_the_command_line_is_in_the_reference(ours):
    """Asked another way than it was made: of the program itself."""
    text = (ROOT / "docs" / "reference-commands.md").read_text(encoding="utf-8")

    def told(*words: str) -> str:
        command = [sys.executable, "-m", "dystonia_kg", *words, "--help"]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ours.parent).stdout

    verbs = re.findall(r"^    ([a-z][a-z-]+)", told(), re.MULTILINE)
    assert len(verbs) > 12
    for verb in verbs:
        section = re.search(rf"^## {verb}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        assert section, verb
        words = (verb, "--release", str(ours)) if verb == "classify" else (verb,)
        for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", told(*words))) - {"--help"}:
            assert f"`{option}" in section[1], f"{verb} {option}"


def test_every_route_is_in_the_reference(ours):
    text = (ROOT / "docs" / "reference-addresses.md").read_text(encoding="utf-8")
    app = create_app(ours)
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)
            assert f"GET {path}`" in text, rule.rule
    assert "GET /sparql`" in text and "POST /sparql`" in text


def test_whatever_is_public_says_what_it_is():
    import importlib

    import reference

    for module, _, members in reference.PUBLIC:
        for member in members:
            assert getattr(importlib.import_module(f"dystonia_kg.{module}"), member).__doc__, member


def test_every_package_that_a_server_needs_is_listed_with_its_licence():
    import sbom

    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = {row[0]: row[1:] for row in re.findall(r"^\| ([\w.-]+) \| (\S+) \| (.+) \|$", text, re.MULTILINE)}
    assert {name: version for name, (version, _) in sbom.locked().items()} == {
        name: version for name, (version, _) in rows.items() if name != "package"
    }, "run `make reference`"
    for name, (_, licence) in rows.items():
        assert licence.strip(" ?"), name
    ours = importlib.metadata.distribution("dystonia-kg").requires or ()
    needed = {re.match(r"[\w.-]+", row)[0].lower() for row in ours if "extra ==" not in row}
    assert needed <= set(rows)
