"""Hold our mappings against ontologies: OBO, OBO Graph JSON, OWL (RDF/XML, Turtle, functional), SSSOM, TSV.

The exit code is 0 when all is well, 1 when something is wrong, 2 for misuse. Differences of hierarchy
are warnings and notes: ours is never corrected from theirs.
"""

import argparse
import sys
from pathlib import Path

from . import release_option, tell

HELP = "hold our mappings against somebody's ontology"


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "ontologies", nargs="+", type=Path, metavar="ONTOLOGY", help="files, as their publishers wrote them"
    )
    release_option(sub)
    sub.add_argument("--format", choices=("text", "tsv", "json", "rdf"), default="text", help="how to report")
    sub.add_argument("--out", type=Path, help="write the report here instead of to standard output")
    sub.add_argument("--strict", action="store_true", help="warnings fail too")


def run(options: argparse.Namespace) -> int:
    from ..exchange.audit import audit
    from ..exchange.check import ERROR, WARNING, check
    from ..exchange.ours import Ours
    from ..exchange.readers import read
    from ..exchange.report import FORMATS

    ours = Ours(options.release)
    indexes = [read(path, ours.names) for path in options.ontologies]
    findings = [*check(ours, indexes, tell), *audit(ours, indexes)]
    findings.sort(key=lambda finding: finding.rank)
    report = FORMATS[options.format](findings, ours.names)
    if options.out:
        options.out.write_text(report, encoding="utf-8")
    else:
        sys.stdout.write(report)
    bad = {ERROR, WARNING} if options.strict else {ERROR}
    return 1 if any(finding.level in bad for finding in findings) else 0
