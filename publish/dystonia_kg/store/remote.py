"""
A release in an engine, read as pyoxigraph.Store would be read.

A query is looked at here before anything is sent: the evaluator's own parser has to take it, and it is put in
the names of the engine (rewriting). What comes back gets its own names again: blank nodes are blank nodes,
values are spelled as the embedded store spells them. An answer is whole or it is an error.
"""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
    parse_query_results,
    serialize,
)

from .connection import Connection, Credentials
from .digest import canonical
from .engines import ENGINES
from .layout import Layout
from .rewriting import Rewritten, Scope, rewrite

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

#: Things that are described by one request.
AT_ONCE = 100

#: The fewest bytes that a triple takes.
LEAST = 20

Asker = Callable[[str], Any]

#: A store to parse on: nothing is in it.
EMPTY = Store()


class TooMuch(Exception):
    """More came than the reader of the answer takes."""


@dataclass(frozen=True)
class Place:
    """All that a process needs in order to read one release in an engine; `credentials` never are printed.

    `graphs` are those of the release, `beside` those of others that may be read as well.
    """

    engine: str
    query_url: str
    base: str
    release: str
    graphs: tuple[str, ...]
    beside: tuple[str, ...] = ()
    credentials: Credentials | None = None

    def pack(self) -> dict:
        """As JSON; for the pipe to a child process and nothing else."""
        return asdict(self)

    @classmethod
    def unpack(cls, row: dict) -> "Place":
        given = row["credentials"]
        return cls(
            **{k: tuple(v) if isinstance(v, list) else v for k, v in row.items() if k != "credentials"},
            credentials=Credentials(**given) if given else None,
        )

    def open(
        self,
        timeout: float,
        most: int | None = None,
        guard: Callable[[], AbstractContextManager] = nullcontext,
    ) -> "Remote":
        """Read there. No connection is made before the first query.

        `timeout` is in seconds, `most` in bytes of an answer as JSON; `guard` is entered while a query is
        parsed, by a parser that could also evaluate.
        """
        connection = Connection(ENGINES[self.engine], self.query_url, None, None, self.credentials, timeout)
        return Remote(
            connection.settle(), Layout(self.base, self.release), self.graphs, self.beside, most, guard
        )


class Triples:
    """The answer to CONSTRUCT or DESCRIBE, like pyoxigraph.QueryTriples."""

    def __init__(self, triples: Iterable[Triple]):
        self._triples = iter(triples)

    def __iter__(self) -> Iterator[Triple]:
        return self._triples

    def __next__(self) -> Triple:
        return next(self._triples)

    def serialize(self, output=None, format: RdfFormat | None = None) -> bytes | None:
        """Write the triples; what was written before an error is not a whole answer."""
        return serialize(self._triples, output, format=format)


