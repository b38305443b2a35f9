"""Make a release from the knowledge: load, infer, validate, describe, dump."""

import argparse
from pathlib import Path

from . import home_option, tell

HELP = "make a release from the knowledge"


def options(sub: argparse.ArgumentParser) -> None:
    home_option(sub)
    sub.add_argument("--out", type=Path, default=Path("dist"), help="the folder that becomes the release")


def run(options: argparse.Namespace) -> None:
    from ..build import build

    build(options.home, options.out, tell)
