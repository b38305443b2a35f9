"""
Where the store is while the tests run: in the server (embedded), or in an engine that is started for them.

`pytest --store oxigraph` publishes every release that a test serves into a real Oxigraph server first, one
server for each, and has it served from there; `--store virtuoso` does so with Virtuoso.
"""

import atexit
import socket
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

from dystonia_kg.releases import editions
from dystonia_kg.store.connection import Connection, Credentials
from dystonia_kg.store.layout import release_id
from dystonia_kg.store.publishing import publish
from dystonia_kg.store.source import Source

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
    url, credentials = STARTERS[kind]()
    with Connection.open(url, credentials=credentials, engine=kind) as connection:
        for folder, _ in releases:
            publish(Source(folder), connection, lambda *_: None)
    return url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def oxigraph() -> tuple[str, None]:
    """An Oxigraph server in memory, ended with the tests."""
    port = free_port()
    program = Path(sys.executable).with_name("oxigraph")
    process = subprocess.Popen(
        [program, "serve", "--bind", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL, start_new_session=True
    )
    atexit.register(_end, process)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return f"http://127.0.0.1:{port}", None
        time.sleep(0.05)
    raise RuntimeError("the Oxigraph server did not start")


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    process.wait(20)


def virtuoso() -> tuple[str, Credentials]:
    """A Virtuoso, ended with the tests."""
    raise NotImplementedError


STARTERS = {"oxigraph": oxigraph, "virtuoso": virtuoso}
