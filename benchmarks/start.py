"""
How long a build, a start and a what-if take: `python -m benchmarks.start`, results in benchmarks/START.md.

Absolute times belong to one machine and one hour; beside each stands what rdflib needs on the same machine
only to parse the released Turtle, so that the ratio can be compared elsewhere.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENV = {**os.environ, "PYTHONPATH": str(ROOT / "publish")}
RUN = [sys.executable, "-m", "dystonia_kg"]
ROUNDS = 5


def timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def verb(*words: str) -> None:
    subprocess.run([*RUN, *words], env=ENV, check=True, capture_output=True)


def ready(release: Path) -> tuple[float, list[float]]:
    """Seconds from the command to the first answer, and of questions that were not asked before."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = f"http://127.0.0.1:{port}"
    start = time.perf_counter()
    command = [*RUN, "serve", "--release", str(release), "--port", str(port), "--rate", "0"]
    server = subprocess.Popen(command, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(f"{here}/", timeout=5).read()
                break
            except OSError:
                time.sleep(0.01)
        first = time.perf_counter() - start
        asked = f"{here}/classify?r=neck&r=arm:R&absent=leg&age="
        urllib.request.urlopen(f"{asked}20").read()
        return first, [timed(lambda n=n: urllib.request.urlopen(f"{asked}{n}").read()) for n in range(21, 61)]
    finally:
        server.terminate()
        server.wait(30)


def phenopackets(folder: Path, release: Path) -> float:
    """Seconds for a thousand of them, in one command."""
    packets = folder / "packets"
    packets.mkdir()
    for number in range(1000):
        age = {"age": {"iso8601duration": f"P{number % 80}Y"}}
        terms = ("HP:0000643", "HP:0012048", "HP:0031960")[: 1 + number % 3]
        features = [{"type": {"id": term, "label": ""}, "onset": age} for term in terms]
        packet = {"id": f"{number}", "phenotypicFeatures": features, "metaData": {}}
        (packets / f"{number:04}.json").write_text(json.dumps(packet))
    return timed(lambda: verb("classify", "--release", str(release), "--phenopacket", str(packets)))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        release = folder / "release"
        builds = [timed(lambda: verb("build", "--out", str(release))) for _ in range(ROUNDS)]
        starts = [ready(release) for _ in range(ROUNDS)]
        parse = "import rdflib, sys; rdflib.Graph().parse(sys.argv[1])"
        peer = [
            timed(lambda: subprocess.run([sys.executable, "-c", parse, release / "dataset.ttl"], check=True))
            for _ in range(ROUNDS)
        ]
        packets = phenopackets(folder, release)
        lines = (release / "dataset.nt").read_bytes().count(b"\n")
    rdflib = statistics.median(peer)
    rows = [
        ("build of the whole graph, exports included", statistics.median(builds)),
        ("`serve` until the home page is there", statistics.median(first for first, _ in starts)),
        (
            "one what-if in a running server, not asked before",
            statistics.median(t for _, ts in starts for t in ts),
        ),
        ("a thousand phenopackets, in one command", packets),
        ("rdflib parses the released Turtle", rdflib),
    ]
    table = [f"| {what} | {seconds:.3f} | {seconds / rdflib:.3f} |" for what, seconds in rows]
    text = [
        "# Build, start, what-if",
        "",
        f"Medians of {ROUNDS} rounds over {lines:,} triples; {os.cpu_count()} cores, Python {sys.version.split()[0]}.",
        "Made by `python -m benchmarks.start`.",
        "",
        "| what | seconds | beside rdflib |",
        "|---|---|---|",
        *table,
        "",
    ]
    (ROOT / "benchmarks" / "START.md").write_text("\n".join(text))
    print("\n".join(text))


if __name__ == "__main__":
    main()
