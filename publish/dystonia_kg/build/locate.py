"""Find the line of a Turtle file that says something, so that a complaint can point at it."""

import re
from pathlib import Path

_PREFIX = re.compile(r"^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)


def line_of(path: Path, subject: str, predicate: str = "", value: str = "") -> int | None:
    """The line (from 1) where the block about `subject` says `predicate` and `value`.

    Falls back to the line of the predicate, then to the block's first line; None when the file has
    no block about the subject. Works on how Turtle is laid out here: a block starts in column one.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    names = dict(_PREFIX.findall(text))
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if _mentions(line[:1].strip() and line.split(" ", 1)[0], subject, names)), None)
    if start is None:
        return None
    end = next((i for i in range(start + 1, len(lines)) if lines[i][:1].strip()), len(lines))
    block = range(start, end)
    with_predicate = [i for i in block if predicate and _mentions(lines[i], predicate, names)]
    with_value = [i for i in with_predicate if value and (_mentions(lines[i], value, names) or value in lines[i])]
    return ((with_value or with_predicate or [start])[0]) + 1


def _mentions(text: str, iri: str, names: dict[str, str]) -> bool:
    spellings = [f"<{iri}>"]
    spellings += [f"{p}:{iri[len(n):]}" for p, n in names.items() if n and iri.startswith(n)]
    return any(re.search(rf"(?<![\w:<-]){re.escape(s)}(?![\w-])", text) for s in spellings)
