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
        #: Triples whose value is not spelled in the one way, with the spelling: line → line as it came.
        self.odd: dict[bytes, bytes] = {}
        self._run = run
        self._lines: set[bytes] = set()
        self._files: list = []

    def add(self, triple: Triple) -> None:
        line = spelled = triple.object
        if isinstance(spelled, Literal):
            line = canonical(spelled)
        key = _hash(triple, line)
        if line != spelled and len(self.odd) < self._run:
            self.odd[key] = _hash(triple, spelled)
        self._lines.add(key)
        if len(self._lines) >= self._run:
            self._spill()

    def respelled(self, other: "Digest") -> int:
        """How many triples came with an equal value in another spelling; of equal digests."""
        return sum(self.odd.get(key) != other.odd.get(key) for key in self.odd.keys() | other.odd.keys())

    def _spill(self) -> None:
        file = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the digest)
        file.write(b"".join(sorted(self._lines)))
        self._files.append(file)
        self._lines.clear()

    def result(self) -> tuple[int, str]:
        """How many different triples there were, and their checksum in lower-case hexadecimal; asked once."""
        whole, number = sha256(), 0
        for line, _ in groupby(merge(sorted(self._lines), *(_lines(file) for file in self._files))):
            whole.update(line)
            number += 1
        for file in self._files:
            file.close()
        self._files.clear()
        self._lines.clear()
        return number, whole.hexdigest()


def _hash(triple: Triple, object_) -> bytes:
    return sha256(f"{triple.subject} {triple.predicate} {object_} .\n".encode()).digest()


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
    store = Store()
    store.add(Quad(_S, _S, literal))
    return next(iter(store)).object
