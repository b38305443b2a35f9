"""A release: a folder that build writes and serve reads; the two meet nowhere else."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store, parse

from .errors import NoRelease

DATASET = "dataset.nq"
#: The merge of all graphs, where a release has it: what stands here need not be merged again.
MERGE = "dataset.nt"
SUMS = "SHA256SUMS"

#: Other people's ontologies that were imported beside our graph begin and end so.
GUEST = ("imported-", ".nq")

#: Documents about the release and its use (Markdown, and the pictures in it) begin so.
HANDBOOK = "document-"


def checksum(path: Path) -> str:
    """The SHA-256 of a file, in lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sums(folder: Path) -> dict[str, str]:
    """File name → SHA-256, as the release states them (the format of `sha256sum`)."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except OSError as trouble:
        raise NoRelease(f"{folder}: no release is here ({SUMS} cannot be read); build one first") from trouble
    rows = [line.split("  ", 1) for line in lines if line]
    if any(len(row) != 2 for row in rows):
        raise NoRelease(f"{folder / SUMS}: not a list of checksums; build the release again")
    return {name: digest for digest, name in rows}


def is_release(folder: Path) -> bool:
    """Has somebody finished writing a release here? Nothing is compared yet."""
    return (folder / SUMS).is_file()


def open_store(folder: Path) -> Store:
    """The dataset of a release in memory: its named graphs, and their merge as the default graph.

    The merge is real, not Oxigraph's union on the fly, which repeats a triple once for each graph
    that holds it. Raises NoRelease when the folder is not a release or the dataset is not the one
    that was written.
    """
    path, merge = folder / DATASET, folder / MERGE
    stated = sums(folder)
    for one in (path, merge):
        if one is path and (DATASET not in stated or not path.is_file()):
            raise NoRelease(f"{folder}: the release has no {DATASET}; build it again")
        if one.is_file() and one.name in stated and checksum(one) != stated[one.name]:
            raise NoRelease(f"{one}: not the file that was released (its SHA-256 differs); build it again")
    if merge.is_file() and MERGE in stated:
        rows = parse(path=merge, format=RdfFormat.N_TRIPLES)
        return filled(parse(path=path, format=RdfFormat.N_QUADS), rows)
    return merged(parse(path=path, format=RdfFormat.N_QUADS))


def merged(quads) -> Store:
    """A store with these quads in their graphs, and their merge as the default graph."""
    store = Store()
    kept = list(quads)
    store.bulk_extend(kept)
    store.bulk_extend(Quad(q.subject, q.predicate, q.object, DefaultGraph()) for q in kept)
    return store


def filled(quads: Iterable[Quad], merge: Iterable[Quad]) -> Store:
    """A store with these quads in their graphs, and with the merge of all, which is known already.

    Not by `bulk_load`, which is no faster and gives blank nodes other labels.
    """
    store = Store()
    store.bulk_extend(quads)
    store.bulk_extend(merge)
    return store


def load_guests(store: Store, folder: Path) -> dict[str, int]:
    """Add what was imported beside the dataset, in its own named graphs, and say how much each holds.

    The default graph stays ours alone: a page, a count or an answer without GRAPH is the same with
    guests as without.
    """
    found: dict[str, int] = {}
    for name, stated in sorted(sums(folder).items()):
        if not (name.startswith(GUEST[0]) and name.endswith(GUEST[1])):
            continue
        if checksum(folder / name) != stated:
            raise NoRelease(
                f"{folder / name}: not the file that was imported (its SHA-256 differs); import it again"
            )
        store.bulk_load(path=folder / name, format=RdfFormat.N_QUADS)
        graph = next(iter(parse(path=folder / name, format=RdfFormat.N_QUADS)), None)
        if graph is not None:
            found[graph.graph_name.value] = sum(
                1 for _ in store.quads_for_pattern(None, None, None, graph.graph_name)
            )
    return found
