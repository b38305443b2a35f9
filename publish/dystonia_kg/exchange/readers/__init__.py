"""
Readers, one module for each format: `KIND`, `fits(start, path) -> bool` and `read(path, names) -> Index`.

A file is known by how it begins, not by what it is called: people rename them. Adding a format is
adding a module.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from ...errors import Unreadable
from .. import source
from ..index import Index
from ..names import Names


@cache
def readers() -> tuple[ModuleType, ...]:
    """Every reader there is, the most particular first (`ORDER`)."""
    found = [import_module(f".{info.name}", __name__) for info in iter_modules(__path__)]
    return tuple(sorted(found, key=lambda module: (module.ORDER, module.KIND)))


def reader_of(path: Path) -> ModuleType:
    """The reader for this file. Raises Unreadable when there is none."""
    begin = source.start(path)
    if not begin.strip():
        raise Unreadable(f"{path}: the file is empty")
    for reader in readers():
        if reader.fits(begin, path):
            return reader
    kinds = ", ".join(reader.KIND for reader in readers())
    raise Unreadable(f"{path}:1: not a format that we read ({kinds})")


def read(path: Path, names: Names) -> Index:
    """The ontology in this file. Raises Unreadable with the place where it stops making sense."""
    index = reader_of(path).read(path, names)
    if not index.terms and not index.matches:
        raise Unreadable(f"{path}: read as {index.kind}, and it holds no term")
    return index
