"""
What would follow if…: a question asked in a form, answered by the rules, told in a form.

The knowledge describes both forms as node shapes: a line of the question's form has the name of a
parameter (`schema:valueName`), the property it stands for and what may be said there; a line of the
answer's form has the key under which its values are told. Nothing here knows what is asked about.
"""

import difflib
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store, Triple

from .ask import ask, prefixes
from .errors import BadInput
from .rules import TYPE, WhatIf, subclasses

SH = "http://www.w3.org/ns/shacl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
NOTATION = NamedNode("http://www.w3.org/2004/02/skos/core#notation")

#: Values that one parameter may have; nobody describes more than this by name.
MOST_VALUES = 200

_YES, _NO = {"true", "1", "yes", "on", ""}, {"false", "0", "no", "off"}


@dataclass(frozen=True)
class Line:
    """One line of a form."""

    key: str
    path: NamedNode
    title: str
    description: str
    kind: NamedNode | None
    datatype: str | None
    default: NamedNode | Literal | None
    least: Decimal | None
    most: Decimal | None
    single: bool
    inner: NamedNode | None

    @property
    def is_nested(self) -> bool:
        return self.inner is not None

    @property
    def is_flag(self) -> bool:
        return self.datatype == XSD + "boolean"


@dataclass(frozen=True)
class Answer:
    """What followed: all of it as triples, and each result as plain data (dicts, lists, strings)."""

    about: NamedNode
    triples: list[Triple]
    results: list[dict]


class Asker:
    """The questions that a release lets people ask. Calls from several threads take turns."""

    def __init__(self, store: Store, action: str):
        """Read the forms and rules of a release (a store with its merge as the default graph).

        Works on a copy of the merge: a rule asks over all graphs at once, and would meet each triple
        once for each graph that holds it. Raises BadInput when the release has no such action.
        """
        own = Store()
        own.bulk_extend(store.quads_for_pattern(None, None, None, DefaultGraph()))
        store = own
        found = next(
            (row for row in ask(store, "action") if row["action"].value.endswith("/" + action)), None
        )
        if found is None:
            raise BadInput(f"this release describes nothing that can be asked under the name {action}")
        self.store = store
        self.action = found["action"]
        self.comment = found["comment"].value if found["comment"] else ""
        self._forms: dict[NamedNode, list[Line]] = {}
        self._classes: dict[NamedNode, NamedNode] = {}
        for row in ask(store, "form"):
            self._forms.setdefault(row["form"], []).append(_line(row))
            if row["class"] is not None:
                self._classes[row["form"]] = row["class"]
        self.question: list[Line] = self._forms[found["question"]]
        self._answer = found["answer"]
        self.answer_lines: list[Line] = self._forms[found["answer"]]
        self._question_class = self._classes[found["question"]]
        self._names = prefixes(store)
        self._vocabulary = {line.kind: _vocabulary(store, line.kind) for line in self.question if line.kind}
        self._what_if = WhatIf(store)
        self._turn = threading.Lock()

    def answer(self, given: Mapping[str, Iterable[str]], use_defaults: bool = True) -> Answer:
        """Answer a question put as parameter → values.

        Without `use_defaults` a parameter that is not given is left open instead of taking its default.
        Raises BadInput, naming parameter and value, for what cannot be understood or contradicts itself.
        """
        chosen = self.understand(given, use_defaults)
        about = NamedNode(
            f"{self.action.value}?{urlencode(sorted((k, v) for k, values in given.items() for v in values))}#it"
        )
        return self.conclude(about, [Triple(about, path, value) for path, value in chosen])

    def understand(self, given: Mapping[str, Iterable[str]], use_defaults: bool = True) -> list[tuple]:
        """The property and value that each parameter stands for."""
        lines = {line.key: line for line in self.question}
        unknown = sorted(set(given) - set(lines))
        if unknown:
            raise BadInput(f"no parameter is called {unknown[0]!r}; there are: {', '.join(lines)}")
        pairs: list[tuple] = []
        for line in self.question:
            values = list(given.get(line.key, ()))
            if len(values) > (1 if line.single else MOST_VALUES):
                raise BadInput(
                    f"{line.key}: given {len(values)} times; at most {1 if line.single else MOST_VALUES} will do"
                )
            terms = [self._term(line, value) for value in values]
            if not terms and use_defaults and line.default is not None:
                terms = [line.default]
            pairs += [(line.path, term) for term in dict.fromkeys(terms)]
        return pairs

    def conclude(self, about: NamedNode, triples: Iterable[Triple]) -> Answer:
        """Apply the rules to a description that is already RDF; `about` is what it describes."""
        answer = self.conclude_all([(about, triples)])[0]
        if isinstance(answer, BadInput):
            raise answer
        return answer

    def conclude_all(self, descriptions: list[tuple[NamedNode, Iterable[Triple]]]) -> list[Answer | BadInput]:
        """Apply the rules to many descriptions in one go: an answer, or what is wrong, for each in turn.

        What a description is about is told apart by its IRI, none of which may begin with another.
        """
        described = [
            triple
            for about, triples in descriptions
            for triple in (Triple(about, TYPE, self._question_class), *triples)
        ]
        with self._turn:
            concluded = self._what_if.conclude(described)
        belonging: dict[NamedNode, list[Triple]] = {about: [] for about, _ in descriptions}
        for triple in concluded:
            owner = next((a for a in belonging if str(triple.subject.value).startswith(a.value)), None)
            if owner is not None:
                belonging[owner].append(triple)
        return [self._answer_for(about, triples) for about, triples in belonging.items()]

    def _answer_for(self, about: NamedNode, triples: list[Triple]) -> Answer | BadInput:
        messages = sorted({t.object.value for t in triples if t.predicate.value == SH + "resultMessage"})
        if messages:
            return BadInput("; ".join(messages))
        said = _by_subject(triples)
        kind = self._classes[self._answer]
        nodes = sorted((s for s, pairs in said.items() if (TYPE, kind) in pairs), key=self._rank)
        return Answer(about, triples, [self._told(self._answer, node, said) for node in nodes])

    def _rank(self, node: NamedNode) -> tuple:
        """Results by default values come first, so that a list of all begins with the one shown alone."""
        defaults = [
            line.default.value.rsplit("/", 1)[-1] for line in self.question if line.default is not None
        ]
        return (not any(node.value.endswith(name) for name in defaults), node.value)

    def _told(self, form: NamedNode, node: NamedNode, said) -> dict:
        told: dict = {}
        for line in self._forms[form]:
            values = [o for p, o in said.get(node, ()) if p == line.path]
            if line.is_nested:
                shown = [self._told(line.inner, value, said) for value in values]
                shown.sort(
                    key=lambda inner: [
                        str(v) if not isinstance(v, int) else f"{v:09d}" for v in inner.values()
                    ]
                )
            else:
                shown = sorted((self._shown(value) for value in values), key=str)
            *outer, key = line.key.split(".")
            place = told
            for name in outer:
                place = place.setdefault(name, {})
            place[key] = (shown[0] if shown else None) if line.single else shown
        return told

    def _shown(self, value):
        """A literal as its value; a thing by the short name people type, else by the end of its IRI."""
        if isinstance(value, Literal):
            if value.datatype.value == XSD + "boolean":
                return value.value == "true"
            if value.datatype.value == XSD + "integer":
                return int(value.value)
            return value.value
        short = next(iter(self.store.quads_for_pattern(value, NOTATION, None, None)), None)
        return short.object.value if short else value.value.rsplit("/", 1)[-1]

    def _term(self, line: Line, value: str):
        if line.kind is not None:
            return self._thing(line, value)
        text = value.strip()
        if line.is_flag:
            if text.lower() not in _YES | _NO:
                raise BadInput(f"{line.key}: {_short(value)} is neither true nor false")
            return Literal(text.lower() in _YES)
        try:
            number = Decimal(text)
        except InvalidOperation as trouble:
            raise BadInput(f"{line.key}: {_short(value)} is not a number") from trouble
        low, high = (number if end is None else end for end in (line.least, line.most))
        if not number.is_finite() or not low <= number <= high:
            raise BadInput(f"{line.key}: {_short(value)} is not between {line.least} and {line.most}")
        return Literal(f"{number:f}", datatype=NamedNode(line.datatype or XSD + "decimal"))

    def _thing(self, line: Line, value: str) -> NamedNode:
        vocabulary = self._vocabulary[line.kind]
        text = value.strip()
        prefix, colon, local = text.partition(":")
        spellings = [text, text.lower()]
        if colon and prefix in self._names:
            spellings.append(self._names[prefix] + local)
        for spelling in spellings:
            if spelling in vocabulary:
                return vocabulary[spelling]
        near = difflib.get_close_matches(text.lower(), vocabulary, n=3, cutoff=0.6)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise BadInput(f"{line.key}: nothing here is called {_short(value)}{hint}")


