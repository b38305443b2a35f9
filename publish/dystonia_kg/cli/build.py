"""Make a release from the knowledge: load, infer, validate, describe, dump."""

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Store

from . import home_option, tell

if TYPE_CHECKING:
    from ..exchange.edition import Edition

HELP = "make a release from the knowledge"


def options(sub: argparse.ArgumentParser) -> None:
    home_option(sub)
    sub.add_argument("--out", type=Path, default=Path("dist"), help="the folder that becomes the release")
    sub.add_argument(
        "--since", type=Path, metavar="RELEASE", help="an earlier release: what changed since is released too"
    )


def run(options: argparse.Namespace) -> None:
    make(options.home, options.out, options.since)


def make(home: Path, out: Path, since: Path | None = None) -> Path:
    """A release with everything in it: the dataset, and its exports in the formats of other people.

    With `since`, an earlier release, the report of what changed is among them. Raises NoRelease when it is
    none, before anything is built.
    """
    from ..build import build
    from ..exchange.edition import Edition

    earlier = Edition(since) if since else None
    return build(home, out, tell, partial(exported, earlier=earlier))


def exported(folder: Path, store: Store, earlier: "Edition | None" = None) -> dict[str, tuple[str, str]]:
    """Write the exports into a release that is being made: file name → what it is, and its media type.

    `store` holds its dataset.
    """
    from ..exchange.changes import files
    from ..exchange.edition import Edition
    from ..exchange.writers import exports

    tell("writing it in the formats of other people")
    made = exports(folder, store=store)
    if earlier:
        tell(f"telling what changed since {earlier.version}")
        for file in files(earlier, Edition(folder, store)):
            (folder / file.name).write_bytes(file.body)
            made.append(file)
    return {file.name: (file.title, file.media_type) for file in made}
