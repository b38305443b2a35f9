"""
Pin what the server is installed with: `python tools/lock.py` writes requirements.lock.

pip itself resolves the dependencies of pyproject.toml for each Python and machine that we support, and tells the
SHA-256 of each file it would take; all of them are pinned, so one lock serves everybody.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = {
    "x86_64": ("manylinux_2_17_x86_64", "manylinux_2_28_x86_64", "manylinux2014_x86_64"),
    "aarch64": ("manylinux_2_17_aarch64", "manylinux_2_28_aarch64", "manylinux2014_aarch64"),
}


def resolve(requirements: list[str], python: str, platforms: tuple[str, ...]) -> list[dict]:
    """What pip would install, one row for each package."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run"]
    command += ["--ignore-installed", "--only-binary=:all:", "--python-version", python, "--report", "-"]
    command += [word for platform in platforms for word in ("--platform", platform)]
    with tempfile.TemporaryDirectory() as nowhere:
        said = subprocess.run(
            [*command, "--target", nowhere, *requirements], capture_output=True, text=True, check=True
        )
    return json.loads(said.stdout)["install"]


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    first: dict[str, str] = {}
    hashes: dict[str, set[str]] = {}
    for python in PYTHONS:
        for machine, platforms in MACHINES.items():
            # Later resolutions keep to the versions of the first, so that there is one of each.
            kept = [f"{name}=={version}" for name, version in first.items()]
            try:
                rows = resolve([*project["dependencies"], *kept], python, platforms)
            except subprocess.CalledProcessError as trouble:
                print(f"{python} on {machine}: {trouble.stderr.strip().splitlines()[-1]}", file=sys.stderr)
                if not first:
                    return 1
                continue
            for row in rows:
                name = row["metadata"]["name"].lower().replace("_", "-")
                first.setdefault(name, row["metadata"]["version"])
                hashes.setdefault(name, set()).add(row["download_info"]["archive_info"]["hashes"]["sha256"])
    lines = [
        "# What the server is installed with: pip install --require-hashes -r requirements.lock",
        f"# Made by tools/lock.py for Python {', '.join(PYTHONS)} on Linux ({', '.join(MACHINES)}).",
    ]
    for name in sorted(first):
        lines.append(f"{name}=={first[name]} \\")
        lines += [f"    --hash=sha256:{digest} \\" for digest in sorted(hashes[name])]
        lines[-1] = lines[-1].removesuffix(" \\")
    LOCK.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(first)} packages pinned in {LOCK.name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
