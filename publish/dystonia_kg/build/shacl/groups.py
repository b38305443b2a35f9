"""Constraints on all value nodes of a focus node together (SHACL §4.2, §4.4.5, §4.5, §4.8)."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from .constraint import Constraint, Fault
from .literals import compare, is_lang_string
from .paths import Step


@dataclass(frozen=True, eq=False)
class AtLeast(Constraint):
    """sh:minCount (§4.2.1)."""

    bound: int
    kind = "MinCount"

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        if self.bound > 0:
            few = {f for f, ends in reach.rows() if len(ends) < self.bound}
            few |= reach.focus - reach.table.keys()
            yield from map(Fault, few)

    def says(self):
        return f"has fewer than {self.bound}"


@dataclass(frozen=True, eq=False)
class AtMost(Constraint):
    """sh:maxCount (§4.2.2)."""

    bound: int
    kind = "MaxCount"

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        return (Fault(f) for f, ends in reach.rows() if len(ends) > self.bound)

    def says(self):
        return f"has more than {self.bound}"


@dataclass(frozen=True, eq=False)
class OncePerLanguage(Constraint):
    """sh:uniqueLang (§4.4.5)."""

    kind = "UniqueLang"

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        terms = run.graph.terms
        for focus, ends in reach.rows():
            if len(ends) < 2:
                continue
            told: dict[str, int] = {}
            for end in ends:
                term = terms[end]
                if isinstance(term, Literal) and is_lang_string(term):
                    told[term.language.lower()] = told.get(term.language.lower(), 0) + 1
            for tag in sorted(tag for tag, times in told.items() if times > 1):
                yield Fault(focus, messages=(Literal(f'has more than one in the language "{tag}"'),))

    def says(self):
        return "has more than one in the same language"


@dataclass(frozen=True, eq=False)
class SameAs(Constraint):
    """sh:equals (§4.5.1)."""

    other: NamedNode
    kind = "Equals"

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        table = run.graph.forward(run.graph.id(self.other))
        for focus in reach.focus:
            here, there = set(reach.of(focus)), set(table.get(focus, ()))
            yield from (Fault(focus, end) for end in here ^ there)

    def says(self):
        return f"is not the same as {self.other.value}"


@dataclass(frozen=True, eq=False)
class ApartFrom(Constraint):
    """sh:disjoint (§4.5.2)."""

    other: NamedNode
    kind = "Disjoint"

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        table = run.graph.forward(run.graph.id(self.other))
        for focus in table.keys() & reach.focus:
            there = table[focus]
            yield from (Fault(focus, end) for end in reach.of(focus) if end in there)

    def says(self):
        return f"is also given by {self.other.value}"


@dataclass(frozen=True, eq=False)
class Before(Constraint):
    """sh:lessThan and sh:lessThanOrEquals (§4.5.3, §4.5.4): each value node before each of the others."""

    kind: str
    other: NamedNode
    holds: Callable[[int, int], bool]

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        graph = run.graph
        table = graph.forward(graph.id(self.other))
        for focus in table.keys() & reach.focus:
            for end in reach.of(focus):
                for other in table[focus]:
                    sign = compare(graph.terms[end], graph.terms[other])
                    if sign is None or not self.holds(sign, 0):
                        yield Fault(focus, end)

    def says(self):
        equal = " or equal to" if self.kind.endswith("Equals") else ""
        return f"is not less than{equal} {self.other.value}"


ORDERS: dict[str, Callable[[int, int], bool]] = {
    "lessThan": operator.lt,
    "lessThanOrEquals": operator.le,
}


@dataclass(frozen=True, eq=False)
class Has(Constraint):
    """sh:hasValue (§4.8.2)."""

    wanted: object
    kind = "HasValue"

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        wanted = run.graph.id(self.wanted)
        having = {focus for focus, _ in reach.to({wanted})}
        return (Fault(focus) for focus in reach.focus - having)

    def says(self):
        return f"does not have {getattr(self.wanted, 'value', self.wanted)}"


@dataclass(frozen=True, eq=False)
class Closed(Constraint):
    """sh:closed with sh:ignoredProperties (§4.8.1): predicate by predicate, not node by node."""

    allowed: frozenset[NamedNode]
    kind = "Closed"

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        graph = run.graph
        allowed = {graph.id(p) for p in self.allowed}
        for predicate in graph.predicates:
            if predicate in allowed:
                continue
            table = graph.forward(predicate)
            path = Step(graph.terms[predicate])
            for focus, end in reach.to(table.keys() & reach.ends):
                yield from (Fault(focus, there, path) for there in table[end])

    def says(self):
        return "has a property that is not allowed here"
