"""Constraints written in SPARQL (SHACL-SPARQL §5), asked once for all focus nodes where that is the same."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from ...errors import BadShape
from .constraint import Constraint, Each, Fault
from .graph import Graph
from .paths import Step
from .query import FOCUS, ready, together
from .source import name
from .terms import sh


@dataclass(frozen=True, eq=False)
class Sparql(Constraint):
    """sh:sparql with sh:select (§5.2), or a constraint component that selects what is wrong (§6.2.2)."""

    node: object
    query: str
    together: bool
    messages: tuple[Literal, ...]
    made_by: NamedNode = sh("SPARQLConstraintComponent")
    kind = "SPARQL"

    @property
    def component(self) -> NamedNode:
        return self.made_by

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        graph, terms, seen = run.graph, run.graph.terms, set()
        nodes = sorted(reach.focus)
        for batch in [nodes] if self.together else [[node] for node in nodes]:
            for row in rows(graph, self.query, batch, self.node):
                row.setdefault("this", batch[0])
                fault = self._fault(row, shape, terms)
                if fault not in seen:
                    seen.add(fault)
                    yield fault

    def _fault(self, row: dict[str, int], shape, terms: list) -> Fault:
        """What a row says (§5.3.3)."""
        if "failure" in row and terms[row["failure"]].value == "true":
            raise BadShape(f"{name(self.node)}: its query says that it failed")
        value, path = row.get("value"), row.get("path")
        if value is None and shape.path is None:
            value = row["this"]
        told = (terms[row["message"]],) if "message" in row else self.messages
        found = {variable: terms[number] for variable, number in row.items()}
        return Fault(
            row["this"],
            value,
            Step(terms[path]) if path is not None else None,
            tuple(filled(message, found) for message in told),
            self.node if self.made_by == Sparql.made_by else None,
        )

    def says(self):
        return "a query finds fault with it"


@dataclass(frozen=True, eq=False)
class Asked(Each):
    """A constraint component that asks of each value node whether it is right (§6.2.1)."""

    node: object
    query: str
    messages: tuple[Literal, ...]
    made_by: NamedNode
    kind = "SPARQL"

    @property
    def component(self) -> NamedNode:
        return self.made_by

    def bad(self, run, ends):
        return ends - {row["value"] for row in rows(run.graph, self.query, sorted(ends), self.node)}

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        return (fault._replace(messages=self.messages) for fault in super().faults(run, shape, reach))

    def says(self):
        return "a question about it is answered with no"


def rows(graph: Graph, query: str, nodes: Iterable[int], node) -> Iterator[dict[str, int]]:
    """What the query answers about these nodes; `node` is whose query it is."""
    store = graph.store
    store.extend([Quad(FOCUS, FOCUS, graph.terms[n], FOCUS) for n in nodes])
    try:
        answer = store.query(query)
        names = [variable.value for variable in answer.variables]
        for solution in answer:
            yield {n: graph.exact(solution[n]) for n in names if solution[n] is not None}
    except SyntaxError as trouble:
        raise BadShape(f"{name(node)}: {trouble}") from trouble
    finally:
        store.remove_graph(FOCUS)


def read(reader, shape, node) -> list[Constraint]:
    """The constraint that a value of sh:sparql describes."""
    source = reader.source
    if source.flag(node, sh("deactivated")):
        return []
    found = source.one(node, sh("select"))
    if not isinstance(found, Literal):
        raise BadShape(f"{name(node)}: a SPARQL constraint needs sh:select")
    query = ready(source, shape, node, found.value, {})
    return [Sparql(node, query, together(found.value), tuple(source.all(node, sh("message"))))]


def filled(message, found: dict):
    """`{?var}` and `{$var}` in a message are what was found (§5.2.1)."""
    if not isinstance(message, Literal) or "{" not in message.value:
        return message

    def said(match: re.Match) -> str:
        term = found.get(match.group(1))
        return match.group() if term is None else getattr(term, "value", str(term))

    text = re.sub(r"\{[?$](\w+)\}", said, message.value)
    return Literal(text, language=message.language) if message.language else Literal(text)
