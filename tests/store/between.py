"""Stand between a publisher and an engine: count what is asked, and strike at a chosen moment."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qs, unquote_plus, urlsplit

from .servers import Quiet

#: What is not passed on from one connection to another.
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}

#: Called with what a request is for and when this is: "before" it is passed on, "half" of its body was,
#: "heard" when the engine answered and the publisher does not know yet.
Strike = Callable[[str, str], None]


class Between:
    """A forwarder at a free port; `strike` is told of each request, and may end either side."""

    def __init__(self, port: int):
        self.strike: Strike = lambda what, when: None
        self.seen: list[str] = []
        between = self

        class Handler(Quiet):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                what = purpose(self.path, body)
                between.seen.append(what)
                try:
                    between.strike(what, "before")
                    status, headers, said = between.forward(
                        port, self.command, self.path, dict(self.headers), body, what
                    )
                    if status < 300:  # Virtuoso first says how it wants to be greeted
                        between.strike(what, "heard")
                except (OSError, http.client.HTTPException):
                    self.close_connection = True
                    with contextlib.suppress(OSError):
                        self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = do_PUT = do_DELETE = answer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def forward(self, port: int, method: str, path: str, headers: dict, body: bytes, what: str):
        engine = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        with contextlib.closing(engine):
            engine.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            engine.putheader("Host", f"127.0.0.1:{port}")
            for name, value in headers.items():
                if name.lower() not in HOP and name.lower() != "accept-encoding":
                    engine.putheader(name, value)
            engine.putheader("Content-Length", str(len(body)))
            engine.putheader("Connection", "close")
            engine.endheaders()
            engine.send(body[: len(body) // 2])
            self.strike(what, "half")
            engine.send(body[len(body) // 2 :])
            with contextlib.closing(engine.getresponse()) as answer:
                return answer.status, answer.getheaders(), answer.read()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> "Between":
        return self

    def __exit__(self, *_) -> None:
        self.close()


def purpose(path: str, body: bytes) -> str:
    """In one word, what a request is for."""
    graph = parse_qs(urlsplit(path).query).get("graph", [""])[0]
    if graph:
        end = graph.rpartition("/")[2]
        return {"journal": "begin", "index": "index", "default": "merge"}.get(end, "graph")
    text = unquote_plus(body.decode("utf-8", "replace"))
    if text.startswith("update=INSERT DATA"):
        return "withdraw" if "wasInvalidatedBy" in text else "switch"
    if text.startswith("update=DELETE DATA"):
        return "restore"
    if text.startswith("update=DROP"):
        return "drop"
    if "COUNT" in text:
        return "count"
    return "read" if "SELECT" in text else "ask"
