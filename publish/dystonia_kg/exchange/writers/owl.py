"""
The graph as an OWL ontology: a class for each thing, "some" for what holds of every case, an equivalence
where parts define the whole.

It stays within OWL 2 EL and DL: annotation properties are declared, SKOS is not punned, and properties
get no domain or range, which in a view of this kind would conclude more than the graph says.
"""

from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from ..edition import ABOVE, CLASS, DEFINES, Edition, Thing
from ..index import EXACT
from ..names import COMMON
from ..ours import DCTERMS, EXACT_MATCH, OWL, RDF, RDFS, SKOS
from . import File

NAME = "owl"
TITLE = "OWL view"
MEDIA_TYPE = "application/rdf+xml"

OBO, OIO = COMMON["obo"], COMMON["oboInOwl"]
DEFINITION = OBO + "IAO_0000115"
REPLACED_BY = OBO + "IAO_0100001"
TYPE = NamedNode(RDF + "type")
_BOOLEAN = NamedNode("http://www.w3.org/2001/XMLSchema#boolean")


def files(edition: Edition) -> Iterator[File]:
    prefixes = {p: ns for p, ns in edition.names.namespaces.items() if p.isidentifier()}
    body = serialize(list(axioms(edition)), format=RdfFormat.RDF_XML, prefixes=prefixes)
    yield File("ontology.owl", MEDIA_TYPE, f"{edition.title} as OWL", body)


def iri_of(edition: Edition) -> str:
    """The ontology's own IRI: where the file is found."""
    return f"{edition.base}dump/ontology.owl"


class Builder:
    """Collects axioms as RDF; blank nodes are numbered, so that the bytes are the same each time."""

    def __init__(self):
        self.triples: dict[Triple, None] = {}
        self.count = 0

    def say(self, subject, predicate: str, value) -> None:
        value = NamedNode(value) if isinstance(value, str) else value
        subject = NamedNode(subject) if isinstance(subject, str) else subject
        self.triples[Triple(subject, NamedNode(predicate), value)] = None

    def fresh(self) -> BlankNode:
        self.count += 1
        return BlankNode(f"n{self.count:06d}")

    def some(self, relation: str, filler: str) -> BlankNode:
        """The class of what has this relation to some member of that class."""
        node = self.fresh()
        self.say(node, RDF + "type", OWL + "Restriction")
        self.say(node, OWL + "onProperty", relation)
        self.say(node, OWL + "someValuesFrom", filler)
        return node

    def both(self, parts: list) -> BlankNode:
        """The class of what is in all of these."""
        node = self.fresh()
        self.say(node, RDF + "type", CLASS)
        rest: BlankNode | NamedNode = NamedNode(RDF + "nil")
        for part in reversed(parts):
            cell = self.fresh()
            self.say(cell, RDF + "first", part)
            self.say(cell, RDF + "rest", rest)
            rest = cell
        self.say(node, DEFINES, rest)
        return node

    def annotate(self, subject: str, predicate: str, text: str, language: str = "") -> None:
        self.say(subject, predicate, Literal(text, language=language) if language else Literal(text))


def axioms(edition: Edition) -> list[Triple]:
    """The ontology as triples, in a stable order."""
    made = Builder()
    classes = edition.members(CLASS)
    _header(edition, made)
    for kind in sorted(edition.aligned.get(CLASS, ())):
        _word(edition, made, kind, CLASS)
    for relation in used_relations(edition, classes):
        _word(edition, made, relation, OWL + "ObjectProperty")
        for wider in edition.wider(relation):
            _word(edition, made, wider, OWL + "ObjectProperty")
            made.say(relation, RDFS + "subPropertyOf", wider)
    for thing in classes.values():
        _thing(edition, made, thing, classes)
    _declare(made)
    return list(made.triples)


def used_relations(edition: Edition, classes: dict[str, Thing]) -> list[str]:
    """The relations that stand in some axiom."""
    return sorted({relation for thing in classes.values() for relation, _ in relations(thing, classes)})


