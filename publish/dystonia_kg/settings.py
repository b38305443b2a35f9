"""
Where an option of the server comes from: the command line, else the environment, else a file, else its default.

Every option of the verb `serve` is a key of the file (TOML, the name without dashes in front) and a variable of
the environment (`<PACKAGE>_<OPTION>`, upper case, underscores). There is no second list of them to forget.
"""

import argparse
import os
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from .errors import BadInput

PACKAGE = __package__ or "server"
PREFIX = PACKAGE.upper() + "_"
#: Read when nobody names another file.
USUAL = Path(PACKAGE.replace("_", "-") + ".toml")

_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


@dataclass(frozen=True)
class Origin:
    """The value of an option before the command line is read, and where it is from."""

    key: str
    value: object
    where: str
    what: str


def apply(sub: argparse.ArgumentParser, words: list[str] | None = None) -> list[Origin]:
    """Let environment and file change the defaults of these options; say what is so and why.

    Raises BadInput for a file that is not TOML, for a key that is no option, and for a value that the option
    does not take: a setting that is silently passed over would be worse than none.
    """
    sub.add_argument(
        "--config", type=Path, metavar="FILE", help=f"settings as TOML (default {USUAL}, if there is one)"
    )
    path, given = _file(sys.argv[1:] if words is None else words)
    actions = {_key(a): a for a in sub._actions if a.option_strings and a.dest not in ("help", "config")}
    unknown = sorted(set(given) - set(actions))
    if unknown:
        raise BadInput(f"{path}: no setting is called {unknown[0]}; there are: {', '.join(sorted(actions))}")
    found = []
    for key, action in actions.items():
        name = PREFIX + key.upper().replace("-", "_")
        where = "default"
        if key in given:
            where = str(path)
            action.default = _value(action, given[key], f"{path}: {key}")
        if name in os.environ:
            where = name
            action.default = _value(action, os.environ[name], name)
        found.append(Origin(key, action.default, where, action.help or ""))
    return found


def _file(words: list[str]) -> tuple[Path | None, dict]:
    """The settings file and what it says; one that was named has to be there."""
    named = next((w.partition("=")[2] for w in words if w.startswith("--config=")), None)
    if named is None and "--config" in words[:-1]:
        named = words[words.index("--config") + 1]
    named = named or os.environ.get(PREFIX + "CONFIG")
    path = Path(named) if named else USUAL
    if not named and not path.is_file():
        return None, {}
    try:
        return path, tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as trouble:
        raise BadInput(f"{path}: cannot be read: {trouble.strerror}") from trouble
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as trouble:
        raise BadInput(f"{path}: not TOML: {trouble}") from trouble


def _key(action: argparse.Action) -> str:
    return max(action.option_strings, key=len).lstrip("-")


def _value(action: argparse.Action, given: object, where: str) -> object:
    """What was written, as the option wants it."""
    if isinstance(action.default, list):
        rows = given if isinstance(given, list) else [part for part in str(given).split(",") if part.strip()]
        return [str(row).strip() for row in rows]
    if isinstance(action, argparse._StoreTrueAction):
        text = str(given).lower()
        if text not in _YES + _NO:
            raise BadInput(f"{where}: {given!r} is neither true nor false")
        return text in _YES
    if isinstance(given, (dict, list)) or (isinstance(given, bool) and action.type is not str):
        raise BadInput(f"{where}: {given!r} is not a value that this setting takes")
    try:
        value = (action.type or str)(
            given if isinstance(given, str) or action.type not in (str, Path) else str(given)
        )
    except (ValueError, TypeError) as trouble:
        raise BadInput(f"{where}: {given!r} is not a value that this setting takes") from trouble
    if isinstance(given, float) and value != given:
        raise BadInput(f"{where}: {given!r} is not a whole number")
    if action.choices is not None and value not in action.choices:
        raise BadInput(f"{where}: {given!r} is none of {', '.join(map(str, action.choices))}")
    return value
