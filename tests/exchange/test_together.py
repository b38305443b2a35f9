"""Other engines ask us together with others, imports are served, and the examples run as they stand."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from pyoxigraph import NamedNode, Quad, Store

from dystonia_kg.exchange.importing import import_into
from tests.engine.conftest import Server
from tests.store.servers import Oxigraph

from .conftest import OBO, TURTLE

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


@pytest.fixture(scope="module")
def neighbour(tmp_path_factory):
    """Another engine on loopback that holds somebody's ontology, and a branch with names that Mondo has."""
    running = Oxigraph(tmp_path_factory.mktemp("neighbour")).start()
    mondo = "http://purl.obolibrary.org/obo/MONDO_"
    branch = (
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        f'<{mondo}0000481> rdfs:label "the term" ; rdfs:subClassOf <{mondo}9999999> .\n'
        f'<{mondo}9999999> rdfs:label "the branch" .\n'
    )
    for body in (TURTLE, branch):
        told = requests.post(
            f"{running.url}/store?default", body, headers={"Content-Type": "text/turtle"}, timeout=30
        )
        assert told.ok, told.text
    yield running
    running.kill()


def rows_of(told: requests.Response) -> list[dict[str, str]]:
    assert told.ok, told.text
    found = told.json()["results"]["bindings"]
    return [{name: value["value"] for name, value in row.items()} for row in found]


def test_a_server_of_oxigraph_asks_us_in_a_service_block(server, neighbour):
    query = (
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
        "SELECT ?theirs ?name WHERE { ?class rdfs:label ?theirs ; rdfs:subClassOf ?up . "
        f"SERVICE <{server.address}/sparql> {{ ?thing skos:exactMatch ?class ; skos:prefLabel ?name }} }}"
    )
    told = requests.post(neighbour.query, {"query": query}, timeout=60,
                         headers={"Accept": "application/sparql-results+json"})  # fmt: skip
    assert {(row["theirs"], row["name"]) for row in rows_of(told)} == {("Brie", "Brie")}


def comunica() -> str:
    """The program, as .ci/run installs it or as somebody has it."""
    beside = Path(sys.prefix) / "comunica/node_modules/.bin/comunica-sparql"
    found = str(beside) if beside.exists() else shutil.which("comunica-sparql")
    if not found:
        pytest.skip("Comunica is not installed (npm install -g @comunica/query-sparql)")
    return found


def test_comunica_joins_us_with_another_endpoint_without_being_told_what_is_where(ours_server, neighbour):
    places = {"ENDPOINT": f"{ours_server.address}/sparql", "OTHER": neighbour.query, "COMUNICA": comunica()}
    done = subprocess.run(
        [str(EXAMPLES / "with-comunica.sh")],
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["results"]["bindings"]
    told = {name: value["value"] for name, value in row.items()}
    assert told == {"name": "cervical dystonia", "theirs": "the term", "above": "the branch"}


def test_r_asks_as_the_example_says(ours_server):
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed (Debian: r-base-core r-cran-httr2 r-cran-readr)")
    wanted = "quit(status = !all(sapply(c('httr2', 'readr'), requireNamespace, quietly = TRUE)))"
    if subprocess.run(["Rscript", "-e", wanted], capture_output=True).returncode:
        pytest.skip("R has not the packages httr2 and readr")
    done = subprocess.run(
        ["Rscript", str(EXAMPLES / "with-r.R")],
        env={**os.environ, "ENDPOINT": f"{ours_server.address}/sparql"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "cervical dystonia" in done.stdout and "neck" in done.stdout


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
