"""Put ontologies beside our graph, each as a named graph of the release, to be queried together with ours.

The graph of hp.obo is <base>imported/hp. The default graph stays ours alone. A file that is wrong or cut
short leaves the release as it was.
"""

import argparse
import signal
import sys
from pathlib import Path

from . import tell

HELP = "put ontologies beside our graph, as named graphs of a release"


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "ontologies", nargs="*", type=Path, metavar="ONTOLOGY", help="files, as their publishers wrote them"
    )
    sub.add_argument("--into", type=Path, required=True, metavar="RELEASE", help="the release")
    sub.add_argument(
        "--remove", action="append", default=[], metavar="NAME", help="send an import away again"
    )


def run(options: argparse.Namespace) -> None:
    from ..errors import BadInput
    from ..exchange.importing import guests, import_into, remove

    if not options.remove and not options.ontologies:
        raise BadInput("name a file to import, or an import to --remove")
    # A request to stop is heard, so that nothing half-written stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.remove:
        remove(options.into, options.remove)
    if options.ontologies:
        for guest in import_into(options.into, options.ontologies, tell, _bar):
            tell(f"{guest.count} statements of {guest.path} ({guest.kind}) are in <{guest.graph}>")
    tell(f"imported: {', '.join(guests(options.into)) or 'nothing'}")


def _bar(path: Path, done: int, total: int) -> None:
    """A line that is drawn over itself; nothing where nobody looks."""
    if not sys.stderr.isatty():
        return
    share = done / total if total else 1.0
    width = 30
    filled = int(width * share)
    end = "\n" if done >= total else ""
    print(
        f"\r{path.name} [{'#' * filled}{'.' * (width - filled)}] {share:4.0%}",
        end=end,
        file=sys.stderr,
        flush=True,
    )
