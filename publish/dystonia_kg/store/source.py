"""Read a release for publishing: graph by graph, in bounded memory, as often as is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, Quad, RdfFormat, Store, Triple, parse

from ..ask import ask
from ..errors import NoRelease
from ..release import DATASET, checksum, sums
from ..releases import read
from .digest import Digest
from .layout import VOID, is_guest, release_id

#: The merge of all graphs, as the build wrote it.
MERGE = "dataset.nt"

#: What tells which dataset this is.
TELLING = (VOID + "uriSpace", VOID + "objectsTarget")


@dataclass(frozen=True)
class Part:
    """One graph of a release (None: the merge of all), its length, and its checksum."""

    graph: str | None
    triples: int
    checksum: str
    digest: Digest


class Source:
    """A release on disk. Raises NoRelease where the folder is none, or its files are not those released."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.release = release_id(folder)
        self.version = read(folder).version
        stated = sums(folder)
        self._guests = sorted(name for name in stated if is_guest(name))
        for name in (DATASET, MERGE, *self._guests):
            path = folder / name
            if name not in stated or not path.is_file() or checksum(path) != stated[name]:
                raise NoRelease(f"{path}: not the file that was released; build the release again")

    @cached_property
    def base(self) -> str:
        """What the names of the dataset begin with."""
        store = Store()
        with _readable(self.folder / DATASET):
            for quad in parse(path=self.folder / DATASET, format=RdfFormat.N_QUADS):
                if quad.predicate.value in TELLING:
                    store.add(quad)
        found = next(iter(ask(store, "dataset")), None)
        if found is None:
            raise NoRelease(f"{self.folder}: no dataset in it says what its IRIs begin with (void:uriSpace)")
        return found["base"].value

    def graphs(self) -> Iterator[tuple[str | None, Iterator[Triple]]]:
        """Each named graph in turn with its triples, and at last the merge of those of the dataset."""
        seen: set[str] = set()
        for name in (DATASET, *self._guests):
            mark = "" if name == DATASET else sha256(name.encode()).hexdigest()[:8] + "."
            path = self.folder / name
            with _readable(path):
                quads = parse(path=path, format=RdfFormat.N_QUADS)
                for graph, rows in groupby(quads, key=lambda quad: quad.graph_name):
                    if isinstance(graph, DefaultGraph):
                        for _ in rows:
                            pass
                        continue
                    if graph.value in seen:
                        raise NoRelease(f"{path}: its graphs are not in order; build the release again")
                    seen.add(graph.value)
                    yield graph.value, (_marked(quad, mark) for quad in rows)
        path = self.folder / MERGE
        with _readable(path):
            yield None, (quad.triple for quad in parse(path=path, format=RdfFormat.N_TRIPLES))

    @cached_property
    def parts(self) -> list[Part]:
        """What is in it, counted."""
        found = []
        for graph, triples in self.graphs():
            digest = Digest()
            for triple in triples:
                digest.add(triple)
            found.append(Part(graph, *digest.result(), digest))
        return found

    @property
    def triples(self) -> int:
        return sum(part.triples for part in self.parts)


def _marked(quad: Quad, mark: str) -> Triple:
    """A triple whose blank nodes are not mistaken for those of another file."""
    if not mark:
        return quad.triple
    subject, object_ = (
        BlankNode(mark + term.value) if isinstance(term, BlankNode) else term
        for term in (quad.subject, quad.object)
    )
    return Triple(subject, quad.predicate, object_)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """A file that is not what its name says means that the release is broken."""
    try:
        yield
    except (SyntaxError, OSError) as trouble:
        raise NoRelease(f"{path}: cannot be read ({trouble}); build the release again") from trouble
