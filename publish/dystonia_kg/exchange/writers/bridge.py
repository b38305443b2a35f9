"""
Bridges: files that, loaded beside the OWL view and another ontology, join the two.

Exact becomes equivalence, broad and narrow become subclass; close and related become nothing. Only
vocabularies whose classes are of one sort with ours are bridged, and the knowledge says which those are.
"""

from collections.abc import Iterator

from pyoxigraph import Literal, RdfFormat, serialize

from ..edition import ABOVE, CLASS, Edition, Vocabulary
from ..ours import BROADER_MATCH, DCTERMS, EXACT_MATCH, NARROWER_MATCH, OWL, RDF
from . import File, owl

NAME = "bridge"
TITLE = "bridges in OWL"
MEDIA_TYPE = "application/rdf+xml"


def files(edition: Edition) -> Iterator[File]:
    for vocabulary in edition.vocabularies.values():
        if vocabulary.bridged:
            yield File(
                f"bridge-{vocabulary.prefix.lower()}.owl",
                MEDIA_TYPE,
                f"Bridge to {vocabulary.title} (OWL)",
                serialize(axioms(edition, vocabulary), format=RdfFormat.RDF_XML),
            )


def axioms(edition: Edition, vocabulary: Vocabulary) -> list:
    made = owl.Builder()
    me = f"{edition.base}dump/bridge-{vocabulary.prefix.lower()}.owl"
    made.say(me, RDF + "type", OWL + "Ontology")
    made.say(
        me, OWL + "versionIRI", f"{edition.base}dump/{edition.version}/bridge-{vocabulary.prefix.lower()}.owl"
    )
    made.say(me, OWL + "imports", owl.iri_of(edition))
    made.say(me, DCTERMS + "title", Literal(f"Bridge from {edition.title} to {vocabulary.title}"))
    if edition.ours.license:
        made.say(me, DCTERMS + "license", edition.ours.license)
    classes = edition.members(CLASS)
    for mapping in edition.mappings_into(vocabulary):
        if mapping.subject not in classes or classes[mapping.subject].deprecated:
            continue
        ends = (mapping.subject, mapping.object)
        said = {
            EXACT_MATCH: (ends[0], OWL + "equivalentClass", ends[1]),
            BROADER_MATCH: (ends[0], ABOVE, ends[1]),
            NARROWER_MATCH: (ends[1], ABOVE, ends[0]),
        }.get(mapping.predicate)
        if said:
            for end in ends:
                made.say(end, RDF + "type", CLASS)
            made.say(*said)
    for predicate in (DCTERMS + "title", DCTERMS + "license"):
        made.say(predicate, RDF + "type", OWL + "AnnotationProperty")
    return list(made.triples)
