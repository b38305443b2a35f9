"""Serve a release over HTTP: pages, documents, downloads and a SPARQL endpoint."""

import argparse
from pathlib import Path

from .. import settings
from ..errors import BadInput
from ..releases import editions
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
    engine_options(sub)
    limit_options(sub)
    house_options(sub)
    global _origins
    _origins = settings.apply(sub)


def settings_in_force() -> list[settings.Origin]:
    """Every option with its value, before the command line has its say."""
    options(argparse.ArgumentParser())
    return _origins


_origins: list[settings.Origin] = []


def engine_options(sub: argparse.ArgumentParser) -> None:
    """Where the release lies if queries are not evaluated here."""
    group = sub.add_argument_group("an engine that evaluates the queries")
    group.add_argument(
        "--store",
        metavar="URL",
        help="the SPARQL engine that holds the release (see publish); --release has its files (default none)",
    )
    group.add_argument(
        "--store-credentials",
        type=Path,
        metavar="FILE",
        help="who we are to it: two lines, user and password, or one line, a token (default the environment)",
    )
    group.add_argument(
        "--engine", metavar="KIND", help="what kind of engine it is (default: it is found out)"
    )
    group.add_argument(
        "--beside",
        action="append",
        default=[],
        metavar="IRI",
        help="a graph of others in the engine that queries may read; may be given more than once (default none)",
    )


def house_options(sub: argparse.ArgumentParser) -> None:
    """What a server in public needs."""
    from ..serve.operate import Rules

    usual = Rules()
    group = sub.add_argument_group("operation")

    def add(name: str, kind: type, default, what: str, **more) -> None:
        group.add_argument(name, type=kind, default=default, help=f"{what} (default {default})", **more)

    add(
        "--rate",
        float,
        usual.rate,
        "requests a second that one client may make to what costs something; 0 for any number",
    )
    add("--burst", int, usual.burst, "requests that it may make at once")
    add("--proxies", int, usual.proxies, "proxies in front whose X-Forwarded-For is believed")
    add("--questions", int, usual.questions, "questions of the form that are worked out or wait at once")
    add("--log", str, usual.log, "what is logged", choices=("troubles", "requests"))
    add(
        "--watch",
        float,
        usual.watch,
        "seconds between looks at whether the release was replaced; 0 for never",
    )
    group.add_argument(
        "--wait",
        action="store_true",
        help="start although no sound release is there, and serve it once it is",
    )


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
    from ..serve.operate import Rules
    from ..serve.server import run as serve
    from ..serve.sparql.limits import MIB, Limits

    engine = engine_of(options)
    if engine is not None and options.federate:
        raise BadInput(
            "--federate lets this process call others; with --store the engine would: leave it out"
        )
    if engine is None and not options.wait and not editions(options.release, None):
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
    rules = Rules(
        rate=options.rate,
        burst=options.burst,
        proxies=options.proxies,
        questions=options.questions,
        log=options.log,
        watch=options.watch,
        wait=options.wait,
    )
    serve(options.release, options.host, options.port, limits, options.archive, _ready, rules, engine)


def engine_of(options: argparse.Namespace):
    """The engine that was named, or None. Raises BadInput for options that do not go together."""
    if not options.store:
        for name in ("beside", "engine", "store_credentials"):
            if getattr(options, name):
                raise BadInput(f"--{name.replace('_', '-')} speaks of an engine; name one with --store")
        return None
    from ..serve.backing import Address
    from ..store.connection import Credentials

    return Address(
        options.store, Credentials.read(options.store_credentials), options.engine, tuple(options.beside)
    )


def _ready(address: str) -> None:
    tell(f"ready at {address}")
