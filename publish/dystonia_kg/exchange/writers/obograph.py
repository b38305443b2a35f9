"""
The OWL view as OBO Graph JSON.

Written here rather than by a library: those there are leave out synonyms and property values, and move
our identifiers into the OBO namespace.
"""

import json
from collections.abc import Iterator

from ..edition import CLASS, Edition, Thing
from ..index import EXACT
from ..ours import EXACT_MATCH
from . import File, owl

NAME = "obograph"
TITLE = "OBO Graph JSON"
MEDIA_TYPE = "application/json"


def files(edition: Edition) -> Iterator[File]:
    whole = json.dumps(document(edition), indent=1, ensure_ascii=False) + "\n"
    yield File("ontology.json", MEDIA_TYPE, f"{edition.title} as OBO Graph JSON", whole.encode())


def document(edition: Edition) -> dict:
    classes = edition.members(CLASS)
    nodes = [_word(edition, kind, "CLASS") for kind in sorted(edition.aligned.get(CLASS, ()))]
    nodes += [_node(edition, thing) for thing in classes.values()]
    nodes += [_word(edition, r, "PROPERTY") for r in owl.used_relations(edition, classes)]
    edges, logical = [], []
    for thing in classes.values():
        if thing.deprecated:
            continue
        above = owl.parents(edition, thing, classes)
        whole = owl.definition(thing, classes)
        edges += [{"sub": thing.iri, "pred": "is_a", "obj": up} for up in above]
        edges += [{"sub": thing.iri, "pred": r, "obj": f} for r, f in owl.relations(thing, classes)]
        if whole:
            logical.append(
                {
                    "definedClassId": thing.iri,
                    "genusIds": above,
                    "restrictions": [{"propertyId": r, "fillerId": f} for r, f in whole],
                }
            )
    graph = {
        "id": owl.iri_of(edition),
        "lbl": edition.title,
        "meta": {"version": f"{edition.base}dump/{edition.version}/ontology.owl"},
        "nodes": nodes,
        "edges": edges,
        "logicalDefinitionAxioms": logical,
    }
    return {"graphs": [graph]}


def _word(edition: Edition, iri: str, kind: str) -> dict:
    word = edition.word(iri)
    node: dict = {"id": iri, "lbl": word.name, "type": kind}
    if kind == "PROPERTY":
        node["propertyType"] = "OBJECT"
    if word.definition:
        node["meta"] = {"definition": {"val": word.definition, "xrefs": []}}
    return node


def _node(edition: Edition, thing: Thing) -> dict:
    meta: dict = {}
    if thing.definition:
        meta["definition"] = {"val": thing.definition, "xrefs": thing.sources}
    if thing.notes:
        meta["comments"] = thing.notes
    if thing.synonyms:
        meta["synonyms"] = [
            {"pred": "hasExactSynonym" if reach == EXACT else "hasRelatedSynonym", "val": text, "xrefs": []}
            for reach, text in sorted(thing.synonyms)
        ]
    exact = [m.object for m in thing.mappings if m.predicate == EXACT_MATCH]
    if exact:
        meta["xrefs"] = [{"val": edition.names.compact(target)} for target in exact]
    values = [{"pred": m.predicate, "val": m.object} for m in thing.mappings]
    if thing.deprecated:
        meta["deprecated"] = True
        values += [{"pred": owl.REPLACED_BY, "val": successor} for successor in thing.successors]
    if values:
        meta["basicPropertyValues"] = values
    node: dict = {"id": thing.iri, "lbl": thing.name, "type": "CLASS"}
    if meta:
        node["meta"] = meta
    return node
