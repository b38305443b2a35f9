"""
What the shapes say about pages: which lines a thing of a class has, what they are called, in which order.

Everything here is SHACL as it is meant for people (sh:name, sh:description, sh:order, sh:group,
sh:codeIdentifier), and three annotations of DASH and schema.org on property shapes: `dash:propertyRole
dash:KeyInfoRole` (a fact worth showing first, and worth filtering by), `dash:viewer`, and `schema:image`
(the values are parts of that figure). A property shape without sh:name only constrains; it is no line.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from .library import RDF, TYPE, Library

SH = "http://www.w3.org/ns/shacl#"
DASH = "http://datashapes.org/dash#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
SCHEMA = "https://schema.org/"
KEY_INFO = NamedNode(DASH + "KeyInfoRole")

#: One step of a path: a property, and whether it is followed backwards.
Step = tuple[NamedNode, bool]


@dataclass(frozen=True)
class Line:
    """One line of a page, as a property shape describes it."""

    shape: NamedNode
    path: tuple[Step, ...]
    name: str
    description: str
    order: float
    group: str
    group_order: float
    key: str
    roles: frozenset[NamedNode]
    image: NamedNode | None
    of_class: NamedNode | None
    #: Shown are only values of this class (the one that sh:qualifiedValueShape asks for).
    only: NamedNode | None = None

    @property
    def term(self) -> NamedNode | None:
        """The property, where the path is that and nothing else."""
        return self.path[0][0] if len(self.path) == 1 and not self.path[0][1] else None

    @property
    def is_key(self) -> bool:
        return KEY_INFO in self.roles


@dataclass(frozen=True)
class Shelf:
    """A class of things that has a shape with a name: a place to browse."""

    shape: NamedNode
    target: NamedNode
    slug: str
    name: str
    comment: str
    lines: tuple[Line, ...]


class Shelves:
    """All shelves of a release."""

    def __init__(self, library: Library):
        self.library = library

    def one(self, subject, iri: str):
        return next(iter(self.library.said(subject, NamedNode(iri))), None)

    def text(self, subject, iri: str) -> str:
        found = [o for o in self.library.said(subject, NamedNode(iri)) if isinstance(o, Literal)]
        best = min(found, key=lambda o: (o.language not in ("en", None), o.value), default=None)
        return best.value if best else ""

    @cached_property
    def _by_class(self) -> dict[NamedNode, list[NamedNode]]:
        found: dict[NamedNode, list[NamedNode]] = {}
        for quad in self.library.store.quads_for_pattern(
            None, NamedNode(SH + "targetClass"), None, DefaultGraph()
        ):
            found.setdefault(quad.object, []).append(quad.subject)
        return found

    @cached_property
    def all(self) -> tuple[Shelf, ...]:
        """Shelves in the order of their names; a shape without a name is for the build alone."""
        made = []
        for target, shapes in self._by_class.items():
            shape = next((s for s in sorted(shapes, key=str) if self.text(s, RDFS + "label")), None)
            if shape is None or not isinstance(target, NamedNode):
                continue
            made.append(
                Shelf(
                    shape=shape,
                    target=target,
                    slug=local(target),
                    name=self.text(shape, RDFS + "label"),
                    comment=self.text(shape, RDFS + "comment"),
                    lines=self.lines_of([target]),
                )
            )
        return tuple(sorted(made, key=lambda shelf: (shelf.name, shelf.slug)))

    @cached_property
    def by_slug(self) -> dict[str, Shelf]:
        return {shelf.slug: shelf for shelf in self.all}

    @cached_property
    def by_target(self) -> dict[NamedNode, Shelf]:
        return {shelf.target: shelf for shelf in self.all}

    def types(self, thing) -> list[NamedNode]:
        """The classes of a thing, those that have a shelf first, the most specific of them first."""
        found = [t for t in self.library.said(thing, TYPE) if isinstance(t, NamedNode)]
        return sorted(found, key=lambda t: (t not in self.by_target, -len(self.above(t)), t.value))

    @lru_cache(maxsize=1024)  # noqa: B019 - one Shelves lives as long as its release
    def above(self, cls: NamedNode) -> tuple[NamedNode, ...]:
        """A class and all classes that it is a kind of."""
        found, todo = [], [cls]
        while todo:
            one = todo.pop()
            if one not in found:
                found.append(one)
                todo += [
                    o
                    for o in self.library.said(one, NamedNode(RDFS + "subClassOf"))
                    if isinstance(o, NamedNode)
                ]
        return tuple(found)

    @lru_cache(maxsize=1024)  # noqa: B019
    def _lines(self, classes: tuple[NamedNode, ...]) -> tuple[Line, ...]:
        seen: dict[tuple[Step, ...], Line] = {}
        for cls in classes:
            for above in self.above(cls):
                for shape in self._by_class.get(above, ()):
                    for property_shape in self.library.said(shape, NamedNode(SH + "property")):
                        line = self._line(property_shape)
                        if line and line.path not in seen:
                            seen[line.path] = line
        return tuple(sorted(seen.values(), key=lambda line: (line.group_order, line.order, line.name)))

    def lines_of(self, classes: Iterable[NamedNode]) -> tuple[Line, ...]:
        """The lines of a page about something of these classes, in their order."""
        return self._lines(tuple(classes))

    @cached_property
    def keyed(self) -> dict[str, frozenset[str]]:
        """Class (as a text) → the keys (sh:codeIdentifier) that its lines have."""
        return {
            shelf.target.value: frozenset(line.key for line in shelf.lines if line.key) for shelf in self.all
        }

    def _line(self, shape) -> Line | None:
        name = self.text(shape, SH + "name")
        path = self._path(self.one(shape, SH + "path"))
        if not name or not path:
            return None
        group = self.one(shape, SH + "group")
        return Line(
            shape=shape,
            path=path,
            name=name,
            description=self.text(shape, SH + "description"),
            order=number(self.one(shape, SH + "order")),
            group=self.text(group, RDFS + "label") if group else "",
            group_order=number(self.one(group, SH + "order")) if group else 0.0,
            key=self.text(shape, SH + "codeIdentifier"),
            roles=frozenset(self.library.said(shape, NamedNode(DASH + "propertyRole"))),
            image=self.one(shape, SCHEMA + "image"),
            of_class=self.one(shape, SH + "class"),
            only=self.one(part, SH + "class")
            if (part := self.one(shape, SH + "qualifiedValueShape"))
            else None,
        )

    def _path(self, node) -> tuple[Step, ...]:
        """A property, an inverse, or a sequence of these; other paths are not shown."""
        if isinstance(node, NamedNode):
            return ((node, False),)
        if not isinstance(node, BlankNode):
            return ()
        inverse = self.one(node, SH + "inversePath")
        if isinstance(inverse, NamedNode):
            return ((inverse, True),)
        steps: list[Step] = []
        while node and node.value != RDF + "nil":
            first = self.one(node, RDF + "first")
            inner = self._path(first) if first else ()
            if not inner:
                return ()
            steps += inner
            node = self.one(node, RDF + "rest")
        return tuple(steps)

    def follow(self, thing, path: tuple[Step, ...]) -> list:
        """What a path leads to from a thing, each once."""
        reached = [thing]
        for step, backwards in path:
            following = []
            for node in reached:
                if backwards:
                    quads = self.library.store.quads_for_pattern(None, step, node, DefaultGraph())
                    following += [q.subject for q in quads]
                elif not isinstance(node, Literal):
                    following += self.library.said(node, step)
            reached = list(dict.fromkeys(following))
        return reached

    def values(self, thing, line: Line) -> list:
        """What a line leads to from a thing, as far as the line is about it."""
        reached = self.follow(thing, line.path)
        if line.only is None:
            return reached
        return [one for one in reached if any(line.only in self.above(kind) for kind in self.types(one))]


@lru_cache(maxsize=8)
def shelves(library: Library) -> Shelves:
    return Shelves(library)


def local(iri: NamedNode) -> str:
    """The last part of an IRI."""
    return iri.value.rstrip("/").rpartition("/")[2].rpartition("#")[2]


def number(term) -> float:
    """The number that a literal states; what states none comes last."""
    try:
        return float(term.value)
    except (AttributeError, ValueError):
        return 9999.0
