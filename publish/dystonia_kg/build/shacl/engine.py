"""
Validation, shape by shape and set by set.

A validator that follows SHACL to the letter takes one focus node after the other. Here each shape
sees all its focus nodes at once: a path is followed from all of them together, a constraint looks at
each distinct value node once, and whether a node conforms to a shape is found out once, however many
other shapes ask.
"""

from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, Triple

from .constraint import Constraint, Fault
from .graph import Graph
from .logic import Below
from .reach import Reach, Same
from .result import Result
from .shapes import TARGETS, Reader, Shape


def validate(data: Iterable[Triple] | Graph, shapes: Iterable[Triple]) -> list[Result]:
    """Every validation result (SHACL §3.4), each once, in a stable order.

    Raises BadShape where a shape is not well-formed or is not understood.
    """
    targeted = Reader(shapes).targeted()
    run = Run(data if isinstance(data, Graph) else Graph(data))
    for shape in targeted:
        run.report(shape, run.focus_of(shape))
    return run.sorted()


class Run:
    """One validation of one graph."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.results: list[Result] = []
        self._reported: dict[Shape, set[int]] = {}
        self._seen: dict[Shape, set[int]] = {}
        self._failed: dict[Shape, set[int]] = {}

    def focus_of(self, shape: Shape) -> set[int]:
        """The nodes that a shape is for (SHACL §2.1.3)."""
        graph, focus = self.graph, set()
        for target, term in shape.targets:
            number = graph.id(term)
            if target == TARGETS[0]:
                focus |= graph.instances(number)
            elif target == TARGETS[1]:
                focus.add(number)
            elif target == TARGETS[2]:
                focus |= graph.forward(number).keys()
            else:
                focus |= graph.backward(number).keys()
        return focus

    def report(self, shape: Shape, focus: set[int]) -> None:
        """Write down every result for these focus nodes; a node is held against a shape only once."""
        known = self._reported.setdefault(shape, set())
        focus = focus - known
        known |= focus
        if shape.deactivated or not focus:
            return
        reach = self.reach(shape, focus)
        for constraint in shape.constraints:
            if isinstance(constraint, Below):
                self.report(constraint.inner, set(reach.ends))
            else:
                for fault in constraint.faults(self, shape, reach):
                    self.results.append(self._result(shape, constraint, fault))

    def failing(self, shape: Shape, nodes: set[int]) -> set[int]:
        """Those of the nodes that do not conform to the shape (SHACL §3.4.2)."""
        if shape.deactivated:
            return set()
        seen, failed = self._seen.setdefault(shape, set()), self._failed.setdefault(shape, set())
        new = nodes - seen
        if new:
            seen |= new
            reach = self.reach(shape, new)
            for constraint in shape.constraints:
                failed |= {fault.focus for fault in constraint.faults(self, shape, reach)}
        return nodes & failed

    def sorted(self) -> list[Result]:
        """Results, each once. Blank nodes are in the order of the input: their labels are accidents."""

        def place(term) -> str:
            return f"_:{self.graph.id(term):012}" if isinstance(term, BlankNode) else str(term)

        return sorted(set(self.results), key=lambda result: result.key(place))

    def reach(self, shape: Shape, focus: set[int]) -> Reach:
        """The value nodes of these focus nodes."""
        return Same(focus) if shape.path is None else Reach(focus, shape.path.follow(self.graph, focus))

    def _result(self, shape: Shape, constraint: Constraint, fault: Fault) -> Result:
        terms = self.graph.terms
        return Result(
            focus=terms[fault.focus],
            path=fault.path or shape.path,
            value=None if fault.value is None else terms[fault.value],
            component=constraint.component,
            shape=shape.node,
            severity=shape.severity,
            messages=shape.messages or fault.messages or (Literal(constraint.says()),),
            cause=fault.cause,
        )
