"""
The OWL view opens in the OWL API, as Protégé opens it, and is in OWL 2 DL and EL.

The OWL API comes from Debian packages, unpacked without root into a cache (OWLAPI names it); where they
or Java cannot be had, this is skipped with the reason.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dystonia_kg.exchange.writers import exports

PACKAGES = (
    "libguava-java libjsr305-java libcommons-io-java libslf4j-java libatinject-jsr330-api-java "
    "libcommons-codec-java libhttpclient-java libhttpcore-java libcommons-logging-java "
    "libjackson2-core-java libjackson2-databind-java libjackson2-annotations-java"
)
CHECK = Path(__file__).parent / "OwlCheck.java"
UNWANTED = ("slf4j-jcl", "slf4j-jdk14", "slf4j-log4j", "slf4j-reload", "over-slf4j", "jul-to-slf4j",
            "slf4j-simple", "antlr-", "antlr4-")  # fmt: skip


@pytest.fixture(scope="module")
def classpath() -> str:
    if shutil.which("java") is None:
        pytest.skip("no Java")
    cache = Path(os.environ.get("OWLAPI", Path.home() / ".cache" / "owlapi"))
    jars = cache / "root" / "usr" / "share" / "java"
    if not (jars / "owlapi-distribution.jar").exists():
        _fetch(cache)
    if not (jars / "owlapi-distribution.jar").exists():
        pytest.skip("the Debian packages of the OWL API cannot be had here")
    found = [*jars.glob("*.jar"), *Path("/usr/share/java").glob("*.jar")]
    return ":".join(str(jar) for jar in found if not any(word in jar.name for word in UNWANTED))


def _fetch(cache: Path) -> None:
    if shutil.which("apt-get") is None:
        return
    cache.mkdir(parents=True, exist_ok=True)
    plan = subprocess.run(
        ["apt-get", "install", "-s", "--no-install-recommends", "libowlapi-java"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    wanted = {line.split()[1] for line in plan.stdout.splitlines() if line.startswith("Inst ")}
    for package in sorted(wanted | set(PACKAGES.split())):
        subprocess.run(["apt-get", "download", "-q", package], cwd=cache, capture_output=True, timeout=120)
    for package in cache.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(cache / "root")], check=True)


@pytest.mark.parametrize("graph", ["larder", "ours"])
def test_the_view_and_the_bridges_are_in_dl_and_el(graph, request, classpath, tmp_path):
    exports(request.getfixturevalue(graph), tmp_path)
    files = [str(path) for path in sorted(tmp_path.glob("*.owl"))]
    done = subprocess.run(
        ["java", "-cp", classpath, str(CHECK), *files, str(tmp_path / "ontology.obo")],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = done.stdout.splitlines()
    assert sum(line == "  OWL2_DL ok" for line in told) >= len(files)
    assert sum(line == "  OWL2_EL ok" for line in told) >= len(files)
