"""What benchmarks/scale.jsonl says, as SCALE.md's tables and plots: steps by size, ratios, fitted exponents."""

import json
import math
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
MARK = "<!-- made by python -m benchmarks.scale --tables; do not edit below -->"

STEPS = ("parse", "load", "infer", "order", "lay out", "validate", "describe", "dump", "pack")
#: What the aim is about: all but counting and packing.
AIMED = ("parse", "load", "infer", "order", "lay out", "validate", "dump")
COLOURS = ("#0b6e4f", "#b5651d", "#7a3b8f", "#2a6fb0", "#a01c1c", "#5a5a5a", "#3a7d1f", "#c28e0e", "#00868b")


def write(rows: Path) -> None:
    """Put tables below the mark in SCALE.md, and the plots beside it."""
    found = [json.loads(line) for line in rows.read_text().splitlines()]
    page = HERE / "SCALE.md"
    above = page.read_text().split(MARK)[0] if page.is_file() else "# Growth\n\n"
    page.write_text(above + MARK + "\n\n" + "\n".join(_tables(found)) + "\n")
    xs = [row["released"] for row in found]
    lines = {step: [row[f"{step}_s"] for row in found] for step in STEPS}
    (HERE / "scale-build.svg").write_text(curves("Steps of a build, seconds of the processor", xs, lines))
    memory = {
        "build, peak": [row["pack_mb"] for row in found],
        "release in memory": [row["store_mb"] for row in found],
    }
    (HERE / "scale-memory.svg").write_text(curves("Memory, MB", xs, memory))
    serving = {
        "opening the release, ms": [1000 * row["open_s"] for row in found],
        "home page, first, ms": [1000 * row["home page_s"] for row in found],
        "page of a thing, ms": [row["page_ms"] for row in found],
        "example query, mean, ms": [row["query_mean_ms"] for row in found],
        "example query, median, ms": [row["query_median_ms"] for row in found],
    }
    (HERE / "scale-serve.svg").write_text(curves("Serving, ms of the processor", xs, serving))


def _tables(found: list[dict]) -> list[str]:
    head = [f"{row['released']:,}" for row in found]
    rows = [
        ("written by hand or made up", [f"{row['stated']:,}" for row in found]),
        ("concluded", [f"{row['concluded']:,}" for row in found]),
        *((f"{step} (s)", [f"{row[f'{step}_s']:.2f}" for row in found]) for step in STEPS),
        ("**build, infer, validate, dump (s)**", [f"{_aimed(row):.1f}" for row in found]),
        ("pyoxigraph parses the N-Quads (s)", [f"{row['peer_s']:.2f}" for row in found]),
        ("times that", [f"{_aimed(row) / row['peer_s']:.0f}" for row in found]),
        ("peak of the build (MB)", [f"{row['pack_mb']:.0f}" for row in found]),
        ("release in memory (MB)", [f"{row['store_mb']:.0f}" for row in found]),
        ("times that", [f"{row['pack_mb'] / row['store_mb']:.1f}" for row in found]),
        ("open the release (s)", [f"{row['open_s']:.2f}" for row in found]),
        ("home page, first time (s)", [f"{row['home page_s']:.2f}" for row in found]),
        ("page of a thing (ms)", [f"{row['page_ms']:.0f}" for row in found]),
        ("example query, median (ms)", [f"{row['query_median_ms']:.1f}" for row in found]),
        ("example query, mean (ms)", [f"{row['query_mean_ms']:.0f}" for row in found]),
    ]
    text = ["| statements released | " + " | ".join(head) + " |", "|---|" + "---:|" * len(head)]
    text += [f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows]
    text += ["", "Exponents between one size and the next, and of the line fitted through all of them:", ""]
    names = [f"{a['released']:,} → {b['released']:,}" for a, b in zip(found, found[1:], strict=False)]
    text += ["| | " + " | ".join([*names, "fitted"]) + " |", "|---|" + "---:|" * (len(names) + 1)]
    keys = [f"{step}_s" for step in STEPS] + ["open_s", "page_ms", "query_mean_ms", "pack_mb", "store_mb"]
    for key in keys:
        logs = [(math.log(row["released"]), math.log(max(row[key], 1e-3))) for row in found]
        steps = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(logs, logs[1:], strict=False)]
        name = key.rpartition("_")[0].replace("_", " ") + {"mb": " (memory)"}.get(key.rpartition("_")[2], "")
        text.append(f"| {name} | " + " | ".join(f"{e:.2f}" for e in [*steps, _slope(logs)]) + " |")
    return text


def _aimed(row: dict) -> float:
    return sum(row[f"{step}_s"] for step in AIMED)


def _slope(points: list[tuple[float, float]]) -> float:
    """Least squares."""
    x0, y0 = (sum(values) / len(points) for values in zip(*points, strict=True))
    return sum((x - x0) * (y - y0) for x, y in points) / sum((x - x0) ** 2 for x, _ in points)


def curves(title: str, xs: list[float], lines: dict[str, list[float]]) -> str:
    """Lines on two logarithmic scales, as an SVG; a straight line of slope 1 is growth in step."""
    values = [v for ys in lines.values() for v in ys if v > 0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    left, top, width, height = 60, 40, 520, 340
    first, last = math.log10(min(xs)), math.log10(max(xs))

    def at(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - first) / (last - first)
        return left + width * across, top + height * (high - math.log10(max(y, 10**low))) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 220} {top + height + 40}" '
        f'role="img" font-family="sans-serif" font-size="11"><title>{escape(title)}</title>'
        f'<rect width="100%" height="100%" fill="white"/><text x="10" y="20" font-size="14">{escape(title)}</text>'
    ]
    for power in range(low, high + 1):
        _, y = at(min(xs), 10.0**power)
        parts.append(f'<line x1="{left}" x2="{left + width}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for x in xs:
        across, _ = at(x, 10.0**low)
        parts.append(f'<text x="{across:.1f}" y="{top + height + 18}" text-anchor="middle">{x:,}</text>')
    for number, (name, ys) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join("{:.1f},{:.1f}".format(*at(x, y)) for x, y in zip(xs, ys, strict=True) if y > 0)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(
            f'<rect x="{left + width + 16}" y="{top + 18 * number}" width="10" height="10" fill="{colour}"/>'
        )
        parts.append(f'<text x="{left + width + 32}" y="{top + 9 + 18 * number}">{escape(name)}</text>')
    return "".join(parts) + "</svg>\n"
