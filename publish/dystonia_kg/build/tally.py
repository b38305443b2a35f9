"""
Count what a graph holds, set by set: classes, properties, what leads where.

The graph is counted once, column by column; what is told beside it afterwards (the statistics, which count
themselves too) is small, and is added to a copy of the counts each time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from pyoxigraph import Literal, NamedNode, Triple

from .shacl.graph import Graph

VOID = "http://rdfs.org/ns/void#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE = NamedNode(RDF + "type")

#: Predicates of these vocabularies build our own house; they are no links to others.
_MORTAR = (
    RDF,
    VOID,
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/ns/dcat#",
    "http://www.w3.org/ns/shacl#",
)

Row = tuple[int, int, int]


@dataclass
class Property:
    """Counts of one predicate."""

    triples: int = 0
    subjects: int = 0
    objects: int = 0


@dataclass
class Leads:
    """Counts of one predicate on things of one class: to which classes and datatypes it leads."""

    triples: int = 0
    classes: Counter = field(default_factory=Counter)
    datatypes: Counter = field(default_factory=Counter)

    def copy(self) -> "Leads":
        return Leads(self.triples, self.classes.copy(), self.datatypes.copy())


@dataclass
class Counts:
    """All counts; classes and predicates are numbers of the graph."""

    graph: Graph
    triples: int = 0
    ours: int = 0
    subjects: int = 0
    objects: int = 0
    properties: dict[int, Property] = field(default_factory=dict)
    #: Class → how many things are of it.
    members: Counter = field(default_factory=Counter)
    #: Class → predicate → what is told of its things.
    told: dict[int, dict[int, Leads]] = field(default_factory=dict)
    #: (prefix of others, predicate) → links.
    links: Counter = field(default_factory=Counter)

    def copy(self) -> "Counts":
        made = Counts(self.graph, self.triples, self.ours, self.subjects, self.objects)
        made.properties = {p: Property(c.triples, c.subjects, c.objects) for p, c in self.properties.items()}
        made.members, made.links = self.members.copy(), self.links.copy()
        made.told = {c: {p: leads.copy() for p, leads in by.items()} for c, by in self.told.items()}
        return made


class Tally:
    """The counts of a graph, to which little may be added."""

    def __init__(self, graph: Graph, base: str, names: dict[str, str]):
        self.graph = graph
        self.base = base
        self._own = (base + "statistics#", base + "void")
        self._spaces = sorted(((n, p) for p, n in names.items() if n), key=lambda row: (len(row[0]), row[1]))
        self._away: dict[int, str] = {}
        self._kinds: dict[int, frozenset[int]] = {}
        for s, kinds in graph.forward(graph.id(TYPE)).items():
            named = frozenset(k for k in kinds if graph.is_iri(k))
            if named:
                self._kinds[s] = named
        # What the graph says of the statistics themselves is counted with them, for they change its meaning.
        self._apart = self._about_statistics()
        self._subjects: set[int] = set()
        self._objects: set[int] = set()
        self._by_predicate: dict[int, tuple[set[int], set[int]]] = {}
        self._counts = self._whole()

    def with_more(self, triples: Iterable[Triple]) -> Counts:
        """The counts of the graph and these triples together."""
        graph, made = self.graph, self._counts.copy()
        rows = dict.fromkeys(self._apart)
        for t in triples:
            row = graph.id(t.subject), graph.id(t.predicate), graph.id(t.object)
            if row in rows or row[2] not in graph.forward(row[1]).get(row[0], ()):
                rows[row] = None
        kinds = self._with_kinds(rows)
        subjects, objects = {s for s, _, _ in rows}, {o for _, _, o in rows}
        new = subjects - self._subjects
        made.triples += len(rows)
        made.subjects += len(new)
        made.ours += sum(self._is_ours(s) for s in new)
        made.objects += len(objects - self._objects)
        for predicate, pairs in _grouped(rows).items():
            counts = made.properties.setdefault(predicate, Property())
            starts, ends = self._by_predicate.get(predicate, ((), ()))
            counts.triples += len(pairs)
            counts.subjects += len({s for s, _ in pairs}.difference(starts))
            counts.objects += len({o for _, o in pairs}.difference(ends))
            self._link(made, predicate, Counter((self._is_ours(s), self._prefix(o)) for s, o in pairs))
            self._lead(
                made, predicate, Counter((kinds.get(s, _NONE), self._target(kinds, o)) for s, o in pairs)
            )
        made.members.update(cls for s in kinds.keys() - self._kinds.keys() for cls in kinds[s])
        for s in kinds.keys() & self._kinds.keys():
            made.members.update(kinds[s] - self._kinds[s])
        return made

    def _with_kinds(self, rows: Iterable[Row]) -> dict[int, frozenset[int]]:
        kind, more = self.graph.id(TYPE), {}
        for s, p, o in rows:
            if p == kind and self.graph.is_iri(o):
                more[s] = more.get(s, self._kinds.get(s, _NONE)) | {o}
        return self._kinds | more

    def _about_statistics(self) -> list[Row]:
        graph = self.graph
        own = {
            n for n, t in enumerate(graph.terms) if isinstance(t, NamedNode) and t.value.startswith(self._own)
        }
        if not own:
            return []
        return [(s, p, o) for p in graph.predicates for s, o in graph.rows(p) if s in own or o in own]

    def _whole(self) -> Counts:
        graph, made, apart = self.graph, Counts(self.graph), set(self._apart)
        signs = _Signs(self)
        ours = [self._is_ours(n) for n in range(len(graph.terms))]
        for predicate in graph.predicates:
            rows = graph.rows(predicate)
            if apart:
                rows = [(s, o) for s, o in rows if (s, predicate, o) not in apart]
            if not rows:
                continue
            starts, ends = zip(*rows, strict=True)
            unique = set(starts), set(ends)
            self._by_predicate[predicate] = unique
            self._subjects |= unique[0]
            self._objects |= unique[1]
            made.triples += len(starts)
            made.properties[predicate] = Property(len(starts), len(unique[0]), len(unique[1]))
            if not graph.terms[predicate].value.startswith(_MORTAR):
                away = {o: self._prefix(o) for o in unique[1]}
                pairs = zip(map(ours.__getitem__, starts), map(away.__getitem__, ends), strict=True)
                self._link(made, predicate, Counter(pairs))
            pairs = zip(map(signs.subject, starts), map(signs.object, ends), strict=True)
            self._lead(made, predicate, signs.meant(Counter(pairs)))
        made.subjects, made.objects = len(self._subjects), len(self._objects)
        made.ours = sum(ours[s] for s in self._subjects)
        for kinds in self._kinds.values():
            made.members.update(kinds)
        return made

    def _link(self, made: Counts, predicate: int, pairs: Counter) -> None:
        if self.graph.terms[predicate].value.startswith(_MORTAR):
            return
        for (ours, prefix), number in pairs.items():
            if ours and prefix:
                made.links[prefix, predicate] += number

    def _lead(self, made: Counts, predicate: int, pairs: Counter) -> None:
        for (classes, target), number in pairs.items():
            for cls in classes:
                leads = made.told.setdefault(cls, {}).setdefault(predicate, Leads())
                leads.triples += number
                if isinstance(target, frozenset):
                    for inner in target:
                        leads.classes[inner] += number
                else:
                    leads.datatypes[target] += number

    def _target(self, kinds: dict[int, frozenset[int]], number: int):
        """The datatype of a literal; of all else, its classes."""
        literal = self.graph.literal(number)
        return kinds.get(number, _NONE) if literal is None else literal.datatype

    def _is_ours(self, number: int) -> bool:
        term = self.graph.terms[number]
        return isinstance(term, NamedNode) and term.value.startswith(self.base)

    def _prefix(self, number: int) -> str:
        """The prefix of others that an IRI has; nothing for what is ours or is no IRI."""
        found = self._away.get(number)
        if found is None:
            term, found = self.graph.terms[number], ""
            if isinstance(term, NamedNode) and not term.value.startswith(self.base):
                fits = [prefix for space, prefix in self._spaces if term.value.startswith(space)]
                found = fits[-1] if fits else ""
            self._away[number] = found
        return found


class _Signs:
    """A small number for each set of classes and each datatype, so that pairs of them are counted quickly."""

    def __init__(self, tally: Tally):
        self._meaning: list = []
        numbers: defaultdict = defaultdict(count().__next__)
        graph, kinds = tally.graph, tally._kinds
        none = numbers[_NONE]
        self._starts = [none] * len(graph.terms)
        for node, classes in kinds.items():
            self._starts[node] = numbers[classes]
        self._ends = list(self._starts)
        for node, term in enumerate(graph.terms):
            if isinstance(term, Literal):
                self._ends[node] = numbers[term.datatype]
        self._meaning = list(numbers)
        self.subject, self.object = self._starts.__getitem__, self._ends.__getitem__

    def meant(self, pairs: Counter) -> Counter:
        meaning = self._meaning
        return Counter({(meaning[a], meaning[b]): number for (a, b), number in pairs.items()})


_NONE: frozenset[int] = frozenset()


def _grouped(rows: Iterable[Row]) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for s, p, o in rows:
        found.setdefault(p, []).append((s, o))
    return found
