"""
Search by name and code, with the reason for every hit.

The ranking is one tuple: how the words met (the whole name, a synonym, a code, the beginning of one of
these, a word inside, something spelt like it, the definition), then how much is said of the thing, then
the name. The page, the suggestions and the JSON are the same list.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, Response, jsonify, request
from pyoxigraph import DefaultGraph, Literal, NamedNode

from ..formats import Format
from .answers import answer, library
from .frame import at, shown
from .library import TYPE, Library
from .parameters import takes
from .results import roles_of
from .shelves import DCTERMS, RDFS, SKOS, shelves
from .variants import HTML, best
from .view import OBJECT, SUBJECT, language, reader
from .words import SCHEMA

blueprint = Blueprint("search", __name__)

JSON = Format("JSON", "json", "application/json", None, ("text/json",))
MOST = 200
LONGEST = 200

PREFERRED, OTHER, CODE, MEANING = range(4)
NAMES = {
    SKOS + "prefLabel": PREFERRED,
    RDFS + "label": PREFERRED,
    DCTERMS + "title": PREFERRED,
    SKOS + "altLabel": OTHER,
    SKOS + "hiddenLabel": OTHER,
    SKOS + "notation": CODE,
    DCTERMS + "identifier": CODE,
    "http://purl.org/ontology/bibo/doi": CODE,
    "http://purl.org/ontology/bibo/pmid": CODE,
    SKOS + "definition": MEANING,
}
MAPS_FROM = NamedNode("http://www.w3.org/2002/07/owl#annotatedSource")
MAPS_TO = NamedNode("http://www.w3.org/2002/07/owl#annotatedTarget")
QUESTION = NamedNode("http://www.w3.org/ns/shacl#SPARQLExecutable")
WEB_PAGE = NamedNode(SCHEMA + "WebPage")
TERMS = tuple(
    NamedNode("http://www.w3.org/2002/07/owl#" + end)
    for end in ("Class", "ObjectProperty", "DatatypeProperty")
)


@dataclass(frozen=True)
class Entry:
    """One text under which a thing can be found."""

    thing: NamedNode
    text: str
    folded: str
    sort: int
    language: str


@dataclass(frozen=True)
class Hit:
    """A thing that was found, and why."""

    thing: NamedNode
    label: str
    href: str
    kind: str
    slug: str
    matched: str
    why: str
    lead: str
    span: tuple[int, int] | None
    rank: tuple


def fold(text: str) -> str:
    """Letters and digits alone: no case, no accents, no apostrophes; hyphens are spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"['’‘`´]", "", plain)
    return " ".join(re.sub(r"[-‐–/_,;()\[\]?!“”\"]", " ", plain).split())


def grams(folded: str) -> frozenset[str]:
    padded = f"  {folded} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


