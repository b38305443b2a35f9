"""Pages about the release itself: its files, its vocabulary, how it was checked."""

from collections import Counter
from fnmatch import fnmatch
from functools import lru_cache, partial

from flask import Blueprint
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, RdfFormat, Store, parse

from ..formats import DATASETS, GRAPHS
from ..release import HANDBOOK, sums
from . import diagram, downloads, words
from .answers import library
from .frame import shown
from .library import TYPE, Library
from .search import fold
from .shelves import RDFS, shelves
from .view import Value, reader

blueprint = Blueprint("papers", __name__)

SH = "http://www.w3.org/ns/shacl#"
OWL = "http://www.w3.org/2002/07/owl#"
DEFINED_BY = NamedNode(RDFS + "isDefinedBy")
DOMAIN, RANGE = NamedNode(RDFS + "domain"), NamedNode(RDFS + "range")
SUBCLASS, SUBPROPERTY = NamedNode(RDFS + "subClassOf"), NamedNode(RDFS + "subPropertyOf")
CLASSES = (NamedNode(OWL + "Class"), NamedNode(RDFS + "Class"))
PROPERTIES = tuple(
    NamedNode(OWL + end) for end in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
)
CONFORMS = NamedNode(SH + "conforms")
RESULT = NamedNode(SH + "result")


# --- files


@blueprint.get("/downloads")
def files() -> str:
    """Every file of the release: what it is for, how big, its checksum.

    A part of the page with the identifier `files <pattern>…` is a group of files, by their names.
    """
    shelf = library()
    known = sums(shelf.folder)
    rows = {name: _file(shelf, name, digest) for name, digest in known.items()}
    page = words.page(shelf, "downloads")
    notes = {part.slot: part for part in page.parts if part.slot}
    plain = {f"dataset.{form.extension}": form for form in (*GRAPHS, *DATASETS)}
    whole = [
        {**rows[n], "form": f, "note": notes.get(f"file-{f.extension}")}
        for n, f in plain.items()
        if n in rows
    ]
    packed = [row for name, row in rows.items() if name.startswith("dataset.") and name not in plain]
    tables = [row for name, row in rows.items() if name.startswith("table-")]
    told = {r["name"] for r in (*whole, *packed, *tables)}
    others = [
        {**row, "note": notes.get(f"file-{n}")}
        for n, row in rows.items()
        if n not in told and not n.startswith(HANDBOOK)
    ]
    groups, told_in_groups = [], set()
    for part in page.parts:
        asked = part.slot.split()
        if asked[:1] == ["files"]:
            fits = [r for r in others if any(fnmatch(r["name"], pattern) for pattern in asked[1:])]
            told_in_groups |= {r["name"] for r in fits}
            groups.append((part, fits))
    return shown(
        shelf,
        "downloads.html",
        "downloads",
        whole=whole,
        packed=packed,
        tables=tables,
        groups=[(part, fits) for part, fits in groups if fits],
        others=[r for r in others if r["name"] not in told_in_groups],
        loads=[part for part in page.parts if part.slot == "load"],
        sections=[part for part in page.parts if not part.slot],
        statements=_statements(shelf),
    )


def _file(shelf: Library, name: str, digest: str) -> dict:
    path = shelf.folder / name
    size = path.stat().st_size if path.is_file() else 0
    return {
        "name": name,
        "href": f"/releases/{shelf.version}/{name}",
        "size": bytes_in_words(size),
        "sum": digest,
        "type": downloads.media_type(name),
    }


def bytes_in_words(size: int) -> str:
    """A size as people say it."""
    for unit, step in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= step:
            return f"{size / step:.1f} {unit}" if size < 10 * step else f"{size / step:.0f} {unit}"
    return f"{size} B"


def _statements(shelf: Library) -> int:
    found = shelf.said(NamedNode(shelf.base), NamedNode("http://rdfs.org/ns/void#triples"))
    return int(found[0].value) if found else len(shelf.store)


# --- the vocabulary


def vocabulary(shelf: Library, iri: NamedNode) -> str:
    """A vocabulary as a reference: its classes and properties, each with what it means and how it is used."""
    store = shelf.store
    members = sorted(
        {q.subject for q in store.quads_for_pattern(None, DEFINED_BY, iri, DefaultGraph())}, key=str
    )
    sorts = {m: set(shelf.said(m, TYPE)) for m in members}
    used = Counter()
    for member, kinds in sorts.items():
        if not kinds.isdisjoint(CLASSES):
            used[member] = sum(1 for _ in store.quads_for_pattern(None, TYPE, member, DefaultGraph()))
        else:
            used[member] = sum(1 for _ in store.quads_for_pattern(None, member, None, DefaultGraph()))
    classes = [m for m in members if not sorts[m].isdisjoint(CLASSES)]
    properties = [m for m in members if m not in classes and not sorts[m].isdisjoint(PROPERTIES)]
    value = reader(shelf).value
    page = words.page(shelf, "vocabulary")
    lead = reader(shelf).lead(iri)
    return shown(
        shelf,
        "vocabulary.html",
        "vocabulary",
        iri=iri,
        title=shelf.label(iri),
        lead=lead.text if lead else page.abstract,
        text=page.text,
        classes=[_term(shelf, m, used[m]) for m in sorted(classes, key=lambda m: fold(shelf.label(m)))],
        properties=[_term(shelf, m, used[m]) for m in sorted(properties, key=lambda m: fold(shelf.label(m)))],
        draw=partial(diagram.picture, shelf),
        between=[(value(a), value(p), value(b)) for a, p, b in _between(shelf, properties)],
        document=shelf.path(iri),
    )


