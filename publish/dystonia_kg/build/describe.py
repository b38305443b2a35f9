"""Let the dataset count itself (VoID): what is in it, class by class, and where it points."""

import hashlib
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Quad

from ..formats import DATASETS, GRAPHS
from .shacl.graph import Graph
from .tally import TYPE, VOID, Tally

VOID_EXT = "http://ldf.fi/void-ext#"
OBJECTS = VOID + "distinctObjects"

#: Rounds after which counts that still change are taken to go on for ever.
MOST_ROUNDS = 12


def describe(graph: Graph, base: str, names: dict[str, str] | None = None, version: str = "") -> list[Quad]:
    """VoID statistics of the merged dataset, themselves counted: what a SPARQL COUNT would say.

    The statistics are part of what they count, so they are made again until they agree with
    themselves. Only numbers of distinct objects can go round in circles (a count is an object itself):
    those that do are left out. What they are about is counted once.
    """
    about = _fixed(base, version)
    tally = Tally(graph, base, names or {})
    short: dict[NamedNode, str] = {}
    restless: set[NamedNode] = set()
    tried = [about]
    while True:
        counted = tally.with_more(q.triple for q in tried[-1])
        made = about + _Words(base, names or {}, restless, short).of(counted)
        if made == tried[-1]:
            return made
        if made in tried or len(tried) > MOST_ROUNDS:
            since = tried.index(made) if made in tried else -2
            moving = _moving(tried[since:])
            if not moving - restless:
                raise AssertionError("the statistics do not settle")
            restless |= moving
            tried = [made]
        else:
            tried.append(made)


def _moving(rounds: list[list[Quad]]) -> set[NamedNode]:
    """What has another number of distinct objects in some of these rounds."""
    told = [{q for q in made if q.predicate.value == OBJECTS} for made in rounds]
    return {q.subject for q in set.union(*told) - set.intersection(*told)}


def _fixed(base: str, version: str) -> list[Quad]:
    """What VoID wants to know beside the counts: where to ask, what to download, what describes whom."""
    graph, dataset, document = NamedNode(base + "statistics"), NamedNode(base), NamedNode(base + "void")
    said = [
        (document, TYPE.value, NamedNode(VOID + "DatasetDescription")),
        (document, "http://xmlns.com/foaf/0.1/primaryTopic", dataset),
        (
            document,
            "http://purl.org/dc/terms/title",
            Literal("what the dataset says of itself", language="en"),
        ),
        (dataset, VOID + "sparqlEndpoint", NamedNode(base + "sparql")),
    ]
    for form in (*GRAPHS, *DATASETS):
        dump = NamedNode(f"{base}releases/{version}/dataset.{form.extension}") if version else None
        said += [(dataset, VOID + "dataDump", dump)] if dump else []
    for form in GRAPHS:
        feature = form.name.replace("/", "_")
        said.append((dataset, VOID + "feature", NamedNode(f"http://www.w3.org/ns/formats/{feature}")))
    return [Quad(s, NamedNode(p), o, graph) for s, p, o in said]


