"""
What changed between two releases, in the forms that curation tools take: KGCL commands, and SSSOM rows
as `sssom diff` writes them.
"""

from collections.abc import Callable, Iterable, Iterator

from pyoxigraph import RdfFormat, serialize

from ..ask import prefixes
from ..changes import account, as_markdown, as_tsv
from ..compare import as_triples, compare
from .edition import CLASS, Edition, Thing
from .index import EXACT
from .ours import RDFS, Mapping
from .writers import File, owl, sssom

_ABOVE = RDFS + "subClassOf"

#: Where each row of an SSSOM difference comes from, in the words of sssom-py.
OLD, NEW = "UNIQUE_1", "UNIQUE_2"


def kgcl(older: Edition, newer: Edition) -> str:
    """The changes of the OWL view as commands of KGCL, one on a line, in the order in which they can be run."""
    was, now = older.members(CLASS), newer.members(CLASS)
    short = newer.names.compact
    made: list[str] = []
    for iri in sorted(now.keys() - was.keys()):
        made.append(f"create node {short(iri)} {_quoted(now[iri].name)}")
    for iri in sorted(was.keys() & now.keys()):
        if was[iri].name != now[iri].name:
            made.append(f"rename {short(iri)} from {_quoted(was[iri].name)} to {_quoted(now[iri].name)}")
    for iri in sorted(was.keys() | now.keys()):
        if iri in now:
            made += _texts(was.get(iri) or Thing(iri), now[iri], short)
    for word, edges in (
        ("delete", _edges(older, was) - _edges(newer, now)),
        ("create", _edges(newer, now) - _edges(older, was)),
    ):
        gone = was.keys() - now.keys()
        made += [
            f"{word} edge {short(subject)} {short(relation)} {short(target)}"
            for subject, relation, target in sorted(edges)
            if subject not in gone
        ]
    for iri in sorted(now):
        if now[iri].deprecated and not (iri in was and was[iri].deprecated):
            use = now[iri].successors
            made.append(f"obsolete {short(iri)}" + (f" with replacement {short(use[0])}" if use else ""))
        elif iri in was and was[iri].deprecated and not now[iri].deprecated:
            made.append(f"unobsolete {short(iri)}")
    made += [f"delete {short(iri)}" for iri in sorted(was.keys() - now.keys())]
    return "".join(f"{line}\n" for line in made)


def _texts(was: Thing, now: Thing, short) -> Iterator[str]:
    me = short(now.iri)
    if was.definition != now.definition:
        if not was.definition:
            yield f"add definition {_quoted(now.definition)} to {me}"
        elif not now.definition:
            yield f"remove definition for {me}"
        else:
            yield f"change definition of {me} from {_quoted(was.definition)} to {_quoted(now.definition)}"
    for _, text in sorted(set(was.synonyms) - set(now.synonyms)):
        yield f"remove synonym {_quoted(text)} for {me}"
    for reach, text in sorted(set(now.synonyms) - set(was.synonyms)):
        yield f"create {'exact' if reach == EXACT else 'related'} synonym {_quoted(text)} for {me}"


def _quoted(text: str) -> str:
    """KGCL knows no escapes: an apostrophe becomes the typographic one, which no quotation ends."""
    return "'" + " ".join(text.replace("'", "’").split()) + "'"


def _edges(edition: Edition, classes: dict[str, Thing]) -> set[tuple[str, str, str]]:
    found = set()
    for iri, thing in classes.items():
        if not thing.deprecated:
            found |= {(iri, _ABOVE, up) for up in owl.parents(edition, thing, classes)}
            found |= {(iri, relation, target) for relation, target in owl.relations(thing, classes)}
        found |= {(iri, m.predicate, m.object) for m in thing.mappings}
    return found


def sssom_rows(older: Edition, newer: Edition) -> str:
    """The mappings that only one release has, as a mapping set; `comment` says which one."""
    was, now = ({(m.subject, m.predicate, m.object): m for m in e.ours.mappings} for e in (older, newer))
    rows = [(OLD, was[key]) for key in sorted(was.keys() - now.keys())]
    rows += [(NEW, now[key]) for key in sorted(now.keys() - was.keys())]
    base = newer.base
    head = {
        "mapping_set_id": f"{base}mappings/changes/{older.version}/{newer.version}",
        "mapping_set_version": newer.version,
        "mapping_set_title": f"{newer.title}: mappings that changed from {older.version} to {newer.version}",
        "license": newer.ours.license or sssom.NO_LICENSE,
        "comment": f"{OLD}: only in {older.version}. {NEW}: only in {newer.version}.",
    }
    marked = [_marked(mapping, which) for which, mapping in rows]
    return sssom.rows(newer, head, marked)


def _marked(mapping: Mapping, which: str) -> Mapping:
    return Mapping(mapping.subject, mapping.predicate, mapping.object, {**mapping.slots, "comment": [which]})


#: The words on the command line, and what each form is called as a file of a release.
FORMS = {
    "markdown": ("changes.md", "text/markdown", "Changes in words (Markdown)"),
    "tsv": ("changes.tsv", "text/tab-separated-values", "Changes as a table"),
    "rdf": ("changes.ttl", "text/turtle", "Changes as change sets (RDF)"),
    "kgcl": ("changes.kgcl", "text/plain", "Changes as KGCL commands"),
    "sssom": ("changes.sssom.tsv", "text/tab-separated-values", "Mappings that changed (SSSOM)"),
}


def files(older: Edition, newer: Edition, forms: Iterable[str] = FORMS) -> Iterator[File]:
    """The change report in each of these forms."""
    stores = older.ours.store, newer.ours.store
    found = compare(*stores)
    made: dict[str, Callable[[], str | bytes]] = {
        "markdown": lambda: as_markdown(found, account(found, *stores)),
        "tsv": lambda: as_tsv(account(found, *stores)),
        "rdf": lambda: serialize(
            as_triples(found), format=RdfFormat.TURTLE, prefixes=prefixes(newer.ours.store)
        ),
        "kgcl": lambda: kgcl(older, newer),
        "sssom": lambda: sssom_rows(older, newer),
    }
    for form in forms:
        name, media_type, title = FORMS[form]
        body = made[form]()
        whole = body.encode() if isinstance(body, str) else body
        yield File(name, media_type, f"{title}, from {older.version} to {newer.version}", whole)
