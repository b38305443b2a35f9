"""Write a folder beside another and put it in its place whole, so that nobody ever sees half of one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import Unwritable
from .release import SUMS, checksum


@contextmanager
def beside(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write in, so that taking its place is one rename; gone afterwards."""
    try:
        parent = out.resolve().parent
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=parent))
    except OSError as trouble:
        raise Unwritable(f"{out}: cannot be written: {trouble.strerror}") from trouble
    try:
        folder.chmod(0o755)
        yield folder
    except OSError as trouble:
        raise Unwritable(f"{out}: cannot be written: {trouble.strerror}") from trouble
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put(path: Path, body: bytes) -> None:
    """Write a file whole or not at all. Raises Unwritable."""
    try:
        if path.exists() and not path.is_file():
            # /dev/stdout and pipes are written to; they cannot be replaced.
            path.write_bytes(body)
            return
        with tempfile.NamedTemporaryFile(prefix=f".{path.name}-", dir=path.parent, delete=False) as file:
            file.write(body)
        made = Path(file.name)
        try:
            made.chmod(0o666 & ~_umask())
            made.replace(path)
        except OSError:
            made.unlink(missing_ok=True)
            raise
    except OSError as trouble:
        raise Unwritable(f"{path}: cannot be written: {trouble.strerror}") from trouble


def _umask() -> int:
    before = os.umask(0)
    os.umask(before)
    return before


def seal(folder: Path) -> None:
    """The list of checksums is written last: a folder that has one is whole."""
    names = sorted(path.name for path in folder.iterdir() if path.name != SUMS)
    lines = [f"{checksum(folder / name)}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def swap(folder: Path, out: Path) -> None:
    """Put the new folder in the place of the old one."""
    if not out.exists():
        folder.rename(out)
        return
    old = folder.with_name(folder.name + "-old")
    out.rename(old)
    try:
        folder.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
