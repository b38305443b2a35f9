"""What a constraint is, and how it speaks to the engine."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from pyoxigraph import NamedNode

from .paths import Path
from .reach import Reach
from .terms import sh

if TYPE_CHECKING:
    from .engine import Run
    from .shapes import Shape


class Fault(NamedTuple):
    """A focus node that does not conform; what is not said here is the shape's."""

    focus: int
    value: int | None = None
    path: Path | None = None
    messages: tuple = ()
    cause: object = None


@dataclass(frozen=True, eq=False)
class Constraint:
    """One constraint of a shape, held against all focus nodes at once."""

    #: The local name of the component, without the ending that all have in common.
    kind: ClassVar[str]

    @property
    def component(self) -> NamedNode:
        return sh(self.kind + "ConstraintComponent")

    def faults(self, run: "Run", shape: "Shape", reach: Reach) -> Iterable[Fault]:
        """Every validation result, but those of property shapes below this one."""
        raise NotImplementedError

    def says(self) -> str:
        """What is wrong, for shapes without a message."""
        return f"breaks sh:{self.kind[:1].lower()}{self.kind[1:]}"


@dataclass(frozen=True, eq=False)
class Each(Constraint):
    """A constraint that a value node meets or breaks by itself, whatever the focus node is."""

    def bad(self, run: "Run", ends: set[int]) -> set[int]:
        """Those of the value nodes that break it."""
        raise NotImplementedError

    def faults(self, run: "Run", shape: "Shape", reach: Reach) -> Iterator[Fault]:
        return (Fault(focus, end) for focus, end in reach.to(self.bad(run, reach.ends)))
