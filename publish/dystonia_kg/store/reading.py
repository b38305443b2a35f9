"""Read a whole release out of an engine: the mirror that pages are made from."""

from collections.abc import Iterable, Iterator

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from ..errors import Altered, NoRelease
from .connection import Connection
from .digest import Digest
from .layout import Held, Index, Layout, contents


def index(connection: Connection, layout: Layout) -> Index:
    """What a release in an engine says of itself. Raises NoRelease where it is not there."""
    found = contents(connection, layout)
    if found is None:
        raise NoRelease(
            f"{connection.query_url}: the engine does not hold the release {layout.release}; publish it there"
        )
    return found


def mirror(connection: Connection, layout: Layout, guests: Iterable[str] = ()) -> Store:
    """The release in memory, with its own names: its graphs, and their merge as the default graph.

    `guests` are the graphs of others that were imported into it; they are left out, as in a store that is
    opened from a folder. Every graph is counted and its checksum compared with what was written.
    Raises NoRelease, Altered where something else arrived, and what Connection.query raises.
    """
    store, left_out = Store(), set(guests)
    for held in index(connection, layout).graphs:
        if held.graph in left_out:
            continue
        name = NamedNode(held.graph)
        triples = list(_checked(connection, layout, held))
        store.bulk_extend(Quad(*_parts(t), name) for t in triples)
        store.bulk_extend(Quad(*_parts(t), DefaultGraph()) for t in triples)
    return store


def _parts(triple: Triple):
    return triple.subject, triple.predicate, triple.object


def _checked(connection: Connection, layout: Layout, held: Held) -> Iterator[Triple]:
    digest = Digest()
    for triple in connection.read(held.held):
        said = layout.as_said(triple)
        digest.add(said)
        yield said
    if digest.result() != (held.triples, held.checksum):
        raise Altered(
            f"{connection.query_url}: the graph <{held.held}> is not what was published; publish the release again"
        )
