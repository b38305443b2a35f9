"""
From saving a file to the page that shows it: `python -m benchmarks.watch`, results in benchmarks/WATCH.md.

A copy of the knowledge is watched and served; a definition is edited, then a mistake is made and mended.
Seconds of the clock count what else the machine does; beside them stand those of the processor.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
THING = "meige-syndrome"


def page(address: str) -> str:
    with urllib.request.urlopen(f"{address}id/{THING}.html", timeout=60) as answer:
        return answer.read().decode()


def spent(process: subprocess.Popen) -> float:
    """Seconds of the processor of the watching process so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        for folder in ("ontology", "data", "shapes"):
            shutil.copytree(ROOT / folder, home / folder)
        words = ["-m", "dystonia_kg", "build", "--watch", "--serve", "--port", "0", "--home", str(home)]
        process = subprocess.Popen(
            [sys.executable, *words, "--out", f"{name}/out"],
            env={**os.environ, "PYTHONPATH": str(ROOT / "publish")},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            rows = measured(home / "data" / "conditions" / f"{THING}.ttl", process)
        finally:
            process.terminate()
            process.communicate(timeout=60)
    text = [
        "# From saving to seeing",
        "",
        f"Medians of {ROUNDS} round(s). Made by `python -m benchmarks.watch`.",
        "",
    ]
    text += ["| what | seconds of the clock | of the processor |", "|---|---:|---:|"]
    for what, pairs in rows.items():
        clock, cpu = (statistics.median(values) for values in zip(*pairs, strict=True))
        text.append(f"| {what} | {clock:.2f} | {cpu:.2f} |")
    (ROOT / "benchmarks" / "WATCH.md").write_text("\n".join(text) + "\n")
    print("\n".join(text))


def measured(path: Path, process: subprocess.Popen) -> dict[str, list[tuple[float, float]]]:
    rows: dict[str, list[tuple[float, float]]] = {}

    def said(words: str) -> None:
        for line in process.stderr:
            if words in line:
                return

    def lap(what: str, wait) -> None:
        clock, cpu = time.perf_counter(), spent(process)
        wait()
        rows.setdefault(what, []).append((time.perf_counter() - clock, spent(process) - cpu))

    def seen(address: str, words: str, on_page: str) -> None:
        """Until the watcher says so, and the page that is asked for then shows it."""
        said(words)
        if on_page not in page(address):
            raise RuntimeError(f"the page does not show {on_page!r}")

    address = process.stderr.readline().split()[-1]
    said("the pages show it")
    text = path.read_text()
    for number in range(ROUNDS):
        page(address)  # somebody looks at it
        path.write_text(text.replace('skos:definition "', f'skos:definition "edit {number}: '))
        lap(
            "an edit is on the page",
            lambda n=number: seen(address, "the pages show it already", f"edit {n}: "),
        )
        lap("… and released, all conclusions drawn again", lambda: said("the pages show it\n"))
        path.write_text(text.replace("dcterms:source", "dcterms:sourse"))
        lap(
            "a broken shape is told above the page",
            lambda: seen(address, "breaks its shapes", 'role="alert"'),
        )
        said("nothing was written")
        path.write_text(text + "\nno Turtle\n")
        lap("broken Turtle is told above the page", lambda: seen(address, "not Turtle", "not Turtle"))
        path.write_text(text)
        said("the pages show it\n")
    return rows


if __name__ == "__main__":
    main()
