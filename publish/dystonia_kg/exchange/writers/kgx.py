"""Nodes and edges as KGX TSV. Which class is which Biolink category is said in the knowledge."""

import re
from collections.abc import Iterator

from pyoxigraph import DefaultGraph, NamedNode

from ..edition import BIOLINK, Edition, Thing
from ..index import EXACT
from ..ours import EXACT_MATCH
from . import File

NAME = "kgx"
TITLE = "KGX nodes and edges (Biolink)"
MEDIA_TYPE = "text/tab-separated-values"

NODE_COLUMNS = (
    "id",
    "category",
    "name",
    "description",
    "xref",
    "synonym",
    "provided_by",
    "iri",
    "deprecated",
)
EDGE_COLUMNS = (
    "id", "subject", "predicate", "object", "relation", "category", "primary_knowledge_source",
    "knowledge_level", "agent_type", "publications",
)  # fmt: skip


def files(edition: Edition) -> Iterator[File]:
    nodes = _nodes(edition)
    edges = list(_edges(edition, nodes))
    used = {edge["subject"] for edge in edges} | {edge["object"] for edge in edges}
    kept = [node for key, node in sorted(nodes.items()) if node["provided_by"] or key in used]
    yield File("nodes.tsv", MEDIA_TYPE, f"{edition.title} as KGX nodes", _table(NODE_COLUMNS, kept))
    yield File("edges.tsv", MEDIA_TYPE, f"{edition.title} as KGX edges", _table(EDGE_COLUMNS, edges))


def source(edition: Edition) -> str:
    """What the information resource registry would call us."""
    return "infores:" + re.sub(r"[^a-z0-9]+", "-", edition.title.lower()).strip("-")


def _nodes(edition: Edition) -> dict[str, dict[str, str]]:
    categories = edition.words_for(BIOLINK)
    terms = {word: f"biolink:{term}" for word, term in categories.items() if term[:1].isupper()}
    found: dict[str, dict[str, str]] = {}
    for thing in edition.things.values():
        mine = _categories(edition, thing, terms)
        if not mine:
            continue
        key = edition.names.compact(thing.iri)
        found[key] = _node(edition, key, thing, mine)
        for mapping in thing.mappings:
            other = edition.names.compact(mapping.object)
            found.setdefault(
                other,
                {
                    "id": other,
                    "category": mine,
                    "name": mapping.slot("object_label"),
                    "provided_by": "",
                    "iri": mapping.object,
                },
            )
    return found


def _categories(edition: Edition, thing: Thing, terms: dict[str, str]) -> str:
    kinds = thing.types & terms.keys()
    above = {up for kind in kinds for up in edition.above(kind) if up != kind}
    return "|".join(sorted({terms[kind] for kind in kinds - above}))


def _node(edition: Edition, key: str, thing: Thing, categories: str) -> dict[str, str]:
    exact = [edition.names.compact(m.object) for m in thing.mappings if m.predicate == EXACT_MATCH]
    return {
        "id": key,
        "category": categories,
        "name": thing.name,
        "description": thing.definition,
        "xref": "|".join(exact),
        "synonym": "|".join(text.replace("|", "/") for reach, text in thing.synonyms if reach == EXACT),
        "provided_by": source(edition),
        "iri": thing.iri,
        "deprecated": "true" if thing.deprecated else "",
    }


def _edges(edition: Edition, nodes: dict) -> Iterator[dict[str, str]]:
    predicates = {w: f"biolink:{t}" for w, t in edition.words_for(BIOLINK).items() if t[:1].islower()}
    me = source(edition)
    found: dict[tuple, dict[str, str]] = {}
    for word, predicate in sorted(predicates.items()):
        quads = edition.ours.store.quads_for_pattern(None, NamedNode(word), None, DefaultGraph())
        for quad in quads:
            if not (isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)):
                continue
            ends = tuple(edition.names.compact(end.value) for end in (quad.subject, quad.object))
            if ends[0] in nodes and ends[1] in nodes and nodes[ends[0]]["provided_by"]:
                found[(ends[0], predicate, ends[1], word)] = {
                    "subject": ends[0],
                    "predicate": predicate,
                    "object": ends[1],
                    "relation": edition.names.compact(word),
                    "category": "biolink:Association",
                    "primary_knowledge_source": me,
                    "knowledge_level": "knowledge_assertion",
                    "agent_type": "manual_agent",
                }
    for number, key in enumerate(sorted(found), 1):
        yield {"id": f"e{number:06d}", **found[key]}


def _table(columns: tuple[str, ...], rows: list[dict[str, str]]) -> bytes:
    lines = ["\t".join(columns)]
    lines += ["\t".join(" ".join(row.get(column, "").split()) for column in columns) for row in rows]
    return ("\n".join(lines) + "\n").encode()
