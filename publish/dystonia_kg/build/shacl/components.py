"""Which constraint a word on a shape makes: one row for each parameter of SHACL Core and SHACL-SPARQL."""

import operator
from collections.abc import Callable

from pyoxigraph import Literal, NamedNode

from ...errors import BadShape
from . import groups, logic, sparql, values
from .constraint import Constraint
from .regex import compiled
from .source import name
from .terms import SHACL, TRUE, sh


def _count(reader, shape, word: str, value) -> int:
    if not isinstance(value, Literal) or not value.value.lstrip("+").isdigit():
        raise BadShape(f"{shape.name}: sh:{word} is not a count but {value}")
    return int(value.value)


def _once(reader, shape, word: str) -> None:
    """Words that a shape may have only one value for."""
    reader.source.one(shape.node, sh(word))


def _with_path(shape, word: str) -> None:
    if shape.path is None:
        raise BadShape(f"{shape.name}: sh:{word} needs a property shape")


def _iri(shape, word: str, value) -> NamedNode:
    if not isinstance(value, NamedNode):
        raise BadShape(f"{shape.name}: sh:{word} is not an IRI but {value}")
    return value


def _number(make: Callable, word: str, path: bool):
    def built(reader, shape, value) -> list[Constraint]:
        _once(reader, shape, word)
        if path:
            _with_path(shape, word)
        return [make(_count(reader, shape, word, value))]

    return built


def _named(make: Callable, word: str, path: bool = False, once: bool = False):
    def built(reader, shape, value) -> list[Constraint]:
        if once:
            _once(reader, shape, word)
        if path:
            _with_path(shape, word)
        return [make(_iri(shape, word, value))]

    return built


def _shapes(make: Callable):
    def built(reader, shape, value) -> list[Constraint]:
        return [make(tuple(reader.shape(m) for m in reader.source.members(value, shape.node)))]

    return built


def _node_kind(reader, shape, value) -> list[Constraint]:
    label = _iri(shape, "nodeKind", value).value.removeprefix(SHACL)
    _once(reader, shape, "nodeKind")
    if label not in values.NODE_KINDS:
        raise BadShape(f"{shape.name}: {value} is not a kind of node")
    return [values.OfKind(label)]


def _range(word: str, holds: Callable[[int, int], bool]):
    def built(reader, shape, value) -> list[Constraint]:
        _once(reader, shape, word)
        if not isinstance(value, Literal):
            raise BadShape(f"{shape.name}: sh:{word} is not a literal but {value}")
        return [values.InRange(word[0].upper() + word[1:], value, holds)]

    return built


def _pattern(reader, shape, value) -> list[Constraint]:
    flags = reader.source.one(shape.node, sh("flags"))
    _once(reader, shape, "pattern")
    return [values.Matching(compiled(shape.name, value.value, flags.value if flags else ""))]


def _languages(reader, shape, value) -> list[Constraint]:
    return [values.InLanguage(tuple(m.value for m in reader.source.members(value, shape.node)))]


def _one_of(reader, shape, value) -> list[Constraint]:
    _once(reader, shape, "in")
    return [values.OneOf(tuple(reader.source.members(value, shape.node)))]


def _unique(reader, shape, value) -> list[Constraint]:
    _with_path(shape, "uniqueLang")
    _once(reader, shape, "uniqueLang")
    return [groups.OncePerLanguage()] if value == TRUE else []


def _closed(reader, shape, value) -> list[Constraint]:
    if not reader.source.flag(shape.node, sh("closed")):
        return []
    source = reader.source
    ignored = source.one(shape.node, sh("ignoredProperties"))
    allowed = set(source.members(ignored, shape.node)) if ignored else set()
    for inner in source.all(shape.node, sh("property")):
        allowed |= {path for path in source.all(inner, sh("path")) if isinstance(path, NamedNode)}
    return [groups.Closed(frozenset(allowed))]


def _property(reader, shape, value) -> list[Constraint]:
    inner = reader.shape(value)
    if inner.path is None:
        raise BadShape(f"{shape.name}: sh:property {name(value)}, which has no sh:path")
    return [logic.Below(inner)]


def _node(reader, shape, value) -> list[Constraint]:
    inner = reader.shape(value)
    if inner.path is not None:
        raise BadShape(f"{shape.name}: sh:node {name(value)}, which is a property shape")
    return [logic.Conforming(inner)]


def _qualified(reader, shape, value) -> list[Constraint]:
    _with_path(shape, "qualifiedValueShape")
    source, inner, made = reader.source, reader.shape(value), []
    siblings = _siblings(reader, shape, value)
    for word in ("qualifiedMinCount", "qualifiedMaxCount"):
        bound = source.one(shape.node, sh(word))
        if bound is not None:
            kind = word[0].upper() + word[1:]
            made.append(logic.Qualified(kind, inner, _count(reader, shape, word, bound), siblings))
    if not made:
        raise BadShape(f"{shape.name}: sh:qualifiedValueShape without a count")
    return made


def _siblings(reader, shape, value) -> tuple:
    """§4.7.3: the qualified value shapes of the property shapes beside this one."""
    source, qualified = reader.source, sh("qualifiedValueShape")
    if not source.flag(shape.node, sh("qualifiedValueShapesDisjoint")):
        return ()
    parents = [s for s, facts in source.about.items() if shape.node in facts.get(sh("property"), ())]
    beside = [p for parent in parents for p in source.all(parent, sh("property"))]
    found = dict.fromkeys(other for p in beside for other in source.all(p, qualified))
    return tuple(reader.shape(other) for other in found if other not in source.all(shape.node, qualified))


_MAKERS: dict[str, Callable] = {
    "class": _named(values.OfClass, "class"),
    "datatype": _named(values.OfDatatype, "datatype", once=True),
    "nodeKind": _node_kind,
    "minCount": _number(groups.AtLeast, "minCount", path=True),
    "maxCount": _number(groups.AtMost, "maxCount", path=True),
    **{word: _range(word, holds) for word, holds in values.RANGES.items()},
    "minLength": _number(lambda n: values.OfLength("MinLength", n, operator.ge), "minLength", path=False),
    "maxLength": _number(lambda n: values.OfLength("MaxLength", n, operator.le), "maxLength", path=False),
    "pattern": _pattern,
    "languageIn": _languages,
    "uniqueLang": _unique,
    "equals": _named(groups.SameAs, "equals"),
    "disjoint": _named(groups.ApartFrom, "disjoint"),
    "lessThan": _named(
        lambda p: groups.Before("LessThan", p, groups.ORDERS["lessThan"]), "lessThan", path=True
    ),
    "lessThanOrEquals": _named(
        lambda p: groups.Before("LessThanOrEquals", p, groups.ORDERS["lessThanOrEquals"]),
        "lessThanOrEquals",
        path=True,
    ),
    "not": lambda reader, shape, value: [logic.Not(reader.shape(value))],
    "and": _shapes(logic.And),
    "or": _shapes(logic.Or),
    "xone": _shapes(logic.Xone),
    "node": _node,
    "property": _property,
    "qualifiedValueShape": _qualified,
    "closed": _closed,
    "hasValue": lambda reader, shape, value: [groups.Has(value)],
    "in": _one_of,
    "sparql": sparql.read,
}

#: Predicate of a shape → what makes its constraints from (reader, shape, object).
PARAMETERS: dict[NamedNode, Callable] = {sh(word): make for word, make in _MAKERS.items()}
