"""Who answers? Queries go to the endpoint at once; everything else, and every page, to the site."""

import io
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from . import create_app
from .archive import served
from .sparql import Endpoint, Limits, Pool
from .sparql.limits import ARRIVING
from .sparql.problem import Problem

if TYPE_CHECKING:
    from .backing import Held

#: Bytes of a request to the site; the endpoint has a limit of its own.
MOST = 4 << 20


def front(
    folder: Path,
    limits: Limits | None = None,
    archive: Path | None = None,
    held: "Held | None" = None,
) -> Callable:
    """The whole server as one WSGI application. Its `endpoint` has the pool, to be closed at the end.

    `held` is the release as an engine holds it, where one is to answer queries.
    Raises NoRelease when the folder is not a whole release.
    """
    with ThreadPoolExecutor(1) as aside:
        # While the pool's own process reads the release, we read it here.
        coming = aside.submit(create_app, folder, archive, held and held.store)
        pool = (
            Pool(held.folder, limits, place=held.place.pack(), facts=held.facts)
            if held
            else Pool(served(folder, archive), limits)
        )
        try:
            site = coming.result()
        except BaseException:
            pool.close()
            raise
    endpoint = Endpoint(pool, page=site.wsgi_app)
    site.extensions["sparql"] = endpoint
    arriving = threading.BoundedSemaphore(ARRIVING)

    def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ:
            if not arriving.acquire(blocking=False):
                return endpoint.refuse(environ, start_response, CROWDED)
            try:
                whole = _receive(environ)
            finally:
                arriving.release()
            if not whole:
                return endpoint.refuse(environ, start_response, CUT_SHORT)
        if environ["PATH_INFO"] == "/sparql":
            return endpoint(environ, start_response)
        return site.wsgi_app(environ, start_response)

    application.endpoint = endpoint
    return application


CROWDED = Problem(
    503,
    "Too busy",
    f"{ARRIVING} requests are sending their content at this moment; send yours again, or ask by GET.",
    headers=[("Retry-After", "5")],
)


CUT_SHORT = Problem(400, "Bad Request", "The content ended before the length that its header states.")


def _receive(environ: dict) -> bool:
    """Take in the content, as far as anyone here reads it; False if the sender left in the middle."""
    stated = environ.get("CONTENT_LENGTH") or ""
    wanted = min(int(stated), MOST) if stated.isdecimal() else MOST
    body = environ["wsgi.input"].read(wanted + 1 if not stated.isdecimal() else wanted)
    environ["wsgi.input"] = io.BytesIO(body)
    return not stated.isdecimal() or len(body) == wanted
