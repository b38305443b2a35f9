"""Write the dataset down, the same bytes every time."""

import gzip
from pathlib import Path

import zstandard
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, serialize

from ..formats import DATASETS, GRAPHS


def canonical(quads: list[Quad]) -> list[Quad]:
    """The quads with canonical blank node labels (RDFC-1.0), in code point order."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=lambda q: (str(q.graph_name), str(q.subject), str(q.predicate), str(q.object)))


def dump(quads: list[Quad], folder: Path, names: dict[str, str]) -> None:
    """dataset.<extension> in each format; formats of one graph hold the merge of all graphs.

    Each is there as it is, and packed with gzip and zstd.
    """
    for form in DATASETS:
        serialize(quads, folder / f"dataset.{form.extension}", form.syntax, prefixes=names)
    merge = sorted({q.triple for q in quads}, key=lambda t: (str(t.subject), str(t.predicate), str(t.object)))
    for form in GRAPHS:
        serialize(merge, folder / f"dataset.{form.extension}", form.syntax, prefixes=names)
    for form in (*DATASETS, *GRAPHS):
        pack(folder / f"dataset.{form.extension}")


def pack(path: Path) -> None:
    """<path>.gz and <path>.zst: no time and no file name inside, so the same bytes every time."""
    content = path.read_bytes()
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, compresslevel=6, mtime=0))
    packer = zstandard.ZstdCompressor(level=9, write_content_size=True)
    path.with_name(path.name + ".zst").write_bytes(packer.compress(content))
