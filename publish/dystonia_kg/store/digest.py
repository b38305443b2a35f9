"""The checksum of a graph, whoever spells it and in whatever order it comes, in bounded memory."""

import tempfile
from functools import lru_cache
from hashlib import sha256
from heapq import merge
from itertools import groupby

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

XSD = "http://www.w3.org/2001/XMLSchema#"

#: Lines that are sorted in memory; more go to a temporary file.
RUN = 500_000


class Digest:
    """Triples in, their number and checksum out.

    The checksum is the SHA-256 of the sorted SHA-256s of the triples as N-Triples lines, each once; values
    are spelled in one way first (`1.50` and `1.5` are one number), because engines respell them.
    """

    def __init__(self, run: int = RUN):
        self._run = run
        self._lines: set[bytes] = set()
        self._files: list = []

    def add(self, triple: Triple) -> None:
        object_ = triple.object
        if isinstance(object_, Literal):
            object_ = canonical(object_)
        line = f"{triple.subject} {triple.predicate} {object_} .\n"
        self._lines.add(sha256(line.encode()).digest())
        if len(self._lines) >= self._run:
            self._spill()

    def _spill(self) -> None:
        file = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the digest)
        file.write(b"".join(sorted(self._lines)))
        self._files.append(file)
        self._lines.clear()

    def result(self) -> tuple[int, str]:
        """How many different triples there were, and their checksum in lower-case hexadecimal."""
        whole, number = sha256(), 0
        for line, _ in groupby(merge(sorted(self._lines), *(_lines(file) for file in self._files))):
            whole.update(line)
            number += 1
        for file in self._files:
            file.close()
        self._files.clear()
        return number, whole.hexdigest()


def _lines(file):
    file.seek(0)
    while line := file.read(32):
        yield line


_S = NamedNode("urn:s")


@lru_cache(maxsize=65_536)
def canonical(literal: Literal) -> Literal:
    """The one spelling of a value, which is the one of the embedded store: numbers, dates, yes and no."""
    kind = literal.datatype.value
    if literal.language or kind == XSD + "string" or not kind.startswith(XSD):
        return literal
    return next(iter(Store([Quad(_S, _S, literal)]))).object
