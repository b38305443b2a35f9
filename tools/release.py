"""
Make a release, twice, and see that both are the same byte for byte: `python tools/release.py [--out DIR]`.

A release is the wheel, the sdist, the dataset in all its formats with the ontology, tables and report of its
validation, the bill of materials, what changed, and the checksums of all of it.
"""

import argparse
import filecmp
import gzip
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]


def version() -> str:
    text = (ROOT / "ontology" / "dystonia.ttl").read_text(encoding="utf-8")
    return re.search(r'owl:versionInfo "([^"]+)"', text)[1]


def changes(number: str) -> str:
    """The section of the changelog about one version."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(number)}.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise SystemExit(f"CHANGELOG.md has no section about {number}")
    return found[0].rstrip() + "\n"


def copy(commit: str, to: Path) -> Path:
    """The tree as git has it, with nothing that lies around."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    to.mkdir(parents=True)
    subprocess.run(["tar", "-x"], cwd=to, input=archive, check=True)
    return to


def make(commit: str, work: Path, out: Path, number: str, seconds: str) -> None:
    """One whole release in `out`, from a fresh copy of the tree."""
    tree = copy(commit, work / "tree")
    environ = {
        **os.environ,
        "SOURCE_DATE_EPOCH": seconds,
        "PYTHONPATH": "",
        "PYTHONHASHSEED": str(os.getpid() % 4096),
    }
    out.mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(out), str(tree)], check=True, env=environ, stdout=2
    )
    data = work / f"dystonia-kg-{number}"
    inside = {**environ, "PYTHONPATH": str(tree / "publish")}
    build = [sys.executable, "-m", "dystonia_kg", "build", "--home", str(tree), "--out", str(data)]
    subprocess.run(build, check=True, env=inside, cwd=work)
    subprocess.run(
        [sys.executable, str(tree / "tools/sbom.py"), str(out / "sbom.cdx.json")], check=True, env=inside
    )
    pack(data, out / f"dystonia-kg-{number}-data.tar.gz", int(seconds))
    for name in ("dataset.ttl", "dataset.jsonld", "dataset.nt", "ontology.owl", "ontology.obo", "validation.ttl",
                 "ro-crate-metadata.json", "catalog.ttl"):  # fmt: skip
        if (data / name).is_file():
            shutil.copy(data / name, out / name)
    (out / "CHANGES.md").write_text(changes(number), encoding="utf-8")
    mutation = tree / "docs" / "mutation.md"
    if mutation.is_file():
        shutil.copy(mutation, out / "mutation.md")
    names = sorted(path.name for path in out.iterdir())
    rows = [f"{sha256((out / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (out / "SHA256SUMS").write_text("".join(rows), encoding="utf-8")


def pack(folder: Path, out: Path, seconds: int) -> None:
    """A folder as .tar.gz whose bytes depend on nothing but its files."""

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        info.mtime = seconds
        info.mode = 0o755 if info.isdir() else 0o644
        return info

    with (
        out.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in [folder, *sorted(folder.rglob("*"))]:
            tar.add(path, path.relative_to(folder.parent).as_posix(), recursive=False, filter=plain)


def differences(one: Path, two: Path) -> list[str]:
    """Names of files that are not the same in both."""
    names = sorted({path.name for folder in (one, two) for path in folder.iterdir()})
    return [
        name
        for name in names
        if not (
            (one / name).is_file()
            and (two / name).is_file()
            and filecmp.cmp(one / name, two / name, shallow=False)
        )
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="release", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "artifacts")
    options = parser.parse_args()
    number = version()
    command = ["git", "log", "-1", "--format=%H %ct"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    commit, seconds = said.split()
    with tempfile.TemporaryDirectory() as folder:
        works = [Path(folder) / "first", Path(folder) / "second" / "deeper"]
        for work in works:
            work.mkdir(parents=True)
            make(commit, work, work / "out", number, seconds)
        unequal = differences(*(work / "out" for work in works))
        if unequal:
            print(f"two builds of one commit differ in: {', '.join(unequal)}", file=sys.stderr)
            return 1
        place = options.out / number
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(works[0] / "out", place)
    print(f"release {number}, the same twice over, is in {place}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
