"""The formats we read and write, one row each. Add a row; dumps, links and negotiation follow."""

from dataclasses import dataclass

from pyoxigraph import QueryResultsFormat, RdfFormat


@dataclass(frozen=True)
class Format:
    """One syntax: what people call it, how files end, what HTTP calls it, what Oxigraph calls it.

    `aliases` are media types that clients also ask for and that this format answers.
    """

    name: str
    extension: str
    media_type: str
    syntax: RdfFormat | QueryResultsFormat
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The Content-Type header: text is always UTF-8, and says so where the type allows it."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


#: Formats that hold one graph.
GRAPHS = (
    Format("Turtle", "ttl", "text/turtle", RdfFormat.TURTLE, ("application/x-turtle", "text/n3")),
    Format("JSON-LD", "jsonld", "application/ld+json", RdfFormat.JSON_LD, ("application/json",)),
    Format("N-Triples", "nt", "application/n-triples", RdfFormat.N_TRIPLES, ("text/plain",)),
    Format("RDF/XML", "rdf", "application/rdf+xml", RdfFormat.RDF_XML, ("application/xml", "text/xml")),
)

#: Formats that keep named graphs apart.
DATASETS = (
    Format("TriG", "trig", "application/trig", RdfFormat.TRIG),
    Format("N-Quads", "nq", "application/n-quads", RdfFormat.N_QUADS),
)

#: Formats for the rows of a SELECT and the answer of an ASK.
TABLES = (
    Format("JSON", "srj", "application/sparql-results+json", QueryResultsFormat.JSON, ("application/json",)),
    Format(
        "XML",
        "srx",
        "application/sparql-results+xml",
        QueryResultsFormat.XML,
        ("application/xml", "text/xml"),
    ),
    Format("CSV", "csv", "text/csv", QueryResultsFormat.CSV),
    Format("TSV", "tsv", "text/tab-separated-values", QueryResultsFormat.TSV),
)


def by_extension(formats: tuple[Format, ...], extension: str) -> Format | None:
    return next((f for f in formats if f.extension == extension), None)


def by_media_type(formats: tuple[Format, ...], media_type: str) -> Format | None:
    """The format of exactly this media type, or the one that answers for it."""
    return next((f for f in formats if f.media_type == media_type), None) or next(
        (f for f in formats if media_type in f.aliases), None
    )
