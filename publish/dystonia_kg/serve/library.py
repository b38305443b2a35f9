"""The release that is served, and the questions that may be asked of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store

from ..ask import ask, prefixes
from ..release import open_store

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE = NamedNode(RDF + "type")

#: Prefixes of public vocabularies that we speak ourselves; what the knowledge declares goes before them.
WELL_KNOWN = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prof": "http://www.w3.org/ns/dx/prof/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": RDF,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "void": "http://rdfs.org/ns/void#",
    "void-ext": "http://ldf.fi/void-ext#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

#: What calls a thing by name, best first.
NAMES = tuple(
    NamedNode(iri)
    for iri in (
        "http://www.w3.org/2004/02/skos/core#prefLabel",
        "http://www.w3.org/2000/01/rdf-schema#label",
        "http://purl.org/dc/terms/title",
        "http://xmlns.com/foaf/0.1/name",
        "http://www.w3.org/ns/shacl#name",
    )
)

PATH = NamedNode("http://www.w3.org/ns/shacl#path")
ROLE = NamedNode("http://datashapes.org/dash#propertyRole")
LABEL_ROLE = NamedNode("http://datashapes.org/dash#LabelRole")

#: Things of these types are documents themselves: they can be sent, so they answer 200 and not 303.
DOCUMENTS = frozenset(
    NamedNode(iri)
    for iri in (
        "http://www.w3.org/2002/07/owl#Ontology",
        "http://rdfs.org/ns/void#Dataset",
        "http://rdfs.org/ns/void#DatasetDescription",
        "http://www.w3.org/ns/dcat#Catalog",
        "https://schema.org/WebPage",
    )
)


@dataclass(frozen=True)
class Resource:
    """Something of ours that has an address: a thing in the world, or a document that is sent as it is."""

    iri: NamedNode
    is_document: bool


class Library:
    """One release in memory. `archive` is a folder with other releases, or None.

    `store` is the release where it was read from elsewhere than the folder with its files.
    """

    def __init__(self, folder: Path, archive: Path | None = None, store: Store | None = None):
        self.folder = folder
        self.archive = archive
        self.store: Store = open_store(folder) if store is None else store
        self.dataset = next(iter(ask(self.store, "dataset")))
        self.base: str = self.dataset["base"].value

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Prefix → namespace, as the knowledge declares them."""
        return prefixes(self.store)

    @property
    def version(self) -> str:
        """The version as the ontology states it; "0" where it states none."""
        stated = self.dataset["version"]
        return stated.value if stated else "0"

    @property
    def day(self) -> datetime | None:
        """The day of the release, as the knowledge states it: no clock is asked."""
        stated = self.dataset["day"]
        try:
            day = datetime.fromisoformat(stated.value) if stated else None
        except ValueError:
            return None
        return day.replace(tzinfo=day.tzinfo or UTC) if day else None

    def ask(self, name: str, **bindings):
        """The answers to queries/<name>.rq, as a list."""
        return list(ask(self.store, name, **bindings))

    def said(self, subject, predicate=None) -> list:
        """What is said about a term: its objects for this predicate, or all its triples."""
        quads = self.store.quads_for_pattern(subject, predicate, None, DefaultGraph())
        return [q.object for q in quads] if predicate else [q.triple for q in quads]

    def sources(self, subject: NamedNode) -> set[NamedNode]:
        """The graphs (so: the files) that say something about a thing."""
        quads = self.store.quads_for_pattern(subject, None, None, None)
        return {q.graph_name for q in quads if isinstance(q.graph_name, NamedNode)}

    # --- what has an address here

    def resource(self, path: str) -> Resource | None:
        """What the path of a request (below the root, percent-decoded once) names, if we know it."""
        iri = self._paths.get(path)
        return Resource(iri, self.is_document(iri)) if iri else None

    def thing(self, path: str) -> NamedNode | None:
        """The IRI that the path of a request names, if the release speaks of it."""
        found = self.resource(path)
        return found.iri if found else None

    def is_document(self, iri: NamedNode) -> bool:
        """Can it be sent? A named graph, an ontology, a page: yes. A thing in the world: no."""
        if iri in self.graphs or not DOCUMENTS.isdisjoint(self.said(iri, TYPE)):
            return True
        return iri.value in self._parts and not self.said(iri) or iri in self.versions

    def parts(self, iri: NamedNode) -> list[NamedNode]:
        """What is described inside this document: IRIs that continue its own with a `#`."""
        return [NamedNode(value) for value in self._parts.get(iri.value, ())]

    @cached_property
    def graphs(self) -> frozenset[NamedNode]:
        return frozenset(self.store.named_graphs())

    @cached_property
    def versions(self) -> frozenset[NamedNode]:
        """The IRI of this version of the ontology: a document that is the ontology itself."""
        stated = self.dataset["versionIri"]
        return frozenset([stated] if stated else [])

    @cached_property
    def ours(self) -> list[str]:
        """Every IRI of ours in the release, wherever it stands, in code point order."""
        terms = {
            term for q in self.store.quads_for_pattern(None, None, None, DefaultGraph()) for term in q.triple
        }
        named = (term.value for term in terms if isinstance(term, NamedNode))
        return sorted({iri for iri in named if iri.startswith(self.base)}.union(g.value for g in self.graphs))

    @property
    def paths(self) -> Iterable[str]:
        """The paths below the root, percent-decoded, that name something."""
        return self._paths.keys()

    @cached_property
    def _paths(self) -> dict[str, NamedNode]:
        rows = (iri.partition("#")[0] for iri in self.ours)
        return {unquote(iri.removeprefix(self.base)): NamedNode(iri) for iri in rows}

    @cached_property
    def _parts(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for iri in self.ours:
            whole, hash_, part = iri.partition("#")
            if hash_:
                found.setdefault(whole, [])
                if part:
                    found[whole].append(iri)
        return found

    # --- what things are called

    def label(self, term) -> str:
        """What to call a term: its preferred name, or its CURIE; a literal is its text."""
        if isinstance(term, Literal):
            return term.value
        if isinstance(term, BlankNode):
            return str(term)
        named = self.name(term)
        return named.value if named else self.curie(term)

    def name(self, term: NamedNode) -> Literal | None:
        """The best literal that names a term: English first, then no language, then any other."""
        for predicate in (*NAMES, *self._labels):
            found = [o for o in self.said(term, predicate) if isinstance(o, Literal)]
            if found:
                return min(found, key=lambda o: (_rank(o.language), o.language or "", o.value))
        return None

    @cached_property
    def _labels(self) -> list[NamedNode]:
        """Properties that name things according to their shapes (dash:LabelRole)."""
        shapes = self.store.quads_for_pattern(None, ROLE, LABEL_ROLE, DefaultGraph())
        paths = {path for quad in shapes for path in self.said(quad.subject, PATH)}
        return sorted((path for path in paths if isinstance(path, NamedNode)), key=str)

    def curie(self, iri: NamedNode) -> str:
        """prefix:rest with the longest namespace that fits, else the whole IRI."""
        value = iri.value
        best = max(
            ((n, p) for p, n in self.prefixes.items() if value.startswith(n) and value != n),
            key=lambda row: len(row[0]),
            default=None,
        )
        return f"{best[1]}:{value.removeprefix(best[0])}" if best else value

    def path(self, iri: NamedNode) -> str:
        """Our own things are read here; those of others are read at home."""
        value = iri.value
        if not value.startswith(self.base):
            return value
        return "/" + quote(unquote(value.removeprefix(self.base)), safe="/#:@!$&'()*+,;=~-._")


def _rank(language: str | None) -> int:
    if language is None:
        return 1
    return 0 if language.split("-")[0] == "en" else 2
