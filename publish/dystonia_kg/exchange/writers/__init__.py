"""
Writers, one module for each format: `NAME` (the word on the command line), `TITLE`, and
`files(edition)`, which gives the files of that format one by one.

Adding a format is adding a module. The same release gives the same bytes.
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from pyoxigraph import Store

from ..edition import Edition


@dataclass(frozen=True)
class File:
    """One file of an export: what it is called, what HTTP calls it, what people call it."""

    name: str
    media_type: str
    title: str
    body: bytes


@cache
def writers() -> dict[str, ModuleType]:
    """Every writer there is, by the word on the command line."""
    found = [import_module(f".{info.name}", __name__) for info in iter_modules(__path__)]
    return {
        module.NAME: module
        for module in sorted(found, key=lambda module: module.NAME)
        if hasattr(module, "NAME")
    }


def exports(release: Path, out: Path | None = None, store: Store | None = None) -> list[File]:
    """Write a release in every format into a folder (by default its own), and say what was written.

    `store` has its dataset, where somebody has opened it already.

    A release whose folder is added to is not sealed again here: that is the caller's to do.
    """
    edition = Edition(release, store)
    folder = release if out is None else out
    folder.mkdir(parents=True, exist_ok=True)
    made: list[File] = []
    for module in writers().values():
        for file in module.files(edition):
            (folder / file.name).write_bytes(file.body)
            made.append(file)
    return made
