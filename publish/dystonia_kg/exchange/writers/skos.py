"""The concepts and their schemes in plain SKOS, for thesaurus tools."""

from collections.abc import Iterator

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, RdfFormat, Triple, serialize

from ..edition import Edition
from ..ours import DCTERMS, OWL, RDF, SKOS
from . import File

NAME = "skos"
TITLE = "SKOS"
MEDIA_TYPE = "text/turtle"

_TYPE = NamedNode(RDF + "type")
_KEPT = frozenset((DCTERMS + "source", DCTERMS + "title", DCTERMS + "description", DCTERMS + "license",
                   DCTERMS + "isReplacedBy", OWL + "deprecated"))  # fmt: skip


def files(edition: Edition) -> Iterator[File]:
    used = list(triples(edition))
    iris = [term.value for t in used for term in t if isinstance(term, NamedNode)]
    prefixes = {p: ns for p, ns in edition.names.table(iris).items() if ns.endswith(("/", "#", "_"))}
    body = serialize(used, format=RdfFormat.TURTLE, prefixes=prefixes)
    yield File("concepts.skos.ttl", MEDIA_TYPE, f"{edition.title} as SKOS", body)


def triples(edition: Edition) -> Iterator[Triple]:
    """What SKOS has words for, about concepts and schemes, and the inverse of broader."""
    types = edition.ours.types
    kinds = {SKOS + "Concept", SKOS + "ConceptScheme"}
    ours = sorted(iri for iri, of in types.items() if of & kinds and iri.startswith(edition.base))
    found: set[Triple] = set()
    for iri in ours:
        me = NamedNode(iri)
        for kind in sorted(types[iri] & kinds):
            found.add(Triple(me, _TYPE, NamedNode(kind)))
        for quad in edition.ours.store.quads_for_pattern(me, None, None, DefaultGraph()):
            predicate = quad.predicate.value
            if isinstance(quad.object, BlankNode) or not (predicate.startswith(SKOS) or predicate in _KEPT):
                continue
            found.add(Triple(me, quad.predicate, quad.object))
            if predicate == SKOS + "broader" and isinstance(quad.object, NamedNode):
                found.add(Triple(quad.object, NamedNode(SKOS + "narrower"), me))
    yield from sorted(
        found, key=lambda t: (str(t.subject), str(t.predicate) != str(_TYPE), str(t.predicate), str(t.object))
    )