def relations(thing: Thing, classes: dict[str, Thing]) -> list[tuple[str, str]]:
    """What holds of every case of a thing: relation and class, both in the view."""
    return [pair for pair in thing.some if pair[1] in classes]


def definition(thing: Thing, classes: dict[str, Thing]) -> list[tuple[str, str]]:
    """The parts that together define a thing; one part alone defines nothing."""
    parts = [pair for pair in thing.whole if pair[1] in classes]
    return parts if len(parts) > 1 else []


def parents(edition: Edition, thing: Thing, classes: dict[str, Thing]) -> list[str]:
    """The classes above: other things, or else the thing's kind."""
    found = sorted({up for up in thing.parents if up in classes and up != thing.iri})
    return found or edition.kinds(thing, CLASS)


def _header(edition: Edition, made: Builder) -> None:
    me = iri_of(edition)
    made.say(me, RDF + "type", OWL + "Ontology")
    made.say(me, OWL + "versionIRI", f"{edition.base}dump/{edition.version}/ontology.owl")
    made.annotate(me, OWL + "versionInfo", edition.version)
    made.annotate(me, DCTERMS + "title", edition.title)
    if edition.ours.description:
        made.annotate(me, DCTERMS + "description", edition.ours.description)
    if edition.ours.license:
        made.say(me, DCTERMS + "license", edition.ours.license)
    made.say(me, DCTERMS + "source", edition.base)


def _word(edition: Edition, made: Builder, iri: str, kind: str) -> None:
    word = edition.word(iri)
    made.say(iri, RDF + "type", kind)
    made.annotate(iri, RDFS + "label", word.name)
    if word.definition:
        made.annotate(iri, DEFINITION, word.definition)


def _thing(edition: Edition, made: Builder, thing: Thing, classes: dict[str, Thing]) -> None:
    me = thing.iri
    made.say(me, RDF + "type", CLASS)
    made.annotate(me, RDFS + "label", thing.name)
    made.annotate(me, OIO + "id", edition.names.compact(me))
    if thing.definition:
        made.annotate(me, DEFINITION, thing.definition)
    for reach, text in thing.synonyms:
        made.annotate(me, OIO + ("hasExactSynonym" if reach == EXACT else "hasRelatedSynonym"), text)
    for predicate, text, language in thing.foreign:
        exact = RDFS + "label" if predicate == SKOS + "prefLabel" else OIO + "hasExactSynonym"
        made.annotate(me, exact, text, language)
    for note in thing.notes:
        made.annotate(me, RDFS + "comment", note)
    for source in thing.sources:
        made.say(me, DCTERMS + "source", source)
    for mapping in thing.mappings:
        made.say(me, mapping.predicate, mapping.object)
        if mapping.predicate == EXACT_MATCH:
            made.annotate(me, OIO + "hasDbXref", edition.names.compact(mapping.object))
    if thing.deprecated:
        made.say(me, OWL + "deprecated", Literal("true", datatype=_BOOLEAN))
        for successor in thing.successors:
            made.say(me, REPLACED_BY, successor)
        return
    above = parents(edition, thing, classes)
    for up in above:
        made.say(me, ABOVE, up)
    whole = definition(thing, classes)
    if whole:
        pieces = [NamedNode(up) for up in above] + [made.some(*pair) for pair in whole]
        made.say(me, OWL + "equivalentClass", made.both(pieces))
    for pair in relations(thing, classes):
        if pair not in whole:
            made.say(me, ABOVE, made.some(*pair))


def _declare(made: Builder) -> None:
    """Every property that is neither OWL's own nor one of ours is an annotation property, and says so."""
    known = {
        t.subject.value for t in made.triples if t.predicate == TYPE and isinstance(t.subject, NamedNode)
    }
    built_in = (RDF, OWL)
    used = {t.predicate.value for t in made.triples}
    plain = {RDFS + "label", RDFS + "comment", ABOVE, RDFS + "subPropertyOf"}
    for predicate in sorted(used - known - plain):
        if not predicate.startswith(built_in):
            made.say(predicate, RDF + "type", OWL + "AnnotationProperty")
