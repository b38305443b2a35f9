"""Serve a release over HTTP: pages, documents, downloads and a SPARQL endpoint."""

import argparse
from pathlib import Path

from ..release import is_release
from . import home_option, tell

HELP = "serve a release over HTTP"


def options(sub: argparse.ArgumentParser) -> None:
    home_option(sub)
    sub.add_argument("--host", default="127.0.0.1", help="the address to listen at (default 127.0.0.1)")
    sub.add_argument("--port", type=int, default=8000, help="the port to listen at (default 8000)")
    sub.add_argument(
        "--release",
        type=Path,
        default=Path("dist"),
        help="the release to serve; where there is none, one is built first (default dist)",
    )
    sub.add_argument("--archive", type=Path, help="a folder with earlier releases, one folder each")
    limit_options(sub)


def limit_options(sub: argparse.ArgumentParser) -> None:
    """What one query may cost."""
    from ..serve.sparql.limits import MIB, Limits

    usual = Limits()
    group = sub.add_argument_group("limits of the SPARQL endpoint")

    def add(name: str, kind: type, default, what: str) -> None:
        group.add_argument(name, type=kind, default=default, help=f"{what} (default {default})")

    add("--timeout", float, usual.timeout, "seconds until a query is stopped")
    add("--memory", int, usual.memory // MIB, "MiB that a query may use")
    add("--rows", int, usual.rows, "rows of an answer")
    add("--answer-size", int, usual.size // MIB, "MiB of an answer")
    add("--query-length", int, usual.length, "bytes of a query")
    add("--workers", int, usual.workers, "queries that are evaluated at full speed at once")
    add("--slow", int, usual.slow, "long queries that go on at the lowest priority at once")
    add("--queue", int, usual.queue, "queries that may wait")
    add("--cache", int, usual.cache // MIB, "MiB of answers kept in memory")
    group.add_argument(
        "--federate",
        action="append",
        default=[],
        metavar="IRI",
        help="an endpoint that SERVICE may name; may be given more than once (default none)",
    )


def run(options: argparse.Namespace) -> None:
    from ..serve.server import run as serve
    from ..serve.sparql.limits import MIB, Limits

    if not is_release(options.release):
        from .build import make

        tell(f"no release is in {options.release}, so one is made first")
        make(options.home, options.release)
    limits = Limits(
        timeout=options.timeout,
        memory=options.memory * MIB,
        rows=options.rows,
        size=options.answer_size * MIB,
        length=options.query_length,
        workers=options.workers,
        slow=options.slow,
        queue=options.queue,
        cache=options.cache * MIB,
        federate=frozenset(options.federate),
    )
    serve(options.release, options.host, options.port, limits, options.archive, _ready)


def _ready(address: str) -> None:
    tell(f"ready at {address}")
