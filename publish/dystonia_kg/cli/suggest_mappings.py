"""Suggest what in an ontology our things may match, by name and synonym; a person decides.

Writes SSSOM TSV rows with skos:closeMatch and semapv:LexicalMatching; never an exact match. Precision and
recall against our curated mappings are told on standard error.
"""

import argparse
import sys
from pathlib import Path

from . import release_option, tell

HELP = "suggest what in an ontology our things may match"


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "ontologies", nargs="+", type=Path, metavar="ONTOLOGY", help="files, as their publishers wrote them"
    )
    release_option(sub)
    sub.add_argument("--all", action="store_true", help="also what is mapped already")
    sub.add_argument("--tier", type=int, default=4, choices=(1, 2, 3, 4), help="the last tier to show")


def run(options: argparse.Namespace) -> None:
    from ..exchange.ours import CLOSE, SEMAPV, Ours
    from ..exchange.readers import read
    from ..exchange.suggest import TIERS, scores, suggest

    ours = Ours(options.release)
    head = "subject_id subject_label predicate_id object_id object_label mapping_justification confidence"
    print("\t".join([*head.split(), "comment"]))
    compact = ours.names.compact
    for path in options.ontologies:
        index = read(path, ours.names)
        found = suggest(ours, index)
        for c in found:
            if c.tier > options.tier or (c.decided and not options.all):
                continue
            comment = f"tier {c.tier}: {c.reason}{'' if c.single else '; not the only candidate'}"
            if c.decided:
                comment += f"; mapped as {compact(c.decided)}"
            cells = (
                compact(c.subject), c.subject_name, compact(CLOSE), compact(c.object), c.object_name,
                compact(SEMAPV + "LexicalMatching"), f"{c.confidence:.2f}", comment,
            )  # fmt: skip
            sys.stdout.write("\t".join(" ".join(cell.split()) for cell in cells) + "\n")
        for score in scores(ours, index, found):
            if score.pairs or score.curated:
                name = f"tier {score.tier} ({TIERS[score.tier][0]})" if score.tier else "all tiers"
                tell(
                    f"{score.vocabulary} {name}: {score.pairs} pairs; of {score.decidable} decidable "
                    f"{score.right} are curated (precision {_share(score.precision)}), "
                    f"of {score.curated} curated pairs (recall {_share(score.recall)})"
                )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
