"""Other engines ask us together with others, imports are served, and the examples run as they stand."""

import json
import os
import shutil
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, Store

from dystonia_kg.exchange.importing import import_into
from tests.engine.conftest import Server

from .conftest import OBO

EXAMPLES = Path(__file__).parents[2] / "examples"
MB = "http://purl.obolibrary.org/obo/MB_"
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"


@pytest.fixture(scope="module")
def release(larder, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(larder, folder / "release")
    (folder / "mb.obo").write_text(OBO)
    import_into(folder / "release", [folder / "mb.obo"])
    return folder / "release"


@pytest.fixture(scope="module")
def server(release):
    running = Server(release)
    yield running
    running.stop()


def federated(address: str) -> str:
    return (
        # The line ends after the prefix: rdflib takes what follows a # on a line for a comment.
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\nSELECT ?mine ?name WHERE {"
        f" ?mine <http://here.example/about> ?theirs . SERVICE <{address}/sparql> {{"
        f" VALUES ?theirs {{ <{MB}2> }} ?thing skos:exactMatch ?theirs ; skos:prefLabel ?name }} }}"
    )


def test_oxigraph_asks_us_in_a_service_block(server):
    store = Store()
    store.add(
        Quad(NamedNode("http://here.example/x"), NamedNode("http://here.example/about"), NamedNode(MB + "2"))
    )
    names = {row["name"].value for row in store.query(federated(server.address))}
    assert names == {"Brie"}


def test_rdflib_asks_us_in_a_service_block(server):
    from rdflib import Graph, URIRef

    graph = Graph()
    graph.add((URIRef("http://here.example/x"), URIRef("http://here.example/about"), URIRef(MB + "2")))
    assert {str(row.name) for row in graph.query(federated(server.address))} == {"Brie"}


def test_what_was_imported_is_served_beside_the_graph_and_listed(server):
    got = server.query(
        f"SELECT ?name WHERE {{ ?x <{LABEL}> 'Brie'@en ; skos:exactMatch ?m ."
        f" GRAPH <http://cheese.example/imported/mb> {{ ?m rdfs:subClassOf/rdfs:label ?name }} }}"
    )
    assert got.rows == [{"name": "soft cheese"}]
    assert server.query(f"SELECT ?p WHERE {{ <{MB}9> ?p ?o }}").rows == []
    description = server.ask("GET", "/sparql", headers={"Accept": "text/turtle"})
    assert b"http://cheese.example/imported/mb" in description.body
    assert server.ask("GET", "/id/brie", headers={"Accept": "text/html"}).status in (200, 303)


@pytest.fixture(scope="module")
def ours_server(ours):
    running = Server(ours)
    yield running
    running.stop()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.ipynb")), ids=lambda p: p.name)
def test_the_notebooks_run_as_they_stand(path, ours_server, monkeypatch):
    pytest.importorskip("pandas")
    pytest.importorskip("SPARQLWrapper")
    monkeypatch.setitem(os.environ, "ENDPOINT", f"{ours_server.address}/sparql")
    names: dict = {"__name__": "__main__"}
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), path.name, "exec"), names)
    assert len(names["regions"]) > 10 and len(names["matches"]) > 100
    assert names["result"]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.rq")), ids=lambda p: p.name)
def test_the_queries_that_join_are_queries(path, ours_server):
    got = ours_server.query(path.read_text())
    assert got.status == 200 and got.rows == []
