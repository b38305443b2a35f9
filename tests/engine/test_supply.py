"""What we install is pinned, known and licensed; a release is the same twice."""

import json
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
TOOLS = ROOT / "tools"
sys.path.insert(0, str(TOOLS))


@pytest.fixture(scope="module")
def bill() -> dict:
    import sbom

    return sbom.bill()


def test_every_dependency_is_pinned_with_its_hash():
    text = LOCK.read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([\w.-]+)==", text, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {re.match(r"[\w.-]+", row)[0].lower() for row in project["dependencies"]}
    assert direct <= pinned
    for block in re.split(r"\n(?=[\w.-]+==)", text)[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block


def test_the_bill_lists_every_pinned_package_with_its_hashes(bill):
    pinned = set(re.findall(r"^([\w.-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    assert {component["name"] for component in bill["components"]} == pinned
    for component in bill["components"]:
        assert component["purl"].startswith("pkg:pypi/")
        assert component["externalReferences"][0]["hashes"]


def test_every_package_that_is_installed_says_its_licence(bill):
    from importlib.metadata import PackageNotFoundError, distribution

    for component in bill["components"]:
        try:
            distribution(component["name"])
        except PackageNotFoundError:
            continue
        assert component.get("licenses"), component["name"]


def test_the_links_of_the_bill_lead_to_what_is_in_it(bill):
    known = {c["bom-ref"] for c in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    for link in bill["dependencies"]:
        assert link["ref"] in known and set(link["dependsOn"]) <= known


def test_the_bill_is_the_same_twice(tmp_path):
    for name in ("one", "two"):
        subprocess.run(
            [sys.executable, str(TOOLS / "sbom.py"), str(tmp_path / name)], check=True, timeout=120
        )
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert json.loads((tmp_path / "one").read_text())["bomFormat"] == "CycloneDX"


def test_the_bill_is_valid_cyclonedx(bill):
    validation = pytest.importorskip("cyclonedx.validation.json")
    schema = pytest.importorskip("cyclonedx.schema")
    try:
        checker = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
        trouble = checker.validate_str(json.dumps(bill))
    except Exception as lacking:
        pytest.skip(f"the validator lacks its extras: {lacking}")
    assert trouble is None


def test_an_archive_depends_on_nothing_but_its_files(tmp_path):
    import release

    for name in ("a", "b"):
        folder = tmp_path / name / "data"
        folder.mkdir(parents=True)
        for number in range(9) if name == "a" else reversed(range(9)):
            (folder / f"{number}.txt").write_text(str(number))
        release.pack(folder, tmp_path / f"{name}.tar.gz", 1_700_000_000)
    assert (tmp_path / "a.tar.gz").read_bytes() == (tmp_path / "b.tar.gz").read_bytes()
    with tarfile.open(tmp_path / "a.tar.gz") as tar:
        assert len(tar.getnames()) == 10


def test_the_changelog_tells_of_the_version_that_is_released():
    import release

    assert release.changes(release.version()).startswith(f"## {release.version()}")


def test_two_builds_of_the_toy_are_the_same_byte_for_byte(toy, tmp_path):
    import release

    from dystonia_kg.cli.build import make

    from ..conftest import TOY

    make(TOY, tmp_path / "again")
    assert release.differences(toy, tmp_path / "again") == []


def test_every_test_that_the_threat_model_names_is_there():
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [row for row in text.splitlines() if row.startswith("|")][2:]
    assert len(rows) > 30
    for row in rows:
        cell = row.split("|")[3]
        places = re.findall(r"`([\w/]+(?:\.py)?/?)`([^`;]*)", cell)
        assert places, row
        for place, words in places:
            path = next(
                (
                    p
                    for p in (ROOT / "tests" / place, ROOT / place, ROOT / "publish/dystonia_kg" / place)
                    if p.exists()
                ),
                None,
            )
            assert path is not None, f"{place}: {row}"
            if path.is_file():
                source = path.read_text(encoding="utf-8")
                for word in re.findall(r"[a-z]+(?:_[a-z]+)+", words):
                    assert f"_{word}" in source, f"{place} has no test {word}"