class Remote:
    """One release in an engine. It is never written to."""

    def __init__(
        self,
        connection: Connection,
        layout: Layout,
        graphs: Iterable[str],
        beside: Iterable[str] = (),
        most: int | None = None,
        guard: Callable[[], AbstractContextManager] = nullcontext,
    ):
        self.connection = connection
        self.layout = layout
        self._sending = Layout(layout.base, layout.release, connection.engine.keeps)
        self.scope = Scope(
            layout.default,
            layout.index,
            layout.index + "#nothing",
            layout.held,
            frozenset(graphs),
            frozenset(beside),
            layout.skolem(BlankNode("x")).value.removesuffix("x"),
            self._datatype,
        )
        self._most = most
        self._guard = guard
        self._kinds = f"{layout.base}.well-known/literal/"
        self._skolems = re.compile(b'"type":"uri","value":"' + re.escape(self.scope.skolem.encode()))
        self._respells = connection.engine.respells

    # --- as a store

    def query(
        self,
        query: str,
        *,
        base_iri: str | None = None,
        prefixes: dict[str, str] | None = None,
        default_graph: Iterable[NamedNode] | None = None,
        named_graphs: Iterable[NamedNode] | None = None,
        substitutions: dict[Variable, NamedNode] | None = None,
        use_default_graph_as_union: bool = False,
    ) -> QuerySolutions | QueryBoolean | Triples:
        """The answer to a query. The default graph is the merge of all graphs in any case.

        Raises SyntaxError for what is no query, Unsendable for one that is not put to an engine, TooMuch for
        an answer that is longer than was agreed, and what Connection.query raises.
        """
        prefixes = prefixes or {}
        if substitutions:
            query = _bound(query, substitutions)
        with self._guard():
            form = EMPTY.query(query, base_iri=base_iri, prefixes=prefixes)
            sent = rewrite(
                query,
                base_iri or "urn:x-base:",
                prefixes,
                self.scope,
                _names(default_graph),
                _names(named_graphs),
            )
        ask = self._asker(sent)
        if sent.things is not None:
            return Triples(self._describe(sent, ask))
        if isinstance(form, QueryTriples):
            return Triples(self._construct(sent, ask))
        answer = ask(sent.text)
        if isinstance(answer, QueryBoolean):
            return answer
        return self._table(answer, [variable.value for variable in form.variables])

    def quads_for_pattern(self, subject, predicate, object, graph_name=None) -> Iterator[Quad]:
        """Every quad that fits; None stands for anything, and for the default graph, too."""
        shown = [
            f"?{name}" if term is None else str(self.layout.skolem(term))
            for name, term in (("s", subject), ("p", predicate), ("o", object))
        ]
        pattern = " ".join(shown)
        if not isinstance(graph_name, NamedNode):
            for row in self._rows(f"SELECT * {{ {pattern} }}", [self.layout.default]):
                yield Quad(*self._filled(row, subject, predicate, object), DefaultGraph())
        graphs = [graph_name] if graph_name is not None else list(self.named_graphs())
        for one in graphs:
            if isinstance(one, NamedNode):
                for row in self._rows(f"SELECT * {{ {pattern} }}", [self.scope.name(one.value)]):
                    yield Quad(*self._filled(row, subject, predicate, object), one)

    def named_graphs(self) -> Iterator[NamedNode]:
        """The graphs of the release by their own names, and those beside it."""
        return map(NamedNode, sorted(self.scope.graphs | self.scope.beside))

    def close(self) -> None:
        self.connection.close()

    # --- how

    def _asker(self, sent: Rewritten) -> Asker:
        """How texts are asked on the dataset of a query: of the engine, but for one kind of dataset."""
        if len(sent.default_graphs) > 1:
            return self._nearby(sent)
        return partial(
            self.connection.query, default_graph=sent.default_graphs, named_graphs=sent.named_graphs
        )

    def _nearby(self, sent: Rewritten) -> Asker:
        """A dataset whose default graph is the merge of some graphs. Most engines say a triple once for each
        graph that holds it (RDF 1.1 Semantics wants it once), so those graphs are read and asked here."""
        near, size = Store(), 0
        for held in dict.fromkeys([*sent.default_graphs, *sent.named_graphs]):
            places = [DefaultGraph()] if held in sent.default_graphs else []
            places += [NamedNode(held)] if held in sent.named_graphs else []
            for triple in self.connection.read(held):
                size += LEAST
                if self._most is not None and size > self._most:
                    raise TooMuch
                near.extend(Quad(triple.subject, triple.predicate, triple.object, p) for p in places)
        named = list(map(NamedNode, sent.named_graphs))
        return lambda text: near.query(text, default_graph=DefaultGraph(), named_graphs=named)

    def _datatype(self, value: str, datatype: str) -> str:
        """Under which datatype the engine holds a literal."""
        return self._sending.skolem(Literal(value, datatype=NamedNode(datatype))).datatype.value

    def _rows(self, text: str, default: list[str]) -> Iterator[dict]:
        rows = self.connection.query(text, default_graph=default)
        names = [v.value for v in rows.variables]
        for row in rows:
            yield {n: self._plain(row[n]) for n in names if row[n] is not None}

    @staticmethod
    def _filled(row: dict, subject, predicate, object):
        return subject or row["s"], predicate or row["p"], object or row["o"]

    def _table(self, rows, columns: list[str]) -> QuerySolutions:
        """The rows as pyoxigraph's own, so that they are written in every format as it writes them; with the
        columns that were asked for, and none that an engine adds."""
        respells = self._respells or [variable.value for variable in rows.variables] != columns
        held = _Held(self._most)
        rows.serialize(held, QueryResultsFormat.JSON)
        body = held.value()
        if respells or self._kinds.encode() in body:
            body = self._mended(parse_query_results(body, QueryResultsFormat.JSON), columns)
        else:
            # As pyoxigraph has just written it; inside of a string these quotation marks are escaped.
            body = body.replace(b'"type":"bnode","value":"', b'"type":"bnode","value":"x-')
            body = self._skolems.sub(b'"type":"bnode","value":"', body)
        return parse_query_results(body, QueryResultsFormat.JSON)

    def _mended(self, rows: QuerySolutions, columns: list[str]) -> bytes:
        names = [name for name in columns if Variable(name) in rows.variables]
        bindings = [{n: _as_json(self._plain(row[n])) for n in names if row[n] is not None} for row in rows]
        return json.dumps({"head": {"vars": columns}, "results": {"bindings": bindings}}).encode()

    def _plain(self, term):
        """A term as the knowledge has it."""
        if isinstance(term, BlankNode):
            # One of the engine's own making must not be taken for one of ours.
            return BlankNode("x-" + term.value.replace(":", "-"))
        if not self._respells and isinstance(term, Literal):
            return term
        if isinstance(term, NamedNode) and term.value.startswith(self._kinds):
            # DATATYPE of a literal that the engine would damage, and holds under a datatype of ours.
            return NamedNode(unquote(term.value.removeprefix(self._kinds)))
        term = self.layout.unskolem(term)
        if self._respells and isinstance(term, Literal):
            return canonical(term)
        return term

    def _construct(self, sent: Rewritten, ask: Asker) -> Iterator[Triple]:
        cuts = self.connection.engine.cuts_graphs_silently
        found = self._filled_in(sent, ask) if cuts else ask(sent.text)
        seen: set[Triple] = set()
        for triple in found:
            said = Triple(self._plain(triple.subject), triple.predicate, self._plain(triple.object))
            if said not in seen:
                seen.add(said)
                yield said

    def _filled_in(self, sent: Rewritten, ask: Asker) -> Iterable[Triple]:
        """CONSTRUCT by way of the solutions: of those an engine says it when it leaves some out."""
        rows = ask(sent.solutions)
        names = [v.value for v in rows.variables]
        own = "urn:x-engine:"  # blank nodes may not stand in VALUES
        lines = []
        for row in rows:
            terms = [row[n] for n in names]
            shown = [NamedNode(own + t.value) if isinstance(t, BlankNode) else t for t in terms]
            lines.append("(" + " ".join("UNDEF" if t is None else str(t) for t in shown) + ")")
        columns = " ".join(f"?{n}" for n in names)
        with self._guard():
            made = list(
                EMPTY.query(
                    f"CONSTRUCT {{ {sent.template} }} {{ VALUES ({columns}) {{ {' '.join(lines)} }} }}"
                )
            )

        def back(term):
            if isinstance(term, NamedNode) and term.value.startswith(own):
                return BlankNode(term.value.removeprefix(own))
            return term

        return (Triple(back(t.subject), t.predicate, back(t.object)) for t in made)

    def _describe(self, sent: Rewritten, ask: Asker) -> Iterator[Triple]:
        """The statements whose subject is the thing, and those of blank nodes in them."""
        things = dict.fromkeys(sent.things or ())
        if sent.text:
            for row in ask(sent.text):
                things |= dict.fromkeys(t.value for t in row if isinstance(t, NamedNode))
        seen, queue = set(things), list(things)
        while queue:
            some, queue = queue[:AT_ONCE], queue[AT_ONCE:]
            values = " ".join(f"<{thing}>" for thing in some)
            for row in ask(f"SELECT ?s ?p ?o {{ VALUES ?s {{ {values} }} ?s ?p ?o }}"):
                part = row["o"]
                blank = isinstance(part, NamedNode) and part.value.startswith(self.scope.skolem)
                if blank and part.value not in seen:
                    seen.add(part.value)
                    queue.append(part.value)
                yield Triple(self._plain(row["s"]), row["p"], self._plain(part))


class _Held(io.RawIOBase):
    """Where an answer is kept until it is whole; refuses to grow beyond what was agreed."""

    def __init__(self, most: int | None):
        self._most = most
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data) -> int:
        self._size += len(data)
        if self._most is not None and self._size > self._most:
            raise TooMuch
        self._parts.append(bytes(data))
        return len(data)

    def value(self) -> bytes:
        return b"".join(self._parts)


def _names(graphs: Iterable[NamedNode] | None) -> list[str] | None:
    return None if graphs is None else [g.value for g in graphs]


def _bound(query: str, terms: dict[Variable, NamedNode]) -> str:
    """Variables of a SELECT with given values: one more row that every solution has to agree with."""
    columns = " ".join(str(variable) for variable in terms)
    return f"{query}\nVALUES ({columns}) {{ ({' '.join(map(str, terms.values()))}) }}"


def _as_json(term) -> dict:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    row = {"type": "literal", "value": term.value}
    if term.language:
        row["xml:lang"] = term.language
    elif term.datatype.value != XSD_STRING:
        row["datatype"] = term.datatype.value
    return row
