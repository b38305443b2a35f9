"""What is installed serves the same as what is checked out."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from dystonia_kg.home import FOLDERS, home
from dystonia_kg.release import sums

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built without the network from the tree as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT],
        check=True,
        capture_output=True,
        env={**os.environ, "DYSTONIA_KG_FRONTEND": "skip"},
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_engine_and_all_of_the_knowledge(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    knowledge = {
        f"dystonia_kg/knowledge/{path.relative_to(home()).as_posix()}"
        for folder in FOLDERS
        for path in (home() / folder).rglob("*.ttl")
    }
    knowledge |= {
        f"dystonia_kg/knowledge/docs/{path.name}"
        for ending in ("*.md", "*.svg")
        for path in (home() / "docs").glob(ending)
    }
    engine = {
        f"dystonia_kg/{path.relative_to(ROOT / 'publish' / 'dystonia_kg').as_posix()}"
        for path in (ROOT / "publish" / "dystonia_kg").rglob("*.py")
    }
    assert knowledge | engine <= inside


def test_the_installed_wheel_builds_the_same_bytes_as_the_checkout(wheel, ours, tmp_path):
    place = tmp_path / "venv"
    venv.create(place, with_pip=False, system_site_packages=True)
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    packages = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    zipfile.ZipFile(wheel).extractall(packages)
    here = os.pathsep.join(p for p in sys.path if "site-packages" in p)
    subprocess.run(
        [python, "-c", "from dystonia_kg.cli import main; raise SystemExit(main(['build', '--out', 'out']))"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([packages, here])},
    )
    assert sums(tmp_path / "out") == sums(ours)
