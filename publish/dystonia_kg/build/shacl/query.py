"""
Queries of constraints, made ready to be asked for all focus nodes at once (SHACL-SPARQL §5).

The specification asks a query once for each focus node, with `$this` bound before it is evaluated. Here
the focus nodes stand in a graph of their own, and a pattern that takes `$this` from it is put in front
of the query's pattern, and of every group within that speaks of `$this`, because a filter in a group
sees only what that group binds.
"""

import re

from pyoxigraph import BlankNode, NamedNode

from ...errors import BadShape
from ...scan import GROUPING
from .lexemes import groups, lexemes
from .source import name
from .terms import IMPORTS, sh

#: The graph that the nodes asked about stand in, and both other places of their triples.
FOCUS = NamedNode("urn:x-focus:nodes")

#: Words that count or cut the rows of all focus nodes together.
_AGGREGATES = GROUPING | {"LIMIT", "OFFSET"}
_REFUSED = frozenset(["MINUS", "VALUES", "SERVICE"])


def ready(source, shape, node, text: str, given: dict[str, object], variable: str = "this") -> str:
    """The query with its prefixes, the path and what is given; `variable` is from the focus graph."""
    text = _with_path(_with_given(text, given, node), shape, node)
    _refuse(text, node)
    return prefixes(source, node) + _bound(text, node, variable)


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


def _with_given(text: str, given: dict[str, object], node) -> str:
    """Parameters of a constraint component stand for their values (§6.2)."""
    for match in reversed(lexemes(text)):
        value = given.get(match.group()[1:]) if match.group()[0] in "?$" else None
        if isinstance(value, BlankNode):
            raise BadShape(f"{name(node)}: {match.group()} is a blank node, which a query can not name")
        if value is not None:
            text = text[: match.start()] + str(value) + text[match.end() :]
    return text


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


def together(text: str) -> bool:
    """May it be asked for all focus nodes at once? Not if it counts or cuts rows, or forgets `$this`."""
    words = [m.group() for m in lexemes(text)]
    upper = [w.upper() for w in words]
    if not _AGGREGATES.isdisjoint(upper) or "SELECT" not in upper:
        return False
    head = words[upper.index("SELECT") + 1 : words.index("{") if "{" in words else None]
    return "*" in head[:2] or "$this" in head or "?this" in head


def _bound(text: str, node, variable: str) -> str:
    """The query with the variable taken from the focus graph wherever it is spoken of."""
    pattern = f" GRAPH <{FOCUS.value}> {{ <{FOCUS.value}> <{FOCUS.value}> ${variable} }} "
    found = groups(text)
    if not found or found[0].end < 0:
        raise BadShape(f"{name(node)}: its query has no pattern")
    edits: list[tuple[int, str]] = []
    for group in found:
        outermost = group.depth == 0
        if group.is_select and group.mentions(variable) and not group.selects(variable):
            raise BadShape(f"{name(node)}: a sub-select speaks of ${variable} and does not select it")
        if group.is_select:
            if outermost:
                edits += [(group.start, pattern + "{ "), (group.end, " }")]
        elif outermost or (group.mentions(variable) and not group.within_exists):
            edits.append((group.start, pattern))
    for place, words in sorted(edits, reverse=True):
        text = text[:place] + words + text[place:]
    return text
