"""
FHIR terminology in R4B and R5: a CodeSystem of our things, a ValueSet for each kind, a ConceptMap for each
vocabulary.

Which things are concepts and which relations their properties is said in the knowledge. ConceptMaps are
written here because what SSSOM tools write is not valid in either version.
"""

import json
import re
from collections.abc import Iterator

from ..edition import CONCEPT, PROPERTY, Edition, Thing, Vocabulary
from ..index import EXACT
from ..names import OBO
from ..ours import BROADER_MATCH, CLOSE, EXACT_MATCH, NARROWER_MATCH, RELATED_MATCH
from . import File

NAME = "fhir"
TITLE = "FHIR CodeSystem, ValueSet and ConceptMap (R4B, R5)"
MEDIA_TYPE = "application/fhir+json"

VERSIONS = ("r4b", "r5")

#: A SKOS match as the two versions call it.
_RELATION = {
    "r4b": {
        EXACT_MATCH: "equivalent",
        CLOSE: "relatedto",
        BROADER_MATCH: "wider",
        NARROWER_MATCH: "narrower",
        RELATED_MATCH: "relatedto",
    },
    "r5": {
        EXACT_MATCH: "equivalent",
        CLOSE: "related-to",
        BROADER_MATCH: "source-is-narrower-than-target",
        NARROWER_MATCH: "source-is-broader-than-target",
        RELATED_MATCH: "related-to",
    },
}
_USE = {"system": "http://terminology.hl7.org/CodeSystem/designation-usage", "code": "display"}


def files(edition: Edition) -> Iterator[File]:
    for version in VERSIONS:
        for kind, whole in resources(edition, version):
            title = f"{edition.title} as FHIR {version.upper()}: {kind}"
            body = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
            yield File(f"fhir-{version}-{kind}.json", MEDIA_TYPE, title, body.encode())


def resources(edition: Edition, version: str) -> Iterator[tuple[str, dict]]:
    concepts = edition.members(CONCEPT)
    if not concepts:
        return
    yield "codesystem", code_system(edition, concepts, version)
    yield "valuesets", _bundle(edition, "valuesets", list(value_sets(edition, concepts)))
    maps = [concept_map(edition, v, concepts, version) for v in edition.vocabularies.values()]
    yield "conceptmaps", _bundle(edition, "conceptmaps", [m for m in maps if m])


def system(edition: Edition) -> str:
    """The canonical URL of the code system: what our codes begin with."""
    return edition.base + "fhir/CodeSystem/" + _id(edition.title)


def _id(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower()[:64]


def _name(text: str) -> str:
    """A name that programs can use: capitals, no spaces."""
    return "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", text)) or "Unnamed"


def _code(edition: Edition, iri: str) -> str:
    return edition.names.split(iri)[1]


def _about(edition: Edition, kind: str, key: str, title: str) -> dict:
    about = {
        "resourceType": kind,
        "id": _id(key),
        "url": f"{edition.base}fhir/{kind}/{_id(key)}",
        "version": edition.version,
        "name": _name(title),
        "title": title,
        "status": "draft" if edition.version.startswith("0.") else "active",
        "experimental": False,
    }
    if edition.ours.day:
        about["date"] = edition.ours.day
    if edition.ours.description:
        about["description"] = edition.ours.description
    if edition.ours.license:
        about["copyright"] = f"Licence: {edition.ours.license}"
    return about


