"""An engine that misbehaves as engines were seen to: it cuts, gives up, hangs, breaks off, refuses, is full."""

import json
import re
import threading
import time
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from pyoxigraph import (
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
)

from .servers import Quiet


class Faulty:
    """SPARQL over a small store at a free port; what is wrong with it is said by its attributes."""

    def __init__(self):
        self.store = Store()
        self.server = "Generic/1"
        #: How many rows are sent at most, and whether that is said.
        self.rows: int | None = None
        self.says_cut = False
        #: Header and value that go with every answer.
        self.headers: dict[str, str] = {}
        #: Called before a request is answered; what it returns is sent instead: status, headers, body.
        self.instead = lambda request: None
        #: Seconds between the bytes of an answer.
        self.pause = 0.0
        #: Bytes after which an answer breaks off, and whether its length was promised.
        self.breaks: int | None = None
        self.promises = True
        self.asked: list[dict] = []
        faulty = self

        class Handler(Quiet):
            def version_string(self) -> str:
                return faulty.server

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                form = self.headers.get("Content-Type") == "application/x-www-form-urlencoded"
                request = {
                    "method": self.command,
                    "path": self.path,
                    "type": self.headers.get("Content-Type"),
                    "accept": self.headers.get("Accept", ""),
                    "sign": self.headers.get("Authorization", ""),
                    "fields": parse_qs(body.decode()) if form else {},
                    "body": body,
                }
                faulty.asked.append(request)
                try:
                    status, headers, said = faulty.instead(request) or faulty.answered(request)
                except SyntaxError as trouble:
                    status, headers, said = 400, {}, str(trouble).encode()
                self.send_response(status)
                for name, value in {**headers, **faulty.headers}.items():
                    self.send_header(name, value)
                broken = faulty.breaks is not None and "query" in request["fields"] and len(said) > 100
                sent = said[: faulty.breaks] if broken else said
                self.send_header("Content-Length", str(len(said if faulty.promises else sent)))
                self.end_headers()
                for start in range(0, len(sent), 16) if faulty.pause else ():
                    self.wfile.write(sent[start : start + 16])
                    time.sleep(faulty.pause)
                if not faulty.pause:
                    self.wfile.write(sent)
                self.close_connection = broken

            do_GET = do_POST = do_PUT = answer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/sparql"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def answered(self, request: dict) -> tuple[int, dict, bytes]:
        """What a sound engine says, but for the rows that are cut."""
        fields = request["fields"]
        graph = parse_qs(urlsplit(request["path"]).query).get("graph")
        if graph:
            for quad in parse(request["body"], format=RdfFormat.N_TRIPLES):
                self.store.add(Quad(quad.subject, quad.predicate, quad.object, NamedNode(graph[0])))
            return 204, {}, b""
        if "update" in fields:
            self.store.update(fields["update"][0])
            return 204, {}, b""
        return self.selected(fields)

    def selected(self, fields: dict) -> tuple[int, dict, bytes]:
        found = self.store.query(
            fields["query"][0],
            default_graph=[NamedNode(g) for g in fields.get("default-graph-uri", ())] or None,
            named_graphs=[NamedNode(g) for g in fields.get("named-graph-uri", ())] or None,
        )
        if isinstance(found, QueryTriples):
            said = found.serialize(format=RdfFormat.N_TRIPLES)
            return 200, {"Content-Type": "application/n-triples"}, said
        said = found.serialize(format=QueryResultsFormat.JSON)
        headers = {"Content-Type": "application/sparql-results+json"}
        if not isinstance(found, QueryBoolean) and self.rows is not None:
            table = json.loads(said)
            if len(table["results"]["bindings"]) > self.rows:
                table["results"]["bindings"] = table["results"]["bindings"][: self.rows]
                said = json.dumps(table).encode()
                headers |= {"X-SPARQL-MaxRows": str(self.rows)} if self.says_cut else {}
        return 200, headers, said

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> "Faulty":
        return self

    def __exit__(self, *_) -> None:
        self.close()


def counts(request: dict) -> bool:
    return bool(re.search(r"COUNT\(", request["fields"].get("query", [""])[0]))
