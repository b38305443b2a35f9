"""
A thing as a page: laid out by its shapes, with the statements behind it and their sources.

What is special is found through public words alone: names and definitions through SKOS, statements
through rdf:Statement's rdf:subject/predicate/object, sources through dcterms:source, mappings through the
skos:…Match properties, a whole and its parts through a property that is a close match of dcterms:hasPart,
a denial through a concept that is a close match of owl:NegativePropertyAssertion, statements that carry a
fact with another property than theirs through prov:wasDerivedFrom between the two properties.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from .library import RDF, TYPE, Library
from .shelves import DCTERMS, RDFS, SKOS, Line, Shelves, shelves

SUBJECT, PREDICATE, OBJECT = (NamedNode(RDF + end) for end in ("subject", "predicate", "object"))
FROM = NamedNode(DCTERMS + "source")
DEFINITION = NamedNode(SKOS + "definition")
NAMES = {
    SKOS + "prefLabel": "preferred",
    SKOS + "altLabel": "other name",
    SKOS + "hiddenLabel": "for search only",
}
CALLED = frozenset([*NAMES, RDFS + "label", DCTERMS + "title", "http://xmlns.com/foaf/0.1/name"])
LEADS = tuple(NamedNode(iri) for iri in (SKOS + "definition", DCTERMS + "description", RDFS + "comment"))
MATCHES = (
    (SKOS + "exactMatch", "Exactly the same"),
    (SKOS + "closeMatch", "Nearly the same"),
    (SKOS + "broadMatch", "Broader, with this in it"),
    (SKOS + "narrowMatch", "Narrower, a part of this"),
    (SKOS + "relatedMatch", "Related"),
)
CLOSE = NamedNode(SKOS + "closeMatch")
HAS_PART = NamedNode(DCTERMS + "hasPart")
DENIAL = NamedNode("http://www.w3.org/2002/07/owl#NegativePropertyAssertion")
DERIVED = NamedNode("http://www.w3.org/ns/prov#wasDerivedFrom")
OWL = "http://www.w3.org/2002/07/owl#"
MAPS_FROM = NamedNode(OWL + "annotatedSource")
MAPS_BY = NamedNode(OWL + "annotatedProperty")
MAPS_TO = NamedNode(OWL + "annotatedTarget")
MAPS_NAMES = (NamedNode("https://w3id.org/sssom/object_label"),)
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch"}


@dataclass(frozen=True)
class Value:
    """A term as a reader sees it."""

    term: object
    text: str
    href: str = ""
    language: str = ""
    kind: str = ""
    notes: tuple[int, ...] = ()
    concluded: bool = False

    @property
    def outside(self) -> bool:
        return self.href.startswith(("http:", "https:"))


@dataclass(frozen=True)
class Row:
    """A line of the page with what it holds."""

    line: Line
    values: tuple[Value, ...]

    @property
    def all_concluded(self) -> bool:
        return all(value.concluded for value in self.values)


@dataclass(frozen=True)
class Section:
    """Lines under one heading."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Statement:
    """What one document says: about, what, of what, and how."""

    node: NamedNode
    href: str
    subject: Value
    predicate: Value
    object: Value
    columns: tuple[tuple[str, tuple[Value, ...]], ...]
    documents: tuple[NamedNode, ...]
    notes: tuple[int, ...]
    negated: bool
    plain: frozenset[str] = frozenset()

    @property
    def manner(self) -> str:
        """How it is said, in few words: concepts alone, and not what goes without saying."""
        return " · ".join(
            ", ".join(v.text for v in values)
            for name, values in self.columns
            if values[0].kind == "thing" and name not in self.plain
        )

    def column(self, name: str) -> tuple[Value, ...]:
        return dict(self.columns).get(name, ())


@dataclass
class Notes:
    """Documents, numbered as they are first referred to."""

    library: Library
    numbers: dict[NamedNode, int] = field(default_factory=dict)

    def number(self, documents: Iterable) -> tuple[int, ...]:
        found = {
            self.numbers.setdefault(d, len(self.numbers) + 1) for d in documents if isinstance(d, NamedNode)
        }
        return tuple(sorted(found))


