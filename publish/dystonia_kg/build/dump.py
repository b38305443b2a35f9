"""Write the dataset down, the same bytes every time."""

from pathlib import Path

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, serialize

from ..formats import DATASETS, GRAPHS


def canonical(quads: list[Quad]) -> list[Quad]:
    """The quads with canonical blank node labels (RDFC-1.0), in code point order."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=lambda q: (str(q.graph_name), str(q.subject), str(q.predicate), str(q.object)))


def dump(quads: list[Quad], folder: Path, names: dict[str, str]) -> None:
    """dataset.<extension> in each format; formats of one graph hold the merge of all graphs."""
    for form in DATASETS:
        serialize(quads, folder / f"dataset.{form.extension}", form.syntax, prefixes=names)
    merge = sorted({q.triple for q in quads}, key=lambda t: (str(t.subject), str(t.predicate), str(t.object)))
    for form in GRAPHS:
        serialize(merge, folder / f"dataset.{form.extension}", form.syntax, prefixes=names)
