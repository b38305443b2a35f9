"""The HTTP server: Granian in front of front.py, one process, as many threads as may wait."""

import logging
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from .front import front
from .sparql import Limits
from .sparql.confine import die_with_parent


def run(
    folder: Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    limits: Limits | None = None,
    archive: Path | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve a release until told to stop (SIGTERM, SIGINT). `ready` is called with the address.

    Raises NoRelease when the folder is not a whole release.
    """
    limits = limits or Limits()
    shown = f"[{host}]" if ":" in host else host
    server = Granian(
        target="front",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=limits.threads,
        blocking_threads_idle_timeout=600,
        backlog=2048,
        backpressure=4096,
        respawn_failed_workers=True,
        workers_kill_timeout=3,
        websockets=False,
        log_level="error",
        http1_settings=HTTP1Settings(header_read_timeout=60_000),
    )
    logging.getLogger("_granian").setLevel(logging.ERROR)
    load = partial(_load, os.getpid(), Path(folder), limits, archive, ready, f"http://{shown}:{port}/")
    server.serve(target_loader=load, wrap_loader=False)


def _load(parent: int, folder: Path, limits: Limits, archive, ready, address: str) -> Callable:
    """Called in the process that serves. It ends with the one that started it."""
    die_with_parent(parent)
    application = front(folder, limits, archive)
    if ready is not None:
        # The listening socket exists already; who comes now waits a moment at most.
        threading.Timer(0.2, ready, [address]).start()
    return application