class Index:
    """Every text of one release under which something can be found."""

    def __init__(self, shelf: Library):
        self.shelf = shelf
        self.read = reader(shelf)
        self.kinds = self._kinds()
        self.weight = Counter(
            q.object
            for p in (SUBJECT, OBJECT)
            for q in shelf.store.quads_for_pattern(None, p, None, DefaultGraph())
        )
        self.entries = self._entries()
        self.grams = [grams(e.folded) if e.sort in (PREFERRED, OTHER) else frozenset() for e in self.entries]

    def _kinds(self) -> dict[NamedNode, tuple[str, str]]:
        """Thing → the name and slug of its kind, for all that is worth finding."""
        all_shelves = shelves(self.shelf)
        silent = {SUBJECT, MAPS_FROM, *roles_of(self.shelf)["of"]}
        found = {}
        for one in all_shelves.all:
            singular = self.shelf.label(one.target) if self.shelf.name(one.target) else one.name.lower()
            for quad in self.shelf.store.quads_for_pattern(None, TYPE, one.target, DefaultGraph()):
                thing = quad.subject
                told = {t.predicate for t in self.shelf.said(thing)} if thing not in found else set()
                if isinstance(thing, NamedNode) and silent.isdisjoint(told):
                    best_kind = all_shelves.types(thing)[0]
                    if best_kind == one.target or thing not in found:
                        found[thing] = (singular, one.slug)
        for kind, name in ((WEB_PAGE, "page"), (QUESTION, "question"), *((t, "term") for t in TERMS)):
            for quad in self.shelf.store.quads_for_pattern(None, TYPE, kind, DefaultGraph()):
                if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(self.shelf.base):
                    found.setdefault(quad.subject, (name, ""))
        return found

    def _entries(self) -> list[Entry]:
        made = []
        for thing in sorted(self.kinds, key=str):
            seen = set()
            for triple in self.shelf.said(thing):
                sort = NAMES.get(triple.predicate.value)
                if sort is not None and isinstance(triple.object, Literal):
                    text = triple.object.value
                    if (text, sort) not in seen:
                        seen.add((text, sort))
                        made.append(Entry(thing, text, fold(text), sort, triple.object.language or ""))
            for code in self._codes(thing):
                made.append(Entry(thing, code, fold(code), CODE, ""))
        return made

    def _codes(self, thing) -> set[str]:
        """Identifiers of the same thing elsewhere, as CURIEs and bare."""
        store = self.shelf.store
        targets = [
            t
            for node in store.quads_for_pattern(None, MAPS_FROM, thing, DefaultGraph())
            for t in self.shelf.said(node.subject, MAPS_TO)
        ]
        targets += [
            t.object
            for t in self.shelf.said(thing)
            if t.predicate.value.startswith(SKOS) and t.predicate.value.endswith("Match")
        ]
        codes = {self.shelf.curie(t) for t in targets if isinstance(t, NamedNode)}
        return {c for c in codes if not c.startswith(("http:", "https:"))}

    def search(self, text: str, limit: int = 50, kind: str = "") -> list[Hit]:
        """What the text finds, best first."""
        wanted = fold(text[:LONGEST])
        if not wanted:
            return []
        found: dict[NamedNode, tuple] = {}
        tokens = wanted.split()
        for entry in self.entries:
            met = _meet(entry, wanted, tokens)
            if met is not None and (entry.thing not in found or met < found[entry.thing][0]):
                found[entry.thing] = (met, entry)
        sure = any(met[0] <= 2 for met, _ in found.values())
        if len(found) < 3 and len(wanted) > 3 and not sure:
            for thing, row in self._similar(wanted).items():
                found.setdefault(thing, row)
        hits = [self._hit(thing, met, entry, wanted) for thing, (met, entry) in found.items()]
        hits = [hit for hit in hits if not kind or hit.slug == kind]
        return sorted(hits, key=lambda hit: hit.rank)[: min(limit, MOST)]

    def _similar(self, wanted: str) -> dict:
        mine = grams(wanted)
        found: dict = {}
        for entry, theirs in zip(self.entries, self.grams, strict=True):
            if theirs:
                shared = 2 * len(mine & theirs) / (len(mine) + len(theirs))
                if shared >= 0.45 and (entry.thing not in found or shared > found[entry.thing][2]):
                    found[entry.thing] = ((20, -round(shared, 2)), entry, shared)
        near = max((row[2] for row in found.values()), default=0) - 0.2
        return {thing: row[:2] for thing, row in found.items() if row[2] >= near}

    def _hit(self, thing, met, entry: Entry, wanted: str) -> Hit:
        label = self.shelf.label(thing)
        kind, slug = self.kinds[thing]
        lead = self.read.lead(thing)
        start = entry.text.casefold().find(wanted)
        return Hit(
            thing=thing,
            label=label,
            href=self.shelf.path(thing),
            kind=kind,
            slug=slug,
            matched=entry.text,
            why="" if entry.text == label and met[0] < 20 else _why(entry, met),
            lead=lead.text if lead else "",
            span=(start, start + len(wanted)) if start >= 0 and entry.text == label else None,
            rank=(met, -self.weight[thing], len(label), label.casefold(), thing.value),
        )


