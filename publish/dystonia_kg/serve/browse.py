"""
Browsing: all kinds of things, one kind from A to Z with filters, schemes side by side.

Filters are the key lines of a shape (dash:KeyInfoRole) whose values are things. The hierarchy is
skos:broader. Nothing here knows what it is browsing.
"""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from flask import Blueprint, abort, request
from pyoxigraph import DefaultGraph, NamedNode

from .answers import library
from .frame import shown
from .library import TYPE, Library
from .parameters import takes
from .results import turn_of
from .search import fold
from .shelves import SKOS, Line, Shelf, local, shelves
from .view import reader

blueprint = Blueprint("browse", __name__)

BROADER = NamedNode(SKOS + "broader")
IN_SCHEME = NamedNode(SKOS + "inScheme")
NOTATION = NamedNode(SKOS + "notation")
SCHEME = NamedNode(SKOS + "ConceptScheme")
ALT = NamedNode(SKOS + "altLabel")

#: Values of a filter that are shown at once; the rest are folded.
MOST = 10

#: Things on one page.
PAGE = 200


@dataclass(frozen=True)
class Option:
    """One value of a filter: how many it leaves, and where it leads."""

    text: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True)
class Filter:
    """One line of the shape to filter by."""

    name: str
    options: tuple[Option, ...]

    @property
    def is_chosen(self) -> bool:
        return any(option.chosen for option in self.options)


@dataclass(frozen=True)
class Node:
    """A thing in the tree, with what is below it."""

    thing: NamedNode
    text: str
    href: str
    lead: str
    below: tuple["Node", ...]


@lru_cache(maxsize=256)
def instances(shelf: Library, target: NamedNode) -> tuple[NamedNode, ...]:
    """The things of a class, in the order of their names."""
    quads = shelf.store.quads_for_pattern(None, TYPE, target, DefaultGraph())
    found = [q.subject for q in quads if isinstance(q.subject, NamedNode)]
    return tuple(sorted(found, key=lambda t: (fold(shelf.label(t)), t.value)))


@blueprint.get("/browse")
def kinds() -> str:
    """Every kind of thing that there is, with how many."""
    shelf = library()
    rows = []
    for one in shelves(shelf).all:
        n = len(instances(shelf, one.target))
        if n:
            rows.append(
                {
                    "name": one.name,
                    "comment": one.comment,
                    "href": f"/browse/{one.slug}",
                    "count": n,
                    "key": sum(line.is_key for line in one.lines),
                }
            )
    return shown(shelf, "browse.html", "browse", rows=rows)


