"""Compare two releases: which things were added, removed and changed, and in which statements."""

import argparse
import sys
from pathlib import Path

HELP = "compare two releases"


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("older", type=Path, metavar="A", help="the folder of the older release")
    sub.add_argument("newer", type=Path, metavar="B", help="the folder of the newer release")
    sub.add_argument("--rdf", action="store_true", help="answer in Turtle (change sets)")
    sub.add_argument("--brief", action="store_true", help="name the things only, not their statements")


def run(options: argparse.Namespace) -> None:
    from pyoxigraph import RdfFormat, serialize

    from ..ask import prefixes
    from ..compare import as_triples, compare, in_words
    from ..release import open_store

    older, newer = open_store(options.older), open_store(options.newer)
    found = compare(older, newer)
    if options.rdf:
        body = serialize(as_triples(found), format=RdfFormat.TURTLE, prefixes=prefixes(newer))
        sys.stdout.write(body.decode())
        return
    for line in in_words(found, statements=not options.brief):
        print(line)
