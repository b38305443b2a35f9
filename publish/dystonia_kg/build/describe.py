"""Let the dataset count itself (VoID): what is in it, class by class, and where it points."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from ..formats import DATASETS, GRAPHS

VOID = "http://rdfs.org/ns/void#"
VOID_EXT = "http://ldf.fi/void-ext#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE = NamedNode(RDF + "type")

#: Predicates of these vocabularies build our own house; they are no links to others.
_MORTAR = (
    RDF,
    VOID,
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/ns/dcat#",
    "http://www.w3.org/ns/shacl#",
)


def describe(
    quads: list[Quad], base: str, names: dict[str, str] | None = None, version: str = ""
) -> list[Quad]:
    """VoID statistics of the merged dataset, themselves counted: what a SPARQL COUNT would say.

    The statistics are part of what they count, so they are made again until they agree with
    themselves. Only the number of distinct objects could go round in circles (a count is an object
    itself), so if it does, that one number is left out.
    """
    about = _fixed(base, version)
    told = {q.triple for q in quads}
    short: dict[NamedNode, str] = {}
    for exact in (True, False):
        statistics = about
        for _ in range(12):
            triples = told | {q.triple for q in statistics}
            made = about + _Count(base, names or {}, exact, short).of(triples)
            if made == statistics:
                return statistics
            statistics = made
    raise AssertionError("the statistics do not settle")


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


class _Count:
    """One round of counting."""

    def __init__(self, base: str, names: dict[str, str], exact: bool, short: dict[NamedNode, str]):
        self.base, self.names, self.exact = base, names, exact
        self.short = short  # what a round has worked out serves the next
        self.graph = NamedNode(base + "statistics")
        self.dataset = NamedNode(base)
        self.made: list[Quad] = []

    def of(self, triples: Iterable[Triple]) -> list[Quad]:
        triples = list(triples)
        kinds: defaultdict = defaultdict(set)
        for t in triples:
            if t.predicate == TYPE and isinstance(t.object, NamedNode):
                kinds[t.subject].add(t.object)
        self._whole(triples, kinds)
        self._by_property(self.dataset, "", triples, kinds, deep=False)
        members = Counter(cls for classes in kinds.values() for cls in classes)
        said: defaultdict = defaultdict(list)
        for t in triples:
            for cls in kinds.get(t.subject, ()):
                said[cls].append(t)
        for cls in sorted(members, key=str):
            part = self._part(f"class-{self._short(cls)}")
            self._say(self.dataset, "classPartition", part)
            self._say(part, "class", cls)
            self._number(part, "entities", members[cls])
            self._by_property(part, f"class-{self._short(cls)}-", said[cls], kinds, deep=True)
        self._links(triples)
        return self.made

    def _whole(self, triples, kinds) -> None:
        subjects = {t.subject for t in triples}
        ours = {s for s in subjects if isinstance(s, NamedNode) and s.value.startswith(self.base)}
        self._number(self.dataset, "triples", len(triples))
        self._number(self.dataset, "entities", len(ours))
        self._number(self.dataset, "classes", len({cls for classes in kinds.values() for cls in classes}))
        self._number(self.dataset, "properties", len({t.predicate for t in triples}))
        self._number(self.dataset, "distinctSubjects", len(subjects))
        if self.exact:
            self._number(self.dataset, "distinctObjects", len({t.object for t in triples}))

    def _by_property(self, whole, prefix: str, triples, kinds, deep: bool) -> None:
        """One partition for each predicate; within a class (deep), also what it leads to."""
        told: defaultdict = defaultdict(list)
        for t in triples:
            told[t.predicate].append(t)
        for predicate in sorted(told, key=str):
            rows = told[predicate]
            name = f"{prefix}property-{self._short(predicate)}"
            part = self._part(name)
            self._say(whole, "propertyPartition", part)
            self._say(part, "property", predicate)
            self._number(part, "triples", len(rows))
            if deep:
                self._targets(part, name, rows, kinds)
                continue
            self._number(part, "distinctSubjects", len({t.subject for t in rows}))
            if self.exact:
                self._number(part, "distinctObjects", len({t.object for t in rows}))

    def _targets(self, part, name: str, rows, kinds) -> None:
        """Which classes and datatypes a class's property leads to (what query editors complete from)."""
        classes, datatypes = Counter(), Counter()
        for t in rows:
            if isinstance(t.object, Literal):
                datatypes[t.object.datatype] += 1
            else:
                classes.update(kinds.get(t.object, ()))
        for cls in sorted(classes, key=str):
            inner = self._part(f"{name}-to-{self._short(cls)}")
            self._say(part, "classPartition", inner)
            self._say(inner, "class", cls)
            self._number(inner, "triples", classes[cls])
        for datatype in sorted(datatypes, key=str):
            inner = self._part(f"{name}-to-{self._short(datatype)}")
            self.made.append(Quad(part, NamedNode(VOID_EXT + "datatypePartition"), inner, self.graph))
            self.made.append(Quad(inner, NamedNode(VOID_EXT + "datatype"), datatype, self.graph))
            self._number(inner, "triples", datatypes[datatype])

    def _links(self, triples) -> None:
        """One linkset for each of our predicates and each vocabulary of others that it leads to."""
        found: Counter = Counter()
        for t in triples:
            if t.predicate.value.startswith(_MORTAR) or isinstance(t.object, Literal | BlankNode):
                continue
            if t.object.value.startswith(self.base) or not getattr(t.subject, "value", "").startswith(
                self.base
            ):
                continue
            prefix = self._prefix(t.object)
            if prefix:
                found[prefix, t.predicate] += 1
        for prefix, predicate in sorted(found, key=str):
            links = self._part(f"links-{prefix}-{self._short(predicate)}")
            target = self._part(f"target-{prefix}")
            self._say(self.dataset, "subset", links)
            self.made.append(Quad(links, TYPE, NamedNode(VOID + "Linkset"), self.graph))
            self._say(links, "linkPredicate", predicate)
            self._say(links, "subjectsTarget", self.dataset)
            self._say(links, "objectsTarget", target)
            self._number(links, "triples", found[prefix, predicate])
            space = Quad(target, NamedNode(VOID + "uriSpace"), Literal(self.names[prefix]), self.graph)
            if space not in self.made:
                self.made.append(space)
                self.made.append(Quad(target, TYPE, NamedNode(VOID + "Dataset"), self.graph))

    def _prefix(self, iri: NamedNode) -> str | None:
        fits = [(len(n), p) for p, n in self.names.items() if n and iri.value.startswith(n)]
        return max(fits)[1] if fits else None

    def _short(self, iri: NamedNode) -> str:
        """A stable name for an IRI inside one of ours."""
        if iri not in self.short:
            self.short[iri] = self._make_short(iri)
        return self.short[iri]

    def _make_short(self, iri: NamedNode) -> str:
        prefix = self._prefix(iri)
        rest = iri.value.removeprefix(self.names[prefix]) if prefix else ""
        if rest and rest.replace("-", "").replace("_", "").isalnum() and rest.isascii():
            return f"{prefix}-{rest}"
        return hashlib.sha256(iri.value.encode()).hexdigest()[:12]

    def _part(self, name: str) -> NamedNode:
        return NamedNode(f"{self.base}statistics#{name}")

    def _say(self, subject, predicate: str, value) -> None:
        self.made.append(Quad(subject, NamedNode(VOID + predicate), value, self.graph))

    def _number(self, subject, predicate: str, count: int) -> None:
        self._say(subject, predicate, Literal(count))
