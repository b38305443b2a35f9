"""The verbs, one module each; the only place that prints and exits."""

import argparse
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from ..errors import Trouble
from ..home import home


def main(argv: list[str] | None = None) -> int:
    """Do what the command line says; the exit code is 0, 1 (something is wrong) or 2 (misuse)."""
    options = parser().parse_args(argv)
    try:
        return options.run(options) or 0
    except Trouble as trouble:
        print(f"{options.verb}: {trouble}", file=sys.stderr)
        return trouble.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """Every module beside this one is a verb: it has HELP, `options(parser)` and `run(options)`."""
    top = argparse.ArgumentParser(
        prog=(__package__ or "").split(".")[0].replace("_", "-"),
        description="Build, ask and publish a knowledge graph.",
    )
    verbs = top.add_subparsers(metavar="VERB", required=True, dest="verb")
    for module in sorted(info.name for info in iter_modules(__path__)):
        verb = import_module(f".{module}", __name__)
        sub = verbs.add_parser(module.rstrip("_").replace("_", "-"), help=verb.HELP, description=verb.__doc__)
        verb.options(sub)
        sub.set_defaults(run=verb.run)
    return top


def home_option(sub: argparse.ArgumentParser) -> None:
    """--home, for verbs that read the knowledge itself."""
    sub.add_argument(
        "--home", type=Path, default=home(), help="the folder that holds ontology/, data/ and shapes/"
    )


def release_option(sub: argparse.ArgumentParser) -> None:
    """--release, for verbs that read what was built."""
    sub.add_argument("--release", type=Path, default=Path("dist"), metavar="DIR", help="the release to read")


def tell(sentence: str) -> None:
    """Progress goes to standard error, so that standard output is the answer alone."""
    print(sentence, file=sys.stderr, flush=True)
