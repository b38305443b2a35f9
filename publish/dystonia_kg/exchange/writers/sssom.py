"""Mappings as SSSOM TSV, one file for each vocabulary that we map to."""

import json
from collections.abc import Iterator

from ..edition import Edition, Vocabulary
from ..names import COMMON
from ..ours import Mapping
from . import File

NAME = "sssom"
TITLE = "SSSOM mapping sets"
MEDIA_TYPE = "text/tab-separated-values"

#: Slots of a mapping in the order of SSSOM's own files; those that nobody fills are left out.
COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label",
    "mapping_justification", "author_id", "author_label", "reviewer_id", "reviewer_label", "creator_id",
    "license", "mapping_source", "mapping_cardinality", "object_source", "object_source_version",
    "mapping_tool", "mapping_tool_version", "mapping_date", "confidence", "see_also", "comment",
)  # fmt: skip
_ENTITIES = frozenset(
    ("predicate_id", "mapping_justification", "author_id", "reviewer_id", "creator_id", "mapping_source",
     "object_source", "see_also")
)  # fmt: skip
#: Slots that may have several values; of the others the first counts, and readers drop rows with more.
_SEVERAL = frozenset(("author_id", "author_label", "reviewer_id", "reviewer_label", "creator_id", "see_also"))
#: What SSSOM says where nobody stated terms of use.
NO_LICENSE = "https://w3id.org/sssom/license/unspecified"
_ALWAYS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
)


def files(edition: Edition) -> Iterator[File]:
    for vocabulary in edition.vocabularies.values():
        mappings = edition.mappings_into(vocabulary)
        yield File(
            f"mappings-{vocabulary.prefix.lower()}.sssom.tsv",
            MEDIA_TYPE,
            f"Mappings to {vocabulary.title or vocabulary.prefix} (SSSOM)",
            table(edition, vocabulary, mappings).encode(),
        )


def table(edition: Edition, vocabulary: Vocabulary, mappings: list[Mapping]) -> str:
    """The mappings into one vocabulary, as the knowledge describes that set."""
    title = vocabulary.set_title or f"{edition.title}: mappings to {vocabulary.title}"
    head = {
        "mapping_set_id": vocabulary.set or f"{edition.base}mappings/{vocabulary.prefix.lower()}",
        "mapping_set_version": edition.version,
        "mapping_set_title": title,
        "license": vocabulary.set_license or edition.ours.license or NO_LICENSE,
        "publication_date": edition.ours.day,
        "comment": vocabulary.set_rights,
    }
    return rows(edition, head, mappings)


def rows(edition: Edition, head: dict[str, str], mappings: list[Mapping], ordered: bool = True) -> str:
    """A mapping set: a YAML header behind `#`, and a row for each mapping, by identifier when `ordered`."""
    told = [_row(edition, mapping) for mapping in mappings]
    columns = [c for c in COLUMNS if c in _ALWAYS or any(row.get(c) for row in told)]
    lines = [f"# {line}" for line in _header(edition, head, mappings)]
    lines.append("\t".join(columns))
    made = ["\t".join(_cell(row.get(c, "")) for c in columns) for row in told]
    lines += sorted(made) if ordered else made
    return "\n".join(lines) + "\n"


def _row(edition: Edition, mapping: Mapping) -> dict[str, str]:
    compact = edition.names.compact
    thing = edition.things.get(mapping.subject)
    row = {
        "subject_id": compact(mapping.subject),
        "subject_label": thing.name if thing else "",
        "predicate_id": compact(mapping.predicate),
        "object_id": compact(mapping.object),
    }
    for slot, values in mapping.slots.items():
        if slot in COLUMNS and slot not in row:
            told = [compact(v) if slot in _ENTITIES else v for v in values]
            if slot in _SEVERAL:
                row[slot] = "|".join(told)
            else:
                row[slot], more = told[0], told[1:]
                if slot in _ENTITIES and more:
                    extra = [*filter(None, [row.get("see_also", "")]), *values[1:]]
                    row["see_also"] = "|".join(extra)
    return row


def _header(edition: Edition, head: dict[str, str], mappings: list[Mapping]) -> Iterator[str]:
    iris = [COMMON["skos"] + "x", COMMON["semapv"] + "x", COMMON["sssom"] + "x", COMMON["owl"] + "x"]
    for mapping in mappings:
        iris += [mapping.subject, mapping.predicate, mapping.object]
        iris += [v for slot in _ENTITIES for v in mapping.slots.get(slot, ()) if "://" in v]
    yield "curie_map:"
    for prefix, namespace in edition.names.table(iris).items():
        yield f"  {prefix}: {json.dumps(namespace)}"
    for key, value in head.items():
        if value:
            yield f"{key}: {json.dumps(value, ensure_ascii=False)}"


def _cell(value: str) -> str:
    return " ".join(value.split())
