"""
How things relate: a picture in columns (SVG, made here) and the same as tables.

What is drawn is said by the page `relations` in the graph: each of its parts that is schema:about a
property shape is one kind of line, in the order of schema:position. Values that are parts of a figure
stand on the right in the order of the figure, wholes stand beside their parts, all other values on the
left. The part with the identifier `matrix` is about the property that the table crosses, and mentions the
one that says what is no more than possible.
"""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

from flask import Blueprint, Response, request
from markupsafe import Markup
from pyoxigraph import NamedNode

from . import figures, words
from .answers import answer, library
from .browse import instances
from .columns import bow, box, curve, layout
from .frame import at, shown
from .library import Library
from .parameters import takes
from .search import fold
from .shelves import Line, Shelf, local, shelves
from .view import reader
from .words import SCHEMA

blueprint = Blueprint("relations", __name__)

ABOUT, MENTIONS = NamedNode(SCHEMA + "about"), NamedNode(SCHEMA + "mentions")
#: Boxes that fit in one picture before it needs a filter.
MOST = 160
WIDTHS = (170, 262, 190, 190)
GAPS = 88
BOX = 30


@dataclass(frozen=True)
class Kind:
    """One kind of line in the picture."""

    key: str
    name: str
    line: Line
    number: int


@dataclass(frozen=True)
class Edge:
    """One connection, read from the first to the second."""

    start: NamedNode
    end: NamedNode
    kind: Kind


@lru_cache(maxsize=8)
def kinds(shelf: Library) -> tuple[Shelf | None, tuple[Kind, ...]]:
    """The things in the middle and the kinds of line, as the page says; else lines of the first shelf."""
    page = words.page(shelf, "relations")
    asked = [
        (part, next(iter(shelf.said(part.iri, ABOUT)), None)) for part in page.parts if part.slot != "matrix"
    ]
    shapes = [(part.name, shape) for part, shape in asked if shape]
    for one in shelves(shelf).all:
        by_shape = {line.shape: line for line in one.lines if line.term}
        if shapes and shapes[0][1] in by_shape:
            rows = [(name, by_shape[shape]) for name, shape in shapes if shape in by_shape]
            return one, tuple(
                Kind(local(line.term), name or line.name, line, n) for n, (name, line) in enumerate(rows)
            )
    if not shapes:
        for one in shelves(shelf).all:
            rows = [line for line in one.lines if line.term and line.of_class]
            if rows:
                return one, tuple(
                    Kind(local(line.term), line.name, line, n) for n, line in enumerate(rows[:4])
                )
    return None, ()


def edges(shelf: Library, only: frozenset[str], about: NamedNode | None) -> list[Edge]:
    """All connections of the kinds asked for, or those around one thing."""
    one, known = kinds(shelf)
    found = []
    for kind in known:
        if only and kind.key not in only:
            continue
        for thing in instances(shelf, one.target):
            for value in shelf.said(thing, kind.line.term):
                if isinstance(value, NamedNode):
                    found.append(Edge(thing, value, kind))
    if about is None:
        return found
    near = {about} | {e.end for e in found if e.start == about} | {e.start for e in found if e.end == about}
    return [e for e in found if about in (e.start, e.end) or (e.start in near and e.end in near)]


def picture(shelf: Library, rows: list[Edge]) -> str:
    """The SVG: boxes are links, lines have titles, kinds differ by colour and by dashes."""
    drawn = figures.figure(shelf)
    order = _places(drawn)
    wholes = reader(shelf).wholes
    left, middle, right_of_middle, right = [], [], [], []
    for edge in rows:
        is_whole = edge.kind.line.term in wholes
        _put(right_of_middle if is_whole else middle, edge.start)
        target = right if edge.kind.line.image else middle if is_whole else left
        _put(target, edge.end)
    middle = [n for n in middle if n not in right_of_middle]
    left = [n for n in left if n not in middle and n not in right and n not in right_of_middle]
    right.sort(key=lambda n: (order.get(n, 999), fold(shelf.label(n))))
    columns = [left, middle, right_of_middle, right]
    used = [i for i, column in enumerate(columns) if column]
    columns = [columns[i] for i in used]
    widths = [WIDTHS[i] for i in used]
    pinned = frozenset([len(columns) - 1]) if right else frozenset()
    places = layout(columns, [(e.start, e.end) for e in rows], pinned)
    x = [10 + sum(widths[:i]) + i * GAPS for i in range(len(widths))]
    bulge = 60 if any(places[e.start][0] == places[e.end][0] == len(x) - 1 for e in rows) else 10
    width = (x[-1] + widths[-1] + bulge) if x else 200
    height = max((y for _, y in places.values()), default=0) + BOX
    ids = {node: f"n{n}" for n, node in enumerate(places)}
    parts = [
        f'<svg class="relmap" viewBox="0 -2 {width} {height:.0f}" role="group" '
        f'aria-label="{escape(words.page(shelf, "relations").headline)}">'
    ]
    for edge in rows:
        parts.append(_line(shelf, edge, places, ids, x, widths))
    for node, (column, y) in places.items():
        parts.append(_box(shelf, node, ids[node], x[column], y, widths[column], rows))
    parts.append("</svg>")
    return "".join(parts)


def _places(drawn: figures.Figure | None) -> dict:
    """Thing → its turn in the order of the figure."""
    place: dict = {}
    for n, part in enumerate(drawn.parts if drawn else ()):
        for thing in ([part.about] if part.about else []) + sorted(part.full | part.faint, key=str):
            place.setdefault(thing, n)
    return place


