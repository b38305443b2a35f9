"""The verbs; the only module that prints and exits."""

import argparse
import sys
from pathlib import Path

from .errors import Trouble
from .home import home


def main(argv: list[str] | None = None) -> int:
    """Do what the command line says; the exit code is 0, 1 (something is wrong) or 2 (misuse)."""
    options = _parser().parse_args(argv)
    try:
        return options.verb(options) or 0
    except Trouble as trouble:
        print(f"{options.name}: {trouble}", file=sys.stderr)
        return trouble.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=__package__.replace("_", "-"), description="Build, ask and publish a knowledge graph.")
    verbs = parser.add_subparsers(metavar="VERB", required=True, dest="name")

    build = verbs.add_parser("build", help="make a release from the knowledge")
    _home(build)
    build.add_argument("--out", type=Path, default=Path("dist"), help="the folder that becomes the release")
    build.set_defaults(verb=_build)
    return parser


def _home(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", type=Path, default=home(), help="the folder that holds ontology/, data/ and shapes/")


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _build(options: argparse.Namespace) -> None:
    from .build import build

    build(options.home, options.out, _tell)
