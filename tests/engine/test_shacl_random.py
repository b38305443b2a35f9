"""Whatever the graph and the shapes, our validator finds what pySHACL finds."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from dystonia_kg.build.shacl import reference, validate
from dystonia_kg.build.shacl.terms import FIRST, NIL, RDF, REST, SUBCLASS, TYPE, XSD, sh


def ex(name: str) -> NamedNode:
    return NamedNode("http://example.org/" + name)


def typed(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + datatype))


CLASSES = [ex("Milk"), ex("Cheese"), ex("Brie")]
PREDICATES = [ex("p"), ex("q"), ex("r")]
THINGS = [*map(ex, "abcd"), BlankNode("one"), BlankNode("two")]
LITERALS = [
    typed("1", "integer"),
    typed("01", "integer"),
    typed("7", "int"),
    typed("2.50", "decimal"),
    typed("2.5", "decimal"),
    typed("1e3", "double"),
    typed("ripe", "integer"),
    typed("2001-02-03", "date"),
    typed("2001-02-04", "date"),
    typed("2001-02-03T04:05:06", "dateTime"),
    typed("2001-02-03T04:05:06Z", "dateTime"),
    typed("2001-02-03T05:05:07+01:00", "dateTime"),
    typed("true", "boolean"),
    Literal("brie"),
    Literal("a brie"),
    Literal(""),
    Literal("brie", language="fr"),
    Literal("other brie", language="fr"),
    Literal("brie", language="fr-CH"),
    Literal("brie", language="en"),
]
NUMBERS = [x for x in LITERALS if x.value in ("1", "01", "7", "2.50", "2.5", "1e3")]
NODES = [*THINGS, *LITERALS, *CLASSES]

CLASSED = st.lists(
    st.builds(Triple, st.sampled_from(THINGS), st.just(TYPE), st.sampled_from(CLASSES)), max_size=5
)
ABOVE = st.lists(
    st.builds(Triple, st.sampled_from(CLASSES), st.just(SUBCLASS), st.sampled_from(CLASSES)), max_size=3
)


def graphs(ends: list):
    """Some things, what they are and what they have, the latter from `ends`."""
    said = st.builds(Triple, st.sampled_from(THINGS), st.sampled_from(PREDICATES), st.sampled_from(ends))
    return st.tuples(st.lists(said, max_size=20), CLASSED, ABOVE).map(lambda parts: sum(parts, []))


class Writer:
    """Writes shapes as triples, each part under a name of its own."""

    def __init__(self, draw, more: list[str]):
        self.draw = draw
        self.words = SIMPLE + more
        self.triples: list[Triple] = []
        self.made = 0

    def pick(self, options):
        return self.draw(st.sampled_from(options))

    def some(self, options, least=1, most=3):
        return self.draw(st.lists(st.sampled_from(options), min_size=least, max_size=most, unique=True))

    def name(self) -> NamedNode:
        self.made += 1
        return ex(f"s{self.made}")

    def blank(self) -> BlankNode:
        self.made += 1
        return BlankNode(f"s{self.made}")

    def say(self, subject, predicate, value) -> None:
        self.triples.append(Triple(subject, predicate, value))

    def list(self, members):
        head = NIL
        for member in reversed(members):
            cell = self.blank()
            self.say(cell, FIRST, member)
            self.say(cell, REST, head)
            head = cell
        return head

    def path(self, deep: int = 1):
        kind = self.pick(["plain", "plain", "inverse", "sequence", "alternative", "star", "plus", "maybe"])
        if kind == "plain" or deep < 0:
            return self.pick(PREDICATES)
        node = self.blank()
        if kind == "sequence":
            return self.list([self.path(deep - 1), self.path(deep - 1)])
        if kind == "alternative":
            self.say(node, sh("alternativePath"), self.list([self.path(deep - 1), self.path(deep - 1)]))
        else:
            words = {
                "inverse": "inversePath",
                "star": "zeroOrMorePath",
                "plus": "oneOrMorePath",
                "maybe": "zeroOrOnePath",
            }
            self.say(node, sh(words[kind]), self.path(deep - 1))
        return node

    def shape(self, deep: int = 1, path: bool | None = None) -> NamedNode:
        node = self.name()
        path = self.draw(st.booleans()) if path is None else path
        self.say(node, TYPE, sh("PropertyShape" if path else "NodeShape"))
        if path:
            self.say(node, sh("path"), self.path())
        if self.pick([True, False, False, False]):
            self.say(node, sh("severity"), sh(self.pick(["Info", "Warning", "Violation"])))
        if self.pick([True, *[False] * 9]):
            self.say(node, sh("deactivated"), typed("true", "boolean"))
        words = self.words + (WITH_PATH if path else []) + (DEEP * 2 if deep > 0 else [])
        words = [word for word in words if (path or word not in ORDER) and (deep > 0 or word != "qualified")]
        for word in self.some(words, least=1, most=2):
            self.constraint(node, word, deep)
        return node

    def constraint(self, node, word: str, deep: int) -> None:  # noqa: C901
        number = typed(str(self.pick([0, 1, 2])), "integer")
        say = self.say
        if word == "class":
            say(node, sh("class"), self.pick(CLASSES))
        elif word == "datatype":
            say(
                node,
                sh("datatype"),
                NamedNode(self.pick([XSD + "integer", XSD + "string", XSD + "date", RDF + "langString"])),
            )
        elif word == "nodeKind":
            kinds = ["IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"]
            say(node, sh(word), sh(self.pick(kinds)))
        elif word == "minLength":
            # A blank node has no length, not even 0: pySHACL does not look.
            say(node, sh(word), typed("2", "integer"))
        elif word in ("minCount", "maxCount", "maxLength"):
            say(node, sh(word), number)
        elif word.endswith("clusive"):
            say(node, sh(word), self.pick(NUMBERS))
        elif word == "pattern":
            say(node, sh(word), Literal(self.pick(["^b", "e$", "B", "a b", "[0-9]"])))
            if self.draw(st.booleans()):
                say(node, sh("flags"), Literal("i"))
        elif word == "languageIn":
            say(node, sh(word), self.list(self.some([Literal("fr"), Literal("en"), Literal("fr-CH")])))
        elif word == "uniqueLang":
            say(node, sh(word), typed("true", "boolean"))
        elif word in ("equals", "disjoint", "lessThan", "lessThanOrEquals"):
            say(node, sh(word), self.pick(PREDICATES))
        elif word == "in":
            say(node, sh(word), self.list(self.some(NODES, most=6)))
        elif word == "hasValue":
            say(node, sh(word), self.pick(NODES))
        elif word == "closed":
            say(node, sh(word), typed("true", "boolean"))
            say(node, sh("ignoredProperties"), self.list(self.some([*PREDICATES, TYPE], least=0)))
        elif word in ("not", "node"):
            say(node, sh(word), self.shape(deep - 1, path=False if word == "node" else None))
        elif word == "property":
            say(node, sh(word), self.shape(deep - 1, path=True))
        elif word in ("and", "or", "xone"):
            say(node, sh(word), self.list([self.shape(deep - 1), self.shape(deep - 1)]))
        else:
            self.qualified(node, number, deep)

    def qualified(self, node, number, deep: int) -> None:
        """Two property shapes beside each other, so that they can be disjoint."""
        parent, other = self.name(), self.name()
        self.say(parent, sh("property"), node)
        self.say(parent, sh("property"), other)
        self.say(parent, sh("targetClass"), CLASSES[0])
        self.say(other, sh("path"), self.pick(PREDICATES))
        for one in (node, other):
            self.say(one, sh("qualifiedValueShape"), self.shape(deep - 1))
            self.say(one, sh(self.pick(["qualifiedMinCount", "qualifiedMaxCount"])), number)
            if self.draw(st.booleans()):
                self.say(one, sh("qualifiedValueShapesDisjoint"), typed("true", "boolean"))

    def target(self, node) -> None:
        kind = self.pick(["targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"])
        options = {"targetClass": CLASSES, "targetNode": [ex("a"), ex("b"), LITERALS[0]]}
        self.say(node, sh(kind), self.pick(options.get(kind, PREDICATES)))


#: pySHACL puts terms of all sorts in one order, where SPARQL can not compare them; so numbers only.
RANGES = ["minInclusive", "minExclusive", "maxInclusive", "maxExclusive"]
ORDER = ["lessThan", "lessThanOrEquals"]
SIMPLE = ["class", "datatype", "nodeKind", "minLength", "maxLength", "pattern", "languageIn"]
SIMPLE += ["equals", "disjoint", "in", "hasValue", "closed"]
WITH_PATH = ["minCount", "maxCount", "uniqueLang", "qualified"]
DEEP = ["not", "node", "property", "and", "or", "xone"]


@st.composite
def shapes(draw, more: list[str]):
    writer = Writer(draw, more)
    for _ in range(draw(st.integers(1, 3))):
        node = writer.shape(deep=2)
        writer.target(node)
    return writer.triples


CHECKED = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@CHECKED
@given(graphs(NODES), shapes([]))
def test_any_graph_is_judged_as_pyshacl_judges_it(graph, rules):
    assert found(validate, graph, rules) == found(reference.validate, graph, rules)


@CHECKED
@given(graphs(NUMBERS), shapes(RANGES + ORDER))
def test_any_numbers_are_judged_as_pyshacl_judges_them(graph, rules):
    assert found(validate, graph, rules) == found(reference.validate, graph, rules)


def found(validator, graph, rules) -> set[tuple[str, ...]]:
    return {result.core() for result in validator(graph, rules)}
