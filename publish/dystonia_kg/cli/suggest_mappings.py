"""Suggest what in an ontology our things may match, by name and synonym; a person decides.

Writes an SSSOM mapping set with skos:closeMatch and semapv:LexicalMatching; never an exact match. Precision and
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
    sub.add_argument("--tier", type=int, default=5, choices=(1, 2, 3, 4, 5), help="the last tier to show")


def run(options: argparse.Namespace) -> None:
    from ..exchange.edition import Edition
    from ..exchange.readers import read
    from ..exchange.suggest import TIERS, as_sssom, scores, suggest

    edition = Edition(options.release)
    ours, chosen = edition.ours, []
    for path in options.ontologies:
        index = read(path, ours.names)
        found = suggest(ours, index)
        chosen += [c for c in found if c.tier <= options.tier and (options.all or not c.decided)]
        for score in scores(ours, index, found):
            if score.pairs or score.curated:
                name = f"tier {score.tier} ({TIERS[score.tier][0]})" if score.tier else "all tiers"
                tell(
                    f"{score.vocabulary} {name}: {score.pairs} pairs; of {score.decidable} decidable "
                    f"{score.right} are curated (precision {_share(score.precision)}), "
                    f"of {score.curated} curated pairs (recall {_share(score.recall)})"
                )
    sys.stdout.write(as_sssom(edition, chosen))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
