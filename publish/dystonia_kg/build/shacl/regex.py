"""Regular expressions of SPARQL (XPath functions §5.6), compiled for Python; what differs is translated."""

import re
import warnings

from ...errors import BadShape

_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE}


def compiled(where: str, pattern: str, flags: str) -> re.Pattern:
    """Raises BadShape, naming the shape, for a pattern or flag that Python would read differently."""
    unknown = set(flags) - {*_FLAGS, "x", "q"}
    if unknown:
        raise BadShape(f"{where}: sh:flags {''.join(sorted(unknown))} is not understood")
    text = re.escape(pattern) if "q" in flags else _translated(pattern, "m" in flags, "x" in flags)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(text, sum(_FLAGS.get(flag, 0) for flag in set(flags)))
    except (re.error, Warning) as trouble:
        raise BadShape(f"{where}: sh:pattern {pattern} is not understood: {trouble}") from trouble


def _translated(pattern: str, lines: bool, spaced: bool) -> str:
    """`$` is the very end (Python: also before a last line break); flag x drops white space only."""
    made, inside, escaped = [], False, False
    for char in pattern:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif inside:
            inside = char != "]"
        elif char == "[":
            inside = True
        elif char == "$" and not lines:
            char = r"\Z"
        elif spaced and char.isspace():
            continue
        made.append(char)
    return "".join(made)
