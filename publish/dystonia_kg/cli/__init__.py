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
    words = sys.argv[1:] if argv is None else argv
    name = words[0] if words else ""
    try:
        options = parser(words).parse_args(words)
        return options.run(options) or 0
    except Trouble as trouble:
        print(f"{name}: {trouble}", file=sys.stderr)
        return trouble.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130


def parser(words: list[str]) -> argparse.ArgumentParser:
    """Every module beside this one is a verb: it has HELP, `options(parser)` and `run(options)`.

    `words` is the command line: only the verb that it names is asked for its options. A verb whose options
    depend on what it is about to read says READS_AHEAD and is handed its words.
    """
    top = argparse.ArgumentParser(
        prog=(__package__ or "").split(".")[0].replace("_", "-"),
        description="Build, ask and publish a knowledge graph.",
    )
    verbs = top.add_subparsers(metavar="VERB", required=True, dest="verb")
    for module in sorted(info.name for info in iter_modules(__path__)):
        verb = import_module(f".{module}", __name__)
        name = module.rstrip("_").replace("_", "-")
        sub = verbs.add_parser(name, help=verb.HELP, description=verb.__doc__)
        if words[:1] == [name]:
            verb.options(sub, *([words[1:]] if hasattr(verb, "READS_AHEAD") else []))
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
