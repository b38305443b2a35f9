"""
A server for those who write the knowledge: what they saved is shown at once, and above every page what is
wrong with it. For one person on one machine; werkzeug's own server is enough for that.
"""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from html import escape
from pathlib import Path

from pyoxigraph import Store
from werkzeug.serving import make_server
from werkzeug.test import Client

from . import create_app
from .front import front
from .sparql import Endpoint

NOT_YET = "<!doctype html><html lang=en><title>…</title><body><h1>Nothing is released yet.</h1></body></html>"


class Preview:
    """A WSGI application that shows a release, or a store ahead of it, under a notice."""

    def __init__(self, out: Path):
        self.out = out
        self._site: Callable | None = None
        self._endpoint: Endpoint | None = None
        self._notice = ""
        self._looked_at = "/"

    def show(self, store: Store | None) -> None:
        """Show this store, or, where there is none, what is released now. Queries are put to the release."""
        site = front(self.out) if store is None else create_app(self.out, store=store).wsgi_app
        # The page that somebody looks at is made once before it is asked for again: what pages have in common
        # is ready then, and the work that goes on behind does not slow it down.
        with suppress(Exception):
            Client(site).get(self._looked_at)
        self._site = site
        if store is None:
            old, self._endpoint = self._endpoint, site.endpoint
            if old is not None:
                old.pool.close()

    def complain(self, text: str) -> None:
        """What stands above every page from now on; nothing where there is nothing to say."""
        self._notice = text

    def close(self) -> None:
        if self._endpoint is not None:
            self._endpoint.pool.close()

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        # Pages change without their addresses changing: nobody is to keep one.
        for header in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_ACCEPT_ENCODING"):
            environ.pop(header, None)
        if self._site is None:
            return self._finish(environ, "200 OK", [("Content-Type", HTML)], NOT_YET.encode(), start_response)
        site = self._site
        if environ["PATH_INFO"] == "/sparql" and self._endpoint is not None:
            site = self._endpoint
        told: list = []
        body = site(environ, lambda status, headers, *_: told.append((status, headers)))
        try:
            content = b"".join(body)
        finally:
            getattr(body, "close", lambda: None)()
        return self._finish(environ, *told[-1], content, start_response)

    def _finish(
        self, environ: dict, status: str, headers: list, content: bytes, start_response: Callable
    ) -> list[bytes]:
        drop = ("etag", "cache-control", "content-length")
        kept = [(name, value) for name, value in headers if name.lower() not in drop]
        kind = next((value for name, value in kept if name.lower() == "content-type"), "")
        if kind.startswith("text/html"):
            self._looked_at = environ["PATH_INFO"]
        if self._notice and kind.startswith("text/html"):
            notice = f'<div class="advice bad" role="alert"><pre>{escape(self._notice)}</pre></div>'
            before, body, after = content.partition(b"<body>")
            content = before + body + notice.encode() + after if body else notice.encode() + content
        kept += [("Cache-Control", "no-store"), ("Content-Length", str(len(content)))]
        start_response(status, kept)
        return [content]


HTML = "text/html; charset=utf-8"


def serve(preview: Preview, host: str, port: int) -> tuple[str, Callable[[], None]]:
    """Serve in the background; the address, and what ends it. Port 0 takes any that is free."""
    server = make_server(host, port, preview, threaded=True)
    server.RequestHandlerClass.log = lambda *_: None
    threading.Thread(target=server.serve_forever, name="preview", daemon=True).start()

    def end() -> None:
        server.shutdown()
        server.server_close()
        preview.close()

    return f"http://{host}:{server.port}/", end
