"""Carry the documents that lie beside the knowledge into the release, so that they travel with it."""

import shutil
from pathlib import Path

from ..release import HANDBOOK

FOLDER = "docs"
#: What a document is written in, and what it may show.
CARRIED = (".md", ".svg")


def carry(home: Path, out: Path) -> int:
    """Copy the documents of `home` into the release that is made in `out`; how many there were."""
    found = sorted(path for path in (home / FOLDER).glob("*") if path.suffix in CARRIED)
    for path in found:
        shutil.copyfile(path, out / f"{HANDBOOK}{path.name}")
    return len(found)
