"""
Where the store is while the tests run: in the server (embedded), or in an engine that is started for them.

`pytest --store oxigraph` publishes every release that a test serves into a real Oxigraph server first, one
server for each, and has it served from there; `--store virtuoso` does so with Virtuoso.
"""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dystonia_kg.releases import editions
from dystonia_kg.store.layout import release_id
from dystonia_kg.store.publishing import publish
from dystonia_kg.store.source import Source

if TYPE_CHECKING:
    from .store.servers import Server

KINDS = ("embedded", "oxigraph", "virtuoso")


class Where:
    """What `--store` said; the one thing here that changes."""

    kind = "embedded"


def embedded() -> bool:
    return Where.kind == "embedded"


def options(release: Path) -> list[str]:
    """What `serve` has to be told beside the folder of a release."""
    return [] if embedded() else ["--store", address(release)]


def app(release: Path, archive: Path | None = None):
    """The site of a release, as create_app makes it."""
    from dystonia_kg.serve import create_app

    if embedded():
        return create_app(release, archive)
    from dystonia_kg.serve.backing import Backing

    held = Backing(engine(release), release).bring()
    beside = release if archive is None and held.folder != Path(release) else archive
    return create_app(held.folder, beside, held.store)


def engine(release: Path):
    """What speaks for the engine that holds a release; None where there is none."""
    from dystonia_kg.serve.backing import Address

    return None if embedded() else Address(address(release))


def address(release: Path) -> str:
    """The address of an engine into which a release, or all in a folder of releases, is published."""
    folders = [one.folder for one in editions(release)]
    return _filled(Where.kind, tuple((folder, release_id(folder)) for folder in folders))


@cache
def _filled(kind: str, releases: tuple[tuple[Path, str], ...]) -> str:
    server = started(kind)
    with server.connect() as connection:
        for folder, _ in releases:
            publish(Source(folder), connection, lambda *_: None)
    return server.url


def started(kind: str) -> "Server":
    """An engine of this kind, ended with the tests."""
    from .store.servers import Oxigraph, Virtuoso

    folder = Path(tempfile.mkdtemp(prefix=f"{kind}-"))
    server = {"oxigraph": Oxigraph, "virtuoso": Virtuoso}[kind](folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.kill)
    return server.start()
