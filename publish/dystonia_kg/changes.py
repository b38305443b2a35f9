"""
What changed between two releases, told in words: what is new, changed, obsolete or gone, shelf by shelf.

A shelf is what a shape calls the things of its class (`rdfs:label`), a line what it calls a property
(`sh:name`). A statement about a statement (`rdf:subject`, `rdf:predicate`, `rdf:object`) is told as the
sentence that it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store

from .ask import ask, prefixes
from .compare import RDF, TYPE, Comparison, name_of, read_term

OWL = "http://www.w3.org/2002/07/owl#"
DCTERMS = "http://purl.org/dc/terms/"
DEPRECATED = OWL + "deprecated"
REPLACED = DCTERMS + "isReplacedBy"

#: Characters of a value that a report to read shows.
LONGEST = 300

#: What can have happened to a thing, in the order in which it is told.
KINDS = ("new", "changed", "obsoleted", "removed")
_KIND = {"added": "new", "removed": "removed", "changed": "changed"}
_ENDS = tuple(NamedNode(RDF + end) for end in ("subject", "predicate", "object"))


@dataclass(frozen=True)
class Line:
    """One property of a thing: what was said, and what is said now."""

    property: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One thing: what happened to it, its shelf, its name, the lines that differ, what replaces it."""

    kind: str
    shelf: str
    thing: str
    name: str
    lines: tuple[Line, ...] = ()
    successors: tuple[str, ...] = ()


def account(found: Comparison, older: Store, newer: Store) -> list[Entry]:
    """Every change in words, by shelf, then by what happened, then by name."""
    before, after = _Teller(older), _Teller(newer)
    made = []
    for change in found.changes:
        kind = _KIND[change.kind]
        teller = before if kind == "removed" else after
        obsolete = (DEPRECATED, f'"true"^^<{_BOOLEAN}>')
        if obsolete in change.new:
            kind = "obsoleted"
        lines = _lines(change, before, after) if change.kind == "changed" else ()
        successors = tuple(after.told(value) for word, value in change.new if word == REPLACED)
        made.append(
            Entry(
                kind, teller.shelf(change.thing), change.thing, teller.name(change.thing), lines, successors
            )
        )
    return sorted(made, key=lambda one: (one.shelf, KINDS.index(one.kind), one.name, one.thing))


_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"


def _lines(change, before: "_Teller", after: "_Teller") -> tuple[Line, ...]:
    words = sorted({word for word, _ in (*change.gone, *change.new)}, key=lambda w: (after.line(w), w))
    return tuple(
        Line(
            after.line(word),
            tuple(sorted(before.told(value) for one, value in change.gone if one == word)),
            tuple(sorted(after.told(value) for one, value in change.new if one == word)),
        )
        for word in words
    )


class _Teller:
    """Puts the terms of one release in words."""

    def __init__(self, store: Store):
        self.store = store
        self.short = sorted(prefixes(store).items(), key=lambda row: -len(row[1]))
        self.shelves: dict[str, str] = {}
        self.lines: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        for row in ask(store, "shelves"):
            self.shelves.setdefault(row["class"].value, row["shelf"].value)
            if row["path"] is not None:
                self.lines.setdefault(row["path"].value, row["line"].value)
        self.name = cache(self._name)

    def shelf(self, thing: str) -> str:
        """What the things of its kind are called together."""
        types = self.store.quads_for_pattern(NamedNode(thing), TYPE, None, DefaultGraph())
        classes = sorted(quad.object.value for quad in types)
        found = sorted(self.shelves[one] for one in classes if one in self.shelves)
        if found:
            return min(found, key=lambda shelf: (self._size(shelf), shelf))
        if any(one.startswith(OWL) or one.startswith(RDF) for one in classes):
            return "terms"
        return "other things"

    def _size(self, shelf: str) -> int:
        """How many things are on a shelf: the fewer, the more it says of one of them."""
        if shelf not in self.sizes:
            self.sizes[shelf] = sum(
                1
                for kind, name in self.shelves.items()
                if name == shelf
                for _ in self.store.quads_for_pattern(None, TYPE, NamedNode(kind), DefaultGraph())
            )
        return self.sizes[shelf]

    def line(self, word: str) -> str:
        """What a property is called."""
        return self.lines.get(word) or self.name(word)

    def told(self, value: str) -> str:
        """A value, written as in N-Triples, as a person reads it."""
        if value.startswith("["):
            return value
        term = read_term(value)
        if isinstance(term, NamedNode):
            return self.name(term.value)
        if isinstance(term, Literal):
            return (
                f"“{term.value}”"
                if not term.language or term.language == "en"
                else f"“{term.value}” ({term.language})"
            )
        return value

    def _name(self, iri: str) -> str:
        found = name_of(self.store, iri)
        if found != iri:
            return found
        ends = [self._end(iri, end) for end in _ENDS]
        if all(ends):
            return " ".join(ends)
        for prefix, namespace in self.short:
            if iri.startswith(namespace) and iri != namespace:
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    def _end(self, iri: str, end: NamedNode) -> str:
        for quad in self.store.quads_for_pattern(NamedNode(iri), end, None, DefaultGraph()):
            if isinstance(quad.object, NamedNode):
                return self.line(quad.object.value) if end == _ENDS[1] else self.name(quad.object.value)
            return self.told(str(quad.object))
        return ""


