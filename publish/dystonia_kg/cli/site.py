"""Write the whole site as static files, for any web server or to be read from disk."""

import argparse
from pathlib import Path

from ..errors import Unwritable
from ..replace import beside, swap
from . import release_option, tell

HELP = "write the whole site as static files"

#: Marks a folder as one that we wrote and may replace.
MARK = "index.html"


def options(sub: argparse.ArgumentParser) -> None:
    release_option(sub)
    sub.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the folder to write; it is replaced whole"
    )


def run(options: argparse.Namespace) -> None:
    from ..serve.offline import write

    out = options.out
    if out.exists() and not (out.is_dir() and (not any(out.iterdir()) or (out / MARK).is_file())):
        raise Unwritable(f"{out}: there already, and not a site; choose another folder, or remove it")
    with beside(out) as folder:
        count = write(options.release, folder, tell)
        swap(folder, out)
    tell(f"{count} files in {out}; open {out / MARK} or serve the folder")
