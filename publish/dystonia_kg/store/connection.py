"""Speak to a SPARQL engine by HTTP: an answer is whole, or it is an error that says what to do."""

import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import requests
from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolution,
    RdfFormat,
    Triple,
    Variable,
    parse,
    parse_query_results,
)
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth
from urllib3 import Retry
from urllib3.exceptions import HTTPError, ReadTimeoutError

from ..errors import BadInput, EngineTrouble, Forbidden, Full, NotSparql, TooSlow, Truncated, Unreachable
from .clauses import form, with_dataset
from .clauses import limit as asked
from .engines import ENGINES, GENERIC, Engine, recognised

ROWS = "application/sparql-results+json"
GRAPH = "application/n-triples"

#: Seconds to wait for a connection, and for the engine to say anything at all beyond a query's own limit.
CONNECT = 5.0
GRACE = 5.0

#: Seconds that an engine may take to store one chunk.
WRITING = 600.0

#: How the names of our settings in the environment begin.
PREFIX = (__package__ or "").split(".")[0].upper() + "_STORE_"

#: How much of what an engine says of a failure is repeated.
TOLD = 300

#: Graphs that are counted by one query.
AT_ONCE = 100

#: Rows of a VALUES clause, and how many of them are crossed at most to see how many rows an engine sends.
DIGITS, CROSSED = "0 1 2 3 4 5 6 7 8 9", 7

#: One of so many parts of a graph, by the first hexadecimal digits of a hash.
PART = 'FILTER(STRSTARTS(MD5(CONCAT(STR(?s), STR(?o))), "{}"))'


