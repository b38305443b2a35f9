"""
A release made ready to be written in other formats: its things, and what our words are in theirs.

What becomes a class, a restriction, a category or a concept is said in the knowledge, by SKOS matches
between our words and those of OWL, FHIR and Biolink (ontology/alignments*.ttl). Nothing here knows
which words those are.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Store

from ..ask import ask
from .index import EXACT, RELATED
from .names import space
from .ours import DCTERMS, OWL, RDFS, SKOS, Mapping, Ours

FHIR = "http://hl7.org/fhir/"
BIOLINK = "https://w3id.org/biolink/vocab/"

#: Words of target formats that our words may be aligned with.
CLASS = OWL + "Class"
ABOVE = RDFS + "subClassOf"
WIDER = RDFS + "subPropertyOf"
SOME = OWL + "someValuesFrom"
DEFINES = OWL + "intersectionOf"
CONCEPT = FHIR + "CodeSystem.concept"
PROPERTY = FHIR + "CodeSystem.concept.property"


@dataclass
class Thing:
    """One thing of ours. Names and texts are English (or of no language); `foreign` has the others."""

    iri: str
    name: str = ""
    definition: str = ""
    synonyms: list[tuple[str, str]] = field(default_factory=list)
    foreign: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    notation: str = ""
    types: set[str] = field(default_factory=set)
    parents: list[str] = field(default_factory=list)
    some: list[tuple[str, str]] = field(default_factory=list)
    whole: list[tuple[str, str]] = field(default_factory=list)
    deprecated: bool = False
    successors: list[str] = field(default_factory=list)
    mappings: list[Mapping] = field(default_factory=list)


@dataclass(frozen=True)
class Word:
    """A class or property of ours: its IRI, what it is called and what it means."""

    iri: str
    name: str
    definition: str


@dataclass(frozen=True)
class Vocabulary:
    """A vocabulary that we map to. `bridged`: its classes are of one sort with ours."""

    namespace: str
    prefix: str
    iri: str = ""
    title: str = ""
    rights: str = ""
    bridged: bool = False
    system: str = ""
    set: str = ""
    set_title: str = ""
    set_license: str = ""
    set_rights: str = ""


class Edition:
    """A release and everything that the writers ask of it."""

    def __init__(self, folder: Path, store: Store | None = None):
        self.ours = Ours(folder, store)
        self.names = self.ours.names
        self.base = self.ours.base
        self.version = self.ours.version

    @cached_property
    def title(self) -> str:
        return self.ours.title

    @cached_property
    def slug(self) -> str:
        """The prefix under which our things go in files, which also names those files."""
        return self.names.split(next(iter(self.ours.index.terms), self.base))[0] or "ours"

    @cached_property
    def aligned(self) -> dict[str, list[str]]:
        """A term of a target format → our words for it."""
        found: dict[str, list[str]] = {}
        for row in ask(self.ours.store, "alignments"):
            words = found.setdefault(row["term"].value, [])
            if row["word"].value not in words:
                words.append(row["word"].value)
        return found

    def words_for(self, prefix: str) -> dict[str, str]:
        """Our words → their term in the vocabulary whose IRIs begin so (the first, where several)."""
        found: dict[str, str] = {}
        for term, words in sorted(self.aligned.items()):
            if term.startswith(prefix):
                for word in words:
                    found.setdefault(word, term.removeprefix(prefix))
        return found

    def word(self, iri: str) -> Word:
        """A class or property as we describe it."""
        names = self._english(iri, RDFS + "label") or [self.names.compact(iri)]
        meanings = self._english(iri, SKOS + "definition") or self._english(iri, RDFS + "comment")
        return Word(iri, names[0], meanings[0] if meanings else "")

    def members(self, target: str) -> dict[str, Thing]:
        """The named things whose class is aligned with a term of a target format, by IRI."""
        kinds = set(self.aligned.get(target, ()))
        types = self.ours.types
        return {iri: thing for iri, thing in self.things.items() if kinds & types.get(iri, set())}

    def kinds(self, thing: Thing, target: str) -> list[str]:
        """The nearest classes of a thing among those aligned with a term of a target format."""
        wanted = set(self.aligned.get(target, ())) & thing.types
        above = {up for one in wanted for up in self.above(one) if up != one}
        return sorted(wanted - above)

    def above(self, kind: str) -> set[str]:
        """The classes above a class."""
        return self._above.get(kind, set())

    def wider(self, relation: str) -> list[str]:
        """The relations of ours that one implies, as it is said of it."""
        quads = self.ours.store.quads_for_pattern(NamedNode(relation), NamedNode(WIDER), None, None)
        return sorted({quad.object.value for quad in quads if quad.object.value.startswith(self.base)})

    @cached_property
    def _above(self) -> dict[str, set[str]]:
        direct: dict[str, set[str]] = {}
        for quad in self.ours.store.quads_for_pattern(None, NamedNode(ABOVE), None, None):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                direct.setdefault(quad.subject.value, set()).add(quad.object.value)
        for one in list(direct):
            queue = list(direct[one])
            while queue:
                for up in direct.get(queue.pop(), set()) - direct[one]:
                    direct[one].add(up)
                    queue.append(up)
        return direct

    @cached_property
    def things(self) -> dict[str, Thing]:
        """Everything of ours with a name, in code point order of the IRIs."""
        found: dict[str, Thing] = {}
        up, some, whole = (set(self.aligned.get(term, ())) for term in (ABOVE, SOME, DEFINES))
        for iri in sorted(self.ours.index.terms):
            if not iri.startswith(self.base):
                continue
            thing = found[iri] = Thing(iri, types=self.ours.types.get(iri, set()))
            _describe(
                thing, self.ours.store.quads_for_pattern(NamedNode(iri), None, None, None), up, some | whole
            )
            thing.whole = [pair for pair in thing.some if pair[0] in whole]
        for mapping in self.ours.mappings:
            if mapping.subject in found:
                found[mapping.subject].mappings.append(mapping)
        return found

    @cached_property
    def vocabularies(self) -> dict[str, Vocabulary]:
        """Namespace → the vocabulary, for every namespace that our mappings point into."""
        told: dict[str, Vocabulary] = {}
        for row in ask(self.ours.store, "vocabularies"):
            values = {name: row[name].value if row[name] is not None else "" for name in _COLUMNS}
            namespace = values.pop("namespace")
            prefix = self.names.split(namespace + "1")[0]
            told.setdefault(
                namespace,
                Vocabulary(
                    namespace,
                    prefix,
                    values["vocabulary"],
                    values["title"],
                    values["rights"],
                    values["bridged"] == "true",
                    values["system"],
                    values["set"],
                    values["setTitle"],
                    values["setLicense"],
                    values["setRights"],
                ),
            )
        found = {}
        for mapping in self.ours.mappings:
            namespace = self.namespace(mapping.object, told)
            found[namespace] = told.get(namespace) or self._unlisted(namespace, mapping)
        return dict(sorted(found.items(), key=lambda row: row[1].prefix.casefold()))

    def _unlisted(self, namespace: str, mapping: Mapping) -> Vocabulary:
        """A vocabulary that nothing describes under this namespace, as a mapping into it names it."""
        source = self.things.get(mapping.slot("object_source"))
        prefix = self.names.split(mapping.object)[0] or "other"
        return Vocabulary(namespace, prefix, title=f"{source.name} ({prefix})" if source else namespace)

    def namespace(self, iri: str, known=None) -> str:
        """The namespace of a vocabulary that an IRI is in."""
        known = self.vocabularies if known is None else known
        fitting = [ns for ns in known if iri.startswith(ns)]
        if fitting:
            return max(fitting, key=len)
        prefix, local = self.names.split(iri)
        return iri[: len(iri) - len(local)] if prefix else space(iri)

    def mappings_into(self, vocabulary: Vocabulary) -> list[Mapping]:
        return [m for m in self.ours.mappings if self.namespace(m.object) == vocabulary.namespace]

    def _english(self, iri: str, predicate: str) -> list[str]:
        quads = self.ours.store.quads_for_pattern(NamedNode(iri), NamedNode(predicate), None, None)
        literals = {q.object for q in quads if isinstance(q.object, Literal)}
        return [o.value for o in sorted(literals, key=lambda o: (_foreign(o), o.value)) if not _foreign(o)]


_COLUMNS = (
    "namespace",
    "vocabulary",
    "title",
    "rights",
    "bridged",
    "system",
    "set",
    "setTitle",
    "setLicense",
    "setRights",
)


def _foreign(literal: Literal) -> bool:
    return not (literal.language or "en").lower().startswith("en")


def _describe(thing: Thing, quads, up: set[str], some: set[str]) -> None:
    """Put what is said of a thing where the writers look for it, in a stable order."""
    said = sorted({(q.predicate.value, q.object) for q in quads}, key=lambda row: (row[0], str(row[1])))
    for predicate, value in said:
        if isinstance(value, Literal):
            _text(thing, predicate, value)
        elif isinstance(value, NamedNode):
            if predicate in up:
                thing.parents.append(value.value)
            if predicate in some:
                thing.some.append((predicate, value.value))
            if predicate == DCTERMS + "source":
                thing.sources.append(value.value)
            elif predicate == DCTERMS + "isReplacedBy":
                thing.successors.append(value.value)


def _text(thing: Thing, predicate: str, value: Literal) -> None:
    text = value.value
    if predicate in (SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel") and _foreign(value):
        thing.foreign.append((predicate, text, value.language or ""))
    elif predicate == SKOS + "prefLabel":
        if not thing.name:
            thing.name = text
        elif text != thing.name:
            thing.synonyms.append((EXACT, text))
    elif predicate == SKOS + "altLabel":
        thing.synonyms.append((EXACT, text))
    elif predicate == SKOS + "hiddenLabel":
        thing.synonyms.append((RELATED, text))
    elif predicate == SKOS + "definition" and not _foreign(value):
        thing.definition = thing.definition or text
    elif predicate == SKOS + "scopeNote" and not _foreign(value):
        thing.notes.append(text)
    elif predicate == SKOS + "notation":
        thing.notation = thing.notation or text
    elif predicate == OWL + "deprecated":
        thing.deprecated = text in ("true", "1")
