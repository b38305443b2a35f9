"""
The classes that matter most and what joins them, as a picture (SVG, made here).

Which classes are drawn is said by the page `vocabulary` in the graph: each of its parts is a column, in
the order of schema:position, with the classes that it is schema:about. What joins them is what their
shapes say: a line of a shape whose values are of a drawn class; where a shape names no class, the class
that most of the values in the release have.
"""

from collections import Counter
from functools import lru_cache
from html import escape

from markupsafe import Markup
from pyoxigraph import DefaultGraph, NamedNode

from . import words
from .columns import bow, box, curve, layout
from .frame import at
from .library import TYPE, Library
from .relations import ABOUT
from .shelves import SH, Line, Shelf, shelves

WIDTH, HEIGHT = 148, 34
#: Between two columns there is room for names; between two boxes for the two lines of one name.
ACROSS, DOWN = 176, 30
#: Letters in one line of a name, and how many lines there may be.
LETTERS, LINES = 25, 2

#: A property whose shapes name no class is drawn where no more classes than these have it.
FEW = 2

Joint = tuple[NamedNode, NamedNode]


@lru_cache(maxsize=8)
def columns(shelf: Library) -> tuple[tuple[NamedNode, ...], ...]:
    """The classes to draw, column by column; nothing where the graph does not say."""
    parts = words.page(shelf, "vocabulary").parts
    found = [[c for c in shelf.said(part.iri, ABOUT) if isinstance(c, NamedNode)] for part in parts]
    return tuple(tuple(sorted(column, key=str)) for column in found if column)


@lru_cache(maxsize=8)
def joints(shelf: Library) -> dict[Joint, tuple[str, ...]]:
    """From a drawn class to a drawn class: the names of what joins them, in the order of the shapes."""
    drawn = {c for column in columns(shelf) for c in column}
    found: dict[Joint, list[str]] = {}
    lines = [
        (one.target, line) for one in shelves(shelf).all if one.target in drawn for line in own(shelf, one)
    ]
    guessed = {
        (target, line): _most(shelf, target, line, drawn) for target, line in lines if not line.of_class
    }
    shared = Counter(line.term for (_, line), end in guessed.items() if end)
    for target, line in lines:
        # What many classes have in common, such as a source, would hide what is particular to each.
        end = line.of_class or (guessed[target, line] if shared[line.term] <= FEW else None)
        if line.term and end in drawn:
            found.setdefault((target, end), []).append(line.name)
    return {joint: tuple(dict.fromkeys(names)) for joint, names in found.items()}


def own(shelf: Library, one: Shelf) -> list[Line]:
    """The lines that the shape of a class has itself; those of every concept would hide them."""
    shapes = set(shelf.said(one.shape, NamedNode(SH + "property")))
    return [line for line in one.lines if line.shape in shapes]


def _most(shelf: Library, target: NamedNode, line: Line, drawn: set) -> NamedNode | None:
    """The drawn class of more than half of the values that things of this class have in this line."""
    if not line.term:
        return None
    things = [q.subject for q in shelf.store.quads_for_pattern(None, TYPE, target, DefaultGraph())]
    values = [v for thing in things for v in shelf.said(thing, line.term)]
    counts = Counter(
        kind for v in values if isinstance(v, NamedNode) for kind in drawn.intersection(shelf.said(v, TYPE))
    )
    best = counts.most_common(1)
    return best[0][0] if best and best[0][1] * 2 > len(values) else None


def picture(shelf: Library, label: str) -> Markup:
    """The SVG, called `label`; empty where the graph asks for none."""
    rows, joined = columns(shelf), joints(shelf)
    if not rows or not joined:
        return Markup("")
    places = layout(list(map(list, rows)), [(a, b) for a, b in joined if a != b], height=HEIGHT, gap=DOWN)
    width = len(rows) * (WIDTH + ACROSS) - ACROSS + 2
    tall = max(y for _, y in places.values()) + HEIGHT
    parts = [
        f'<svg class="classes" viewBox="-1 -12 {width} {tall:.0f}" role="group" '
        f'aria-label="{escape(label)}"><defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" '
        'markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse">'
        '<path d="M0 0L8 4L0 8Z"/></marker></defs>'
    ]
    told: set[Joint] = set()
    for a, b in joined:
        if a != b and (a, b) not in told:
            told |= {(a, b), (b, a)}
            parts.append(_line(shelf, (a, b), joined[a, b], joined.get((b, a), ()), places))
    parts += [_box(shelf, node, places[node], joined) for node in places]
    return Markup("".join(parts) + "</svg>")


def _line(shelf: Library, joint: Joint, names: tuple[str, ...], back: tuple[str, ...], places: dict) -> str:
    """The line with its names; those that lead `back` are told to who asks for them."""
    (ca, ya), (cb, yb) = places[joint[0]], places[joint[1]]
    step = WIDTH + ACROSS
    if ca == cb:
        x = ca * step + WIDTH
        path, middle = bow(x, ya, yb, 40), (x + 34, (ya + yb) / 2)
    else:
        x1, x2 = (ca * step + WIDTH, cb * step) if ca < cb else (ca * step, cb * step + WIDTH)
        path = curve(x1, ya, x2, yb)
        # Near the box of which there are many, so that the names of lines from one box stand apart.
        middle = (x1 + (x2 - x1) * 0.58, ya + (yb - ya) * 0.62)
    told = f"{shelf.label(joint[0])}, {', '.join(names)}: {shelf.label(joint[1])}"
    if back:
        told += f"; {shelf.label(joint[1])}, {', '.join(back)}: {shelf.label(joint[0])}"
    heads = 'marker-start="url(#head)" marker-end="url(#head)"' if back else 'marker-end="url(#head)"'
    shown = wrapped(names + back)
    top = middle[1] + 4 - 6.5 * (len(shown) - 1)
    text = "".join(
        f'<text x="{middle[0]:.0f}" y="{top + 13 * n:.0f}">{escape(one)}</text>'
        for n, one in enumerate(shown)
    )
    return f'<g class="j"><title>{escape(told)}</title><path class="e" {heads} d="{path}"/>{text}</g>'


def wrapped(names: tuple[str, ...]) -> list[str]:
    """As many names as there is room for; how many more there are, if there are."""
    lines = [""]
    for n, name in enumerate(names):
        rest = len(names) - n - 1
        more = f" +{rest}" if rest else ""
        if not lines[-1]:
            lines[-1] = name
        elif len(lines[-1]) + len(name) + 2 + len(more) <= LETTERS:
            lines[-1] += f", {name}"
        elif len(lines) < LINES:
            lines[-1] += ","
            lines.append(name)
        else:
            lines[-1] += f" +{rest + 1}"
            break
    return lines


def _box(shelf: Library, node: NamedNode, place: tuple[int, float], joined: dict) -> str:
    column, y = place
    x = column * (WIDTH + ACROSS)
    own = joined.get((node, node), ())
    told = [f"{', '.join(names)}: {shelf.label(b)}" for (a, b), names in joined.items() if a == node]
    loop = f"<title>{escape(', '.join(own))}: {escape(shelf.label(node))}</title>" if own else ""
    sign = f'<text class="loop" x="{x + WIDTH - 18}" y="{y + 5:.0f}">↻</text>' if own else ""
    name = f"{shelf.label(node)}. {'; '.join(told)}" if told else shelf.label(node)
    return (
        f'<a class="n" href="{escape(at(shelf.path(node)))}" aria-label="{escape(name)}">{loop}'
        f"{box(x, y, WIDTH, HEIGHT, shelf.label(node))}{sign}</a>"
    )
