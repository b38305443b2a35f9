"""
The HTTP server: Granian, an attendant (operate/), and behind it front.py; one process, as many threads as
may wait. SIGHUP asks for the release to be read again; SIGTERM and SIGINT end it when what has come is answered.
"""

import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from werkzeug.middleware.proxy_fix import ProxyFix

from ..release import is_release
from .front import front
from .operate import Attendant, Rules
from .operate.house import gate
from .sparql import Endpoint, Limits
from .sparql.confine import die_with_parent, few_heaps

if TYPE_CHECKING:
    from .backing import Address, Backing


def run(
    folder: Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    limits: Limits | None = None,
    archive: Path | None = None,
    ready: Callable[[str], None] | None = None,
    rules: Rules | None = None,
    engine: "Address | None" = None,
) -> None:
    """Serve a release until told to stop (SIGTERM, SIGINT). `ready` is called with the address.

    With an `engine` it is the release that is current there, and the folder has its files.
    Raises NoRelease when the folder is not a sound release, unless the rules are to wait for one.
    """
    limits, rules = limits or Limits(), rules or Rules()
    if not rules.wait:
        gate(_backing(engine, folder).pick() if engine else Path(folder))
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
        # What has come is answered before the end, and nothing takes longer than a query.
        workers_kill_timeout=int(limits.timeout) + 5,
        websockets=False,
        log_level="error",
        http1_settings=HTTP1Settings(header_read_timeout=60_000),
    )
    logging.getLogger("_granian").setLevel(logging.ERROR)
    renew = multiprocessing.get_context(_how_workers_start()).Event()
    server.signal_handler_reload = lambda *_: renew.set()
    address = f"http://{shown}:{port}/"
    load = partial(_load, os.getpid(), Path(folder), limits, archive, ready, address, rules, renew, engine)
    server.serve(target_loader=load, wrap_loader=False)


def _backing(engine: "Address", folder: Path) -> "Backing":
    from .backing import Backing  # it brings an HTTP client, which nobody else needs

    return Backing(engine, Path(folder))


def _how_workers_start() -> str:
    """As Granian starts them; an event has to be made for it."""
    method = multiprocessing.get_start_method()
    return method if method in ("fork", "spawn") else "spawn"


def _load(
    parent: int, folder: Path, limits: Limits, archive, ready, address: str, rules: Rules, renew, engine
) -> Callable:
    """Called in the process that serves. It ends with the one that started it.

    The release is read in the background; who comes before it is there waits.
    """
    die_with_parent(parent)
    few_heaps()

    latest: list[Endpoint] = []
    backing = _backing(engine, folder) if engine else None

    def furnish(place: Path) -> Callable:
        if backing is None:
            application = front(place, limits, archive)
        else:
            held = backing.bring()
            # The other releases beside it stay reachable by their versions.
            beside = folder if archive is None and not is_release(folder) else archive
            application = front(held.folder, limits, beside, held)
        latest[:] = [application.endpoint]
        return application

    def tell() -> None:
        # The listening socket exists already; who comes now waits a moment at most.
        threading.Timer(0.2, ready, [address]).start()

    attendant = Attendant(folder, furnish, rules, tell if ready is not None else None, backing=backing)
    threading.Thread(target=_heed, args=(renew, attendant), name="reload-listener", daemon=True).start()
    attendant.numbers.at_present(
        "warm_answers", "Answers given from memory", lambda: [((), float(sum(e.given for e in latest)))]
    )
    application = attendant if rules.log == "requests" else _straight(attendant, latest)
    # Addresses in answers are those that the reader uses, not those behind the proxy.
    return ProxyFix(application, 0, rules.proxies, rules.proxies) if rules.proxies else application


def _straight(attendant: Attendant, latest: list[Endpoint]) -> Callable:
    """What was answered before goes out at once; the attendant costs ten times as much as such an answer.
    Who numbers a request gets it back with its number, so that goes the long way."""

    def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/sparql" and latest and "HTTP_X_REQUEST_ID" not in environ:
            answer = latest[0].kept(environ)
            # One that may not ask now is told so by the attendant.
            if answer is not None and not attendant.overdrawn(environ):
                return latest[0].give(environ, start_response, answer)
        return attendant(environ, start_response)

    return application


def _heed(renew, attendant: Attendant) -> None:
    """Pass on what SIGHUP asks for."""
    while True:
        renew.wait()
        renew.clear()
        attendant.ask_to_renew()
