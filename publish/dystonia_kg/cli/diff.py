"""Compare two releases: what is new, changed, obsolete or gone.

Text and RDF tell every statement, Markdown and TSV put it in the words of the graph; KGCL has the changes
of the OWL view as commands, SSSOM the mappings that only one release has.
"""

import argparse
import sys
from pathlib import Path

HELP = "compare two releases"


def options(sub: argparse.ArgumentParser) -> None:
    from ..exchange.changes import FORMS

    sub.add_argument("older", type=Path, metavar="A", help="the folder of the older release")
    sub.add_argument("newer", type=Path, metavar="B", help="the folder of the newer release")
    sub.add_argument("--format", choices=("text", *FORMS), default="text", help="how to tell it")
    sub.add_argument(
        "--rdf", action="store_const", const="rdf", dest="format", help="the same as --format rdf"
    )
    sub.add_argument("--brief", action="store_true", help="text that names the things only")
    sub.add_argument("--out", type=Path, help="write the report here instead of to standard output")
    sub.add_argument("--exit-code", action="store_true", help="exit with 1 when anything changed")


def run(options: argparse.Namespace) -> int:
    from ..compare import compare, in_words
    from ..exchange.changes import files
    from ..exchange.edition import Edition
    from ..replace import put

    older, newer = Edition(options.older), Edition(options.newer)
    if options.format == "text":
        found = compare(older.ours.store, newer.ours.store)
        body = "".join(f"{line}\n" for line in in_words(found, statements=not options.brief)).encode()
        differs = bool(found.changes)
    else:
        body = next(iter(files(older, newer, [options.format]))).body
        differs = options.exit_code and bool(compare(older.ours.store, newer.ours.store).changes)
    if options.out:
        put(options.out, body)
    else:
        sys.stdout.buffer.write(body)
    return 1 if options.exit_code and differs else 0
