"""Bring a release into a SPARQL engine, beside the one that its readers see, and then let them see the new one."""

import argparse
import sys
import time
from pathlib import Path

from . import release_option, tell

HELP = "bring a release into a SPARQL engine"


def options(sub: argparse.ArgumentParser) -> None:
    from ..store.engines import ENGINES

    sub.add_argument(
        "--to", required=True, metavar="URL", help="the address of the engine, or of its queries"
    )
    release_option(sub)
    group = sub.add_argument_group("the engine")
    group.add_argument(
        "--update-url", metavar="URL", help="where it takes updates, if not where it usually does"
    )
    group.add_argument(
        "--graph-store-url", metavar="URL", help="where it takes graphs (SPARQL 1.1 Graph Store Protocol)"
    )
    group.add_argument(
        "--engine",
        choices=list(ENGINES),
        metavar="KIND",
        help=f"what it is: {', '.join(ENGINES)} (default: seen)",
    )
    group.add_argument(
        "--store-credentials",
        type=Path,
        metavar="FILE",
        help="user and password on two lines, or a token on one; nobody else may read the file "
        "(or in the environment, see docs/engines.md)",
    )
    group = sub.add_argument_group("instead of publishing")
    one = group.add_mutually_exclusive_group()
    one.add_argument(
        "--rollback",
        nargs="?",
        const="",
        metavar="RELEASE",
        help="let readers see an earlier release again (default: the one before)",
    )
    one.add_argument(
        "--list", action="store_true", help="which releases are there, and which one readers see"
    )
    one.add_argument(
        "--prune", type=int, metavar="KEEP", help="remove all but the KEEP releases that readers saw last"
    )
    one.add_argument("--dry-run", action="store_true", help="say what would be sent, and write nothing")
    group.add_argument(
        "--unfinished", action="store_true", help="with --prune: also what was begun and never finished"
    )
    group.add_argument(
        "--base",
        metavar="IRI",
        help="what the names of the dataset begin with (default: as the release says)",
    )


def run(options: argparse.Namespace) -> int | None:
    from ..errors import EngineTrouble
    from ..store.connection import Connection, Credentials

    connection = Connection.open(
        options.to,
        update=options.update_url,
        graphs=options.graph_store_url,
        credentials=Credentials.read(options.store_credentials),
        engine=options.engine,
    )
    with connection:
        tell(f"{connection.engine.title} at {connection.query_url}")
        if options.list:
            return _list(connection, options)
        if options.prune is not None:
            return _prune(connection, options)
        if options.rollback is not None:
            return _rollback(connection, options)
        if options.dry_run:
            return _dry_run(connection, options)
        try:
            return _publish(connection, options)
        except KeyboardInterrupt:
            tell(
                "\nstopped. The same command again goes on where this one stopped; --list says what readers see"
            )
            return 130
        except EngineTrouble as trouble:
            raise type(trouble)(
                f"{trouble}\nThe same command again goes on where this one stopped."
            ) from trouble


def _publish(connection, options: argparse.Namespace) -> None:
    from ..store.publishing import publish
    from ..store.source import Source

    source = Source(options.release)
    tell(f"release {source.release}: {len(source.parts)} graphs, {source.triples} triples")
    bar = Bar()
    report = publish(source, connection, bar)
    bar.end()
    tell(
        f"{report.graphs} graphs with {report.sent} triples sent and compared; {report.held} were there already"
    )
    if report.respelled:
        tell(f"{report.respelled} triples arrived with an equal value in another spelling")
    if report.overtaken:
        tell(f"somebody else switched to {report.overtaken} at the same moment, and readers see that")
    elif not report.switched:
        tell(f"readers see {report.release}, as before")
    else:
        before = f" instead of {report.previous}" if report.previous else ""
        tell(f"readers see {report.release}{before}")


def _dry_run(connection, options: argparse.Namespace) -> None:
    from ..store.publishing import foreseen
    from ..store.source import Source

    journal, plan = foreseen(Source(options.release), connection)
    for name, part in plan.parts.items():
        print(f"{part.triples:>9} {name}")
    begun = (
        "begun before; only what is missing would be sent" if plan.source.release in journal.begun else "new"
    )
    tell(
        f"release {plan.source.release} is {begun}; readers see {journal.current or 'none'}; nothing was written"
    )


def _list(connection, options: argparse.Namespace) -> None:
    from ..store.publishing import kept

    rows = kept(connection, _base(options))
    for row in rows:
        mark = "*" if row.current else " "
        about = (
            f"{row.graphs:>6} graphs {row.triples:>10} triples  version {row.version}" if row.triples else ""
        )
        print(f"{mark} {row.release:30} {row.state:10} {about}".rstrip())
    if not rows:
        tell("no release of this dataset was published there")


def _rollback(connection, options: argparse.Namespace) -> None:
    from ..store.publishing import rollback

    was, now = rollback(connection, _base(options), options.rollback or None)
    tell(f"readers see {now}" + (", as before" if was == now else f" instead of {was}"))


def _prune(connection, options: argparse.Namespace) -> None:
    from ..store.publishing import prune

    bar = Bar()
    gone = prune(connection, _base(options), options.prune, options.unfinished, bar)
    bar.end()
    tell(f"removed: {', '.join(gone)}" if gone else "nothing to remove")


def _base(options: argparse.Namespace) -> str:
    from pyoxigraph import NamedNode

    from ..errors import BadInput
    from ..store.source import Source

    if options.base is None:
        return Source(options.release).base
    try:
        return NamedNode(options.base).value
    except ValueError as trouble:
        raise BadInput(f"--base {options.base}: {trouble}") from trouble


class Bar:
    """How far it is: a line that is written over on a terminal, a line for each tenth elsewhere."""

    WIDTH = 30

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._last: tuple = ()
        self._drawn = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        share = done / total if total else 1.0
        if self._live:
            if done < total and time.monotonic() - self._drawn < 0.1:
                return
            self._drawn = time.monotonic()
            full = int(share * self.WIDTH)
            bar = "█" * full + "·" * (self.WIDTH - full)
            print(f"\r{what:10} {bar} {share:4.0%} {done}/{total}\033[K", end="", file=sys.stderr, flush=True)
        elif self._last != (what, int(share * 10)):
            tell(f"{what} {done}/{total}")
        self._last = (what, int(share * 10))

    def end(self) -> None:
        if self._live and self._last:
            print(file=sys.stderr)
