"""
Tables with tabs: SSSOM mapping sets, lists of terms, lists of edges.

A column is known by its name, as ROBOT, KGX and SSSOM write it. Terms: id, label and any of parents,
synonyms, definition, xrefs, obsolete, replaced_by (several values joined by `|`). Edges: subject,
object, and predicate or relation. Annotations: the columns of HPO's phenotype.hpoa.
"""

import re
from pathlib import Path

from ...errors import Unreadable
from .. import source
from ..index import Index, Match
from ..names import Names

KIND = "TSV"
ORDER = 40

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_IS_A = frozenset(
    (
        "rdfs:subClassOf",
        "http://www.w3.org/2000/01/rdf-schema#subClassOf",
        "biolink:subclass_of",
        "is_a",
        "subClassOf",
    )
)
#: Relation Ontology: has phenotype.
_HAS_PHENOTYPE = "http://purl.obolibrary.org/obo/RO_0002200"
_ID = ("id", "curie", "iri", "term_id", "hp_id")
_LABEL = ("label", "name", "lbl")


def fits(begin: bytes, path: Path) -> bool:
    head = _head(begin.decode("utf-8", errors="replace"))
    return _shape(head) is not None


def _head(whole: str) -> list[str]:
    for line in whole.split("\n"):
        if line and not line.startswith("#"):
            return [cell.strip() for cell in line.rstrip("\r").split("\t")]
    return []


def _shape(head: list[str]) -> str | None:
    if {"subject_id", "object_id", "predicate_id"} <= set(head):
        return "mappings"
    if {"subject", "object"} <= set(head) or head == ["x", "p", "y"]:
        return "edges"
    if {"database_id", "hpo_id"} <= set(head):
        return "annotations"
    if len(head) > 1 and any(column in head for column in _ID) and any(column in head for column in _LABEL):
        return "terms"
    return None


def read(path: Path, names: Names) -> Index:
    index = Index(str(path), KIND, whole=False)
    spaces: dict[str, str] = {}
    head: list[str] = []
    shape = ""
    number, in_map = 0, False
    for line in source.lines(path):
        number += 1
        if not line:
            continue
        if line.startswith("#") and not head:
            in_map = _header(index, spaces, line, in_map)
            continue
        cells = line.split("\t")
        if not head:
            head = [cell.strip() for cell in cells]
            shape = _shape(head) or ""
            index.kind = {
                "mappings": "SSSOM",
                "edges": "edges (TSV)",
                "terms": "terms (TSV)",
                "annotations": "annotations (TSV)",
            }[shape]
            continue
        if len(cells) > len(head):
            raise Unreadable(f"{path}:{number}: {len(cells)} cells under {len(head)} columns")
        if len(cells) < len(head) - 1 and shape == "mappings":
            raise Unreadable(
                f"{path}:{number}: {len(cells)} cells under {len(head)} columns; the row is cut short"
            )
        row = dict(zip(head, (cell.strip() for cell in cells), strict=False))
        try:
            _ROWS[shape](index, row, spaces, names)
        except KeyError as trouble:
            raise Unreadable(f"{path}:{number}: the row has no {trouble}") from trouble
    index.whole = shape == "terms"
    return index


def _header(index: Index, spaces: dict[str, str], line: str, in_map: bool) -> bool:
    """One line of an SSSOM header; the answer says whether the CURIE map goes on."""
    body = line[1:]
    entry = re.match(r"\s*([\w.\-]+):\s*(.*?)\s*\Z", body)
    if not entry:
        return in_map
    key, value = entry.group(1), entry.group(2).strip("\"'")
    if key == "curie_map":
        return True
    if in_map and body.startswith(("  ", "\t")) and value:
        spaces[key] = value
        return True
    if key == "mapping_set_version":
        index.version = value
    elif key == "mapping_set_id":
        index.name = value
    return False


def _mapping(index: Index, row: dict, spaces: dict, names: Names) -> None:
    subject, object_ = names.expand(row["subject_id"], spaces), names.expand(row["object_id"], spaces)
    if not row["subject_id"] or not row["object_id"]:
        raise KeyError("subject_id" if not row["subject_id"] else "object_id")
    if "sssom:NoTermFound" in (row["object_id"], row["subject_id"]):
        return
    predicate = names.expand(row["predicate_id"], spaces)
    for iri, told in ((subject, row.get("subject_label")), (object_, row.get("object_label"))):
        term = index.term(iri)
        if told:
            term.name, term.defined = told, True
    index.matches.append(
        Match(
            subject,
            predicate,
            object_,
            row.get("subject_label") or "",
            row.get("object_label") or "",
            negated=row.get("predicate_modifier") == "Not",
        )
    )


def _edge(index: Index, row: dict, spaces: dict, names: Names) -> None:
    if "x" in row:
        row = {"subject": row["x"], "predicate": row["p"], "object": row["y"]}
    subject, object_ = (names.expand(row[end], spaces, obo=True) for end in ("subject", "object"))
    relation = row.get("predicate") or row.get("relation") or "is_a"
    term = index.term(subject)
    term.defined = True
    if not row.get("subject_label", "<").startswith("<"):
        term.name = row["subject_label"]
    other = index.term(object_)
    if row.get("object_label") and not row["object_label"].startswith("<"):
        other.name, other.defined = row["object_label"], True
    if relation in _IS_A:
        if object_ not in term.parents:
            term.parents.append(object_)
    elif relation.startswith("skos:") and relation.endswith("Match"):
        index.matches.append(Match(subject, _SKOS + relation[5:], object_, term.name))
    else:
        term.relations.append((names.expand(relation, spaces, obo=True), object_))


def _term(index: Index, row: dict, spaces: dict, names: Names) -> None:
    key = next(column for column in _ID if column in row)
    if not row[key]:
        raise KeyError(key)
    term = index.term(names.expand(row[key], spaces, obo=True))
    term.defined = True
    term.name = next((row[column] for column in _LABEL if row.get(column)), term.name)
    term.definition = row.get("definition", "")
    for column in ("parents", "parent"):
        for parent in filter(None, row.get(column, "").split("|")):
            term.parents.append(names.expand(parent.strip().split(" ", 1)[0], spaces, obo=True))
    for column in ("synonyms", "exact_synonyms", "synonym"):
        term.synonyms += [("EXACT", text) for text in filter(None, row.get(column, "").split("|"))]
    term.xrefs += [x for x in row.get("xrefs", "").split("|") if x]
    term.deprecated = row.get("obsolete", row.get("is_deprecated", "")).lower() in ("true", "1", "yes")
    term.successors += [names.expand(x, spaces, obo=True) for x in row.get("replaced_by", "").split("|") if x]


def _annotation(index: Index, row: dict, spaces: dict, names: Names) -> None:
    term = index.term(names.expand(row["database_id"], spaces, obo=True))
    term.name, term.defined = row.get("disease_name") or term.name, True
    found = (_HAS_PHENOTYPE, names.expand(row["hpo_id"], spaces, obo=True))
    if "NOT" not in row.get("qualifier", "").upper() and found not in term.relations:
        term.relations.append(found)


_ROWS = {"annotations": _annotation, "mappings": _mapping, "edges": _edge, "terms": _term}
