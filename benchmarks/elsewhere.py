"""
What it costs to have queries evaluated in an engine instead of here: `python -m benchmarks.elsewhere RELEASE`.

The release is published into an Oxigraph server on this machine. Two servers of ours are asked in turns, one
that holds the release itself and one that asks the engine, and the engine bare. No text is asked twice, so
nothing comes from memory. Writes benchmarks/ENGINE.md.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from dystonia_kg.release import open_store
from dystonia_kg.store.connection import Connection
from dystonia_kg.store.layout import Layout
from dystonia_kg.store.publishing import publish
from dystonia_kg.store.source import Source

from .bench import _latencies
from .mix import PREFIXES, shapes
from .peers import HERE, Peer, _begin, _wait, free_port

HERE_NAME, THERE_NAME, BARE = "embedded", "in the engine", "the engine, bare"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    store = open_store(options.release)
    asked = {name: PREFIXES + query for name, query in shapes(store).items()}
    with tempfile.TemporaryDirectory() as work:
        running = [_oxigraph(Path(work))]
        try:
            url = f"http://127.0.0.1:{running[0].port}"
            source = Source(options.release)
            with Connection.open(url) as connection:
                publish(source, connection, lambda *_: None)
            running.append(_ours(HERE_NAME, options.release))
            running.append(_ours(THERE_NAME, options.release, "--store", url))
            # The bare engine has no default graph to speak of: it is told where the release's lies.
            bare = Layout(source.base, source.release).default
            running[0].path = f"/query?default-graph-uri={bare}&"
            latency = _latencies([_Bare(running[0]), *running[1:]], asked, Namespace(**vars(options)))
        finally:
            for peer in reversed(running):
                peer.stop()
    text = report(latency, len(store), options)
    (HERE / "ENGINE.md").write_text(text, encoding="utf-8")
    print(text)


class _Bare:
    """The engine as a peer of its own name; its path already holds a parameter."""

    def __init__(self, peer: Peer):
        self.name, self.port, self.path = BARE, peer.port, peer.path


def _oxigraph(work: Path) -> Peer:
    port = free_port()
    program = Path(sys.executable).with_name("oxigraph")
    command = [str(program), "serve", "-l", str(work / "engine"), "-b", f"127.0.0.1:{port}"]
    return _wait(_begin("oxigraph", command, port, "/query"), 60)


def _ours(name: str, release: Path, *more: str) -> Peer:
    port = free_port()
    path = os.pathsep.join([str(HERE.parent / "publish"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "dystonia_kg", "serve", "--release", str(release), "--rate", "0", *more]
    environment = {**os.environ, "PYTHONPATH": path}
    return _wait(_begin(name, [*command, "--port", str(port)], port, "/sparql", env=environment), 120)


def report(latency: dict[str, dict[str, float]], quads: int, options) -> str:
    names = (HERE_NAME, THERE_NAME, BARE)
    version = subprocess.run(
        [Path(sys.executable).with_name("oxigraph"), "--version"], capture_output=True, text=True
    ).stdout.strip()
    lines = [
        "# Queries in an engine",
        "",
        f"Milliseconds, medians of {options.rounds} × {options.repeat} answers that were not given before; "
        f"{quads:,} quads; {version}, on disk, on the same machine; {os.cpu_count()} cores, "
        f"Python {platform.python_version()}; load of the machine meanwhile {os.getloadavg()[1]:.0f}. "
        "All three are asked in turns, so the ratios hold better than the figures.",
        "Made by `python -m benchmarks.elsewhere RELEASE`.",
        "",
        "| query | " + " | ".join(names) + " | engine / embedded |",
        "|---|" + "---|" * (len(names) + 1),
    ]
    ratios = []
    for query, row in latency.items():
        cells = [f"{row[n]:.2f}" if n in row else "–" for n in names]
        ratio = row[THERE_NAME] / row[HERE_NAME] if THERE_NAME in row and HERE_NAME in row else None
        if ratio:
            ratios.append(ratio)
        lines.append(f"| {query} | {' | '.join(cells)} | {f'{ratio:.1f}' if ratio else '–'} |")
    mean = statistics.geometric_mean(ratios)
    lines += [f"| **geometric mean** | | | | **{mean:.1f}** |", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
