"""Property paths (SHACL §2.3.1), followed from many nodes at once."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Triple

from .graph import Graph, Table
from .terms import FIRST, NIL, REST, sh


class Path:
    """A way from focus nodes to value nodes."""

    def follow(self, graph: Graph, nodes: set[int]) -> Table:
        """Node → the nodes at the other end, each once; nodes that lead nowhere are left out."""
        raise NotImplementedError

    def text(self) -> str:
        """As in SPARQL, with full IRIs."""
        raise NotImplementedError

    def inverse(self) -> "Path":
        raise NotImplementedError

    def triples(self, label: str, out: list[Triple]):
        """The node that stands for the path; its RDF goes to `out`, blank nodes named after `label`."""
        raise NotImplementedError

    def predicates(self) -> Iterator[NamedNode]:
        """Every predicate on the way."""
        raise NotImplementedError


@dataclass(frozen=True)
class Step(Path):
    """One predicate, forwards or backwards."""

    predicate: NamedNode
    back: bool = False

    def follow(self, graph: Graph, nodes: set[int]) -> Table:
        number = graph.id(self.predicate)
        table = graph.backward(number) if self.back else graph.forward(number)
        return {n: table[n] for n in table.keys() & nodes}

    def text(self) -> str:
        return f"^<{self.predicate.value}>" if self.back else f"<{self.predicate.value}>"

    def inverse(self) -> Path:
        return Step(self.predicate, not self.back)

    def triples(self, label: str, out: list[Triple]):
        if not self.back:
            return self.predicate
        node = BlankNode(label)
        out.append(Triple(node, sh("inversePath"), self.predicate))
        return node

    def predicates(self) -> Iterator[NamedNode]:
        yield self.predicate


@dataclass(frozen=True)
class Sequence(Path):
    """One path after the other."""

    parts: tuple[Path, ...]

    def follow(self, graph: Graph, nodes: set[int]) -> Table:
        reached = self.parts[0].follow(graph, nodes)
        for part in self.parts[1:]:
            onward = part.follow(graph, set().union(*reached.values()))
            met = {n: _merge(onward, ends) for n, ends in reached.items()}
            reached = {n: ends for n, ends in met.items() if ends}
        return reached

    def text(self) -> str:
        return "(" + "/".join(p.text() for p in self.parts) + ")"

    def inverse(self) -> Path:
        return Sequence(tuple(p.inverse() for p in reversed(self.parts)))

    def triples(self, label: str, out: list[Triple]):
        return _list(self.parts, label, out)

    def predicates(self) -> Iterator[NamedNode]:
        for part in self.parts:
            yield from part.predicates()


@dataclass(frozen=True)
class Alternative(Path):
    """Any of several paths."""

    parts: tuple[Path, ...]

    def follow(self, graph: Graph, nodes: set[int]) -> Table:
        reached: dict[int, dict[int, None]] = {}
        for part in self.parts:
            for n, ends in part.follow(graph, nodes).items():
                reached.setdefault(n, {}).update(dict.fromkeys(ends))
        return {n: list(ends) for n, ends in reached.items()}

    def text(self) -> str:
        return "(" + "|".join(p.text() for p in self.parts) + ")"

    def inverse(self) -> Path:
        return Alternative(tuple(p.inverse() for p in self.parts))

    def triples(self, label: str, out: list[Triple]):
        node = BlankNode(label)
        out.append(Triple(node, sh("alternativePath"), _list(self.parts, label + "l", out)))
        return node

    def predicates(self) -> Iterator[NamedNode]:
        for part in self.parts:
            yield from part.predicates()


@dataclass(frozen=True)
class Repeated(Path):
    """A path as often as one likes: `*` from zero, `+` from one, `?` at most once."""

    part: Path
    sign: str

    def follow(self, graph: Graph, nodes: set[int]) -> Table:
        if self.sign == "?":
            once = self.part.follow(graph, nodes)
            return {n: list(dict.fromkeys([n, *once.get(n, ())])) for n in nodes}
        onward = self._onward(graph, nodes)
        reached = {}
        for n in nodes:
            ends = _closure(onward, n)
            if self.sign == "*":
                ends = {n: None, **ends}
            if ends:
                reached[n] = list(ends)
        return reached

    def _onward(self, graph: Graph, nodes: set[int]) -> Table:
        """One step from every node that can be reached."""
        onward: Table = {}
        seen, front = set(nodes), set(nodes)
        while front:
            new = self.part.follow(graph, front)
            onward |= new
            front = set().union(*new.values()) - seen
            seen |= front
        return onward

    def text(self) -> str:
        inner = self.part.text()
        return (f"({inner})" if inner.startswith("^") else inner) + self.sign

    def inverse(self) -> Path:
        return Repeated(self.part.inverse(), self.sign)

    def triples(self, label: str, out: list[Triple]):
        node = BlankNode(label)
        name = next(k for k, sign in SIGNS.items() if sign == self.sign)
        out.append(Triple(node, sh(name), self.part.triples(label + "r", out)))
        return node

    def predicates(self) -> Iterator[NamedNode]:
        yield from self.part.predicates()


#: How SHACL calls repetition, and its sign in SPARQL.
SIGNS = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}


def _merge(onward: Table, nodes: list[int]) -> list[int]:
    if len(nodes) == 1:
        return onward.get(nodes[0], [])
    merged: dict[int, None] = {}
    for node in nodes:
        merged.update(dict.fromkeys(onward.get(node, ())))
    return list(merged)


def _closure(onward: Table, start: int) -> dict[int, None]:
    reached: dict[int, None] = {}
    queue = [start]
    while queue:
        for end in onward.get(queue.pop(), ()):
            if end not in reached:
                reached[end] = None
                queue.append(end)
    return reached


def _list(parts: tuple[Path, ...], label: str, out: list[Triple]):
    cells = [BlankNode(f"{label}c{i}") for i in range(len(parts))]
    for i, part in enumerate(parts):
        out.append(Triple(cells[i], FIRST, part.triples(f"{label}p{i}", out)))
        out.append(Triple(cells[i], REST, cells[i + 1] if i + 1 < len(cells) else NIL))
    return cells[0]
