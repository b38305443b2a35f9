"""
The service description (SPARQL 1.1 Service Description): what this endpoint can do, and on what.

With it comes what the dataset says of itself (VoID), its prefixes and its example queries, because
editors look for them here. Nothing is stated that is not so: SERVICE is refused, so federation is
not among the features; the default graph is the merge of the named ones, so that is.
"""

import io
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from ...formats import Format
from .limits import MIB, Limits

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
FORMATS = "http://www.w3.org/ns/formats/"

#: The W3C's names for the formats of answers (https://www.w3.org/ns/formats/), by file extension.
NAMES = {
    "ttl": "Turtle",
    "jsonld": "JSON-LD",
    "nt": "N-Triples",
    "rdf": "RDF_XML",
    "trig": "TriG",
    "nq": "N-Quads",
    "srj": "SPARQL_Results_JSON",
    "srx": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
}

TYPE = NamedNode(RDF + "type")


def triples(endpoint: str, facts: dict, limits: Limits) -> list[Triple]:
    """The description of the service at this address."""
    service, address = NamedNode(f"{endpoint}#service"), NamedNode(endpoint)
    dataset, default = NamedNode(f"{endpoint}#dataset"), NamedNode(f"{endpoint}#default-graph")
    rows = [
        (service, TYPE, _sd("Service")),
        (service, _sd("endpoint"), address),
        (service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        (service, _sd("defaultEntailmentRegime"), NamedNode("http://www.w3.org/ns/entailment/Simple")),
        (service, _sd("defaultDataset"), dataset),
        (service, NamedNode(RDFS + "comment"), Literal(in_words(limits), language="en")),
        (dataset, TYPE, _sd("Dataset")),
        (dataset, _sd("defaultGraph"), default),
        (default, TYPE, _sd("Graph")),
        (default, NamedNode(VOID + "triples"), Literal(facts["triples"])),
    ]
    if facts.get("union", True):
        rows.append((service, _sd("feature"), _sd("UnionDefaultGraph")))
    if limits.federate:
        rows.append((service, _sd("feature"), _sd("BasicFederatedQuery")))
    rows += [(service, _sd("resultFormat"), NamedNode(FORMATS + name)) for name in NAMES.values()]
    if facts["dataset"]:
        rows.append((NamedNode(facts["dataset"]), NamedNode(VOID + "sparqlEndpoint"), address))
    for number, (graph, count) in enumerate(facts["graphs"].items(), 1):
        named, plain = NamedNode(f"{endpoint}#named-graph-{number}"), NamedNode(f"{endpoint}#graph-{number}")
        rows += [
            (dataset, _sd("namedGraph"), named),
            (named, TYPE, _sd("NamedGraph")),
            (named, _sd("name"), NamedNode(graph)),
            (named, _sd("graph"), plain),
            (plain, TYPE, _sd("Graph")),
            (plain, NamedNode(VOID + "triples"), Literal(count)),
        ]
    return [Triple(*row) for row in rows]


def in_words(limits: Limits) -> str:
    """The limits, for people."""
    return (
        f"A query ends within {limits.timeout:g} seconds and {limits.memory // MIB} MiB of memory, or is "
        f"answered with 503. An answer has at most {limits.rows} rows and {limits.size // MIB} MiB, or is "
        f"answered with 413; none is ever cut off. A query has at most {limits.length} bytes. Updates and "
        "SERVICE are refused with 403. FROM, FROM NAMED and the parameters default-graph-uri and "
        "named-graph-uri choose among the named graphs; an unknown graph is empty. DESCRIBE gives the "
        "statements whose subject is the thing. Prefixes of the published table need not be declared."
    )


def document(endpoint: str, facts: dict, limits: Limits, form: Format) -> bytes:
    """The description and what the dataset says of itself, in one of the RDF formats."""
    said = [q.triple for q in parse(io.BytesIO(facts["description"].encode()), format=RdfFormat.N_TRIPLES)]
    every = dict.fromkeys([*triples(endpoint, facts, limits), *said])
    prefixes = {**facts["prefixes"], "sd": SD, "void": VOID, "rdfs": RDFS, "formats": FORMATS}
    if form.syntax in (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML):
        return serialize(every, format=form.syntax, prefixes=prefixes)
    return serialize(every, format=form.syntax)


@lru_cache
def _sd(name: str) -> NamedNode:
    return NamedNode(SD + name)
