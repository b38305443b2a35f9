"""Focus nodes and the nodes their path leads to."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from .graph import Table

Pair = tuple[int, int]


class Reach:
    """For a property shape: what the path finds for each focus node."""

    def __init__(self, focus: set[int], table: Table):
        self.focus = focus
        self.table = table

    @cached_property
    def ends(self) -> set[int]:
        """Every value node of any focus node."""
        return set().union(*self.table.values())

    def to(self, ends: set[int]) -> Iterator[Pair]:
        """Focus and value node wherever the value node is one of these."""
        if not ends:
            return
        for focus, found in self.table.items():
            for end in found:
                if end in ends:
                    yield focus, end

    def of(self, focus: int) -> Iterable[int]:
        return self.table.get(focus, ())

    def rows(self) -> Iterable[tuple[int, Iterable[int]]]:
        """Each focus node with its value nodes; those without any are not told."""
        return self.table.items()


class Same(Reach):
    """For a node shape: each focus node is its own value node (SHACL §3.4)."""

    def __init__(self, focus: set[int]):
        super().__init__(focus, {})

    @property
    def ends(self) -> set[int]:
        return self.focus

    def to(self, ends: set[int]) -> Iterator[Pair]:
        return ((node, node) for node in ends & self.focus)

    def of(self, focus: int) -> Iterable[int]:
        return (focus,)

    def rows(self) -> Iterable[tuple[int, Iterable[int]]]:
        return ((node, (node,)) for node in self.focus)
