"""
How everything grows: `python -m benchmarks.scale [--sizes 100000 300000 1000000] [--kinds build serve]`.

Graphs of our own shape (`shaped.py`) in our own ontology, rules and shapes. A size is about how many
statements are released, conclusions included; the smallest graph there is, is the knowledge itself. Each
measurement is a process of its own; seconds are of the processor, for other work on the machine counts
little in them; beside them stands what pyoxigraph needs to parse the same released dataset into objects.
Rows go to benchmarks/scale.jsonl; `python -m benchmarks.scale --tables` makes SCALE.md's tables and plots of it.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "publish"))
ROWS = HERE / "scale.jsonl"

#: Statements made up for one that is released: conclusions follow from some of them.
STATED = 0.52
#: What the knowledge itself releases, about.
OWN = 60_000


class Laps:
    """Seconds of the processor and of the clock for each step, and the most memory so far, in MB."""

    def __init__(self):
        self.row: dict[str, float] = {}
        self._cpu, self._clock = time.process_time(), time.perf_counter()

    def lap(self, step: str) -> None:
        cpu, clock = time.process_time(), time.perf_counter()
        self.row[f"{step}_s"] = round(cpu - self._cpu, 3)
        self.row[f"{step}_clock_s"] = round(clock - self._clock, 3)
        self.row[f"{step}_mb"] = round(peak())
        self._cpu, self._clock = time.process_time(), time.perf_counter()


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def build(home: Path, out: Path) -> dict:
    """The steps of a build, one after the other, as `build` does them; dataset.nq is left in `out`."""
    from pyoxigraph import RdfFormat, parse

    import dystonia_kg.build.dump  # noqa: F401 (the module, not the function of its name)
    from dystonia_kg.ask import prefixes
    from dystonia_kg.build.catalogue import version_of
    from dystonia_kg.build.describe import describe
    from dystonia_kg.build.infer import conclusions, infer
    from dystonia_kg.build.load import load
    from dystonia_kg.build.shacl.graph import Graph
    from dystonia_kg.build.validate import judge
    from dystonia_kg.release import filled
    from dystonia_kg.replace import seal

    writing = sys.modules["dystonia_kg.build.dump"]
    laps = Laps()
    knowledge = load(home)
    laps.lap("parse")
    store = knowledge.store()
    laps.lap("load")
    laps.row["stated"] = len(store)
    inferred = infer(store, knowledge.base)
    laps.lap("infer")
    laps.row["concluded"] = len(inferred)
    pages = writing.canonical(
        [*knowledge.told(), (conclusions(knowledge.base), [q.triple for q in inferred])]
    )
    lines = writing.merge(pages.values())
    laps.lap("order")
    whole = filled(
        parse(writing.n_quads(pages), format=RdfFormat.N_QUADS),
        parse(writing.n_triples(lines), format=RdfFormat.N_TRIPLES),
    )
    graph = Graph.of_lines(lines, whole)
    laps.lap("lay out")
    verdict = judge(knowledge, graph)
    laps.lap("validate")
    laps.row["violations"] = sum(finding.is_violation for finding in verdict.findings)
    names, version = prefixes(store), version_of(store)
    laps.lap("rest")
    statistics = describe(graph, knowledge.base, names, version)
    laps.lap("describe")
    counts = writing.canonical([(statistics[0].graph_name, [q.triple for q in statistics])])
    pages |= counts
    lines = writing.merge([lines, *counts.values()])
    del graph, whole, inferred, statistics
    pack, writing.pack = writing.pack, lambda path: None
    writing.dump(pages, lines, out, names)
    laps.lap("dump")
    for path in sorted(out.glob("dataset.*")):
        pack(path)
    laps.lap("pack")
    laps.row["released"] = sum(map(len, pages.values()))
    (out / "validation.ttl").write_text(
        "[] a <http://www.w3.org/ns/shacl#ValidationReport> ; <http://www.w3.org/ns/shacl#conforms> true .\n"
    )
    seal(out)
    return laps.row


def peer(_: Path, out: Path) -> dict:
    """pyoxigraph parses the same dataset, statement by statement, as objects of Python."""
    from pyoxigraph import RdfFormat, parse

    laps = Laps()
    for _quad in parse(path=out / "dataset.ttl", format=RdfFormat.TURTLE):
        pass
    laps.lap("peer turtle")
    for _quad in parse(path=out / "dataset.nq", format=RdfFormat.N_QUADS):
        pass
    laps.lap("peer")
    return laps.row


def opened(_: Path, out: Path) -> dict:
    """The release in memory, ready to be asked, and the example queries of the knowledge on it."""
    from pyoxigraph import QueryBoolean

    from dystonia_kg.ask import ask, prefixes
    from dystonia_kg.release import open_store

    before, laps = peak(), Laps()
    store = open_store(out)
    laps.lap("open")
    laps.row["store_mb"] = round(peak() - before)
    names, times = prefixes(store), {}
    for row in list(ask(store, "examples")):
        rounds = []
        for _round in range(3):
            start = time.process_time()
            answer = store.query(row["query"].value, prefixes=names)
            if not isinstance(answer, QueryBoolean):
                for _one in answer:
                    pass
            rounds.append(1000 * (time.process_time() - start))
        times[row["example"].value.rpartition("/")[2]] = sorted(rounds)[1]
    laps.row["queries"] = len(times)
    laps.row["query_median_ms"] = round(sorted(times.values())[len(times) // 2], 3)
    laps.row["query_mean_ms"] = round(sum(times.values()) / len(times), 3)
    slowest = max(times, key=times.get)
    laps.row["query_slowest_ms"], laps.row["query_slowest"] = round(times[slowest], 1), slowest
    return laps.row


def serve(_: Path, out: Path) -> dict:
    """The pages, in process: making the site, its first page, and then things, page by page."""
    from dystonia_kg.serve import create_app

    laps = Laps()
    client = create_app(out).test_client()
    laps.lap("site")
    client.get("/")
    laps.lap("home page")
    slugs = ["meige-syndrome", "cervical-dystonia", "blepharospasm", "neck", "dystonia"]
    for slug in slugs:
        client.get(f"/id/{slug}", headers={"Accept": "text/html"}, follow_redirects=True)
    laps.lap("first pages")
    start = time.process_time()
    for slug in slugs:
        client.get(f"/id/{slug}", headers={"Accept": "text/html"}, follow_redirects=True)
    laps.row["page_ms"] = round(1000 * (time.process_time() - start) / len(slugs), 2)
    return laps.row


KINDS: dict[str, Callable[[Path, Path], dict]] = {
    "build": build,
    "peer": peer,
    "open": opened,
    "serve": serve,
}


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--sizes", nargs="+", type=int, default=[0, 100_000, 300_000, 1_000_000])
    options.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    options.add_argument("--tables", action="store_true", help="write the tables and plots of SCALE.md")
    options.add_argument("--one", nargs=3, metavar=("KIND", "HOME", "OUT"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        kind, home, out = given.one
        print(json.dumps(KINDS[kind](Path(home), Path(out))))
        return
    if given.tables:
        from .growth import write

        write(ROWS)
        return
    ROWS.write_text("")
    for size in given.sizes:
        with tempfile.TemporaryDirectory(prefix="scale-") as name:
            row = measured(size, Path(name), given.kinds)
        with ROWS.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)


def measured(size: int, folder: Path, kinds: list[str]) -> dict:
    """One size: made by a process of its own, too, so that this one stays small."""
    home, out = folder / "home", folder / "release"
    home.mkdir()
    out.mkdir()
    wanted = max(0, math.floor((size - OWN) * STATED))
    make = f"from benchmarks.shaped import extend; from pathlib import Path; extend(Path({str(home)!r}), {wanted})"
    subprocess.run([sys.executable, "-c", make], check=True, cwd=HERE.parent)
    row: dict = {"size": size}
    for kind in kinds:
        command = [sys.executable, "-m", "benchmarks.scale", "--one", kind, str(home), str(out)]
        done = subprocess.run(command, cwd=HERE.parent, stdout=subprocess.PIPE, check=False)
        if done.returncode:
            row[f"{kind}_failed"] = done.returncode
            break
        row |= json.loads(done.stdout.splitlines()[-1])
    return row


if __name__ == "__main__":
    main()
