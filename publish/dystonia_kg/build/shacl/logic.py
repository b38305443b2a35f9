"""Constraints that are made of other shapes (SHACL §4.6, §4.7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .constraint import Constraint, Each, Fault

if TYPE_CHECKING:
    from .shapes import Shape


@dataclass(frozen=True, eq=False)
class Conforming(Each):
    """sh:node (§4.7.1)."""

    inner: "Shape"
    kind = "Node"

    def bad(self, run, ends):
        return run.failing(self.inner, ends)

    def says(self):
        return f"does not conform to {self.inner.name}"


@dataclass(frozen=True, eq=False)
class Not(Each):
    """sh:not (§4.6.1)."""

    inner: "Shape"
    kind = "Not"

    def bad(self, run, ends):
        return ends - run.failing(self.inner, ends)

    def says(self):
        return f"conforms to {self.inner.name}, which it must not"


@dataclass(frozen=True, eq=False)
class And(Each):
    """sh:and (§4.6.2)."""

    members: tuple["Shape", ...]
    kind = "And"

    def bad(self, run, ends):
        return set().union(*(run.failing(member, ends) for member in self.members))

    def says(self):
        return "does not conform to all of " + ", ".join(m.name for m in self.members)


@dataclass(frozen=True, eq=False)
class Or(Each):
    """sh:or (§4.6.3): only what failed one member is held against the next."""

    members: tuple["Shape", ...]
    kind = "Or"

    def bad(self, run, ends):
        left = ends
        for member in self.members:
            left = run.failing(member, left)
        return set(left)

    def says(self):
        return "does not conform to any of " + ", ".join(m.name for m in self.members)


@dataclass(frozen=True, eq=False)
class Xone(Each):
    """sh:xone (§4.6.4): exactly one."""

    members: tuple["Shape", ...]
    kind = "Xone"

    def bad(self, run, ends):
        once: set[int] = set()
        more: set[int] = set()
        for member in self.members:
            met = ends - run.failing(member, ends)
            more |= once & met
            once |= met
        return ends - (once - more)

    def says(self):
        return "does not conform to exactly one of " + ", ".join(m.name for m in self.members)


@dataclass(frozen=True, eq=False)
class Below(Constraint):
    """sh:property (§4.7.2): what the property shape finds is its own results, not results of this one."""

    inner: "Shape"
    kind = "Property"

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        return (Fault(focus, end) for focus, end in reach.to(run.failing(self.inner, reach.ends)))


@dataclass(frozen=True, eq=False)
class Qualified(Constraint):
    """sh:qualifiedValueShape with one of its two counts (§4.7.3)."""

    kind: str
    inner: "Shape"
    bound: int
    siblings: tuple["Shape", ...]

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        counted = reach.ends - run.failing(self.inner, reach.ends)
        for sibling in self.siblings:
            counted = counted & run.failing(sibling, counted)
        least = self.kind == "QualifiedMinCount"
        for focus in reach.focus:
            found = sum(end in counted for end in reach.of(focus))
            if found < self.bound if least else found > self.bound:
                yield Fault(focus)

    def says(self):
        amount = "fewer" if self.kind == "QualifiedMinCount" else "more"
        return f"has {amount} than {self.bound} that conform to {self.inner.name}"