class Reader:
    """Makes pages of the things of one release."""

    def __init__(self, library: Library):
        self.library = library
        self.shelves: Shelves = shelves(library)
        self.inferred = NamedNode(library.base + "inferred")
        store = library.store
        deniers = {q.subject for q in store.quads_for_pattern(None, CLOSE, DENIAL, DefaultGraph())}
        self.deniers = frozenset(deniers)
        self.derived: dict = {}
        for quad in store.quads_for_pattern(None, DERIVED, None, DefaultGraph()):
            self.derived.setdefault(quad.subject, []).append(quad.object)
        self.denying = frozenset(t for d in deniers for t in library.said(d, TYPE))
        self.wholes = frozenset(
            q.subject for q in store.quads_for_pattern(None, CLOSE, HAS_PART, DefaultGraph())
        )

    # --- terms

    def value(self, term, notes: tuple[int, ...] = (), concluded: bool = False) -> Value:
        """A term as a reader sees it: a literal is its text, our own things are read here."""
        if isinstance(term, Literal):
            text = term.value
            if term.datatype.value.endswith("#boolean"):
                text = {"true": "yes", "1": "yes", "false": "no", "0": "no"}.get(text, text)
            href = text if term.datatype.value.endswith("#anyURI") else ""
            return Value(term, text, href, term.language or "", "text", notes, concluded)
        if isinstance(term, BlankNode):
            return Value(term, "…", "", "", "blank", notes, concluded)
        return Value(term, self.library.label(term), self.library.path(term), "", "thing", notes, concluded)

    def values(self, terms: Iterable) -> tuple[Value, ...]:
        return tuple(sorted((self.value(t) for t in terms), key=by_text))

    def kinds(self, thing) -> list[Value]:
        """What sort of thing it is: its classes that we describe."""
        found = self.shelves.types(thing)
        shelved = [t for t in found if t in self.shelves.by_target]
        return [self.value(t) for t in (shelved or found) if self.library.name(t)]

    def lead(self, thing) -> Value | None:
        """The sentence that says what it is."""
        for predicate in LEADS:
            found = [o for o in self.library.said(thing, predicate) if isinstance(o, Literal)]
            if found:
                return self.value(min(found, key=lambda o: (o.language not in ("en", None), o.value)))
        return None

    # --- statements

    def statements_about(self, thing, notes: Notes) -> list[Statement]:
        nodes = {
            q.subject for q in self.library.store.quads_for_pattern(None, SUBJECT, thing, DefaultGraph())
        }
        return self.statements(nodes, notes)

    def statements_in(self, document, notes: Notes) -> list[Statement]:
        """Everything that a document says."""
        store = self.library.store
        nodes = {q.subject for q in store.quads_for_pattern(None, FROM, document, DefaultGraph())}
        return self.statements({n for n in nodes if self.library.said(n, SUBJECT)}, notes)

    def statements(self, nodes: Iterable, notes: Notes) -> list[Statement]:
        made = [self._statement(node, notes) for node in nodes if isinstance(node, NamedNode)]
        return sorted(
            made,
            key=lambda s: (
                s.subject.text.casefold(),
                s.predicate.text,
                s.object.text.casefold(),
                s.node.value,
            ),
        )

    def _statement(self, node: NamedNode, notes: Notes) -> Statement:
        said = self.library.said
        one = {p: next(iter(said(node, p)), None) for p in (SUBJECT, PREDICATE, OBJECT)}
        documents = tuple(said(node, FROM))
        columns, plain = [], set()
        negated = False
        for line in self.shelves.lines_of(self.shelves.types(node)):
            if line.term is None or line.term in (SUBJECT, PREDICATE, OBJECT, FROM, TYPE):
                continue
            terms = said(node, line.term)
            if terms and line.term.value not in CALLED:
                columns.append((line.name, self.values(terms)))
                negated = negated or not self.deniers.isdisjoint(t for t in terms if isinstance(t, NamedNode))
                if line.of_class in self.denying:
                    plain.add(line.name)
        return Statement(
            node=node,
            href=self.library.path(node),
            subject=self.value(one[SUBJECT]) if one[SUBJECT] else Value(None, ""),
            predicate=self.value(one[PREDICATE]) if one[PREDICATE] else Value(None, ""),
            object=self.value(one[OBJECT]) if one[OBJECT] else Value(None, ""),
            columns=tuple(columns),
            documents=documents,
            notes=notes.number(documents),
            negated=negated,
            plain=frozenset(plain),
        )

    # --- lines

    def sections(
        self, thing, statements: list[Statement], notes: Notes, leave: Iterable = ()
    ) -> list[Section]:
        """The lines of a thing in their groups; what no shape asks for comes last, so that nothing hides."""
        support = Support(statements, self.derived)
        leave = set(leave)
        shown: set = set()
        groups: dict[str, list[Row]] = {}
        for line in self.shelves.lines_of(self.shelves.types(thing)):
            if line.term:
                shown.add(line.term)
            if line.path in leave or line.term in leave:
                continue
            values = self._row(thing, line, support)
            if values:
                groups.setdefault(line.group, []).append(Row(line, values))
        return [Section(name, tuple(rows)) for name, rows in groups.items()]

    def _row(self, thing, line: Line, support: "Support") -> tuple[Value, ...]:
        made = []
        for term in self.shelves.values(thing, line):
            notes = support.notes(line.term, term)
            made.append(self.value(term, notes, not notes and self._is_concluded(thing, line, term)))
        return tuple(sorted(made, key=by_text))

    def _is_concluded(self, thing, line: Line, term) -> bool:
        if line.term is None or isinstance(thing, Literal):
            return False
        store = self.library.store
        return next(store.quads_for_pattern(thing, line.term, term, self.inferred), None) is not None

    def rest(self, thing, leave: Iterable) -> list[tuple[Value, tuple[Value, ...]]]:
        """What is said of a thing beyond its shapes."""
        known = {line.term for line in self.shelves.lines_of(self.shelves.types(thing))} | set(leave)
        found: dict = {}
        for triple in self.library.said(thing):
            if triple.predicate not in known and triple.predicate.value not in CALLED:
                found.setdefault(triple.predicate, []).append(triple.object)
        return [
            (self.value(p), self.values(terms))
            for p, terms in sorted(found.items(), key=lambda r: r[0].value)
        ]

    def mentions(
        self, thing, leave: Iterable = (), silent: Iterable = (), most: int = 40
    ) -> list[tuple[Value, tuple[Value, ...], int]]:
        """Who else speaks of a thing, by what they say of it; not who says one of the `silent` things."""
        silent = frozenset(silent)
        known = {
            step
            for line in self.shelves.lines_of(self.shelves.types(thing))
            for step, back in line.path
            if back
        }
        found: dict = {}
        for quad in self.library.store.quads_for_pattern(None, None, thing, DefaultGraph()):
            if (
                quad.predicate not in known
                and quad.predicate not in leave
                and isinstance(quad.subject, NamedNode)
                and quad.subject != thing
                and silent.isdisjoint(t.predicate for t in self.library.said(quad.subject))
            ):
                found.setdefault(quad.predicate, set()).add(quad.subject)
        rows = [(self.value(p), self.values(subjects), len(subjects)) for p, subjects in found.items()]
        return [(p, values[:most], n) for p, values, n in sorted(rows, key=lambda r: r[0].text)]

    # --- names, mappings

    def names(self, thing, statements: list[Statement]) -> list[dict]:
        """Every name, with its language, its sort as documents give it, and who uses it."""
        rows = []
        for iri, kind in NAMES.items():
            for literal in self.library.said(thing, NamedNode(iri)):
                if not isinstance(literal, Literal):
                    continue
                telling = [
                    s
                    for s in statements
                    if isinstance(s.object.term, Literal)
                    and s.object.text.casefold() == literal.value.casefold()
                    and not s.negated
                ]
                sorts = {
                    v.text
                    for s in telling
                    for _, vs in s.columns
                    for v in vs
                    if v.kind == "thing" and self._sorts(s, v)
                }
                rows.append(
                    {
                        "text": literal.value,
                        "language": literal.language or "",
                        "language_name": language(literal.language),
                        "kind": kind,
                        "sorts": sorted(sorts),
                        "notes": tuple(sorted({n for s in telling for n in s.notes})),
                    }
                )
        order = list(NAMES.values())
        return sorted(
            rows,
            key=lambda r: (
                order.index(r["kind"]),
                r["language"] != "en",
                r["language"],
                r["text"].casefold(),
            ),
        )

    def _sorts(self, statement: Statement, value: Value) -> bool:
        """Is this value a sort of name? Such columns stand only on statements about names."""
        name = next((n for n, vs in statement.columns if value in vs), "")
        return name in self._name_columns

    @property
    def _name_columns(self) -> frozenset[str]:
        if not hasattr(self, "_columns"):
            of = self.library.store.quads_for_pattern
            statements = {q.subject for q in of(None, SUBJECT, None, DefaultGraph())}
            about_names = {
                q.subject for iri in NAMES for q in of(None, PREDICATE, NamedNode(iri), DefaultGraph())
            }
            lines = {line for s in statements for line in self.shelves.lines_of(self.shelves.types(s))}
            tallies: dict[str, set[bool]] = {}
            for line in lines:
                having = (q.subject for q in of(None, line.term, None, DefaultGraph())) if line.term else ()
                told = statements.intersection(having)
                tallies.setdefault(line.name, set()).update(s in about_names for s in told)
            self._columns = frozenset(name for name, seen in tallies.items() if seen == {True})
        return self._columns

    def mappings(self, thing) -> list[tuple[str, list[dict]]]:
        """The same thing elsewhere, by exactness: plain matches, and those told as axioms."""
        found: dict[str, dict[NamedNode, dict]] = {}
        for iri, _ in MATCHES:
            for target in self.library.said(thing, NamedNode(iri)):
                if isinstance(target, NamedNode):
                    found.setdefault(iri, {})[target] = self._chip(target)
        for quad in self.library.store.quads_for_pattern(None, MAPS_FROM, thing, DefaultGraph()):
            node = quad.subject
            target = next((t for t in self.library.said(node, MAPS_TO) if isinstance(t, NamedNode)), None)
            relation = next((p.value for p in self.library.said(node, MAPS_BY)), "")
            if target is not None:
                found.setdefault(relation, {})[target] = self._chip(target, node)
        order = [iri for iri, _ in MATCHES]
        titles = dict(MATCHES)
        groups = []
        for iri in sorted(found, key=lambda i: (order.index(i) if i in order else 9, i)):
            chips = sorted(found[iri].values(), key=lambda c: (c["space"].casefold(), c["code"]))
            groups.append((titles.get(iri) or self.library.label(NamedNode(iri)), chips))
        return groups

    def _chip(self, target: NamedNode, node=None) -> dict:
        curie = self.library.curie(target)
        is_short = not curie.startswith(("http:", "https:"))
        space, _, code = curie.partition(":") if is_short else ("", "", curie)
        named = self.library.name(target)
        told = [o.value for p in MAPS_NAMES for o in self.library.said(node, p)] if node else []
        note = [o.value for o in self.library.said(node, NamedNode(RDFS + "comment"))] if node else []
        return {
            "space": space.upper(),
            "code": code,
            "href": self.library.path(target),
            "name": named.value if named else (told[0] if told else ""),
            "note": note[0] if note else "",
            "about": self.library.path(node) if isinstance(node, NamedNode) else "",
        }

    # --- a whole and its parts

    def parts(self, thing) -> tuple[Line, tuple[Value, ...]] | None:
        """The line that says what a thing is put together from, where it has one."""
        for line in self.shelves.lines_of(self.shelves.types(thing)):
            if line.term in self.wholes:
                values = self.values(self.library.said(thing, line.term))
                if len(values) > 1:
                    return line, values
        return None

    def lights(self, thing) -> tuple[list, list]:
        """What to light on a figure: itself and the first line with a picture; then the others."""
        full, faint = [thing], []
        lines = [line for line in self.shelves.lines_of(self.shelves.types(thing)) if line.image]
        for number, line in enumerate(lines):
            (full if number == 0 else faint).extend(self.shelves.follow(thing, line.path))
        return full, faint


class Support:
    """Which statements carry a plain fact: those that say it, with its property or one that it is derived from."""

    def __init__(self, statements: list[Statement], derived: dict):
        self.derived = derived
        self.said: dict = {}
        for statement in statements:
            if not statement.negated:
                said = (statement.predicate.term, _same(statement.object.term))
                self.said.setdefault(said, []).append(statement)

    def notes(self, property_, term) -> tuple[int, ...]:
        said_with = (property_, *self.derived.get(property_, ()))
        found = [statement for one in said_with for statement in self.said.get((one, _same(term)), ())]
        return tuple(sorted({n for statement in found for n in statement.notes}))


def _same(term):
    return term.value.casefold() if isinstance(term, Literal) else term


def by_text(value: Value):
    """Numbers by size, words by the alphabet."""
    try:
        return (0, float(value.text), "")
    except ValueError:
        return (1, 0.0, value.text.casefold())


def language(tag: str | None) -> str:
    """A language tag in words."""
    return LANGUAGES.get((tag or "").split("-")[0], tag or "")


@lru_cache(maxsize=8)
def reader(library: Library) -> Reader:
    return Reader(library)