def code_system(edition: Edition, concepts: dict[str, Thing], version: str) -> dict:
    words = sorted(edition.aligned.get(PROPERTY, ()))
    keys = {word: _code(edition, word) for word in words}
    whole = _about(edition, "CodeSystem", edition.title, edition.title)
    whole |= {
        "caseSensitive": True,
        "valueSet": f"{edition.base}fhir/ValueSet/{_id(edition.title)}",
        "hierarchyMeaning": "is-a",
        "compositional": False,
        "versionNeeded": False,
        "content": "complete",
        "count": len(concepts),
        "property": [
            {"code": "parent", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"},
            {"code": "inactive", "uri": "http://hl7.org/fhir/concept-properties#inactive", "type": "boolean"},
            {"code": "kind", "uri": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "type": "string"},
            *(
                {"code": keys[word], "uri": word, "description": edition.word(word).name, "type": "code"}
                for word in words
            ),
        ],
        "concept": [_concept(edition, thing, concepts, keys) for thing in concepts.values()],
    }
    return whole


def _concept(edition: Edition, thing: Thing, concepts: dict[str, Thing], keys: dict[str, str]) -> dict:
    found: dict = {"code": _code(edition, thing.iri), "display": thing.name}
    if thing.definition:
        found["definition"] = thing.definition
    names = [
        {"language": "en", "use": _USE, "value": t} for reach, t in sorted(thing.synonyms) if reach == EXACT
    ]
    names += [{"language": language, "use": _USE, "value": text} for _, text, language in thing.foreign]
    if names:
        found["designation"] = names
    values = [{"code": "kind", "valueString": edition.word(k).name} for k in edition.kinds(thing, CONCEPT)]
    values += [{"code": "parent", "valueCode": _code(edition, up)} for up in thing.parents if up in concepts]
    for word, key in keys.items():
        for target in edition.ours.values(thing.iri, word):
            if target in concepts:
                values.append({"code": key, "valueCode": _code(edition, target)})
    if thing.deprecated:
        values.append({"code": "inactive", "valueBoolean": True})
    if values:
        found["property"] = values
    return found


def value_sets(edition: Edition, concepts: dict[str, Thing]) -> Iterator[dict]:
    """All concepts, and those of each kind."""
    whole = _about(edition, "ValueSet", edition.title, f"{edition.title}: all")
    whole["compose"] = {"include": [{"system": system(edition)}]}
    yield whole
    for kind in sorted(edition.aligned.get(CONCEPT, ())):
        members = [thing for thing in concepts.values() if kind in thing.types and not thing.deprecated]
        if members:
            word = edition.word(kind)
            one = _about(edition, "ValueSet", _code(edition, kind), f"{edition.title}: {word.name}")
            if word.definition:
                one["description"] = word.definition
            rows = [{"code": _code(edition, thing.iri), "display": thing.name} for thing in members]
            one["compose"] = {"include": [{"system": system(edition), "concept": rows}]}
            yield one


def concept_map(
    edition: Edition, vocabulary: Vocabulary, concepts: dict[str, Thing], version: str
) -> dict | None:
    """Our concepts in one vocabulary; nothing when none is mapped there."""
    elements: dict[str, dict] = {}
    for mapping in edition.mappings_into(vocabulary):
        relation = _RELATION[version].get(mapping.predicate)
        if mapping.subject not in concepts or relation is None:
            continue
        thing = concepts[mapping.subject]
        element = elements.setdefault(
            thing.iri, {"code": _code(edition, thing.iri), "display": thing.name, "target": []}
        )
        target: dict = {"code": _target(edition, vocabulary, mapping.object)}
        if mapping.slot("object_label"):
            target["display"] = mapping.slot("object_label")
        target["equivalence" if version == "r4b" else "relationship"] = relation
        comment = mapping.slot("comment")
        if comment or relation == "narrower":
            # R4B asks for a comment where the target is narrower.
            target["comment"] = comment or "The target covers a part of the source."
        element["target"].append(target)
    if not elements:
        return None
    whole = _about(
        edition,
        "ConceptMap",
        f"to-{vocabulary.prefix}",
        f"{edition.title} to {vocabulary.title or vocabulary.prefix}",
    )
    group = {"source": system(edition), "target": vocabulary.system or _home(vocabulary)}
    group["element"] = list(elements.values())
    scope = "sourceUri" if version == "r4b" else "sourceScopeUri"
    whole[scope] = f"{edition.base}fhir/ValueSet/{_id(edition.title)}"
    if vocabulary.set_rights:
        whole["copyright"] = vocabulary.set_rights
    whole["group"] = [group]
    return whole


def _target(edition: Edition, vocabulary: Vocabulary, iri: str) -> str:
    """A code as its system writes it: OBO's with the prefix, others without."""
    prefix, local = edition.names.split(iri)
    return f"{prefix}:{local}" if vocabulary.namespace.startswith(OBO) else iri[len(vocabulary.namespace) :]


def _home(vocabulary: Vocabulary) -> str:
    return vocabulary.namespace.rstrip("#_/")


def _bundle(edition: Edition, key: str, members: list[dict]) -> dict:
    return {
        "resourceType": "Bundle",
        "id": _id(f"{edition.slug}-{key}"),
        "type": "collection",
        "entry": [{"fullUrl": member["url"], "resource": member} for member in members],
    }
