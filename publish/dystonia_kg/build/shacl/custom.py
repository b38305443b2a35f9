"""Constraint components that a shapes graph brings along, written in SPARQL (SHACL-SPARQL §6)."""

import re
from dataclasses import dataclass

from pyoxigraph import Literal

from ...errors import BadShape
from .constraint import Constraint
from .lexemes import lexemes
from .query import ready, together
from .source import Source, name
from .sparql import Asked, Sparql, filled
from .terms import SHACL, sh


@dataclass(frozen=True)
class Component:
    """A component and its parameters: the predicate of each, and the variable that it fills."""

    node: object
    needed: dict
    optional: dict


def components(source: Source) -> list[Component]:
    """The components that the shapes graph declares (§6.2)."""
    found = []
    for node in sorted(source.instances(sh("ConstraintComponent")), key=str):
        if name(node).startswith(SHACL):
            continue
        needed, optional = {}, {}
        for parameter in source.all(node, sh("parameter")):
            path = source.one(parameter, sh("path"))
            if path is None:
                raise BadShape(f"{name(node)}: a parameter without sh:path")
            kept = optional if source.flag(parameter, sh("optional")) else needed
            kept[path] = re.split(r"[#/]", path.value)[-1]
        if not needed:
            raise BadShape(f"{name(node)}: a constraint component needs a parameter that is not optional")
        found.append(Component(node, needed, optional))
    return found


def read(component: Component, reader, shape) -> list[Constraint]:
    """The constraints that a shape makes of a component: none unless it gives all that is needed."""
    source = reader.source
    if any(not source.all(shape.node, path) for path in component.needed):
        return []
    words = component.needed | component.optional
    if len(words) == 1:
        (path, word), *_ = words.items()
        return [_made(component, reader, shape, {word: value}) for value in source.all(shape.node, path)]
    values = {word: source.one(shape.node, path) for path, word in words.items()}
    return [_made(component, reader, shape, {w: v for w, v in values.items() if v is not None})]


def _made(component: Component, reader, shape, given: dict) -> Constraint:
    source = reader.source
    own = sh("nodeValidator" if shape.path is None else "propertyValidator")
    found = source.all(component.node, own) or source.all(component.node, sh("validator"))
    if not found:
        raise BadShape(f"{shape.name}: {name(component.node)} has no validator for such a shape")
    node = found[0]
    messages = source.all(node, sh("message")) or source.all(component.node, sh("labelTemplate"))
    told = tuple(filled(message, given) for message in messages)
    select, ask = source.one(node, sh("select")), source.one(node, sh("ask"))
    if isinstance(select, Literal):
        query = ready(source, shape, node, select.value, given)
        return Sparql(node, query, together(select.value), told, component.node)
    if not isinstance(ask, Literal):
        raise BadShape(f"{name(component.node)}: its validator is not written in SPARQL")
    if {"$this", "?this"} & {match.group() for match in lexemes(ask.value)}:
        raise BadShape(
            f"{name(component.node)}: a question about $this and $value together is not understood"
        )
    # Whom the answer is yes for, all at once.
    selected = re.sub(
        r"(?i)^((?:\s|#[^\n]*\n)*)ASK\b(\s*WHERE\b)?", r"\1SELECT DISTINCT $value WHERE", ask.value
    )
    return Asked(node, ready(source, shape, node, selected, given, "value"), told, component.node)
