"""Engines to publish to, and small releases made by hand so that every moment of publishing can be tried."""

import itertools
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from dystonia_kg.replace import seal
from dystonia_kg.store.layout import top

from .servers import Oxigraph, Server, Virtuoso

BASE = "https://example.org/dairy/"
VOID = "http://rdfs.org/ns/void#"

KINDS = {"oxigraph": Oxigraph, "virtuoso": Virtuoso}


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    """An engine of each kind, started when it is first asked for."""
    started: dict[str, Server] = {}

    def get(kind: str) -> Server:
        if kind not in started:
            started[kind] = KINDS[kind](tmp_path_factory.mktemp(kind)).start()
        return started[kind]

    yield get
    for server in started.values():
        server.kill()


@pytest.fixture(params=list(KINDS))
def engine(request, running) -> Server:
    """Each engine in turn, with nothing of ours in it."""
    server = running(request.param)
    with server.connect() as connection:
        wipe(connection)
    return server


@pytest.fixture
def connection(engine):
    with engine.connect() as open_:
        yield open_


def wipe(connection, *bases: str) -> None:
    """Remove whatever was published."""
    for base in bases or (BASE,):
        rows = connection.query(
            f'SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{top(base)}")) }}'
        )
        for name in [row["g"].value for row in rows]:
            connection.drop(name)


def release(folder: Path, version: str, quads: list[Quad] = (), graphs: int = 6, each: int = 20) -> Path:
    """A release of `graphs` graphs with `each` triples, whose values tell the version; and these quads."""
    folder.mkdir(parents=True)
    name = NamedNode
    rows = [Quad(name(BASE + "dataset"), name(VOID + "uriSpace"), Literal(BASE), name(BASE + "data/self"))]
    rows += [
        Quad(
            name(f"{BASE}id/thing-{number}-{n}"),
            name(BASE + "words#says"),
            Literal(f"version {version}, {n}", language="en"),
            name(f"{BASE}data/graph-{number:02}"),
        )
        for number, n in itertools.product(range(graphs), range(each))
    ]
    rows = sorted({*rows, *quads}, key=lambda q: (str(q.graph_name), str(q)))
    serialize(rows, folder / "dataset.nq", RdfFormat.N_QUADS)
    serialize(sorted({q.triple for q in rows}, key=str), folder / "dataset.nt", RdfFormat.N_TRIPLES)
    (folder / "catalog.ttl").write_text(
        f'<{BASE}dataset> <http://www.w3.org/ns/dcat#version> "{version}" .\n', encoding="utf-8"
    )
    seal(folder)
    return folder


@pytest.fixture(scope="session")
def old(tmp_path_factory) -> Path:
    return release(tmp_path_factory.mktemp("old") / "release", "1.0.0")


@pytest.fixture(scope="session")
def new(tmp_path_factory) -> Path:
    return release(tmp_path_factory.mktemp("new") / "release", "1.1.0", each=23)
