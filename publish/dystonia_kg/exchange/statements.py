"""
An index as RDF, in the words that OBO ontologies use in OWL.

Relations (part of, has phenotype …) are written from term to term, as Ubergraph does for querying,
and not as restrictions: what is imported is there to be asked.
"""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from .index import BROAD, EXACT, NARROW, RELATED, Index
from .names import COMMON

_RDF, _RDFS, _OWL, _OBO, _OIO = (COMMON[p] for p in ("rdf", "rdfs", "owl", "obo", "oboInOwl"))
TYPE = NamedNode(_RDF + "type")
CLASS = NamedNode(_OWL + "Class")
LABEL = NamedNode(_RDFS + "label")
ABOVE = NamedNode(_RDFS + "subClassOf")
DEFINITION = NamedNode(_OBO + "IAO_0000115")
REPLACED = NamedNode(_OBO + "IAO_0100001")
DEPRECATED = NamedNode(_OWL + "deprecated")
XREF = NamedNode(_OIO + "hasDbXref")
ALTERNATIVE = NamedNode(_OIO + "hasAlternativeId")
VERSION = NamedNode(_OWL + "versionInfo")
ONTOLOGY = NamedNode(_OWL + "Ontology")
TRUE = Literal("true", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))
SYNONYM = {
    EXACT: NamedNode(_OIO + "hasExactSynonym"),
    RELATED: NamedNode(_OIO + "hasRelatedSynonym"),
    BROAD: NamedNode(_OIO + "hasBroadSynonym"),
    NARROW: NamedNode(_OIO + "hasNarrowSynonym"),
}


def node(iri: str) -> NamedNode | None:
    """The IRI as a term of RDF, or nothing when it is not one."""
    try:
        return NamedNode(iri)
    except ValueError:
        return None


def statements(index: Index) -> Iterator[Triple]:
    """What the index knows, one statement at a time."""
    for term in index.terms.values():
        subject = node(term.iri)
        if subject is None:
            continue
        if term.defined:
            yield Triple(subject, TYPE, CLASS)
        if term.name:
            yield Triple(subject, LABEL, Literal(term.name))
        if term.definition:
            yield Triple(subject, DEFINITION, Literal(term.definition))
        for reach, text in term.synonyms:
            yield Triple(subject, SYNONYM[reach], Literal(text))
        for text in term.xrefs:
            yield Triple(subject, XREF, Literal(text))
        if term.deprecated:
            yield Triple(subject, DEPRECATED, TRUE)
        yield from _links(subject, ABOVE, term.parents)
        yield from _links(subject, REPLACED, term.successors)
        for relation, target in term.relations:
            predicate = node(relation)
            if predicate is not None:
                yield from _links(subject, predicate, [target])
    for match in index.matches:
        if match.negated:
            continue
        subject, predicate = node(match.subject), node(match.predicate)
        if subject is not None and predicate is not None:
            yield from _links(subject, predicate, [match.object])
    for old, new in index.merged.items():
        subject = node(new)
        if subject is not None:
            yield Triple(subject, ALTERNATIVE, Literal(old))


def _links(subject: NamedNode, predicate: NamedNode, targets: list[str]) -> Iterator[Triple]:
    for target in targets:
        value = node(target)
        if value is not None:
            yield Triple(subject, predicate, value)
