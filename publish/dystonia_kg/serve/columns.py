"""
A small layered layout: boxes in columns, lines between them, as few crossings as some sweeps can do.

Each column is put in the order of its neighbours' middles, back and forth, and packed as near to them
as the gaps allow; a pinned column keeps its order. Then the boxes and lines themselves, as parts of an SVG.
"""

from collections.abc import Hashable, Iterable
from html import escape


def layout(
    columns: list[list[Hashable]],
    edges: Iterable[tuple[Hashable, Hashable]],
    pinned: frozenset[int] = frozenset(),
    height: float = 30,
    gap: float = 12,
    sweeps: int = 12,
) -> dict[Hashable, tuple[int, float]]:
    """Node → (column, middle); the topmost box begins at 0."""
    near: dict[Hashable, list] = {}
    for a, b in edges:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    columns = [list(column) for column in columns]
    if not any(columns):
        return {}
    tall = max(len(column) for column in columns) * (height + gap)
    y = {n: (i + 0.5) * tall / len(column) for column in columns for i, n in enumerate(column)}
    numbered = list(enumerate(columns))
    for sweep in range(sweeps):
        for number, column in numbered if sweep % 2 else reversed(numbered):
            if number in pinned:
                continue
            wish = {n: sum(y[m] for m in near.get(n, [n])) / len(near.get(n, [n])) for n in column}
            column.sort(key=lambda n: (wish[n], str(n)))
            for n, place in zip(column, _packed([wish[n] for n in column], height + gap, tall), strict=True):
                y[n] = place
    top = min(y.values()) - height / 2
    return {n: (number, y[n] - top) for number, column in numbered for n in column}


def curve(x1: float, y1: float, x2: float, y2: float) -> str:
    """The path of a line between boxes of two columns, level at both ends."""
    half = (x1 + x2) / 2
    return f"M{x1} {y1:.0f}C{half:.0f} {y1:.0f} {half:.0f} {y2:.0f} {x2} {y2:.0f}"


def bow(x: float, y1: float, y2: float, reach: float) -> str:
    """The path of a line between boxes of one column, on their right."""
    return f"M{x} {y1:.0f}C{x + reach} {y1:.0f} {x + reach} {y2:.0f} {x} {y2:.0f}"


def box(x: float, y: float, width: float, height: float, name: str) -> str:
    """A box with its middle at this height, and a name in it."""
    return (
        f'<rect x="{x}" y="{y - height / 2:.0f}" width="{width}" height="{height}" rx="8"/>'
        f'<text x="{x + 12}" y="{y + 5:.0f}">{escape(name)}</text>'
    )


def _packed(wishes: list[float], step: float, tall: float) -> list[float]:
    places: list[float] = []
    for wish in wishes:
        places.append(max(wish, places[-1] + step) if places else max(wish, step / 2))
    over = places[-1] - (tall - step / 2) if places else 0
    if over > 0:
        places[-1] -= over
        for i in range(len(places) - 2, -1, -1):
            places[i] = min(places[i], places[i + 1] - step)
    return places
