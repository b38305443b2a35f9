"""Make a release from the knowledge: load, infer, validate, describe, dump."""

import argparse
from pathlib import Path

from pyoxigraph import Store

from . import home_option, tell

HELP = "make a release from the knowledge"


def options(sub: argparse.ArgumentParser) -> None:
    home_option(sub)
    sub.add_argument("--out", type=Path, default=Path("dist"), help="the folder that becomes the release")


def run(options: argparse.Namespace) -> None:
    make(options.home, options.out)


def make(home: Path, out: Path) -> Path:
    """A release with everything in it: the dataset, and its exports in the formats of other people."""
    from ..build import build

    return build(home, out, tell, exported)


def exported(folder: Path, store: Store) -> dict[str, tuple[str, str]]:
    """Write the exports into a release that is being made: file name → what it is, and its media type.

    `store` holds its dataset.
    """
    from ..exchange.writers import exports

    tell("writing it in the formats of other people")
    return {file.name: (file.title, file.media_type) for file in exports(folder, store=store)}
