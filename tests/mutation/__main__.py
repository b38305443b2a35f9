"""
How much of what is spoilt is noticed: `python tests/mutation --each 5 --seed 1 --report FILE`.

Exit code 1 when less than --least of a hundred mutants are noticed, or sound knowledge is complained of.
"""

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from book import Book  # noqa: E402
from kinds import KINDS  # noqa: E402
from trial import Verdict, learn, try_out  # noqa: E402

from dystonia_kg.build.load import load  # noqa: E402
from dystonia_kg.home import home  # noqa: E402


def main() -> int:
    options = _options()
    knowledge = load(home())
    if trouble := learn(knowledge):
        print(f"sound knowledge is complained of, so nothing can be measured: {trouble}", file=sys.stderr)
        return 1
    book = Book(home())
    rows: list[tuple[str, list[tuple[str, Verdict]]]] = []
    started = time.monotonic()
    for name, spoil in KINDS.items():
        if options.only and not any(part in name for part in options.only):
            continue
        tried = []
        for number in range(options.each):
            mutant = spoil(book, random.Random(f"{options.seed} {name} {number}"))
            verdict = try_out(knowledge, mutant)
            tried.append((f"{mutant.path}:{mutant.line}: {mutant.what}", verdict))
            if not verdict.by:
                print(f"survived: {name}: {tried[-1][0]}", file=sys.stderr, flush=True)
            elif options.verbose:
                print(
                    f"{name}: {tried[-1][0]}\n    {verdict.by}: {verdict.said[:150]}",
                    file=sys.stderr,
                    flush=True,
                )
        rows.append((name, tried))
    text, rate = report(rows, options)
    if options.report:
        options.report.write_text(text, encoding="utf-8")
    else:
        print(text)
    print(f"{rate:.1%} noticed, {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 0 if rate >= options.least / 100 else 1


def report(rows, options) -> tuple[str, float]:
    """The table as Markdown, and the share that was noticed."""
    every = [verdict for _, tried in rows for _, verdict in tried]
    noticed = [v for v in every if v.by]
    by = Counter(v.by for v in noticed)
    rate = len(noticed) / max(len(every), 1)
    without = len([v for v in noticed if v.by != "ledger"]) / max(len(every), 1)
    lines = [
        "# Mutation of the knowledge",
        "",
        f"{len(every)} mutants of {len(rows)} kinds, {options.each} each at random places (seed {options.seed}); made by",
        f"`python tests/mutation --each {options.each} --seed {options.seed} --report docs/mutation.md`.",
        "",
        f"**{rate:.1%} noticed**; {without:.1%} without the ledger, the second record of what claims and mappings say.",
        "",
        "First to notice: " + ", ".join(f"{who} {count}" for who, count in by.most_common()) + ".",
        "",
        "| what is spoilt | noticed | by |",
        "|---|---|---|",
    ]
    for name, tried in rows:
        who = ", ".join(sorted({v.by for _, v in tried if v.by}))
        lines.append(f"| {name} | {sum(1 for _, v in tried if v.by)} of {len(tried)} | {who} |")
    survivors = [(name, what) for name, tried in rows for what, v in tried if not v.by]
    if survivors:
        lines += ["", "## Not noticed", "", *(f"- {name}: {what}" for name, what in survivors)]
    return "\n".join(lines) + "\n", rate


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("--each", type=int, default=5, help="mutants of each kind")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", action="append", help="kinds whose name contains this")
    parser.add_argument("--least", type=float, default=95, help="percent that must be noticed")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
