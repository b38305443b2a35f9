"""The OWL view as OBO 1.4."""

from collections.abc import Iterator

from ..edition import CLASS, Edition, Thing
from ..ours import EXACT_MATCH
from . import File, owl

NAME = "obo"
TITLE = "OBO"
MEDIA_TYPE = "text/obo"


def files(edition: Edition) -> Iterator[File]:
    yield File("ontology.obo", MEDIA_TYPE, f"{edition.title} as OBO", document(edition).encode())


def document(edition: Edition) -> str:
    classes = edition.members(CLASS)
    relations = owl.used_relations(edition, classes)
    compact = edition.names.compact
    mine = [*classes, *relations, *edition.aligned.get(CLASS, ())]
    foreign = [m.object for thing in classes.values() for m in thing.mappings]
    lines = [
        "format-version: 1.4",
        f"data-version: {_plain(edition.version)}",
        *(f"idspace: {p} {ns}" for p, ns in edition.names.table([*mine, *foreign]).items()),
        f"ontology: {edition.slug}",
        f'property_value: dcterms:title "{_quoted(edition.title)}" xsd:string',
    ]
    if edition.ours.license:
        lines.append(f"property_value: dcterms:license {edition.ours.license}")
    for kind in sorted(edition.aligned.get(CLASS, ())):
        word = edition.word(kind)
        lines += ["", "[Term]", f"id: {compact(kind)}", f"name: {_plain(word.name)}"]
        if word.definition:
            lines.append(f'def: "{_quoted(word.definition)}" []')
    for thing in classes.values():
        lines += ["", *_term(edition, thing, classes)]
    for relation in relations:
        word = edition.word(relation)
        lines += ["", "[Typedef]", f"id: {compact(relation)}", f"name: {_plain(word.name)}"]
        if word.definition:
            lines.append(f'def: "{_quoted(word.definition)}" []')
    return "\n".join(lines) + "\n"


def _term(edition: Edition, thing: Thing, classes: dict[str, Thing]) -> Iterator[str]:
    """One stanza, its tags in the order that OBO's guide gives."""
    compact = edition.names.compact

    def name(iri: str) -> str:
        return f"{compact(iri)} ! {_plain(classes[iri].name if iri in classes else edition.word(iri).name)}"

    yield "[Term]"
    yield f"id: {compact(thing.iri)}"
    yield f"name: {_plain(thing.name)}"
    if thing.definition:
        sources = ", ".join(_escaped(compact(source)) for source in thing.sources)
        yield f'def: "{_quoted(thing.definition)}" [{sources}]'
    if thing.notes:
        yield f"comment: {_plain(' '.join(thing.notes))}"
    for reach, text in sorted(thing.synonyms):
        yield f'synonym: "{_quoted(text)}" {reach} []'
    for mapping in thing.mappings:
        if mapping.predicate == EXACT_MATCH:
            yield f"xref: {_escaped(compact(mapping.object))}"
    for mapping in thing.mappings:
        yield f"property_value: {compact(mapping.predicate)} {_escaped(compact(mapping.object))}"
    if thing.deprecated:
        yield "is_obsolete: true"
        for successor in thing.successors:
            yield f"replaced_by: {compact(successor)}"
        return
    above = owl.parents(edition, thing, classes)
    whole = owl.definition(thing, classes)
    for up in above:
        yield f"is_a: {name(up)}"
    if whole:
        for up in above:
            yield f"intersection_of: {name(up)}"
        for relation, filler in whole:
            yield f"intersection_of: {compact(relation)} {name(filler)}"
    for relation, filler in owl.relations(thing, classes):
        if (relation, filler) not in whole:
            yield f"relationship: {compact(relation)} {name(filler)}"


def _plain(text: str) -> str:
    """Free text up to the end of a line."""
    text = " ".join(text.split()).replace("\\", "\\\\")
    return text.replace("{", "\\{").replace("!", "\\!")


def _quoted(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')


def _escaped(text: str) -> str:
    """An identifier among others."""
    return text.replace("\\", "\\\\").replace(",", "\\,").replace(" ", "\\W")
