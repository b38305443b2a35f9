"""
Results that were worked out: read from the release, or asked for with things that someone chose.

Both have one shape here, so one template shows them. In the release a result is found through the
properties that closely match sosa:hasFeatureOfInterest (of what), sosa:usedProcedure (by which scheme),
sosa:hasResult (which answers) and schema:step (how); a step is its one text and its one yes or no.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from pyoxigraph import DefaultGraph, Literal, NamedNode

from ..errors import Trouble
from .figures import NOTATION
from .library import Library
from .shelves import number
from .view import CLOSE, Value, reader
from .words import SCHEMA

SOSA = "http://www.w3.org/ns/sosa/"
POSITION = NamedNode(SCHEMA + "position")
SCHEME_OF = NamedNode("http://www.w3.org/2004/02/skos/core#inScheme")


@dataclass(frozen=True)
class Step:
    """One check: a plain sentence, and whether it holds (None: it is open)."""

    text: str
    holds: bool | None


@dataclass(frozen=True)
class Result:
    """What one scheme answers, and how it got there."""

    scheme: Value
    classes: tuple[Value, ...]
    determinate: bool
    checks: tuple[Step, ...]
    summary: str = ""
    regions: tuple[Value, ...] = ()
    matches: dict[str, list] = field(default_factory=dict)
    contested: tuple[Value, ...] = ()

    @property
    def answer(self) -> frozenset[str]:
        """The answers in the short words that schemes share."""
        return frozenset(value.kind for value in self.classes)


def alike(results: list[Result]) -> bool:
    """Do all schemes answer the same?"""
    return len({result.answer for result in results}) <= 1


@lru_cache(maxsize=8)
def roles_of(library: Library) -> dict[str, frozenset]:
    def close(iri):
        quads = library.store.quads_for_pattern(None, CLOSE, NamedNode(iri), DefaultGraph())
        return frozenset(q.subject for q in quads)

    return {
        "of": close(SOSA + "hasFeatureOfInterest"),
        "scheme": close(SOSA + "usedProcedure"),
        "answer": close(SOSA + "hasResult"),
        "step": close(SCHEMA + "step"),
        "turn": close(SCHEMA + "position"),
        "contest": close("http://www.w3.org/ns/prov#wasInfluencedBy"),
    }


def results_for(library: Library, thing: NamedNode) -> list[Result]:
    """What the release worked out for a thing, the first scheme first."""
    roles = roles_of(library)
    nodes = set()
    for property_ in roles["of"]:
        nodes |= {q.subject for q in library.store.quads_for_pattern(None, property_, thing, DefaultGraph())}
    made = [
        (turn_of(library, scheme), _result(library, node, scheme))
        for node in nodes
        for scheme in _objects(library, node, roles["scheme"])
    ]
    return [result for _, result in sorted(made, key=lambda row: (row[0], row[1].scheme.text))]


def _objects(library: Library, node, properties: Iterable) -> list:
    return [o for p in properties for o in library.said(node, p)]


def turn_of(library: Library, thing) -> float:
    return number(next(iter(library.said(thing, POSITION)), None))


def _result(library: Library, node, scheme) -> Result:
    roles = roles_of(library)
    classes = _objects(library, node, roles["answer"])
    steps = sorted(
        _objects(library, node, roles["step"]),
        key=lambda s: (number(next(iter(_objects(library, s, roles["turn"])), None)), str(s)),
    )
    return Result(
        scheme=reader(library).value(scheme),
        classes=tuple(sorted((short(library, c) for c in classes), key=lambda v: v.text)),
        determinate=len(classes) == 1,
        checks=tuple(step for step in (_step(library, s) for s in steps) if step),
        summary=meaning(library, classes[0]) if len(classes) == 1 else "",
        contested=reader(library).values(_objects(library, node, roles["contest"])),
    )


def _step(library: Library, node) -> Step | None:
    words, holds = "", None
    for triple in library.said(node):
        if isinstance(triple.object, Literal):
            if triple.object.datatype.value.endswith("#boolean"):
                holds = triple.object.value in ("true", "1")
            elif triple.object.datatype.value.endswith(("#string", "#langString")):
                words = triple.object.value
    return Step(_sentence(words), holds) if words else None


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def short(library: Library, answer: NamedNode) -> Value:
    """An answer by its short word, which schemes share; its page is its own."""
    notation = next((o.value for o in library.said(answer, NOTATION)), "")
    word = notation.replace("-", " ") or library.label(answer)
    return Value(answer, _sentence(word), library.path(answer), "", notation or answer.value)


def meaning(library: Library, answer: NamedNode) -> str:
    """What an answer means in its scheme, as a sentence."""
    lead = reader(library).lead(answer)
    return _sentence(lead.text) + "." if lead else ""


# --- asked for


def asked(library: Library, arguments) -> tuple[list[Result], str]:
    """What follows from the things chosen in these request arguments, or why nothing does."""
    if not find_spec(".whatif", __package__):
        return [], ""
    try:
        rows = import_module(".whatif", __package__).answer(library, arguments)
    except Trouble as trouble:
        return [], str(trouble)
    made = [from_json(library, row) for row in rows]
    return sorted(made, key=lambda r: turn_of(library, r.scheme.term) if r.scheme.term else 9999), ""


def from_json(library: Library, row: dict) -> Result:
    """A result as the what-if service tells it."""
    scheme = find(library, row["scheme"])
    within = _answers(library).get(scheme, {})
    classes = []
    for word in row["classes"]:
        known = within.get(word)
        classes.append(
            short(library, known) if known else Value(None, _sentence(word.replace("-", " ")), kind=word)
        )
    matches = {
        key: [hit(library, find(library, name)) for name in names]
        for key, names in row.get("matches", {}).items()
    }
    return Result(
        scheme=reader(library).value(scheme) if scheme else Value(None, row["scheme"]),
        classes=tuple(classes),
        determinate=row["determinate"],
        checks=tuple(Step(_sentence(step["text"]), step["holds"]) for step in row["checks"]),
        summary=meaning(library, within[row["classes"][0]])
        if len(classes) == 1 and row["classes"][0] in within
        else "",
        matches={key: [h for h in hits if h] for key, hits in matches.items()},
        contested=reader(library).values(
            c for c in (find(library, n) for n in row.get("contested", ())) if c
        ),
    )


@lru_cache(maxsize=8)
def _answers(library: Library) -> dict[NamedNode, dict[str, NamedNode]]:
    """Scheme → short word → the concept that it is there."""
    found: dict = {}
    for quad in library.store.quads_for_pattern(None, SCHEME_OF, None, DefaultGraph()):
        for notation in library.said(quad.subject, NOTATION):
            found.setdefault(quad.object, {})[notation.value] = quad.subject
    return found


def find(library: Library, name) -> NamedNode | None:
    """The thing that a result names: by IRI, by the end of its IRI, or as an object with one of these."""
    if isinstance(name, dict):
        name = name.get("iri") or name.get("id") or name.get("slug") or ""
    try:
        if name.startswith(library.base):
            return NamedNode(name)
        found = NamedNode(f"{library.base}id/{name}")
    except ValueError:
        return None
    return found if library.said(found) else None


def hit(library: Library, thing: NamedNode | None) -> dict | None:
    """A thing as one row of a list: its name and what it is."""
    if thing is None:
        return None
    lead = reader(library).lead(thing)
    return {
        "text": _sentence(library.label(thing)),
        "href": library.path(thing),
        "lead": _sentence(lead.text) + "." if lead else "",
    }
