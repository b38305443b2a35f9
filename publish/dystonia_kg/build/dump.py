"""
Write the dataset down, the same bytes every time.

What is written is put in order as lines of N-Triples, not as objects: a line sorts as its subject,
predicate and object do, costs a fifth of their memory, and is most of the output already.
"""

import gzip
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import zstandard
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from ..formats import DATASETS, GRAPHS

#: Graph → its statements as lines of N-Triples (without line break), each once, in code point order.
Pages = dict[NamedNode, list[bytes]]


def canonical(told: Iterable[tuple[NamedNode, list[Triple]]]) -> Pages:
    """The statements in code point order, with canonical blank node labels (RDFC-1.0).

    A graph may come more than once. Labels depend only on statements that have blank nodes, so only those
    that may are looked at for them.
    """
    found: dict[NamedNode, list[bytes]] = {}
    unnamed: list[Quad] = []
    for graph, triples in told:
        lines = _lines(triples)
        if any(b"_:" in line for line in lines):
            unnamed += [
                Quad(t.subject, t.predicate, t.object, graph)
                for line, t in zip(lines, triples, strict=True)
                if b"_:" in line
            ]
            lines = [line for line in lines if b"_:" not in line]
        found.setdefault(graph, []).extend(lines)
    if unnamed:
        dataset = Dataset(unnamed)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        named: dict[NamedNode, list[Triple]] = {}
        for quad in dataset:
            named.setdefault(quad.graph_name, []).append(quad.triple)
        for graph, triples in named.items():
            found[graph].extend(_lines(triples))
    return {graph: _sorted(found[graph]) for graph in sorted(found, key=str)}


def _lines(triples: list[Triple]) -> list[bytes]:
    return serialize(triples, format=RdfFormat.N_TRIPLES).split(b"\n")[:-1]


def _sorted(lines: Iterable[bytes]) -> list[bytes]:
    return list(dict.fromkeys(sorted(lines)))


def merge(graphs: Iterable[list[bytes]]) -> list[bytes]:
    """Several graphs as one, each statement once, in order."""
    return _sorted(chain.from_iterable(graphs))


def n_triples(lines: Iterable[bytes]) -> bytes:
    """The lines as a document."""
    return b"".join(map(b"%b\n".__mod__, lines))


def n_quads(pages: Pages) -> bytes:
    """The dataset as a document."""
    return b"".join(_quads(pages))


def _quads(pages: Pages) -> Iterator[bytes]:
    for graph in sorted(pages, key=str):
        name = str(graph).encode() + b" .\n"
        yield from (line[:-1] + name for line in pages[graph])


def dump(pages: Pages, merged: list[bytes], folder: Path, names: dict[str, str]) -> None:
    """dataset.<extension> in each format; formats of one graph hold the merge of all graphs.

    Each is there as it is, and packed with gzip and zstd.
    """
    quads, triples = folder / "dataset.nq", folder / "dataset.nt"
    quads.write_bytes(n_quads(pages))
    triples.write_bytes(n_triples(merged))
    for forms, source in ((DATASETS, quads), (GRAPHS, triples)):
        syntax = RdfFormat.from_extension(source.suffix[1:])
        for form in forms:
            if form.syntax != syntax:
                # What is read goes straight to what is written: no more than a moment's worth is held.
                rows = parse(path=source, format=syntax)
                if forms is GRAPHS:
                    rows = (q.triple for q in rows)
                serialize(rows, folder / f"dataset.{form.extension}", form.syntax, prefixes=names)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(pack, [folder / f"dataset.{form.extension}" for form in (*DATASETS, *GRAPHS)]))


def pack(path: Path) -> None:
    """<path>.gz and <path>.zst: no time and no file name inside, so the same bytes every time."""
    content = path.read_bytes()
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, compresslevel=6, mtime=0))
    packer = zstandard.ZstdCompressor(level=9, write_content_size=True)
    path.with_name(path.name + ".zst").write_bytes(packer.compress(content))
