"""
Print the settings of the server that are in force, and where each comes from.

What is printed is a settings file: save it, change it, and give it to `serve` with --config.
"""

import argparse
import json
from pathlib import Path

from . import serve

HELP = "print the settings of the server that are in force, and where each comes from"


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--config", type=Path, metavar="FILE", help="settings as TOML, as serve would read them")


def run(options: argparse.Namespace) -> None:
    for origin in serve.settings_in_force():
        what = " ".join(origin.what.partition(" (default")[0].split())
        print(f"# {what} [{origin.where}]")
        value = origin.value
        if value is None:
            print(f"# {origin.key} = …\n")
        else:
            value = str(value) if isinstance(value, Path) else value
            print(f"{origin.key} = {json.dumps(value, ensure_ascii=False)}\n")
