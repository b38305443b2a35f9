"""
An index as RDF, in the words that OBO ontologies use in OWL.

Relations (part of, has phenotype …) are written from term to term, as Ubergraph does for querying,
and not as restrictions: what is imported is there to be asked.
"""

import re
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from .index import BROAD, EXACT, NARROW, RELATED, Index
from .names import COMMON

_RDF, _RDFS, _OWL, _OBO, _OIO = (COMMON[p] for p in ("rdf", "rdfs", "owl", "obo", "oboInOwl"))
TYPE = _RDF + "type"
CLASS = _OWL + "Class"
LABEL = _RDFS + "label"
ABOVE = _RDFS + "subClassOf"
DEFINITION = _OBO + "IAO_0000115"
REPLACED = _OBO + "IAO_0100001"
DEPRECATED = _OWL + "deprecated"
XREF = _OIO + "hasDbXref"
ALTERNATIVE = _OIO + "hasAlternativeId"
TRUE = Literal("true", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))
SYNONYM = {
    EXACT: _OIO + "hasExactSynonym",
    RELATED: _OIO + "hasRelatedSynonym",
    BROAD: _OIO + "hasBroadSynonym",
    NARROW: _OIO + "hasNarrowSynonym",
}

#: What ends a text of N-Triples, or its line.
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
_TO_ESCAPE = re.compile(r'[\\"\n\r]')


def node(iri: str) -> NamedNode | None:
    """The IRI as a term of RDF, or nothing when it is not one."""
    try:
        return NamedNode(iri)
    except ValueError:
        return None


def statements(index: Index) -> Iterator[Triple]:
    """What the index knows, one statement at a time."""
    nodes: dict[str, NamedNode | None] = {}

    def known(iri: str) -> NamedNode | None:
        if iri not in nodes:
            nodes[iri] = node(iri)
        return nodes[iri]

    for subject, predicate, value, is_text in _rows(index):
        ends = known(subject), known(predicate)
        if value is True:
            last: NamedNode | Literal | None = TRUE
        else:
            last = Literal(value) if is_text else known(value)
        if ends[0] is not None and ends[1] is not None and last is not None:
            yield Triple(ends[0], ends[1], last)


def n_triples(index: Index) -> Iterator[str]:
    """The same as lines of N-Triples: a large ontology gets into a store faster as text than as objects."""
    written: dict[str, str] = {}

    def known(iri: str) -> str:
        found = written.get(iri)
        if found is None:
            found = written[iri] = f"<{iri}>" if node(iri) is not None else ""
        return found

    for subject, predicate, value, is_text in _rows(index):
        one, two = known(subject), known(predicate)
        if value is True:
            three = str(TRUE)
        elif is_text:
            text = value.translate(_ESCAPES) if _TO_ESCAPE.search(value) else value
            three = f'"{text}"'
        else:
            three = known(value)
        if one and two and three:
            yield f"{one} {two} {three} .\n"


def _rows(index: Index) -> Iterator[tuple]:
    """Subject, predicate, value, and whether the value is text (or `True` itself)."""
    for term in index.terms.values():
        me = term.iri
        if term.defined:
            yield me, TYPE, CLASS, False
        if term.name:
            yield me, LABEL, term.name, True
        if term.definition:
            yield me, DEFINITION, term.definition, True
        for reach, text in term.synonyms:
            yield me, SYNONYM[reach], text, True
        for text in term.xrefs:
            yield me, XREF, text, True
        if term.deprecated:
            yield me, DEPRECATED, True, True
        for parent in term.parents:
            yield me, ABOVE, parent, False
        for successor in term.successors:
            yield me, REPLACED, successor, False
        for relation, target in term.relations:
            yield me, relation, target, False
    for match in index.matches:
        if not match.negated:
            yield match.subject, match.predicate, match.object, False
    for old, new in index.merged.items():
        yield new, ALTERNATIVE, old, True
