"""What a release says, as the exchange needs it: its things with their names, and its mappings."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Store

from ..ask import ask
from ..release import open_store
from .index import EXACT, RELATED, Index
from .names import COMMON, Names, names_of

SKOS = COMMON["skos"]
RDF = COMMON["rdf"]
RDFS = COMMON["rdfs"]
OWL = COMMON["owl"]
DCTERMS = COMMON["dcterms"]
SSSOM = COMMON["sssom"]
SEMAPV = COMMON["semapv"]
PAV = "http://purl.org/pav/"

EXACT_MATCH, CLOSE, BROADER_MATCH, NARROWER_MATCH, RELATED_MATCH = (
    SKOS + kind + "Match" for kind in ("exact", "close", "broad", "narrow", "related")
)

#: How SSSOM writes its slots in RDF, where that is not `sssom:` and the slot's own name.
_SLOTS = {
    OWL + "annotatedSource": "subject_id",
    OWL + "annotatedProperty": "predicate_id",
    OWL + "annotatedTarget": "object_id",
    RDF + "subject": "subject_id",
    RDF + "predicate": "predicate_id",
    RDF + "object": "object_id",
    PAV + "authoredBy": "author_id",
    PAV + "createdBy": "author_id",
    PAV + "curatedBy": "author_id",
    PAV + "authoredOn": "mapping_date",
    PAV + "createdOn": "mapping_date",
    DCTERMS + "creator": "creator_id",
    DCTERMS + "license": "license",
    DCTERMS + "created": "mapping_date",
    DCTERMS + "date": "mapping_date",
    DCTERMS + "issued": "publication_date",
    DCTERMS + "source": "mapping_source",
    RDFS + "seeAlso": "see_also",
    RDFS + "comment": "comment",
    SKOS + "note": "comment",
}


#: A match to one of these is an alignment of words, not a mapping of things.
_WORDS = tuple(COMMON[prefix] for prefix in ("owl", "rdf", "rdfs", "skos", "xsd", "dcterms"))


@dataclass
class Mapping:
    """One mapping: its three ends, and its other SSSOM slots as text (several values joined later)."""

    subject: str
    predicate: str
    object: str
    slots: dict[str, list[str]] = field(default_factory=dict)
    iri: str = ""

    def slot(self, name: str) -> str:
        return "|".join(self.slots.get(name, ()))


class Ours:
    """One release, opened to be compared or converted."""

    def __init__(self, folder: Path, store: Store | None = None):
        self.folder = folder
        self.store: Store = open_store(folder) if store is None else store
        self.about = next(iter(ask(self.store, "dataset")))
        self.base: str = self.about["base"].value

    @cached_property
    def names(self) -> Names:
        return names_of(self.store)

    @property
    def version(self) -> str:
        stated = self.about["version"]
        return stated.value if stated else "0"

    @property
    def license(self) -> str:
        stated = self.about["license"]
        return stated.value if stated else ""

    @property
    def title(self) -> str:
        stated = self.about["title"]
        return stated.value if stated else self.base

    @property
    def description(self) -> str:
        stated = self.about["description"]
        return stated.value if stated else ""

    @cached_property
    def day(self) -> str:
        """The day of the release as the knowledge states it, or nothing."""
        for word in ("issued", "modified"):
            found = self.values(self.about["dataset"].value, DCTERMS + word)
            if found:
                return found[-1][:10]
        return ""

    def values(self, iri: str, predicate: str) -> list[str]:
        """What is said of something, as plain strings in code point order, each once."""
        quads = self.store.quads_for_pattern(NamedNode(iri), NamedNode(predicate), None, None)
        return sorted({q.object.value for q in quads if isinstance(q.object, NamedNode | Literal)})

    @cached_property
    def index(self) -> Index:
        """Our things in the form in which other people's are read."""
        index = Index(str(self.folder), "release", self.base, self.version)
        for row in ask(self.store, "things"):
            _fill(index, row["thing"].value, row["property"].value, row["value"])
        return index

    @cached_property
    def types(self) -> dict[str, set[str]]:
        """Thing → its classes, with the classes above them."""
        above: dict[str, set[str]] = {}
        direct: dict[str, set[str]] = {}
        for quad in self.store.quads_for_pattern(None, NamedNode(RDFS + "subClassOf"), None, None):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                above.setdefault(quad.subject.value, set()).add(quad.object.value)
        for quad in self.store.quads_for_pattern(None, NamedNode(RDF + "type"), None, None):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                direct.setdefault(quad.subject.value, set()).add(quad.object.value)
        for found in direct.values():
            queue = list(found)
            while queue:
                for more in above.get(queue.pop(), ()):
                    if more not in found:
                        found.add(more)
                        queue.append(more)
        return direct

    @cached_property
    def mappings(self) -> list[Mapping]:
        """Every mapping: those with evidence, then plain matches that none of those states."""
        told: dict[str, dict[str, list[str]]] = {}
        for row in ask(self.store, "mappings"):
            slots = told.setdefault(row["mapping"].value, {})
            if row["property"].value != RDF + "type":
                slots.setdefault(_slot(row["property"].value), []).append(row["value"].value)
        found = []
        for iri, slots in told.items():
            ends = [slots.pop(end, [""])[0] for end in ("subject_id", "predicate_id", "object_id")]
            if all(ends):
                found.append(Mapping(*ends, slots=slots, iri=iri))
        stated = {(m.subject, m.predicate, m.object) for m in found}
        for row in ask(self.store, "matches"):
            ends = tuple(row[end].value for end in ("subject", "predicate", "object"))
            if ends[2].startswith(_WORDS):
                continue
            if ends not in stated and ends[0] in self.index and ends[2] not in self.index:
                found.append(
                    Mapping(*ends, slots={"mapping_justification": [SEMAPV + "UnspecifiedMatching"]})
                )
        return sorted(found, key=lambda m: (m.subject, m.object, m.predicate))


def _slot(predicate: str) -> str:
    return _SLOTS.get(predicate) or predicate.removeprefix(SSSOM)


def _fill(index: Index, iri: str, predicate: str, value) -> None:
    term = index.term(iri)
    term.defined = True
    text = value.value
    if predicate == SKOS + "prefLabel":
        if not term.name or (value.language or "").startswith("en"):
            if term.name:
                term.synonyms.append((EXACT, term.name))
            term.name = text
        else:
            term.synonyms.append((EXACT, text))
    elif predicate == SKOS + "altLabel":
        term.synonyms.append((EXACT, text))
    elif predicate == SKOS + "hiddenLabel":
        term.synonyms.append((RELATED, text))
    elif predicate == SKOS + "definition":
        if not term.definition or (value.language or "").startswith("en"):
            term.definition = text
    elif predicate == SKOS + "broader":
        term.parents.append(text)
    elif predicate == OWL + "deprecated":
        term.deprecated = text in ("true", "1")
    elif predicate == DCTERMS + "isReplacedBy":
        term.successors.append(text)
