"""Shapes, read from a shapes graph (SHACL §2 and §4). What we do not know is an error, not silence."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from ...errors import BadShape
from . import custom
from .constraint import Constraint
from .logic import Below
from .paths import Path
from .source import Source, name, short
from .terms import CLASS, SHACL, TYPE, VIOLATION, sh

TARGETS = tuple(sh(w) for w in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"))

#: Words on a shape that say nothing about what is valid, or say it together with another word.
_TALK = """
path severity message deactivated name description order group defaultValue codeIdentifier rule
entailment shapesGraph suggestedShapesGraph declare prefixes
flags ignoredProperties qualifiedMinCount qualifiedMaxCount qualifiedValueShapesDisjoint
labelTemplate parameter optional nodeValidator propertyValidator validator construct select ask
update returnType intent agentInstruction
"""
TALK = {*TARGETS, *(sh(word) for word in _TALK.split())}


@dataclass(eq=False)
class Shape:
    """A node shape, or, if it has a path, a property shape."""

    node: object
    path: Path | None = None
    severity: NamedNode = VIOLATION
    messages: tuple[Literal, ...] = ()
    deactivated: bool = False
    targets: list[tuple[NamedNode, object]] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)

    @property
    def name(self) -> str:
        return name(self.node) if isinstance(self.node, NamedNode) else "a shape without a name"

    @property
    def below(self) -> list["Shape"]:
        """The property shapes that it hands its value nodes to."""
        return [c.inner for c in self.constraints if isinstance(c, Below)]


class Reader:
    """Shapes by name; each is read once, however many others name it."""

    def __init__(self, triples: Iterable[Triple]):
        self.source = Source(triples)
        self.shapes: dict[object, Shape] = {}
        self._open: list = []
        self._classes = self.source.instances(CLASS)
        self._components = custom.components(self.source)

    def targeted(self) -> list[Shape]:
        """Every shape that has a target, once all shapes are known to be understood.

        Raises BadShape for a shape that is not well-formed, contains itself, or has a constraint that
        is not known here.
        """
        for node in self._candidates():
            self.shape(node)
        return [shape for shape in self.shapes.values() if shape.targets]

    def shape(self, node) -> Shape:
        if node in self._open:
            names = " → ".join(name(n) for n in [*self._open[self._open.index(node) :], node])
            raise BadShape(f"{name(node)}: a shape that contains itself is not understood: {names}")
        if node not in self.shapes:
            self._open.append(node)
            self.shapes[node] = self._read(node)
            self._open.pop()
        return self.shapes[node]

    def _candidates(self) -> list:
        """SHACL §2.1: what is typed a shape, has a target or has a constraint."""
        from .components import PARAMETERS

        shapes = self.source.instances(sh("NodeShape")) | self.source.instances(sh("PropertyShape"))
        marks = {*TARGETS, *PARAMETERS, *(path for c in self._components for path in c.needed)}
        parameters = self.source.instances(sh("Parameter"))
        return [
            node
            for node, facts in self.source.about.items()
            if node in shapes or (not marks.isdisjoint(facts) and node not in parameters)
        ]

    def _read(self, node) -> Shape:
        from .components import PARAMETERS

        source = self.source
        facts = source.about.get(node, {})
        path = source.one(node, sh("path")) if sh("path") in facts else None
        if isinstance(node, Literal):
            raise BadShape(f"{node} stands where a shape should be")
        if path is None and node in source.instances(sh("PropertyShape")):
            raise BadShape(f"{name(node)}: a property shape without sh:path")
        if path is not None and sh("NodeShape") in facts.get(TYPE, ()):
            raise BadShape(f"{name(node)}: a node shape with sh:path")
        shape = Shape(node)
        shape.path = source.path(path, node) if path is not None else None
        shape.severity = source.one(node, sh("severity")) or VIOLATION
        shape.messages = tuple(source.all(node, sh("message")))
        shape.deactivated = source.flag(node, sh("deactivated"))
        shape.targets = [(t, value) for t in TARGETS for value in facts.get(t, ())]
        if node in self._classes:
            shape.targets.append((TARGETS[0], node))
        for predicate, found in facts.items():
            if predicate in PARAMETERS:
                for value in found:
                    shape.constraints += PARAMETERS[predicate](self, shape, value)
            elif predicate.value.startswith(SHACL) and predicate not in TALK:
                raise BadShape(f"{name(node)}: {short(predicate)} is not understood")
        for component in self._components:
            shape.constraints += custom.read(component, self, shape)
        return shape
