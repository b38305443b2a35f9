"""What puts us in public says the same in all of its places: image, script, unit, settings, workflows."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from dystonia_kg.home import FOLDERS
from dystonia_kg.settings import PREFIX

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SCRIPT = (ROOT / ".ci" / "container").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy" / "dystonia-kg.service").read_text(encoding="utf-8")
COMPOSE = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
SETTINGS = tomllib.loads((ROOT / "deploy" / "dystonia-kg.toml").read_text(encoding="utf-8"))
WORKFLOWS = {
    path.stem: path.read_text(encoding="utf-8") for path in (ROOT / ".github/workflows").glob("*.yml")
}


def known_settings() -> set[str]:
    from dystonia_kg.cli import parser

    verbs = next(a for a in parser(["serve"])._actions if a.dest == "verb")
    return {a.dest for a in verbs.choices["serve"]._actions}


def test_the_script_does_the_steps_of_the_image_with_the_same_files():
    copied = {
        name
        for words in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for name in words.split()
    }
    assert set(re.search(r"for name in (.+); do", SCRIPT)[1].split()) == copied
    assert {*FOLDERS, "docs", "publish"} <= copied
    for step in ("--require-hashes -r", "--no-deps .", "build --out"):
        assert step in DOCKERFILE and step in SCRIPT


def test_what_the_image_needs_is_there_and_what_it_copies_is_what_the_wheel_holds():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for folder in project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]:
        assert f"COPY {folder.split('/')[0]} " in DOCKERFILE
        assert (ROOT / folder).is_dir()


def test_nothing_runs_as_root_and_nothing_can_be_written():
    assert re.search(r"^USER [1-9]\d*$", DOCKERFILE, re.MULTILINE)
    assert (
        "read_only: true" in COMPOSE and "cap_drop: [ALL]" in COMPOSE and "no-new-privileges:true" in COMPOSE
    )
    assert "--read-only" in SCRIPT and "--network none" in SCRIPT
    for line in (
        "DynamicUser=yes",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=\n",
    ):
        assert line in UNIT


def test_every_setting_that_is_named_is_one():
    known = known_settings()
    named = {
        name.lower() for text in (DOCKERFILE, COMPOSE, SCRIPT) for name in re.findall(rf"{PREFIX}(\w+)", text)
    }
    assert named and named <= known
    assert {key.replace("-", "_") for key in SETTINGS} <= known


@pytest.mark.parametrize("text, memory", [(UNIT, r"MemoryMax=(\d+)G"), (COMPOSE, r"mem_limit: (\d+)g")])
def test_queries_together_fit_into_the_memory_of_the_service(text, memory):
    from dystonia_kg.serve.sparql.limits import Limits

    limits = Limits()
    each = SETTINGS["memory"]
    assert (limits.workers + limits.slow + 4) * each <= int(re.search(memory, text)[1]) * 1024
    assert f'MEMORY: "{each}"' in COMPOSE


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_systemd_understands_the_unit(tmp_path):
    # The program is not installed on this machine; everything else is as it would be.
    unit = tmp_path / "dystonia-kg.service"
    unit.write_text(UNIT.replace("/opt/dystonia/bin/dystonia-kg", "/bin/true"), encoding="utf-8")
    said = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert said.returncode == 0 and not said.stderr, said.stderr


def test_each_python_that_we_promise_is_tried():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = re.search(r">=3\.(\d+)", project["requires-python"])[1]
    tried = re.findall(r'"3\.(\d+)"', WORKFLOWS["test"])
    assert tried[0] == oldest
    assert [int(minor) for minor in tried] == list(range(int(oldest), int(tried[-1]) + 1))
    assert len(tried) >= 4


def test_a_tag_makes_a_release_and_the_main_branch_makes_the_pages():
    assert 'tags: ["v*"]' in WORKFLOWS["release"] and "make release" in WORKFLOWS["release"]
    assert "bash .ci/run" in WORKFLOWS["release"] and ".ci/container" in WORKFLOWS["release"]
    assert "branches: [main]" in WORKFLOWS["pages"] and "dystonia-kg site" in WORKFLOWS["pages"]


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_a_workflow_has_no_more_rights_than_it_says_and_runs_only_what_is_there(name):
    text = WORKFLOWS[name]
    assert re.search(r"^permissions:\n  contents: (read|write)$", text, re.MULTILINE)
    assert ("contents: write" in text) == (name == "release")
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")
    assert text.count("runs-on:") == text.count("timeout-minutes:")
    actions = re.findall(r"uses: \S+@(.+)", text)
    assert actions and all(re.fullmatch(r"[0-9a-f]{40} # v[\d.]+", version) for version in actions)
    for script in re.findall(r"run: (?:bash )?(\.ci/\w+)", text):
        assert (ROOT / script).stat().st_mode & 0o100, script
    targets = re.findall(r"run: make (\w+)", text)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
