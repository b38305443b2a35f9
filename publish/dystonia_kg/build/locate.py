"""Find the file and line that says something, so that a complaint can point at it."""

import re
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode, Triple

Place = tuple[Path, int]

_PREFIX = re.compile(r"^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)
_IRI = re.compile(r"<([^>]*)>")


class Places:
    """Where each thing is written, over any number of files; they are looked through once.

    Where two files say as much, the `first` ones win.
    """

    def __init__(self, pages: dict[Path, list[Triple]], first: Iterable[Path] = ()):
        self._first = set(first)
        self._said: dict[str, list[tuple[Path, Triple]]] = {}
        self._named: dict[str, tuple[Path, Triple]] = {}
        for path in sorted(pages, key=lambda path: path not in self._first):
            for triple in pages[path]:
                if not isinstance(triple.subject, NamedNode):
                    continue
                self._said.setdefault(triple.subject.value, []).append((path, triple))
                for term in (triple.object, triple.predicate):
                    self._named.setdefault(getattr(term, "value", ""), (path, triple))

    def describing(self, subject: str, path: str = "", value: str = "") -> Place | None:
        """Where the thing is given this value; or else this property; or else is told of at all.

        `path` is an IRI or a SPARQL property path.
        """
        told, predicates = self._said.get(subject), predicates_of(path)
        if not told:
            return None

        def worth(row: tuple[Path, Triple]) -> tuple:
            return _rank(row[1], predicates, value), row[0] in self._first, -len(row[0].parts)

        file, _ = max(told, key=worth)
        return file, line_of(file, subject, predicates, value) or 1

    def naming(self, text: str) -> Place | None:
        """Where something is said with this property or value: what no file describes may still be named."""
        if text not in self._named:
            return None
        file, triple = self._named[text]
        return file, line_of(file, triple.subject.value, [triple.predicate.value], text) or 1


def predicates_of(path: str) -> list[str]:
    """The predicates of a property path as a report has it: an IRI, or SPARQL."""
    return _IRI.findall(path) or [path] if path else []


def _rank(triple: Triple, predicates: Iterable[str], value: str) -> int:
    said = getattr(triple.object, "value", "")
    return 2 * (triple.predicate.value in predicates) + (bool(value) and said == value)


def line_of(path: Path, subject: str, predicates: Iterable[str] = (), value: str = "") -> int | None:
    """The line (from 1) where the block about `subject` says one of `predicates` and `value`.

    Falls back to the line of the predicate, then to the block's first line; None when the file has
    no block about the subject. Works on how Turtle is laid out here, and on N-Triples: a block starts
    in column one.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    names = dict(_PREFIX.findall(text))
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if line[:1].strip()]
    about = [i for i in starts if _mentions(lines[i].split(" ", 1)[0], subject, names)]
    if not about:
        return None
    block = [i for start in about for i in range(start, next((s for s in starts if s > start), len(lines)))]
    with_predicate = [i for i in block if any(_mentions(lines[i], p, names) for p in predicates)]
    with_value = [
        i for i in with_predicate if value and (_mentions(lines[i], value, names) or value in lines[i])
    ]
    return (with_value or with_predicate or about)[0] + 1


def _mentions(text: str, iri: str, names: dict[str, str]) -> bool:
    spellings = [f"<{iri}>"]
    spellings += [f"{p}:{iri[len(n) :]}" for p, n in names.items() if n and iri.startswith(n)]
    return any(re.search(rf"(?<![\w:<-]){re.escape(s)}(?![\w-])", text) for s in spellings)