def _term(shelf: Library, term: NamedNode, uses: int) -> dict:
    read = reader(shelf)
    lead = read.lead(term)
    shelf_of = shelves(shelf).by_target.get(term)
    return {
        "anchor": term.value.rpartition("#")[2] or term.value.rpartition("/")[2],
        "curie": shelf.curie(term),
        "label": shelf.label(term),
        "lead": lead.text if lead else "",
        "above": _named(read, [*shelf.said(term, SUBCLASS), *shelf.said(term, SUBPROPERTY)]),
        "domain": _named(read, shelf.said(term, DOMAIN)),
        "range": _named(read, shelf.said(term, RANGE)),
        "matches": read.mappings(term),
        "uses": uses,
        "browse": f"/browse/{shelf_of.slug}" if shelf_of else "",
    }


def _named(read, terms) -> tuple[Value, ...]:
    return read.values(t for t in terms if not isinstance(t, BlankNode))


def _between(shelf: Library, properties: list) -> list[tuple]:
    """Domain, property, range: the diagram of the vocabulary, as rows."""
    rows = []
    for term in properties:
        for domain in shelf.said(term, DOMAIN):
            for range_ in shelf.said(term, RANGE):
                if (
                    isinstance(domain, NamedNode)
                    and isinstance(range_, NamedNode)
                    and range_.value.startswith(shelf.base)
                ):
                    rows.append((domain, term, range_))
    return sorted(rows, key=lambda row: tuple(fold(shelf.label(t)) for t in row))


# --- how it was checked


@lru_cache(maxsize=8)
def checked(shelf: Library) -> dict:
    """What the validation report of the release says, and how many shapes and rules stand behind it."""
    path = shelf.folder / "validation.ttl"
    report = Store()
    if path.is_file():
        report.extend(q for q in parse(path=path, format=RdfFormat.TURTLE))
    conforms = next((q.object.value == "true" for q in report.quads_for_pattern(None, CONFORMS, None)), None)
    notes = []
    for quad in report.quads_for_pattern(None, RESULT, None):
        one = {
            q.predicate.value.removeprefix(SH): q.object
            for q in report.quads_for_pattern(quad.object, None, None)
        }
        focus = one.get("focusNode")
        if isinstance(focus, NamedNode):
            text = one.get("resultMessage")
            notes.append((reader(shelf).value(focus), text.value if text else ""))
    of = shelf.store.quads_for_pattern

    def count(kind):
        return len({q.subject for q in of(None, TYPE, NamedNode(SH + kind), DefaultGraph())})

    return {
        "conforms": conforms,
        "notes": sorted(notes, key=lambda row: (row[1], row[0].text)),
        "shapes": count("NodeShape"),
        "lines": count("PropertyShape"),
        "rules": count("SPARQLRule"),
        "questions": count("SPARQLExecutable"),
        "messages": _messages(shelf),
        "inferred": sum(1 for _ in of(None, None, None, NamedNode(shelf.base + "inferred"))),
    }


def _messages(shelf: Library) -> list[tuple[str, list[str]]]:
    """What is asked of each kind of thing, in the words of the shapes."""
    rows = []
    for one in shelves(shelf).all:
        told = set()
        for shape in shelf.said(one.shape, NamedNode(SH + "property")):
            told |= {o.value for o in shelf.said(shape, NamedNode(SH + "message"))}
        told |= {o.value for o in shelf.said(one.shape, NamedNode(SH + "message"))}
        if told:
            rows.append((one.name, sorted(told)))
    return rows


def rules(shelf: Library) -> list[dict]:
    """Every rule, with what it concludes in a sentence."""
    read = reader(shelf)
    quads = shelf.store.quads_for_pattern(None, TYPE, NamedNode(SH + "SPARQLRule"), DefaultGraph())
    found = []
    for quad in quads:
        comment = next((o.value for o in shelf.said(quad.subject, NamedNode(RDFS + "comment"))), "")
        if isinstance(quad.subject, NamedNode):
            found.append({"value": read.value(quad.subject), "comment": comment})
    return sorted(found, key=lambda row: fold(row["value"].text))
