"""
What is peculiar to each SPARQL engine, as data: one row each. docs/engines.md says how each was tried.

Everything else is SPARQL 1.1 Protocol, Update and Graph Store Protocol, the same for all.
"""

from dataclasses import dataclass

from pyoxigraph import Literal

XSD = "http://www.w3.org/2001/XMLSchema#"

#: What Virtuoso 7 turns into a bare number.
DURATIONS = frozenset(XSD + name for name in ("duration", "yearMonthDuration", "dayTimeDuration"))

INTEGERS = frozenset(
    XSD + name
    for name in (
        "integer",
        "nonNegativeInteger",
        "positiveInteger",
        "nonPositiveInteger",
        "negativeInteger",
        "long",
        "int",
        "short",
        "byte",
        "unsignedLong",
        "unsignedInt",
        "unsignedShort",
        "unsignedByte",
    )
)


@dataclass(frozen=True)
class Engine:
    """One kind of engine.

    `query`, `update` and `graphs` are paths below the one address that a person gives; None: there is none.
    `server` and `header` are how an answer gives the engine away: what its Server header begins with, and a
    header that only this engine sends; `host` is a part of its host names.
    """

    name: str
    title: str
    query: str = ""
    update: str | None = None
    graphs: str | None = None
    server: str = ""
    header: str = ""
    host: str = ""
    #: The request parameter with a query's time limit, and how many of its units are a second.
    timeout: str | None = None
    timeout_units: int = 1000
    #: How a graph is named to the Graph Store Protocol.
    graph_parameter: str = "graph"
    #: What N-Triples are sent as.
    upload: str = "application/n-triples"
    #: A header that is there when rows were cut: its value is how many are sent at most.
    cut: str | None = None
    #: A header that is there when an answer is only a part, with status 200.
    partial: str | None = None
    #: CONSTRUCT and DESCRIBE are cut at one triple more than that without any header.
    cuts_graphs_silently: bool = False
    #: Each graph of a request is repeated in a header of the answer, and clients take a hundred headers; so
    #: the graphs go into the text of the query.
    repeats_graphs: bool = False
    #: How many rows of a graph are asked for at once; None where the engine sends them as it finds them.
    page: int | None = None
    #: How a name and a password are sent.
    auth: str = "basic"
    #: Values may come back in another spelling than the embedded store's: 1 for true, 1.50 for 1.5.
    respells: bool = True
    #: Literals that do not come back with the value they had.
    damages: frozenset[str] = frozenset()
    #: Digits of a number that survive; None: all.
    digits: int | None = None

    def keeps(self, literal: Literal) -> bool:
        """Whether a literal that is stored here comes back with an equal value."""
        kind = literal.datatype.value
        if kind in self.damages:
            return False
        if self.digits is None or not kind.startswith(XSD):
            return True
        text = literal.value
        if kind in INTEGERS or kind == XSD + "decimal":
            whole = text.lstrip("+-")
            well = whole.replace(".", "", 1) if kind == XSD + "decimal" else whole
            return well.isascii() and well.isdigit() and len(well.lstrip("0")) <= self.digits
        if kind in (XSD + "double", XSD + "float", XSD + "boolean"):
            return _is_one(kind, text)
        # Years before our era lose a digit.
        return not (text.startswith("-") and not text.startswith("--"))


def _is_one(kind: str, text: str) -> bool:
    if kind == XSD + "boolean":
        return text in ("true", "false", "1", "0")
    try:
        float(text)
    except ValueError:
        return False
    return True


OXIGRAPH = Engine(
    "oxigraph",
    "Oxigraph server",
    query="query",
    update="update",
    graphs="store",
    server="Oxigraph/",
    respells=False,
)

VIRTUOSO = Engine(
    "virtuoso",
    "Virtuoso",
    query="sparql",
    update="sparql-auth",
    graphs="sparql-graph-crud-auth",
    server="Virtuoso/",
    timeout="timeout",
    timeout_units=1000,
    upload="text/turtle",
    cut="X-SPARQL-MaxRows",
    partial="X-SQL-State",
    cuts_graphs_silently=True,
    repeats_graphs=True,
    page=100_000,
    auth="digest",
    damages=DURATIONS,
    digits=15,
)

FUSEKI = Engine(
    "fuseki",
    "Apache Jena Fuseki",
    query="query",
    update="update",
    graphs="data",
    server="Apache Jena Fuseki",
    header="Fuseki-Request-Id",
    timeout="timeout",
    timeout_units=1,
)

GRAPHDB = Engine(
    "graphdb",
    "GraphDB",
    update="statements",
    graphs="rdf-graphs/service",
    server="GraphDB",
    timeout="timeout",
    timeout_units=1,
)

STARDOG = Engine(
    "stardog",
    "Stardog",
    query="query",
    update="update",
    graphs="",
    server="Stardog",
    timeout="timeout",
    timeout_units=1000,
)

QLEVER = Engine(
    "qlever",
    "QLever",
    update="",
    graphs="",
    server="QLever",
)

NEPTUNE = Engine(
    "neptune",
    "Amazon Neptune",
    query="sparql",
    update="sparql",
    graphs="sparql/gsp/",
    host=".neptune.amazonaws.com",
)

#: Whatever speaks SPARQL 1.1 at the addresses that it was given.
GENERIC = Engine("generic", "a SPARQL engine")

ENGINES: dict[str, Engine] = {
    engine.name: engine for engine in (OXIGRAPH, VIRTUOSO, FUSEKI, GRAPHDB, STARDOG, QLEVER, NEPTUNE, GENERIC)
}


def recognised(url: str, headers) -> Engine:
    """The engine that sent these response headers, or that lives at such an address; else GENERIC."""
    said = headers.get("Server", "")
    for engine in ENGINES.values():
        if engine.server and said.startswith(engine.server):
            return engine
        if engine.header and engine.header in headers:
            return engine
        if engine.host and engine.host in url:
            return engine
    return GRAPHDB if "/repositories/" in url else GENERIC