def counts(entries: list[Entry]) -> dict[str, dict[str, int]]:
    """Shelf → what happened → how often."""
    found: dict[str, dict[str, int]] = {}
    for entry in entries:
        row = found.setdefault(entry.shelf, dict.fromkeys(KINDS, 0))
        row[entry.kind] += 1
    return found


def as_markdown(found: Comparison, entries: list[Entry]) -> str:
    """The report to read, or to put into the notes of a release."""
    lines = [f"# Changes from {found.older} to {found.newer}", ""]
    if not entries:
        return "\n".join([*lines, "Nothing changed.", ""])
    lines += [f"| | {' | '.join(KINDS)} |", f"|---|{'---:|' * len(KINDS)}"]
    for shelf, row in counts(entries).items():
        lines.append(f"| {shelf} | {' | '.join(str(row[kind] or '') for kind in KINDS)} |")
    shelf = kind = ""
    for entry in entries:
        if entry.shelf != shelf:
            shelf, kind = entry.shelf, ""
            lines += ["", f"## {shelf[:1].upper()}{shelf[1:]}"]
        if entry.kind != kind:
            kind = entry.kind
            lines += ["", f"### {kind[:1].upper()}{kind[1:]}", ""]
        lines.append(f"- [{_escaped(entry.name)}](<{entry.thing}>){_use(entry)}")
        lines += [f"  - {_escaped(told)}" for told in _sentences(entry)]
    return "\n".join([*lines, ""])


def _use(entry: Entry) -> str:
    return f": use {_escaped(' or '.join(entry.successors))}" if entry.successors else ""


def _escaped(text: str) -> str:
    for sign in "\\[]*_<>|`":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())


def _sentences(entry: Entry) -> Iterable[str]:
    for line in entry.lines:
        if len(line.before) == len(line.after) == 1:
            yield f"{line.property}: {_short(line.before[0])} → {_short(line.after[0])}"
        else:
            yield from (f"{line.property}: no longer {_short(told)}" for told in line.before)
            yield from (f"{line.property}: now {_short(told)}" for told in line.after)


def _short(told: str) -> str:
    """A page is read, so long texts are cut there; the table has them whole."""
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}…”"


def as_tsv(entries: list[Entry]) -> str:
    """One row for each line that differs, and one for each thing that is new or gone."""
    rows = ["change\tshelf\tiri\tname\tproperty\tbefore\tafter"]
    for entry in entries:
        head = (entry.kind, entry.shelf, entry.thing, entry.name)
        told = [(line.property, " | ".join(line.before), " | ".join(line.after)) for line in entry.lines]
        for row in told or [("", "", "")]:
            rows.append("\t".join(" ".join(cell.split()) for cell in (*head, *row)))
    return "\n".join(rows) + "\n"
