"""
Measure our endpoint beside others, on one machine, in one run.

    make bench                              # the generated graph of 500,000 triples, and dist/
    python -m benchmarks --triples my.nt    # a graph of one's own
    python -m benchmarks --venv ~/peers     # where `pip install oxigraph rdflib-endpoint` was done

Rounds go round: in each, every query is put to every server in turn, so that whatever else the
machine does meets all of them alike. What is reported is medians, and ratios to one of the servers.
Throughput needs `wrk`; without it that table is left out. Nothing here is a test.
"""

import argparse
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from . import graph, mix, peers, plot
from .wire import Client, Slow, crowd, throughput

HERE = Path(__file__).resolve().parent


def main() -> None:
    options = _options()
    peers.favour()
    work = Path(options.work or tempfile.mkdtemp(prefix="bench-"))
    work.mkdir(parents=True, exist_ok=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    sections = []
    if not options.only_release:
        triples = options.triples or work / f"generated-{options.size}.nt"
        if not triples.exists():
            graph.generate(triples, options.size)
        release = graph.as_release(triples, work / "release-big")
        sections.append(_measure("a large graph", release, triples, work / "big", options))
    if options.release.joinpath("SHA256SUMS").exists():
        triples = options.release / "dataset.nt"
        sections.append(_measure("our release", options.release, triples, work / "own", options))
    options.out.write_text(_report(sections, options), encoding="utf-8")
    print(f"written: {options.out}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=500_000, help="triples to generate")
    parser.add_argument("--triples", type=Path, help="an N-Triples file instead of the generated graph")
    parser.add_argument("--release", type=Path, default=Path("dist"))
    parser.add_argument("--only-release", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=7, help="requests per query, server and round")
    parser.add_argument("--seconds", type=int, default=2, help="of each throughput measurement")
    parser.add_argument(
        "--venv", type=Path, action="append", default=[], help="a virtual environment with peers"
    )
    parser.add_argument("--no-slow", action="store_true", help="leave out peers that need minutes to load")
    parser.add_argument("--work", type=Path, help="a folder to keep generated files in")
    parser.add_argument("--out", type=Path, default=HERE / "RESULTS.md")
    return parser.parse_args()


def _measure(title: str, release: Path, triples: Path, work: Path, options) -> dict:
    work.mkdir(parents=True, exist_ok=True)
    store = Store()
    store.bulk_load(path=triples, format=RdfFormat.N_TRIPLES)
    shapes = mix.shapes(store)
    size = len(store)
    del store
    running = []
    try:
        for peer in peers.start(release, triples, work, options.venv, not options.no_slow):
            print(f"{title}: {peer.name} is ready", flush=True)
            running.append(peer)
        latency = _latencies(running, shapes, options)
        rates = _rates(running, shapes, options)
        crowded = _crowded(running, shapes, latency, options)
    finally:
        for peer in running:
            peer.stop()
    return {"title": title, "size": size, "latency": latency, "rates": rates, "crowded": crowded}


def _latencies(running, shapes, options) -> dict[str, dict[str, float]]:
    """Milliseconds: query → server → median over everything that was asked, no text twice."""
    clients = {peer.name: Client(peer.port, peer.path) for peer in running}
    taken = {query: {peer.name: [] for peer in running} for query in shapes}
    given_up: set[tuple[str, str]] = set()
    serial = 0
    for _ in range(options.rounds):
        for name, query in shapes.items():
            for peer, client in clients.items():
                for turn in range(options.repeat + 1):
                    if (name, peer) in given_up:
                        break
                    serial += 1
                    try:
                        seconds, _ = client.ask(f"{query} #{serial}")
                    except Slow as trouble:
                        print(f"{peer}: {name}: {trouble!r}", flush=True)
                        given_up.add((name, peer))
                        break
                    # The first of a series wakes a server that slept while the others were asked.
                    if turn or seconds > 1:
                        taken[name][peer].append(seconds * 1000)
                    if seconds > 1:
                        break
    for client in clients.values():
        client.close()
    return {
        name: {
            peer: statistics.median(times)
            for peer, times in row.items()
            if times and (name, peer) not in given_up
        }
        for name, row in taken.items()
    }


def _rates(running, shapes, options) -> dict[str, dict[str, float]]:
    """Requests per second: what → server → median of the rounds."""
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(options.rounds):
        for name in ("trivial ASK", "star join, 1,000 rows"):
            for fresh in (True, False):
                for peer in running:
                    if peer.name == "rdflib-endpoint" and name != "trivial ASK":
                        continue
                    rate = throughput(peer.port, peer.path, shapes[name], fresh, options.seconds)
                    what = f"{name}, {'never asked before' if fresh else 'asked before'}"
                    found.setdefault(what, {}).setdefault(peer.name, []).append(rate)
    return {what: {peer: statistics.median(r) for peer, r in row.items()} for what, row in found.items()}


def _crowded(running, shapes, latency, options) -> dict[str, dict[str, float]]:
    """Milliseconds: the middle one of all answers when eight clients ask the mix, what is long left out."""
    short = [q for name, q in shapes.items() if all(ms < 25 for ms in latency[name].values())]
    found: dict[str, list[float]] = {peer.name: [] for peer in running}
    for _ in range(options.rounds):
        for peer in running:
            if peer.name != "rdflib-endpoint":
                found[peer.name].append(crowd(peer.port, peer.path, short, options.seconds * 2))
    return {f"the {len(short)} shortest in turn": {p: statistics.median(t) for p, t in found.items() if t}}


def _report(sections: list[dict], options) -> str:
    lines = [
        "# Measured",
        "",
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}; "
        f"{options.rounds} interleaved rounds of {options.repeat} requests, medians. "
        "Each text is sent once (a comment with a number makes it new), so no cache helps, unless said; the "
        "first of a series wakes the server and is not counted. "
        "Absolute figures belong to the machine and the hour; the ratios are what counts.",
        "",
        "Run it: `make bench`, or `python -m benchmarks --help`.",
    ]
    for section in sections:
        lines += ["", f"## On {section['title']}: {section['size']:,} triples", ""]
        lines += _table("Milliseconds for one answer, one client", section["latency"], less_is_better=True)
        lines += _geometric(section["latency"])
        if any(any(row.values()) for row in section["rates"].values()):
            lines += _table("Answers per second, 8 connections", section["rates"], less_is_better=False)
            title = "Milliseconds, median of all answers, 8 connections"
            lines += _table(title, section["crowded"], less_is_better=True)
        picture = options.out.with_name(f"latency-{section['title'].replace(' ', '-')}.svg")
        picture.write_text(
            plot.bars(f"One answer, on {section['title']}", section["latency"], "ms"), encoding="utf-8"
        )
        lines += ["", f"![Latencies]({picture.name})"]
    return "\n".join(lines) + "\n"


def _table(title: str, rows: dict[str, dict[str, float]], less_is_better: bool) -> list[str]:
    names = _names(rows)
    others = names[1:]
    head = [title, *names, *(f"ours against {name}" for name in others)]
    lines = ["", "| " + " | ".join(head) + " |", "|" + "---|" + "--:|" * (len(head) - 1)]
    for query, row in rows.items():
        cells = [_figure(row.get(name)) for name in names]
        mine = row.get(names[0])
        for name in others:
            if not mine or not row.get(name):
                cells.append("")
            else:
                ratio = row[name] / mine if less_is_better else mine / row[name]
                cells.append(f"× {ratio:.2f}")
        lines.append(f"| {query} | " + " | ".join(cells) + " |")
    return [*lines, "", "(× above 1: ours is faster. Empty: not answered within 20 s, or not measured.)"]


def _names(rows: dict[str, dict[str, float]]) -> list[str]:
    """Ourselves first."""
    return sorted(dict.fromkeys(peer for row in rows.values() for peer in row), key=lambda n: n != "ours")


def _geometric(rows: dict[str, dict[str, float]]) -> list[str]:
    names = _names(rows)
    lines = []
    for name in names[1:]:
        both = [row for row in rows.values() if row.get(names[0]) and row.get(name)]
        ratios = [row[name] / row[names[0]] for row in both]
        mine = statistics.median(row[names[0]] for row in both)
        other = statistics.median(row[name] for row in both)
        lines.append(
            f"- against {name}: geometric mean × {statistics.geometric_mean(ratios):.2f}, "
            f"least × {min(ratios):.2f}; median latency over the mix {mine:.3f} ms against {other:.3f} ms "
            f"(ours is {mine / other:.2f} of it)"
        )
    return ["", *lines] if lines else []


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
