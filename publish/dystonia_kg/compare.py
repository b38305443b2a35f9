"""What changed between two releases: things added, removed and changed, and exactly which statements."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, RdfFormat, Store, Triple, parse

from .ask import ask

CHANGESET = "http://purl.org/vocab/changeset/schema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
PROV = "http://www.w3.org/ns/prov#"
TYPE = NamedNode(RDF + "type")
NAMES = tuple(
    NamedNode(iri)
    for iri in (
        "http://www.w3.org/2004/02/skos/core#prefLabel",
        RDFS + "label",
        "http://purl.org/dc/terms/title",
    )
)


@dataclass(frozen=True)
class Change:
    """What happened to one thing: "added", "removed" or "changed", with the statements gone and new.

    A statement is a predicate and an object; an object without a name is written as what it says.
    """

    thing: str
    kind: str
    name: str
    gone: tuple[tuple[str, str], ...]
    new: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Comparison:
    """Two versions, and the changes from the older to the newer in the order of their IRIs."""

    older: str
    newer: str
    base: str
    changes: tuple[Change, ...]

    def of(self, kind: str) -> list[Change]:
        return [change for change in self.changes if change.kind == kind]


def compare(older: Store, newer: Store) -> Comparison:
    """What changed for the things of ours; how they are counted (the statistics) does not matter."""
    before, after = (next(iter(ask(store, "dataset"))) for store in (older, newer))
    base = after["base"].value
    old, new = _told(older, base), _told(newer, base)
    changes = []
    for thing in sorted(old.keys() | new.keys()):
        was, is_ = old.get(thing, {}), new.get(thing, {})
        gone = tuple(sorted(was.keys() - is_.keys()))
        fresh = tuple(sorted(is_.keys() - was.keys()))
        if gone or fresh:
            kind = "changed" if was and is_ else "removed" if was else "added"
            changes.append(Change(thing, kind, name_of(newer if is_ else older, thing), gone, fresh))
    version = [row["version"].value if row["version"] else "0" for row in (before, after)]
    return Comparison(version[0], version[1], base, tuple(changes))


def _told(store: Store, base: str) -> dict[str, dict[tuple[str, str], None]]:
    counted = NamedNode(base + "statistics")
    found: defaultdict = defaultdict(dict)
    for graph in store.named_graphs():
        if graph == counted:
            continue
        for quad in store.quads_for_pattern(None, None, None, graph):
            if isinstance(quad.subject, NamedNode):
                found[quad.subject.value][quad.predicate.value, _written(store, quad.object, ())] = None
    return found


def _written(store: Store, term, above: tuple) -> str:
    """A term as N-Triples; a blank node as what is said of it, so that its label does not matter."""
    if not isinstance(term, BlankNode):
        return str(term)
    if term in above:
        return "[…]"
    inner = sorted(
        f"{q.predicate} {_written(store, q.object, (*above, term))}"
        for q in store.quads_for_pattern(term, None, None, DefaultGraph())
    )
    return "[ " + " ; ".join(inner) + " ]"


def name_of(store: Store, iri: str) -> str:
    """What a thing is called there, in English where there is a choice; or its IRI."""
    for predicate in NAMES:
        found = [q.object for q in store.quads_for_pattern(NamedNode(iri), predicate, None, DefaultGraph())]
        if found:
            return min(found, key=lambda o: ((o.language or "en") != "en", o.value)).value
    return iri


def as_triples(found: Comparison) -> list[Triple]:
    """The comparison as change sets: one for each thing, with the statements added and removed."""
    whole = NamedNode(f"{found.base}releases/{found.older}/changes/{found.newer}")
    made = [
        Triple(whole, TYPE, NamedNode(PROV + "Entity")),
        _row(whole, PROV + "wasDerivedFrom", NamedNode(f"{found.base}releases/{found.older}")),
        _row(whole, PROV + "wasDerivedFrom", NamedNode(f"{found.base}releases/{found.newer}")),
    ]
    for number, change in enumerate(found.changes, 1):
        one = NamedNode(f"{whole.value}#{number}")
        made += [
            Triple(one, TYPE, NamedNode(CHANGESET + "ChangeSet")),
            _row(one, CHANGESET + "subjectOfChange", NamedNode(change.thing)),
            _row(one, CHANGESET + "changeReason", Literal(change.kind, language="en")),
            _row(one, RDFS + "label", Literal(f"{change.name}: {change.kind}", language="en")),
            _row(whole, "http://purl.org/dc/terms/hasPart", one),
        ]
        for word, rows in (("removal", change.gone), ("addition", change.new)):
            for row, (predicate, value) in enumerate(rows, 1):
                statement = NamedNode(f"{one.value}-{word}-{row}")
                made += [
                    _row(one, CHANGESET + word, statement),
                    Triple(statement, TYPE, NamedNode(RDF + "Statement")),
                    _row(statement, RDF + "subject", NamedNode(change.thing)),
                    _row(statement, RDF + "predicate", NamedNode(predicate)),
                    _row(statement, RDF + "object", read_term(value)),
                ]
    return made


def _row(subject: NamedNode, predicate: str, value) -> Triple:
    return Triple(subject, NamedNode(predicate), value)


def read_term(value: str):
    """The term that N-Triples wrote; what has no name stays a sentence."""
    if value.startswith("["):
        return Literal(value)
    return next(iter(parse(f"<x:s> <x:p> {value} .", format=RdfFormat.N_TRIPLES))).object


def in_words(found: Comparison, statements: bool = True) -> Iterable[str]:
    """The comparison as a person reads it, line by line."""
    counts = ", ".join(f"{len(found.of(kind))} {kind}" for kind in ("added", "removed", "changed"))
    yield f"from {found.older} to {found.newer}: {counts}"
    for change in found.changes:
        yield f"{change.kind}: {change.name} <{change.thing}>"
        if statements and change.kind == "changed":
            yield from (f"  - <{predicate}> {value}" for predicate, value in change.gone)
            yield from (f"  + <{predicate}> {value}" for predicate, value in change.new)