def _put(column: list, node) -> None:
    if node not in column:
        column.append(node)


def _line(shelf, edge: Edge, places, ids, x, widths) -> str:
    (ca, ya), (cb, yb) = places[edge.start], places[edge.end]
    if ca == cb:
        path = bow(x[ca] + widths[ca], ya, yb, 46)
    else:
        if ca > cb:
            (ca, ya), (cb, yb) = (cb, yb), (ca, ya)
        path = curve(x[ca] + widths[ca], ya, x[cb], yb)
    title = f"{shelf.label(edge.start)}, {edge.kind.name}: {shelf.label(edge.end)}"
    start, end = ids[edge.start], ids[edge.end]
    kind = f"e k{edge.kind.number % 4}"
    told = f"<title>{escape(title)}</title>"
    return f'<path class="{kind}" data-a="{start}" data-b="{end}" d="{path}">{told}</path>'


def _box(shelf, node, id_, x, y, width, rows) -> str:
    name = shelf.label(node)
    room = int((width - 22) / 7)
    short = name if len(name) <= room else name[: room - 1].rstrip() + "…"
    told = "; ".join(f"{e.kind.name} {shelf.label(e.end)}" for e in rows if e.start == node)
    told = told or "; ".join(f"{shelf.label(e.start)}, {e.kind.name}" for e in rows if e.end == node)
    title = f"<title>{escape(name)}</title>" if short != name else ""
    return (
        f'<a class="n" id="{id_}" href="{escape(at(shelf.path(node)))}" '
        f'aria-label="{escape(name)}. {escape(told)}">{title}{box(x, y, width, BOX, short)}</a>'
    )


def matrix(shelf: Library) -> dict | None:
    """Things against the values of one property, as a table."""
    page = words.page(shelf, "relations")
    part = next((p for p in page.parts if p.slot == "matrix"), None)
    crossed = next(iter(shelf.said(part.iri, ABOUT)), None) if part else None
    faint = next(iter(shelf.said(part.iri, MENTIONS)), None) if part else None
    one, _ = kinds(shelf)
    if crossed is None or one is None:
        return None
    rows = {}
    for thing in instances(shelf, one.target):
        cells = {o: "may" for o in shelf.said(thing, faint) if isinstance(o, NamedNode)} if faint else {}
        cells |= {o: "on" for o in shelf.said(thing, crossed) if isinstance(o, NamedNode)}
        if cells:
            rows[thing] = cells
    place = _places(figures.figure(shelf))
    heads = sorted(
        {v for values in rows.values() for v in values},
        key=lambda v: (place.get(v, 999), fold(shelf.label(v))),
    )
    value = reader(shelf).value
    ordered = sorted(rows, key=lambda t: (_first(rows[t], heads), len(rows[t]), fold(shelf.label(t))))
    return {
        "name": part.name,
        "faint": any("may" in cells.values() for cells in rows.values()),
        "heads": [value(h) for h in heads],
        "rows": [{"value": value(t), "cells": [rows[t].get(h, "") for h in heads]} for t in ordered],
    }


def _first(cells: dict, heads: list) -> int:
    """Where a row begins: at the first of what is so, and only else at what may be."""
    sure = [head for head, how in cells.items() if how == "on"]
    return min(heads.index(head) for head in sure or cells)


def _asked(shelf: Library):
    only = frozenset(request.args.getlist("kind"))
    name = request.args.get("about", "")
    about = shelf.thing(f"id/{name}") if name else None
    return only, about, edges(shelf, only, about)


@blueprint.get("/relations")
def relations() -> str:
    """The picture, its legend and filters, and the tables."""
    shelf = library()
    only, about, rows = _asked(shelf)
    _, known = kinds(shelf)
    boxes = {e.start for e in rows} | {e.end for e in rows}
    value = reader(shelf).value
    return shown(
        shelf,
        "relations.html",
        "relations",
        kinds=known,
        only=only,
        about=value(about) if about else None,
        svg=Markup(picture(shelf, rows)) if 0 < len(boxes) <= MOST else "",
        too_many=len(boxes) > MOST,
        boxes=len(boxes),
        rows=[(value(e.start), e.kind, value(e.end)) for e in rows],
        matrix=matrix(shelf),
        query_string=request.query_string.decode("ascii", "ignore"),
    )


relations.parameters = takes(
    kind="*relations to show; all if none is named", about="the name of a thing whose relations are shown"
)


@blueprint.get("/relations.svg")
def as_svg() -> Response:
    """The picture as a file that stands alone."""
    shelf = library()
    style = (
        "rect{fill:#fff;stroke:#7d8a93}text{font:13px sans-serif;fill:#0a5666}"
        ".e{fill:none;stroke-width:1.5;opacity:.8}"
        ".k0{stroke:#5a3e9e;stroke-width:2.5}.k1{stroke:#b43a0c;stroke-dasharray:5 3}"
        ".k2{stroke:#1c6b3c;stroke-dasharray:1.5 3}.k3{stroke:#44525d;stroke-dasharray:9 3 2 3}"
    )
    made = picture(shelf, _asked(shelf)[2])
    made = made.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(
        ">", f"><style>{style}</style>", 1
    )
    return answer(made, "image/svg+xml")


as_svg.parameters = relations.parameters