class _Words:
    """One round of putting counts in words."""

    def __init__(
        self, base: str, names: dict[str, str], restless: set[NamedNode], short: dict[NamedNode, str]
    ):
        self.base, self.names, self.restless = base, names, restless
        self.short = short  # what a round has worked out serves the next
        self.graph = NamedNode(base + "statistics")
        self.dataset = NamedNode(base)
        self.made: list[Quad] = []

    def of(self, tally: Tally) -> list[Quad]:
        terms = tally.graph.terms
        self._number(self.dataset, "triples", tally.triples)
        self._number(self.dataset, "entities", tally.ours)
        self._number(self.dataset, "classes", len(tally.members))
        self._number(self.dataset, "properties", len(tally.properties))
        self._number(self.dataset, "distinctSubjects", tally.subjects)
        self._objects(self.dataset, tally.objects)
        for predicate in _in_order(terms, tally.properties):
            counts = tally.properties[predicate]
            part = self._property(self.dataset, "", terms[predicate], counts.triples)[0]
            self._number(part, "distinctSubjects", counts.subjects)
            self._objects(part, counts.objects)
        for cls in _in_order(terms, tally.members):
            part = self._part(f"class-{self._short(terms[cls])}")
            self._say(self.dataset, "classPartition", part)
            self._say(part, "class", terms[cls])
            self._number(part, "entities", tally.members[cls])
            told = tally.told.get(cls, {})
            for predicate in _in_order(terms, told):
                name = f"class-{self._short(terms[cls])}-"
                inner, name = self._property(part, name, terms[predicate], told[predicate].triples)
                self._targets(inner, name, told[predicate], terms)
        self._links(tally.links, terms)
        return self.made

    def _property(self, whole, prefix: str, predicate: NamedNode, triples: int) -> tuple[NamedNode, str]:
        """One partition for each predicate."""
        name = f"{prefix}property-{self._short(predicate)}"
        part = self._part(name)
        self._say(whole, "propertyPartition", part)
        self._say(part, "property", predicate)
        self._number(part, "triples", triples)
        return part, name

    def _targets(self, part, name: str, counts, terms: list) -> None:
        """Which classes and datatypes a class's property leads to (what query editors complete from)."""
        for cls in _in_order(terms, counts.classes):
            inner = self._part(f"{name}-to-{self._short(terms[cls])}")
            self._say(part, "classPartition", inner)
            self._say(inner, "class", terms[cls])
            self._number(inner, "triples", counts.classes[cls])
        for datatype in sorted(counts.datatypes, key=str):
            inner = self._part(f"{name}-to-{self._short(datatype)}")
            self.made.append(Quad(part, NamedNode(VOID_EXT + "datatypePartition"), inner, self.graph))
            self.made.append(Quad(inner, NamedNode(VOID_EXT + "datatype"), datatype, self.graph))
            self._number(inner, "triples", counts.datatypes[datatype])

    def _links(self, links: dict[tuple[str, int], int], terms: list) -> None:
        """One linkset for each of our predicates and each vocabulary of others that it leads to."""
        spaces = set()
        for prefix, predicate in sorted(links, key=lambda row: (row[0], str(terms[row[1]]))):
            part = self._part(f"links-{prefix}-{self._short(terms[predicate])}")
            target = self._part(f"target-{prefix}")
            self._say(self.dataset, "subset", part)
            self.made.append(Quad(part, TYPE, NamedNode(VOID + "Linkset"), self.graph))
            self._say(part, "linkPredicate", terms[predicate])
            self._say(part, "subjectsTarget", self.dataset)
            self._say(part, "objectsTarget", target)
            self._number(part, "triples", links[prefix, predicate])
            if prefix not in spaces:
                spaces.add(prefix)
                self._say(target, "uriSpace", Literal(self.names[prefix]))
                self.made.append(Quad(target, TYPE, NamedNode(VOID + "Dataset"), self.graph))

    def _short(self, iri: NamedNode) -> str:
        """A stable name for an IRI inside one of ours."""
        if iri not in self.short:
            self.short[iri] = self._make_short(iri)
        return self.short[iri]

    def _make_short(self, iri: NamedNode) -> str:
        fits = [(len(n), p) for p, n in self.names.items() if n and iri.value.startswith(n)]
        prefix = max(fits)[1] if fits else None
        rest = iri.value.removeprefix(self.names[prefix]) if prefix else ""
        if rest and rest.replace("-", "").replace("_", "").isalnum() and rest.isascii():
            return f"{prefix}-{rest}"
        return hashlib.sha256(iri.value.encode()).hexdigest()[:12]

    def _part(self, name: str) -> NamedNode:
        return NamedNode(f"{self.base}statistics#{name}")

    def _say(self, subject, predicate: str, value) -> None:
        self.made.append(Quad(subject, NamedNode(VOID + predicate), value, self.graph))

    def _objects(self, subject: NamedNode, count: int) -> None:
        if subject not in self.restless:
            self._number(subject, "distinctObjects", count)

    def _number(self, subject, predicate: str, count: int) -> None:
        self._say(subject, predicate, Literal(count))


def _in_order(terms: list, numbers: Iterable[int]) -> list[int]:
    return sorted(numbers, key=lambda number: str(terms[number]))