@blueprint.get("/browse/<slug>")
def one_kind(slug: str) -> str:
    """The things of one kind: A to Z, by filters, and as a tree where there is one."""
    shelf = library()
    one = shelves(shelf).by_slug.get(slug)
    if one is None:
        abort(404, f"There is no kind of thing called {slug} here.")
    chosen = {line.key: request.args.getlist(line.key) for line in filters_of(one)}
    chosen = {key: [v for v in values if v] for key, values in chosen.items() if any(values)}
    everything = instances(shelf, one.target)
    values = {line: _values(shelf, one.target, line) for line in filters_of(one)}
    kept = [t for t in everything if _fits(t, values, chosen)]
    read = reader(shelf)
    pages = max(1, -(-len(kept) // PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    letters: dict[str, list] = {}
    for thing in kept[(page - 1) * PAGE : page * PAGE]:
        text = shelf.label(thing)
        lead = read.lead(thing)
        aka = sorted({o.value for o in shelf.said(thing, ALT) if (o.language or "en").startswith("en")})
        row = {"text": text, "href": shelf.path(thing), "lead": lead.text if lead else "", "aka": aka[:4]}
        letters.setdefault(_initial(text), []).append(row)
    return shown(
        shelf,
        "shelf.html",
        "browse",
        one=one,
        filters=[
            f
            for f in (_filter(shelf, line, found, kept, chosen) for line, found in values.items())
            if f.options
        ],
        letters=letters,
        initials=_initials(shelf, kept, page),
        page=page,
        pages=[(n, _page_address(n)) for n in range(1, pages + 1)],
        count=len(kept),
        total=len(everything),
        any_chosen=bool(chosen),
        tree=tree(shelf, everything) if not chosen else (),
        as_tree=request.args.get("view") == "tree",
        compare=f"/compare/{slug}"
        if any(SCHEME in shelf.said(t, TYPE) for t in everything) and len(everything) > 1
        else "",
    )


one_kind.parameters = takes(
    page="#the page of a long list", view="`tree` for the hierarchy, where there is one"
)


def _initial(text: str) -> str:
    return (fold(text)[:1] or "#").upper()


def _page_address(number: int) -> str:
    """The address of a page of this list, with the filters that are set."""
    rest = [(k, v) for k, v in request.args.items(multi=True) if k != "page"]
    query = urlencode(rest + ([("page", number)] if number > 1 else []))
    return f"?{query}" if query else request.script_root + request.path


def _initials(shelf: Library, things: list[NamedNode], page: int) -> list[tuple[str, str]]:
    """Each first letter with the address of the first thing that has it."""
    found: dict[str, str] = {}
    for n, thing in enumerate(things):
        letter = _initial(shelf.label(thing))
        if letter not in found:
            there = n // PAGE + 1
            found[letter] = ("" if there == page else _page_address(there)) + f"#az-{letter}"
    return list(found.items())


def filters_of(one: Shelf) -> list[Line]:
    return [line for line in one.lines if line.is_key and line.key and line.of_class]


@lru_cache(maxsize=512)
def _values(shelf: Library, target: NamedNode, line: Line) -> dict[NamedNode, frozenset[NamedNode]]:
    """Thing → its values on a line, and everything that these are a kind of."""
    read = shelves(shelf)
    found = {}
    for thing in instances(shelf, target):
        direct = [v for v in read.follow(thing, line.path) if isinstance(v, NamedNode)]
        found[thing] = frozenset(v for d in direct for v in _above(shelf, d))
    return found


def _above(shelf: Library, thing: NamedNode) -> set[NamedNode]:
    found, todo = set(), [thing]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += [o for o in shelf.said(one, BROADER) if isinstance(o, NamedNode)]
    return found


def _fits(thing, values: dict, chosen: dict) -> bool:
    for line, found in values.items():
        wanted = chosen.get(line.key, ())
        if wanted and not all(any(local(v) == w for v in found[thing]) for w in wanted):
            return False
    return True


def _filter(shelf: Library, line: Line, found: dict, kept: list, chosen: dict) -> Filter:
    tally = Counter(v for thing in kept for v in found[thing])
    picked = chosen.get(line.key, [])
    options = []
    for value, n in tally.items():
        slug = local(value)
        others = [(k, v) for k, vs in chosen.items() for v in vs if (k, v) != (line.key, slug)]
        query = urlencode(others + ([] if slug in picked else [(line.key, slug)]))
        options.append(
            Option(
                shelf.label(value), n, f"{request.path}?{query}" if query else request.path, slug in picked
            )
        )
    options.sort(key=lambda o: (not o.chosen, -o.count, fold(o.text)))
    return Filter(line.name, tuple(options))


def tree(shelf: Library, things: tuple[NamedNode, ...]) -> tuple[Node, ...]:
    """The things below one another by skos:broader; empty when there is no such order among them."""
    own = set(things)
    below: dict[NamedNode, list[NamedNode]] = {}
    tops = []
    for thing in things:
        above = [o for o in shelf.said(thing, BROADER) if o in own and o != thing]
        for one in above:
            below.setdefault(one, []).append(thing)
        if not above:
            tops.append(thing)
    if not below:
        return ()
    return tuple(_node(shelf, top, below, frozenset()) for top in tops)


def _node(shelf: Library, thing, below, seen: frozenset) -> Node:
    lead = reader(shelf).lead(thing)
    inner = tuple(_node(shelf, t, below, seen | {thing}) for t in below.get(thing, ()) if t not in seen)
    return Node(thing, shelf.label(thing), shelf.path(thing), lead.text if lead else "", inner)


@blueprint.get("/compare/<slug>")
def side_by_side(slug: str) -> str:
    """Schemes of one kind side by side: what each says under the same short word."""
    shelf = library()
    one = shelves(shelf).by_slug.get(slug)
    schemes = [t for t in instances(shelf, one.target) if SCHEME in shelf.said(t, TYPE)] if one else []
    if len(schemes) < 2:
        abort(404, f"There are no schemes called {slug} here to put side by side.")
    schemes.sort(key=lambda t: (turn_of(shelf, t), shelf.label(t)))
    read = reader(shelf)
    cells: dict[str, dict] = {}
    for scheme in schemes:
        for quad in shelf.store.quads_for_pattern(None, IN_SCHEME, scheme, DefaultGraph()):
            word = next((o.value for o in shelf.said(quad.subject, NOTATION)), local(quad.subject))
            lead = read.lead(quad.subject)
            cells.setdefault(word, {})[scheme] = {
                "href": shelf.path(quad.subject),
                "text": lead.text if lead else shelf.label(quad.subject),
            }
    order = sorted(cells, key=lambda w: (-len(cells[w]), w))
    heads = [
        {"text": shelf.label(s), "href": shelf.path(s), "lead": (read.lead(s) or Empty).text, "thing": s}
        for s in schemes
    ]
    lines = [line for line in one.lines if line.is_key or (line.of_class and line.term not in (IN_SCHEME,))]
    facts = []
    for line in lines:
        values = [read.values(read.shelves.follow(s, line.path)) for s in schemes]
        if any(values) and line.term and line.term.value.startswith(shelf.base):
            facts.append({"name": line.name, "values": values})
    return shown(shelf, "compare.html", "browse", one=one, heads=heads, cells=cells, order=order, facts=facts)


class Empty:
    """What has no lead."""

    text = ""
