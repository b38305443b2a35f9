"""Who answers? Queries go to the endpoint at once; everything else, and every page, to the site."""

from collections.abc import Callable, Iterable
from pathlib import Path

from . import create_app
from .sparql import Endpoint, Limits, Pool


def front(folder: Path, limits: Limits | None = None, archive: Path | None = None) -> Callable:
    """The whole server as one WSGI application. Its `endpoint` has the pool, to be closed at the end.

    Raises NoRelease when the folder is not a whole release.
    """
    pool = Pool(folder, limits)
    try:
        site = create_app(folder, archive)
    except BaseException:
        pool.close()
        raise
    endpoint = Endpoint(pool, page=site.wsgi_app)
    site.extensions["sparql"] = endpoint

    def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/sparql":
            return endpoint(environ, start_response)
        return site.wsgi_app(environ, start_response)

    application.endpoint = endpoint
    return application
