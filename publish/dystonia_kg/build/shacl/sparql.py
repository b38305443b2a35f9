"""
Constraints written in SPARQL (SHACL-SPARQL §5), asked once for all focus nodes.

The specification asks the query once for each focus node, with `$this` bound before it is evaluated.
Here the focus nodes stand in a graph of their own, and a pattern that takes `$this` from it is put in
front of the query's pattern, and of every group within that speaks of `$this`, because a filter in a
group sees only what that group binds. Queries that count or cut rows for all focus nodes together
would have another meaning; those are asked node by node.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from ...errors import BadShape
from .constraint import Constraint, Fault
from .lexemes import groups, lexemes
from .paths import Step
from .source import name
from .terms import IMPORTS, sh

FOCUS = NamedNode("urn:x-focus:nodes")
PATTERN = f"GRAPH <{FOCUS.value}> {{ <{FOCUS.value}> <{FOCUS.value}> $this }} "

_AGGREGATES = frozenset(
    ["COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT", "HAVING", "GROUP", "LIMIT", "OFFSET"]
)
_REFUSED = frozenset(["MINUS", "VALUES", "SERVICE"])


@dataclass(frozen=True, eq=False)
class Sparql(Constraint):
    """sh:sparql with sh:select (§5.2)."""

    node: object
    query: str
    together: bool
    messages: tuple[Literal, ...]
    kind = "SPARQL"

    def faults(self, run, shape, reach) -> Iterator[Fault]:
        seen = set()
        for row in self._rows(run.graph, reach.focus):
            focus = row["this"]
            value, path = row.get("value"), row.get("path")
            if value is None and shape.path is None:
                value = focus
            told = self.messages if "message" not in row else (run.graph.terms[row["message"]],)
            fault = Fault(
                focus,
                value,
                Step(run.graph.terms[path]) if path is not None else None,
                tuple(_filled(m, row, run.graph.terms) for m in told),
                self.node,
            )
            if fault not in seen:
                seen.add(fault)
                yield fault

    def _rows(self, graph, focus: set[int]) -> Iterator[dict[str, int]]:
        """What the query answers, each row with its focus node."""
        store = graph.store
        batches = [sorted(focus)] if self.together else [[node] for node in sorted(focus)]
        for batch in batches:
            quads = [Quad(FOCUS, FOCUS, graph.terms[node], FOCUS) for node in batch]
            store.extend(quads)
            try:
                answer = store.query(self.query)
                names = [variable.value for variable in answer.variables]
                for solution in answer:
                    row = {n: graph.exact(solution[n]) for n in names if solution[n] is not None}
                    if "failure" in row and graph.terms[row["failure"]].value == "true":
                        raise BadShape(f"{name(self.node)}: its query says that it failed")
                    row.setdefault("this", batch[0])
                    yield row
            except SyntaxError as trouble:
                raise BadShape(f"{name(self.node)}: {trouble}") from trouble
            finally:
                store.clear_graph(FOCUS)

    def says(self):
        return "a query finds fault with it"


def read(reader, shape, node) -> list[Constraint]:
    """The constraint that a value of sh:sparql describes."""
    source = reader.source
    if source.flag(node, sh("deactivated")):
        return []
    found = source.one(node, sh("select"))
    if not isinstance(found, Literal):
        raise BadShape(f"{name(node)}: a SPARQL constraint needs sh:select")
    text = _with_path(found.value, shape, node)
    _refuse(text, node)
    together = _together(text)
    query = prefixes(source, node) + _bound(text, node)
    return [Sparql(node, query, together, tuple(source.all(node, sh("message"))))]


def prefixes(source, node) -> str:
    """The PREFIX lines that sh:prefixes asks for (§5.2.1), with what the ontologies named there import."""
    declared, queue, seen = {}, source.all(node, sh("prefixes")), set()
    while queue:
        table = queue.pop()
        if table in seen:
            continue
        seen.add(table)
        queue += source.all(table, IMPORTS)
        for row in source.all(table, sh("declare")):
            prefix, space = source.one(row, sh("prefix")), source.one(row, sh("namespace"))
            if prefix is None or space is None:
                raise BadShape(f"{name(table)}: a prefix without sh:prefix or sh:namespace")
            if declared.setdefault(prefix.value, space.value) != space.value:
                raise BadShape(f"{name(node)}: the prefix {prefix.value} means two things")
    return "".join(f"PREFIX {p}: <{n}>\n" for p, n in sorted(declared.items()))


def _with_path(text: str, shape, node) -> str:
    """`$PATH` is the shape's path (§5.3.1); `$currentShape` is its name (§5.3)."""
    if re.search(r"[?$]shapesGraph\b", text):
        raise BadShape(f"{name(node)}: $shapesGraph is not understood")
    if shape.path is not None:
        text = re.sub(r"\$PATH\b", lambda _: shape.path.text(), text)
    if re.search(r"[?$]currentShape\b", text):
        if not isinstance(shape.node, NamedNode):
            raise BadShape(f"{name(node)}: $currentShape is a shape without a name")
        text = re.sub(r"[?$]currentShape\b", f"<{shape.node.value}>", text)
    return text


def _refuse(text: str, node) -> None:
    """§5.3.2: what can not be said of a variable that is bound beforehand."""
    words = [m.group() for m in lexemes(text)]
    upper = [w.upper() for w in words]
    for i, word in enumerate(upper):
        if word in _REFUSED:
            raise BadShape(f"{name(node)}: {word} is not allowed in a constraint")
        if word == "AS" and words[i + 1 : i + 2] and words[i + 1] in ("?this", "$this"):
            raise BadShape(f"{name(node)}: $this is bound beforehand and can not be bound again")


def _together(text: str) -> bool:
    """May the query be asked for all focus nodes at once?"""
    words = [m.group() for m in lexemes(text)]
    upper = [w.upper() for w in words]
    if not _AGGREGATES.isdisjoint(upper) or "SELECT" not in upper:
        return False
    head = words[upper.index("SELECT") + 1 : words.index("{") if "{" in words else None]
    return "*" in head[:2] or "$this" in head or "?this" in head


def _bound(text: str, node) -> str:
    """The query with `$this` taken from the focus nodes wherever it is spoken of."""
    found = groups(text)
    if not found or found[0].end < 0:
        raise BadShape(f"{name(node)}: its query has no pattern")
    edits: list[tuple[int, str]] = []
    for group in found:
        outermost = group.depth == 0
        if group.is_select and group.mentions("this") and not group.selects("this"):
            raise BadShape(f"{name(node)}: a sub-select speaks of $this and does not select it")
        if group.is_select:
            if outermost:
                edits += [(group.start, " " + PATTERN + "{ "), (group.end, " }")]
        elif outermost or (group.mentions("this") and not group.within_exists):
            edits.append((group.start, " " + PATTERN))
    for place, words in sorted(edits, reverse=True):
        text = text[:place] + words + text[place:]
    return text


def _filled(message, row: dict[str, int], terms: list):
    """`{?var}` and `{$var}` in a message are what the row says (§5.2.1)."""
    if not isinstance(message, Literal) or "{" not in message.value:
        return message

    def said(match: re.Match) -> str:
        number = row.get(match.group(1))
        return match.group() if number is None else getattr(terms[number], "value", str(terms[number]))

    text = re.sub(r"\{[?$](\w+)\}", said, message.value)
    return Literal(text, language=message.language) if message.language else Literal(text)