@dataclass(frozen=True)
class Credentials:
    """Who we are to an engine: a name and a password, or a token. They never appear in a message."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @classmethod
    def read(cls, path: Path | None = None, environ=os.environ) -> "Credentials | None":
        """From a file (two lines: user, password; one line: a token), or else from the environment.

        Raises BadInput where the file can be read by others, or is not of this form.
        """
        if path is not None:
            return cls._from_file(path)
        user, password, token = (environ.get(PREFIX + name, "") for name in ("USER", "PASSWORD", "TOKEN"))
        return cls(user, password, token) if user or token else None

    @classmethod
    def _from_file(cls, path: Path) -> "Credentials":
        try:
            mode = path.stat().st_mode
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as trouble:
            raise BadInput(f"{path}: cannot be read: {trouble}") from trouble
        if mode & 0o077:
            raise BadInput(f"{path}: others may read these credentials; chmod 600 it")
        lines = [line for line in lines if line.strip()]
        if len(lines) == 2:
            return cls(user=lines[0], password=lines[1])
        if len(lines) == 1:
            return cls(token=lines[0])
        raise BadInput(f"{path}: two lines are expected, user and password, or one line, a token")

    def scheme(self, engine: Engine) -> AuthBase:
        if self.token:
            return _Bearer(self.token)
        kind = HTTPDigestAuth if engine.auth == "digest" else HTTPBasicAuth
        return kind(self.user, self.password)


class _Bearer(AuthBase):
    def __init__(self, token: str):
        self._token = token

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Again(Retry):
    """Ask again where nothing was heard, but never where the engine is only slow."""

    def increment(self, method=None, url=None, response=None, error=None, _pool=None, _stacktrace=None):
        if isinstance(error, ReadTimeoutError):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


class Rows:
    """The rows of a SELECT as they arrive; like pyoxigraph.QuerySolutions, with troubles named."""

    def __init__(self, solutions, body: "_Body"):
        self._solutions, self._body = solutions, body
        self.variables: list[Variable] = solutions.variables

    def __iter__(self) -> "Rows":
        return self

    def __next__(self) -> QuerySolution:
        with self._body.named():
            try:
                return next(self._solutions)
            except StopIteration:
                self._body.close()
                raise

    def serialize(self, output=None, format: QueryResultsFormat | None = None) -> bytes | None:
        """As pyoxigraph.QuerySolutions.serialize. What was written before an error is not a whole answer."""
        with self._body.named():
            return self._solutions.serialize(output, format=format)


class Connection:
    """One engine at its addresses."""

    def __init__(
        self,
        engine: Engine,
        query_url: str,
        update_url: str | None = None,
        graphs_url: str | None = None,
        credentials: Credentials | None = None,
        timeout: float = 60.0,
    ):
        """`timeout`: seconds that a query may take where it is not said."""
        self.engine = engine
        self.query_url, self.update_url, self.graphs_url = query_url, update_url, graphs_url
        self.timeout = timeout
        # How many rows the engine sends at most, and how many it surely sends, as far as was seen.
        self._most: int | None = None
        self._sure = 0
        self._page = engine.page
        self._reading = _session(engine, credentials, again=3)
        self._writing = _session(engine, credentials, again=0)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        update: str | None = None,
        graphs: str | None = None,
        credentials: Credentials | None = None,
        engine: str | None = None,
        timeout: float = 60.0,
    ) -> "Connection":
        """Find out what answers at an address, and where it takes queries, updates and graphs.

        `url` is the address of the engine, or of its queries. Raises Unreachable, NotSparql or Forbidden, and
        BadInput where an address is none.
        """
        for one in (url, update, graphs):
            if one is not None:
                _address(one)
        if engine is not None and engine not in ENGINES:
            raise BadInput(f"no engine is called {engine!r}; known are {', '.join(ENGINES)}")
        kind, query_url = _find(url.rstrip("/"), ENGINES.get(engine or ""), credentials, timeout)
        root = query_url.removesuffix(kind.query).rstrip("/")

        def beside(path: str | None) -> str | None:
            return None if path is None else f"{root}/{path}" if path else root

        return cls(
            kind,
            query_url,
            update or beside(kind.update),
            graphs or beside(kind.graphs),
            credentials,
            timeout,
        )

    def settle(self) -> "Connection":
        """Look at the environment (proxies, certificates) now, and not at every question, which costs more
        time than a small one takes to be answered."""
        session = self._reading
        found = session.merge_environment_settings(self.query_url, {}, None, None, None)
        session.proxies, session.verify, session.cert = found["proxies"], found["verify"], found["cert"]
        session.trust_env = False
        return self

    def close(self) -> None:
        self._reading.close()
        self._writing.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    # --- reading

    def query(
        self,
        text: str,
        *,
        default_graph: Iterable[str] = (),
        named_graphs: Iterable[str] = (),
        timeout: float | None = None,
    ) -> Rows | QueryBoolean | Iterator[Triple]:
        """Ask; the answer streams. It is whole, or reading it raises.

        `default_graph` and `named_graphs` are the dataset of the request (SPARQL 1.1 Protocol, 2.1.4);
        `timeout` is in seconds. Raises TooSlow, Truncated, Forbidden, Unreachable, BadInput (the engine does
        not understand the query) or EngineTrouble.
        """
        kind = form(text)
        limit = self.timeout if timeout is None else timeout
        default_graph, named_graphs = list(default_graph), list(named_graphs)
        if self.engine.repeats_graphs and (default_graph or named_graphs):
            text, default_graph, named_graphs = with_dataset(text, default_graph, named_graphs), [], []
        fields = [("query", text)]
        fields += [("default-graph-uri", graph) for graph in default_graph]
        fields += [("named-graph-uri", graph) for graph in named_graphs]
        if self.engine.timeout:
            fields.append((self.engine.timeout, str(max(1, round(limit * self.engine.timeout_units)))))
        body = self._ask(fields, GRAPH if kind in ("CONSTRUCT", "DESCRIBE") else ROWS, limit)
        self._refuse_cut(body, text)
        if kind in ("CONSTRUCT", "DESCRIBE"):
            return self._triples(body)
        with body.named():
            results = parse_query_results(body, QueryResultsFormat.JSON)
        if isinstance(results, QueryBoolean):
            body.close()
            return results
        return Rows(results, body)

    def _triples(self, body: "_Body") -> Iterator[Triple]:
        number = 0
        with body.named():
            for quad in parse(body, format=RdfFormat.N_TRIPLES):
                number += 1
                yield quad.triple
        body.close()
        if self.engine.cuts_graphs_silently and (most := self.most(number)) is not None and number > most:
            raise self._cut(most)

    def most(self, rows: int) -> int | None:
        """How many rows the engine sends at most, if it is less than so many; None if it is not.

        Found by asking once for so many rows of nothing: by the header that says it, or by counting.
        """
        if self._most is None and rows > self._sure:
            crossed = range(min(len(str(rows)), CROSSED))
            values = " ".join(f"VALUES ?v{n} {{ {DIGITS} }}" for n in crossed)
            body = self._ask([("query", f"SELECT ?v0 WHERE {{ {values} }} LIMIT {rows}")], ROWS, self.timeout)
            if self.engine.cut:
                cut = body.response.headers.get(self.engine.cut, "")
                self._most = int(cut) if cut.isdigit() else None
            else:
                with body.named():
                    came = sum(1 for _ in parse_query_results(body, QueryResultsFormat.JSON))
                self._most = came if came < min(rows, 10 ** len(crossed)) else None
            body.close()
            self._sure = rows if self._most is None else self._sure
        return self._most if self._most is not None and self._most < rows else None

    def _ask(self, fields: list[tuple[str, str]], accept: str, limit: float) -> "_Body":
        """Send a query as a form: Virtuoso never answers one that is sent as application/sparql-query."""
        with _named(self.query_url, limit):
            response = self._reading.post(
                self.query_url,
                data=fields,
                headers={"Accept": accept},
                stream=True,
                timeout=(CONNECT, limit + GRACE),
                allow_redirects=False,
            )
        body = _Body(response, self.query_url, limit)
        if response.status_code != 200:
            raise _failure(body, "query")
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in (ROWS, "application/json", GRAPH, "text/plain"):
            body.close()
            raise NotSparql(
                f"{self.query_url}: answered a query with {kind or 'something without a type'}, "
                "which is no SPARQL answer; give the address of the engine's queries"
            )
        return body

    def _refuse_cut(self, body: "_Body", text: str) -> None:
        headers = body.response.headers
        if self.engine.partial and headers.get(self.engine.partial):
            body.close()
            raise TooSlow(
                f"{self.query_url}: the engine ran out of time and sent what it had by then "
                f"({self.engine.partial}: {headers[self.engine.partial]}); nothing of it was used"
            )
        cut = headers.get(self.engine.cut) if self.engine.cut else None
        if cut and not (cut.isdigit() and asked(text) <= int(cut)):
            body.close()
            raise self._cut(int(cut) if cut.isdigit() else None)

    def _cut(self, most: int | None) -> Truncated:
        self._most = most
        return Truncated(
            f"{self.query_url}: the engine sends {most or 'so many'} rows at most and cut the rest; "
            "ask for fewer, or let it send more (docs/engines.md)",
            most,
        )

    def count(self, graph: str) -> int:
        """How many triples a named graph holds; 0 where there is none.

        No default graph is named: with one, GRAPH sees no named graph at all.
        """
        rows = self.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        return int(next(iter(rows))["n"].value)

    def counts(self, graphs: Iterable[str]) -> dict[str, int]:
        """How many triples each of these named graphs holds; asked for many at once."""
        graphs = list(graphs)
        found = dict.fromkeys(graphs, 0)
        for start in range(0, len(graphs), AT_ONCE):
            rows = self.query(
                "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
                named_graphs=graphs[start : start + AT_ONCE],
                timeout=WRITING,
            )
            found |= {row["g"].value: int(row["n"].value) for row in rows if row["g"].value in found}
        return found

    def read(self, graph: str, number: int | None = None) -> Iterator[Triple]:
        """Every triple of a named graph; one may come twice. However few rows the engine sends, all come.

        `number` is how many there are, if that was counted. Where the engine sends fewer, each predicate is
        asked for alone, and what is still too much in parts. Raises Truncated where a graph loses triples
        while it is read.
        """
        number = self.count(graph) if number is None else number
        got = 0
        if self._page is None or number <= self._page:
            try:
                for triple in self._part(graph):
                    got += 1
                    yield triple
            except Truncated as cut:
                self._page = cut.limit or max(got, 1)
            else:
                if got >= number:
                    return
                # Cut without a word, or a graph that changed?
                self._page = self.most(number) or self._page
                if self._page is None or number <= self._page:
                    raise self._lost(graph, number, got)
        got = 0
        parts = [(predicate, "") for predicate in self._predicates(graph, self._page)]
        for triple in self._parts(graph, parts, self._page):
            got += 1
            yield triple
        if got < number:
            raise self._lost(graph, number, got)

    def _lost(self, graph: str, number: int, got: int) -> Truncated:
        return Truncated(
            f"{self.query_url}: <{graph}> had {number} triples, of which only {got} were sent; "
            "either it changed just now, or the engine cuts its answers"
        )

    def _predicates(self, graph: str, page: int) -> list[NamedNode | None]:
        """Every predicate of a graph; None alone where there are too many to list."""
        query = f"SELECT DISTINCT ?p WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        try:
            found = [row["p"] for row in self.query(query, timeout=WRITING)]
        except Truncated:
            return [None]
        return found if len(found) < page else [None]

    def _parts(self, graph: str, waiting: list[tuple], page: int) -> Iterator[Triple]:
        """The triples of each part; a part that is too long is divided by sixteen."""
        while waiting:
            predicate, hashed = waiting.pop()
            rows: list[Triple] = []
            try:
                rows.extend(self._part(graph, predicate, hashed))
                whole = len(rows) < page
            except Truncated:
                whole = False
            if whole:
                yield from rows
            elif len(hashed) < 6:
                waiting += [(predicate, f"{hashed}{digit:x}") for digit in range(16)]
            else:
                raise self._cut(page)

    def _part(self, graph: str, predicate: NamedNode | None = None, hashed: str = "") -> Iterator[Triple]:
        where = f"?s {predicate or '?p'} ?o {PART.format(hashed) if hashed else ''}"
        wanted = "?s ?o" if predicate else "?s ?p ?o"
        query = f"SELECT {wanted} WHERE {{ GRAPH <{graph}> {{ {where} }} }}"
        for row in self.query(query, timeout=WRITING):
            yield Triple(row["s"], predicate or row["p"], row["o"])

    # --- writing

    def update(self, text: str) -> None:
        """SPARQL 1.1 Update. Never sent twice by itself."""
        if self.update_url is None:
            raise Forbidden(f"{self.query_url}: no address for updates is known; give it with --update-url")
        with _named(self.update_url, WRITING):
            response = self._writing.post(
                self.update_url,
                data={"update": text},
                headers={"Accept": "*/*"},
                stream=True,
                timeout=(CONNECT, WRITING),
                allow_redirects=False,
            )
        self._wrote(response, self.update_url)

    def put(self, graph: str, data: bytes) -> None:
        """Replace a graph by these N-Triples. Never of a graph that anybody reads."""
        if self.graphs_url is None:
            self.drop(graph)
            self.post(graph, data)
        else:
            self._send("PUT", graph, data)

    def post(self, graph: str, data: bytes) -> None:
        """Add these N-Triples (UTF-8, without blank nodes) to a graph; adding them twice is adding them once."""
        if self.graphs_url is None:
            self.update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{data.decode()}}} }}")
        else:
            self._send("POST", graph, data)

    def _send(self, method: str, graph: str, data: bytes) -> None:
        with _named(self.graphs_url, WRITING):
            response = self._writing.request(
                method,
                self.graphs_url,
                params={self.engine.graph_parameter: graph},
                data=data,
                headers={"Content-Type": self.engine.upload, "Accept": "*/*"},
                stream=True,
                timeout=(CONNECT, WRITING),
                allow_redirects=False,
            )
        self._wrote(response, self.graphs_url)

    def drop(self, graph: str) -> None:
        """Remove a graph; removing one that is not there is nothing."""
        self.update(f"DROP SILENT GRAPH <{graph}>")

    def _wrote(self, response, url: str) -> None:
        body = _Body(response, url, WRITING)
        if not 200 <= response.status_code < 300:
            raise _failure(body, "update")
        # What is said of a success is read, so that the connection can be used again.
        with body.named():
            while body.read(65_536):
                pass
        body.close()


def _session(engine: Engine, credentials: Credentials | None, again: int) -> requests.Session:
    session = requests.Session()
    session.headers["User-Agent"] = (__package__ or "").split(".")[0].replace("_", "-")
    session.auth = credentials.scheme(engine) if credentials else None
    retries = _Again(
        total=again,
        allowed_methods=None,
        status_forcelist=(502,),
        backoff_factor=0.2,
        backoff_jitter=0.3,
        backoff_max=5,
        retry_after_max=5,
        raise_on_status=False,
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retries, pool_maxsize=8))
    return session


def _address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput("the address of an engine begins with http:// or https:// and names a host")
    if parts.username or parts.password:
        raise BadInput(
            "an address holds no credentials; put them into a file (--store-credentials) or the environment"
        )


def _find(
    url: str, wanted: Engine | None, credentials: Credentials | None, timeout: float
) -> tuple[Engine, str]:
    """The kind of engine, and where it takes queries: the address itself, or one below it."""
    paths = [wanted.query] if wanted else dict.fromkeys(e.query for e in ENGINES.values())
    places = dict.fromkeys([url, *(f"{url}/{path}" for path in paths if path)])
    if wanted and wanted.query and not url.endswith(wanted.query):
        places = dict.fromkeys([*list(places)[1:], url])
    first: EngineTrouble | None = None
    for place in places:
        try:
            headers = _asks(place, wanted or GENERIC, credentials, timeout)
        except (NotSparql, EngineTrouble) as trouble:
            if isinstance(trouble, Unreachable | Forbidden | TooSlow):
                raise
            first = first or trouble
            continue
        return wanted or recognised(place, headers), place
    raise NotSparql(
        f"{url}: something answers there, but it is no SPARQL engine ({first}); "
        "give the address at which the engine takes queries"
    )


def _asks(place: str, engine: Engine, credentials: Credentials | None, timeout: float):
    """The headers with which a place answers the smallest query."""
    connection = Connection(engine, place, credentials=credentials, timeout=min(timeout, 20.0))
    try:
        body = connection._ask([("query", "ASK {}")], ROWS, connection.timeout)
        with body.named():
            if not isinstance(parse_query_results(body, QueryResultsFormat.JSON), QueryBoolean):
                raise NotSparql(f"{place}: answered a yes-or-no question with something else")
        headers = body.response.headers
        body.close()
        return headers
    finally:
        connection.close()


class _Body:
    """What an engine sends, as a file to read from; watched by the clock, and for an early end."""

    #: How Virtuoso writes a blank node, which is not how a blank node may be written.
    ODD, PLAIN = b'"bnode", "value": "nodeID://', b'"bnode", "value": "nodeID-'

    def __init__(self, response: requests.Response, url: str, limit: float):
        self.response, self._url, self._limit = response, url, limit
        self._until = time.monotonic() + limit + GRACE
        self._left = b""
        self._virtuoso = response.headers.get("Server", "").startswith("Virtuoso/")

    def read(self, size: int = 65_536) -> bytes:
        if time.monotonic() > self._until:
            self.close()
            raise TooSlow(f"{self._url}: no whole answer within {self._limit:g} seconds")
        chunk = self.response.raw.read(max(size, 1), decode_content=True)
        if not self._virtuoso:
            return chunk
        return self._mended(chunk, size)

    def _mended(self, chunk: bytes, size: int) -> bytes:
        whole = self._left + chunk
        whole = whole.replace(self.ODD, self.PLAIN)
        # What may be the beginning of one waits for its end.
        keep = 0
        if chunk:
            keep = next((n for n in range(len(self.ODD) - 1, 0, -1) if whole.endswith(self.ODD[:n])), 0)
        whole, self._left = whole[: len(whole) - keep], whole[len(whole) - keep :]
        if not whole and chunk:
            return self._mended(self.response.raw.read(max(size, 1), decode_content=True), size)
        return whole

    def named(self):
        return _named(self._url, self._limit)

    def close(self) -> None:
        self.response.close()


@contextmanager
def _named(url: str, limit: float):
    """Troubles of the network and of reading, as ours."""
    try:
        yield
    except (requests.Timeout, ReadTimeoutError) as trouble:
        if isinstance(trouble, requests.ConnectTimeout):
            raise Unreachable(
                f"{url}: nothing answers; is the engine running, and is this its address?"
            ) from trouble
        raise TooSlow(f"{url}: no answer within {limit:g} seconds") from trouble
    except (requests.ConnectionError, requests.RequestException, HTTPError, OSError) as trouble:
        if isinstance(getattr(trouble, "args", [None])[0], ReadTimeoutError):
            raise TooSlow(f"{url}: no answer within {limit:g} seconds") from trouble
        raise Unreachable(
            f"{url}: {_why(trouble)}; is the engine running, and is this its address?"
        ) from trouble
    except SyntaxError as trouble:
        # Oxigraph writes into the body of a 200 that it ran out of time.
        raise TooSlow(
            f"{url}: the answer broke off, or is none ({trouble.msg}); nothing of it was used"
        ) from trouble


def _why(trouble: BaseException) -> str:
    said = str(trouble).lower()
    for sign, words in (
        ("refused", "nothing listens there"),
        ("resolve", "no such host"),
        ("certificate", "its certificate is not trusted"),
        ("reset", "the connection was cut"),
        ("aborted", "the connection was cut"),
        ("incompleteread", "the connection was cut"),
        ("broken", "the connection was cut"),
        ("timed out", "no connection in time"),
    ):
        if sign in said:
            return words
    return f"the connection failed ({type(trouble).__name__})"


def _failure(body: _Body, what: str) -> EngineTrouble | BadInput:
    """The named trouble behind a status that is no success."""
    response, url = body.response, body._url
    try:
        said = body.read(8192).decode("utf-8", "replace")
    except (EngineTrouble, HTTPError, OSError):
        said = ""
    body.close()
    # Virtuoso repeats the query, whose words must not be taken for the engine's.
    said = said.partition("SPARQL query:")[0]
    status, low = response.status_code, said.lower()
    short = " ".join(re.sub(r"<[^>]*>", " ", said).split())[:TOLD]
    told = f"{url}: {status}: {short}" if short else f"{url}: {status}"
    if status in (401, 403) or "no permission" in low or "security:" in low:
        return Forbidden(
            f"{told}; the engine wants an account that may do this: {PREFIX}USER and {PREFIX}PASSWORD "
            "(or _TOKEN) in the environment, or --store-credentials"
        )
    if status == 507 or any(sign in low for sign in ("no space left", "disk full", "out of disk", "enospc")):
        return Full(f"{told}; the engine has no room left: make some, and run the same again")
    if (
        any(sign in low for sign in ("s1t00", "sr203", "timed out", "timeout", "estimated execution time"))
        or status == 504
    ):
        return TooSlow(f"{told}; the engine gave up")
    if status in (404, 405, 501) or 300 <= status < 400:
        where = response.headers.get("Location", "")
        return NotSparql(f"{told}; this takes no {what}" + (f", and points to {where}" if where else ""))
    if status == 400 and what == "query":
        return BadInput(f"{told}; the engine does not understand the query")
    if status in (502, 503):
        return Unreachable(f"{told}; the engine is not there at the moment")
    return EngineTrouble(told)
