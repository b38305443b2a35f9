"""Write a release in a format of other people: one file, or a folder where a format has several."""

import argparse
import sys
from pathlib import Path

from . import release_option, tell

HELP = "write a release in a format of other people"


def options(sub: argparse.ArgumentParser) -> None:
    from ..exchange.writers import writers

    told = "; ".join(f"{name}: {module.TITLE}" for name, module in writers().items())
    sub.add_argument(
        "format", choices=[*writers(), "all"], metavar="FORMAT", help=f"{told}; all: each of them"
    )
    release_option(sub)
    sub.add_argument(
        "--out",
        type=Path,
        help="the file, or the folder for several files (default: one file to standard output)",
    )


def run(options: argparse.Namespace) -> None:
    from ..errors import BadInput, Unwritable
    from ..exchange.edition import Edition
    from ..exchange.writers import writers
    from ..replace import put

    edition = Edition(options.release)
    modules = list(writers().values()) if options.format == "all" else [writers()[options.format]]
    made = [file for module in modules for file in module.files(edition)]
    if not made:
        raise BadInput(f"the release says nothing that {options.format} could hold")
    if options.out is None and len(made) > 1:
        raise BadInput(f"{options.format} has {len(made)} files; name a folder with --out")
    if options.out is None:
        sys.stdout.buffer.write(made[0].body)
    elif len(made) == 1 and not options.out.is_dir():
        put(options.out, made[0].body)
    else:
        try:
            options.out.mkdir(parents=True, exist_ok=True)
        except OSError as trouble:
            raise Unwritable(f"{options.out}: no folder can be made: {trouble.strerror}") from trouble
        for file in made:
            put(options.out / file.name, file.body)
    if options.out is not None:
        tell(f"{len(made)} file(s) written to {options.out}")