def _line(row) -> Line:
    def text(name):
        return row[name].value if row[name] is not None else ""

    def number(name):
        return Decimal(row[name].value) if row[name] is not None else None

    return Line(
        key=row["key"].value,
        path=row["path"],
        title=text("title"),
        description=text("description"),
        kind=row["kind"],
        datatype=text("datatype") or None,
        default=row["default"],
        least=number("least"),
        most=number("most"),
        single=row["single"] is not None,
        inner=row["inner"],
    )


def _vocabulary(store: Store, kind: NamedNode) -> dict[str, NamedNode]:
    """Every way to name a thing of this class: IRI, end of the IRI, short name, label. First come, first served."""
    names: dict[str, NamedNode] = {}
    rows = [row for cls in (kind, *subclasses(store, kind)) for row in ask(store, "names", **{"class": cls})]
    rows.sort(key=lambda row: (row["rank"].value, row["thing"].value, row["name"].value))
    for row in rows:
        thing = row["thing"]
        names.setdefault(thing.value, thing)
        if row["rank"].value == "1":
            names.setdefault(row["name"].value, thing)
    for row in rows:
        names.setdefault(row["thing"].value.rsplit("/", 1)[-1], row["thing"])
    for row in rows:
        names.setdefault(row["name"].value.lower(), row["thing"])
    return names


def _by_subject(triples: Iterable[Triple]) -> dict:
    said: dict = {}
    for t in triples:
        said.setdefault(t.subject, []).append((t.predicate, t.object))
    return said


def _short(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:57] + "…")
