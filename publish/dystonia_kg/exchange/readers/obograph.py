"""OBO Graph JSON, by the standard library: the field's readers refuse real files of ORDO and DO."""

import json
from pathlib import Path

from ...errors import Unreadable
from .. import source
from ..index import BROAD, EXACT, NARROW, RELATED, Index, Match
from ..names import Names

KIND = "OBO Graph JSON"
ORDER = 30

_REACH = {
    "hasExactSynonym": EXACT,
    "hasRelatedSynonym": RELATED,
    "hasBroadSynonym": BROAD,
    "hasNarrowSynonym": NARROW,
}
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_REPLACED = ("http://purl.obolibrary.org/obo/IAO_0100001", "IAO:0100001")
_CONSIDER = "http://www.geneontology.org/formats/oboInOwl#consider"
_ALTERNATIVE = "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId"
_IS_A = frozenset(("is_a", "subClassOf", "http://www.w3.org/2000/01/rdf-schema#subClassOf"))


def fits(begin: bytes, path: Path) -> bool:
    head = begin.lstrip()
    return (
        head.startswith(b"{")
        and (b'"graphs"' in head or b'"nodes"' in head or b'"edges"' in head)
        and b'"@context"' not in head[:200]
    )


def read(path: Path, names: Names) -> Index:
    whole = source.text(path)
    try:
        data = json.loads(whole)
    except json.JSONDecodeError as trouble:
        raise Unreadable(f"{path}:{trouble.lineno}:{trouble.colno}: not JSON: {trouble.msg}") from trouble
    except RecursionError as trouble:
        raise Unreadable(f"{path}: nested too deeply to be an OBO Graph") from trouble
    except ValueError as trouble:
        raise Unreadable(f"{path}: not JSON that can be read: {trouble}") from trouble
    index = Index(str(path), KIND)
    for graph in _list(data.get("graphs") if "graphs" in data else [data], path, "graphs"):
        _graph(index, _dict(graph, path, "a graph"), path, names)
    return index


def _graph(index: Index, graph: dict, path: Path, names: Names) -> None:
    index.name = index.name or _text(graph.get("id"))
    meta = graph.get("meta")
    if isinstance(meta, dict):
        index.version = index.version or _text(meta.get("version"))
    for place, node in enumerate(_list(graph.get("nodes", []), path, "nodes")):
        node = _dict(node, path, f"node {place}")
        if not isinstance(node.get("id"), str):
            raise Unreadable(f"{path}: not OBO Graph JSON: node {place} has no id")
        if node.get("type", "CLASS") not in ("CLASS", "INDIVIDUAL", None):
            continue
        iri = names.expand(node["id"], obo=True)
        term = index.term(iri)
        term.name = _text(node.get("lbl")) or term.name
        term.defined = bool(term.name) or "meta" in node or term.defined
        _meta(index, term, node.get("meta") or {}, path, names)
    for place, edge in enumerate(_list(graph.get("edges", []), path, "edges")):
        edge = _dict(edge, path, f"edge {place}")
        ends = [edge.get(key) for key in ("sub", "pred", "obj")]
        if not all(isinstance(end, str) for end in ends):
            raise Unreadable(f"{path}: not OBO Graph JSON: edge {place} needs sub, pred and obj")
        subject, object_ = names.expand(ends[0], obo=True), names.expand(ends[2], obo=True)
        if ends[1] in _IS_A:
            index.term(subject).parents.append(object_)
        else:
            index.term(subject).relations.append((names.expand(ends[1], obo=True), object_))
    for group in _list(graph.get("equivalentNodesSets", []), path, "equivalentNodesSets"):
        nodes = [n for n in _dict(group, path, "a set").get("nodeIds", []) if isinstance(n, str)]
        first, *rest = sorted(names.expand(n, obo=True) for n in nodes) or [""]
        index.matches += [Match(first, _SKOS + "exactMatch", other) for other in rest]


def _meta(index: Index, term, meta: dict, path: Path, names: Names) -> None:
    meta = _dict(meta, path, f"the meta of {term.iri}")
    definition = meta.get("definition")
    if isinstance(definition, dict):
        term.definition = _text(definition.get("val"))
    for synonym in _list(meta.get("synonyms", []), path, "synonyms"):
        if isinstance(synonym, dict) and isinstance(synonym.get("val"), str):
            term.synonyms.append(
                (_REACH.get(_text(synonym.get("pred")).rpartition("#")[2], RELATED), synonym["val"])
            )
    for xref in _list(meta.get("xrefs", []), path, "xrefs"):
        if isinstance(xref, dict) and isinstance(xref.get("val"), str):
            term.xrefs.append(xref["val"])
    term.deprecated = term.deprecated or meta.get("deprecated") is True
    for value in _list(meta.get("basicPropertyValues", []), path, "basicPropertyValues"):
        if not isinstance(value, dict) or not isinstance(value.get("val"), str):
            continue
        predicate, target = _text(value.get("pred")), value["val"]
        if predicate in _REPLACED or predicate == _CONSIDER:
            term.successors.append(names.expand(target, obo=True))
        elif predicate == _ALTERNATIVE:
            index.merged[names.expand(target, obo=True)] = term.iri
        elif predicate.startswith(_SKOS) and predicate.endswith("Match"):
            index.matches.append(Match(term.iri, predicate, names.expand(target, obo=True), term.name))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object, path: Path, what: str) -> list:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable(f"{path}: not OBO Graph JSON: {what} is not a list")
    return value


def _dict(value: object, path: Path, what: str) -> dict:
    if not isinstance(value, dict):
        raise Unreadable(f"{path}: not OBO Graph JSON: {what} is not an object")
    return value
