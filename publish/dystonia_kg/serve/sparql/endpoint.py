"""
The endpoint as a bare WSGI application.

What was answered before is answered from memory before anything else is looked at. Everything else is
read, negotiated, handed to the pool, and kept. A reader who prefers HTML is given to `page`, another
WSGI application, which may ask through `run`.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from ...formats import DATASETS, GRAPHS, TABLES, Format
from ...negotiate import choose
from ..answers import FOR_NOW, OPEN, SAFE
from ..variants import HTML, Choice, best, of_extension
from . import description, frames, problem
from .cache import SMALL, Answer, Cache, coding, squeeze
from .frames import Job
from .pool import Pool
from .problem import Problem
from .protocol import ALLOWED, Request, read

#: Formats of CONSTRUCT and DESCRIBE, and of the service description, in the order that a Job counts.
TRIPLES = (*GRAPHS, *DATASETS)

VARY = "Accept, Accept-Encoding"

#: Functions whose value is another each time: such answers are not kept. Too many is no harm.
_VOLATILE = re.compile(r"(?:rand|now|uuid)[\s(#]", re.IGNORECASE)

_HOST = re.compile(r"\A[\w.-]+(?::\d+)?\Z|\A\[[0-9A-Fa-f:.]+\](?::\d+)?\Z")

_REASONS = {
    200: "OK",
    204: "No Content",
    304: "Not Modified",
    400: "Bad Request",
    403: "Forbidden",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    502: "Bad Gateway",
    503: "Service Unavailable",
}

#: Headers of every answer of ours.
COMMON = [*SAFE.items(), *OPEN.items()]

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Endpoint:
    """Serves SPARQL queries with a pool of workers.

    `page` answers readers who prefer HTML; without one they are given what programs get.
    """

    def __init__(self, pool: Pool, page: Callable | None = None):
        self.pool = pool
        self.limits = pool.limits
        self.page = page
        #: How many answers were kept ones; may miss some when many ask at once.
        self.given = 0
        self._warm = Cache(self.limits.cache // 2)
        self._kept = Cache(self.limits.cache // 2)

    # --- for programs, over HTTP

    def __call__(self, environ: dict, start_response: StartResponse) -> Iterable[bytes]:
        accept, encoding = environ.get("HTTP_ACCEPT"), environ.get("HTTP_ACCEPT_ENCODING")
        key = None
        if environ["REQUEST_METHOD"] == "GET":
            key = (environ.get("QUERY_STRING"), accept, encoding)
            answer = self._warm.get(key)
            if answer is not None:
                return self._send(environ, start_response, answer)
        try:
            return self._cold(environ, start_response, key, accept, encoding)
        except Problem as trouble:
            return self.refuse(environ, start_response, trouble)

    def kept(self, environ: dict) -> Answer | None:
        """The answer to this request if it was given lately: for whoever stands in front and wants to let
        through at once what costs nothing, with `give`."""
        if environ["REQUEST_METHOD"] != "GET":
            return None
        return self._warm.get(
            (environ.get("QUERY_STRING"), environ.get("HTTP_ACCEPT"), environ.get("HTTP_ACCEPT_ENCODING"))
        )

    def give(self, environ: dict, start_response: StartResponse, answer: Answer) -> Iterable[bytes]:
        """Send an answer that was kept."""
        self.given += 1
        return self._send(environ, start_response, answer)

    def _cold(self, environ, start_response, key, accept, encoding) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            return _preflight(environ, start_response)
        if self.page is not None and prefers_html(accept, environ.get("QUERY_STRING", "")):
            return self.page(environ, start_response)
        request = read(environ, self.limits)
        if request.query is None:
            return self._describe(environ, start_response, request, accept, encoding)
        table, graph = _forms(request.format, accept)
        if table is None and graph is None:
            raise self._unacceptable("a table or a graph", (*TABLES, *TRIPLES), environ)
        tags = self._tags(request, table, graph)
        given = environ.get("HTTP_IF_NONE_MATCH")
        if given and method != "POST" and (tag := _matched(given, tags)):
            return _not_modified(environ, start_response, tag)
        answer = self._answer(request, table, graph, tags, coding(encoding), environ)
        if key is not None and answer.tag:
            self._warm.put(key, answer)
        return self._send(environ, start_response, answer)

    def _send(self, environ, start_response, answer: Answer) -> Iterable[bytes]:
        given = environ.get("HTTP_IF_NONE_MATCH")
        if given and answer.tag and environ["REQUEST_METHOD"] != "POST" and _names(given, answer.tag):
            return _not_modified(environ, start_response, answer.tag)
        start_response("200 OK", answer.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def refuse(self, environ: dict, start_response: StartResponse, trouble: Problem) -> Iterable[bytes]:
        """Send an error as a program reads it."""
        body = trouble.body(origin(environ))
        headers = [
            ("Content-Type", trouble.content_type),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-cache"),
            ("Vary", VARY),
            *trouble.headers,
            *COMMON,
        ]
        start_response(f"{trouble.status} {_REASONS[trouble.status]}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _describe(self, environ, start_response, request: Request, accept, encoding) -> Iterable[bytes]:
        choice = _named(request.format, TRIPLES) if request.format else best(TRIPLES, accept)
        if choice is None:
            raise self._unacceptable("a description of this service", TRIPLES, environ)
        address = origin(environ)
        key = (address, choice.content_type, coding(encoding) or "")
        answer = self._kept.get(key)
        if answer is None:
            body = description.document(f"{address}/sparql", self.pool.facts, self.limits, choice.form)
            tag = hashlib.sha256(body).hexdigest()[:32]
            links = [("Link", f'<{address}/sparql>; rel="self"')]
            answer = _finished(body, choice.content_type, tag, coding(encoding), links)
            self._kept.put(key, answer)
        return self._send(environ, start_response, answer)

    # --- for everyone

    def run(
        self,
        query: str,
        form: Format = TABLES[0],
        graph_form: Format = TRIPLES[0],
        default_graphs: tuple[str, ...] | None = None,
        named_graphs: tuple[str, ...] | None = None,
    ) -> tuple[Format, bytes]:
        """Evaluate a query under the same limits as everybody's; the format and bytes of the answer.

        Raises Problem with everything that a reader should be told.
        """
        request = Request(query, default_graphs, named_graphs)
        reply = self.pool.ask(_job(request, TABLES.index(form), TRIPLES.index(graph_form)))
        if reply.outcome not in frames.DONE:
            raise problem.of(reply, query, self.limits)
        return (form if reply.outcome == frames.TABLE else graph_form), reply.body

    def _answer(self, request, table, graph, tags, how, environ) -> Answer:
        keep = not _VOLATILE.search(request.query)
        key = (request.query, request.default_graphs, request.named_graphs, tags, how)
        plain_key = (*key[:-1], None)
        answer = self._kept.get(key) if keep else None
        if answer is not None:
            return answer
        plain = self._kept.get(plain_key) if keep and how else None
        if plain is None:
            plain = self._evaluate(request, table, graph, tags if keep else None, environ)
            if keep:
                self._kept.put(plain_key, plain)
        if not how or len(plain.body) < SMALL:
            return plain
        answer = _finished(plain.body, plain.headers[0][1], plain.tag.strip('"'), how)
        if keep:
            self._kept.put(key, answer)
        return answer

    def _evaluate(self, request, table, graph, tags, environ) -> Answer:
        at = (TABLES.index(table.form) if table else -1, TRIPLES.index(graph.form) if graph else -1)
        reply = self.pool.ask(_job(request, *at))
        if reply.outcome == frames.NO_FORMAT:
            rows = reply.body == b"table"
            raise self._unacceptable("a table" if rows else "a graph", TABLES if rows else TRIPLES, environ)
        if reply.outcome not in frames.DONE:
            raise problem.of(reply, request.query, self.limits)
        rows = reply.outcome == frames.TABLE
        choice = table if rows else graph
        tag = tags[0 if rows else 1] if tags else ""
        return _finished(reply.body, choice.content_type, tag, None)

    def _tags(self, request: Request, table: Choice | None, graph: Choice | None) -> tuple[str, str]:
        parts = (self.pool.facts["release"], request.query, request.default_graphs, request.named_graphs)
        stem = hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()
        return tuple(f"{stem}-{c.form.extension}{len(c.content_type)}" if c else "" for c in (table, graph))

    def _unacceptable(self, what: str, forms: Iterable[Format], environ: dict) -> Problem:
        given = environ.get("QUERY_STRING", "")
        address = f"{origin(environ)}/sparql?{given}{'&' if given else ''}_format="
        variants = [{"name": f.name, "type": f.media_type, "href": address + f.extension} for f in forms]
        return problem.not_acceptable(what, variants)


def _job(request: Request, table: int, graph: int) -> Job:
    return Job(request.query, table, graph, request.default_graphs, request.named_graphs)


def origin(environ: dict) -> str:
    """Scheme and host as the reader wrote them; no slash at the end."""
    host = environ.get("HTTP_HOST", "")
    if not _HOST.match(host):
        host = f"{environ.get('SERVER_NAME', 'localhost')}:{environ.get('SERVER_PORT', '80')}"
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}"


@lru_cache(maxsize=1024)
def prefers_html(accept: str | None, query_string: str = "") -> bool:
    """Is the best answer to this Accept header a page? Only for readers who name HTML."""
    if "_format=" in query_string:
        return "_format=html" in query_string
    if not accept or "html" not in accept.lower():
        return False
    return choose(accept, (*TABLES, *TRIPLES, HTML)) is HTML


@lru_cache(maxsize=2048)
def _forms(named: str | None, accept: str | None) -> tuple[Choice | None, Choice | None]:
    """The format for a table, and for a graph; None where nothing suits."""
    if named is not None:
        return _named(named, TABLES), _named(named, TRIPLES)
    return best(TABLES, accept), best(TRIPLES, accept)


def _named(name: str, forms: Iterable[Format]) -> Choice | None:
    name = {"json": "srj", "xml": "srx"}.get(name, name.replace(" ", "+"))
    form = of_extension(forms, name) or next((f for f in forms if f.media_type == name), None)
    return Choice(form, form.content_type) if form else None


def _finished(body: bytes, content_type: str, tag: str, how: str | None, more=()) -> Answer:
    headers = [("Content-Type", content_type)]
    if how and len(body) >= SMALL:
        body, tag = squeeze(how, body), f"{tag}-{how}" if tag else ""
        headers.append(("Content-Encoding", how))
    tag = f'"{tag}"' if tag else ""
    headers += [
        ("Content-Length", str(len(body))),
        ("Vary", VARY),
        ("Cache-Control", FOR_NOW if tag else "no-store"),
        *([("ETag", tag)] if tag else []),
        *more,
        *COMMON,
    ]
    return Answer(headers, body, tag)


def _names(header: str, tag: str) -> bool:
    """Does If-None-Match name this tag? Compared weakly, as RFC 9110 §13.1.2 says."""
    if header == tag:
        return True
    return header.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in header.split(",")]


def _matched(header: str, tags: Iterable[str]) -> str | None:
    """The tag in If-None-Match that an answer to this request would have, in any coding."""
    for one in (part.strip().removeprefix("W/") for part in header.split(",")):
        stem = one.strip('"').removesuffix("-zstd").removesuffix("-gzip")
        if stem and stem in tags:
            return one
    return None


def _not_modified(environ, start_response, tag: str) -> Iterable[bytes]:
    start_response(
        "304 Not Modified", [("ETag", tag), ("Vary", VARY), ("Cache-Control", FOR_NOW), *OPEN.items()]
    )
    return []


def _preflight(environ, start_response) -> Iterable[bytes]:
    wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "Accept, Content-Type")
    headers = [
        ("Allow", ALLOWED),
        ("Access-Control-Allow-Methods", ALLOWED),
        ("Access-Control-Allow-Headers", re.sub(r"[^\w, -]", "", wanted)[:1000]),
        ("Access-Control-Max-Age", "86400"),
        ("Accept-Query", '"application/sparql-query"'),
        *COMMON,
    ]
    start_response("204 No Content", headers)
    return []
