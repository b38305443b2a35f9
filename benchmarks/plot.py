"""Bars of latency ratios on a logarithmic scale, as an SVG without any library."""

import math
from html import escape

COLOURS = {
    "ours": "#0b6e4f",
    "Oxigraph, memory": "#b5651d",
    "Oxigraph, disk": "#d9a066",
    "rdflib-endpoint": "#7a7a9a",
}


def bars(title: str, rows: dict[str, dict[str, float]], unit: str) -> str:
    """One group for each query, one bar for each server; shorter is faster."""
    names = list(dict.fromkeys(peer for row in rows.values() for peer in row))
    values = [v for row in rows.values() for v in row.values() if v]
    low = 10 ** math.floor(math.log10(min(values)))
    high = 10 ** math.ceil(math.log10(max(values)))
    left, width, bar, gap = 210, 620, 7, 8
    group = bar * len(names) + gap
    height = 70 + group * len(rows)

    def x(value: float) -> float:
        return left + width * math.log10(value / low) / math.log10(high / low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 40} {height}" role="img" '
        f'font-family="sans-serif" font-size="11"><title>{escape(title)}</title>'
        f'<rect width="100%" height="100%" fill="white"/>'
        f'<text x="10" y="18" font-size="14">{escape(title)}</text>'
    ]
    for number, name in enumerate(names):
        at = left + 150 * number
        colour = COLOURS.get(name, "#444")
        parts.append(f'<rect x="{at}" y="26" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{at + 14}" y="35">{escape(name)}</text>')
    tick = low
    while tick <= high:
        parts.append(
            f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="46" y2="{height - 18}" stroke="#ddd"/>'
        )
        parts.append(f'<text x="{x(tick):.1f}" y="{height - 5}" text-anchor="middle">{tick:g} {unit}</text>')
        tick *= 10
    for place, (query, row) in enumerate(rows.items()):
        top = 50 + group * place
        parts.append(
            f'<text x="{left - 8}" y="{top + group / 2 + 1:.0f}" text-anchor="end">{escape(query)}</text>'
        )
        for number, name in enumerate(names):
            value = row.get(name)
            if value:
                end = max(x(value), left + 1)
                parts.append(
                    f'<rect x="{left}" y="{top + bar * number}" width="{end - left:.1f}" height="{bar - 1}" '
                    f'fill="{COLOURS.get(name, "#444")}"><title>{escape(name)}: {value:.3g} {unit}</title>'
                    "</rect>"
                )
    return "".join(parts) + "</svg>\n"