def _meet(entry: Entry, wanted: str, tokens: list[str]) -> tuple | None:
    """How the words meet this text: the smaller the better; None if they do not."""
    text, sort = entry.folded, entry.sort
    if sort == MEANING:
        words = text.split()
        return (
            (15, 0)
            if all(any(w.startswith(t) for w in words) for t in tokens if len(t) > 2) and len(wanted) > 3
            else None
        )
    if sort == CODE:
        bare = text.partition(":")[2]
        if wanted in (text, bare):
            return (2, 0)
        return (7, 0) if len(wanted) > 2 and (text.startswith(wanted) or bare.startswith(wanted)) else None
    if text == wanted:
        return (0 if sort == PREFERRED else 1, 0)
    if text.startswith(wanted):
        return (3 + 2 * sort, 0)
    if f" {wanted}" in text:
        return (4 + 2 * sort if f" {wanted} " in f"{text} " else 6 + sort, 0)
    words = text.split()
    if len(tokens) > 1 and all(any(w.startswith(t) for w in words) for t in tokens):
        return (8 + sort, 0)
    return (10 + sort, 0) if len(wanted) > 2 and wanted in text else None


def _why(entry: Entry, met: tuple) -> str:
    spoken = (
        f" ({language(entry.language)})" if entry.language and not entry.language.startswith("en") else ""
    )
    if met[0] == 20:
        return f"looks like “{entry.text}”{spoken}"
    if entry.sort == CODE:
        return f"code {entry.text}"
    if entry.sort == MEANING:
        return "in its definition"
    return (
        f"name “{entry.text}”{spoken}" if entry.sort == PREFERRED else f"also called “{entry.text}”{spoken}"
    )


@lru_cache(maxsize=8)
def index(shelf: Library) -> Index:
    return Index(shelf)


@blueprint.get("/search")
def search() -> Response:
    """Find things by name or code: a page, or JSON with the same ranking."""
    choice = best((HTML, JSON), request.headers.get("Accept"))
    if choice and choice.form == JSON:
        return as_json()
    shelf = library()
    text, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    hits = index(shelf).search(text, MOST) if text else []
    tallies = Counter((hit.kind, hit.slug) for hit in hits if hit.slug)
    context = {
        "query": text[:LONGEST],
        "kind": kind,
        "hits": [hit for hit in hits if not kind or hit.slug == kind][:60],
        "total": len(hits),
        "tallies": tallies.most_common(8),
    }
    response = answer(shown(shelf, "search.html", "search", **context), "text/html; charset=utf-8")
    response.vary.add("Accept")
    return response


search.parameters = takes(q="words, a name or a code", kind="only hits of this kind")


@blueprint.get("/search.json")
def as_json() -> Response:
    """The hits as data: IRI, label, kind, why it was found."""
    text = request.args.get("q", "").strip()
    limit = request.args.get("limit", 20, type=int)
    hits = index(library()).search(text, max(1, min(limit, MOST)), request.args.get("kind", ""))
    response = jsonify(
        {
            "query": text[:LONGEST],
            "hits": [
                {
                    "iri": hit.thing.value,
                    "href": at(hit.href),
                    "label": hit.label,
                    "kind": hit.kind,
                    "matched": hit.matched,
                    "why": hit.why,
                    "span": hit.span,
                    "definition": hit.lead,
                }
                for hit in hits
            ],
        }
    )
    response.vary.add("Accept")
    return response


as_json.parameters = takes(q="words, a name or a code", kind="only hits of this kind", limit="#hits at most")


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    """For browsers: search here from the address bar."""
    name = library().dataset["title"]
    title = (name.value if name else "Search").replace("&", "&amp;").replace("<", "&lt;")
    root = request.url_root
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">'
        f"<ShortName>{title[:16]}</ShortName><Description>{title}</Description>"
        f'<Url type="text/html" template="{root}search?q={{searchTerms}}"/>'
        f'<Url type="application/json" template="{root}search.json?q={{searchTerms}}"/>'
        "</OpenSearchDescription>"
    )
    return answer(body, "application/opensearchdescription+xml")
