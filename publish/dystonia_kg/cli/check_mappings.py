"""Hold our mappings against ontologies: OBO, OBO Graph JSON, OWL (RDF/XML, Turtle, functional), SSSOM, TSV.

The exit code is 0 when all is well, 1 when a mapping is wrong, 2 for misuse. Differences of hierarchy
are warnings and notes: ours is never corrected from theirs. Where a release has audit questions, they are
asked of each file; what they find is told and does not count, unless --strict is given.
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
    sub.add_argument(
        "--part", action="store_true", help="the files are parts of ontologies: what they lack is not missing"
    )
    sub.add_argument("--strict", action="store_true", help="warnings fail too, and what the audit finds")


def run(options: argparse.Namespace) -> int:
    from ..exchange.audit import audit
    from ..exchange.check import check
    from ..exchange.findings import ERROR, WARNING
    from ..exchange.ours import Ours
    from ..exchange.readers import read
    from ..exchange.report import FORMATS
    from ..replace import put

    ours = Ours(options.release)
    indexes = [read(path, ours.names) for path in options.ontologies]
    findings = [*check(ours, indexes, tell, options.part), *audit(ours, indexes)]
    findings.sort(key=lambda finding: finding.rank)
    report = FORMATS[options.format](findings, ours.names)
    if options.out:
        put(options.out, report.encode())
    else:
        sys.stdout.write(report)
    if options.strict:
        return 1 if any(finding.level in (ERROR, WARNING) for finding in findings) else 0
    # What the graph's own questions find are faults of the file; they are told, and are not ours to mend.
    return 1 if any(finding.level == ERROR and finding.check != "audit" for finding in findings) else 0
