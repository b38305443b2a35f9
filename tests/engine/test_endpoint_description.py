"""What a bare GET says of the service is true, complete, and the same in every format."""

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
PREFIXES = {"sd": SD, "void": VOID, "sh": "http://www.w3.org/ns/shacl#"}
FORMATS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}


def described(server, kind: str = "text/turtle") -> Store:
    got = server.ask("GET", "/sparql", headers={"Accept": kind})
    assert (got.status, got.type) == (200, kind)
    store = Store()
    store.load(got.body, format=FORMATS[kind])
    return store


def rows(store: Store, query: str) -> list[tuple]:
    return [tuple(row) for row in store.query(query, prefixes=PREFIXES)]


@pytest.fixture(scope="module")
def description(server) -> Store:
    return described(server)


@pytest.mark.parametrize("kind", FORMATS)
def test_it_is_the_same_in_every_format(server, description, kind):
    other = described(server, kind)
    assert _named(other) == _named(description)
    assert len(other) == len(description)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/rdf+xml;q=0.5, application/ld+json", "application/ld+json"),
        ("application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9", "application/n-quads"),
        ("*/*", "text/turtle"),
        (None, "text/turtle"),
        ("text/html;q=0.1, text/turtle", "text/turtle"),
    ],
)
def test_it_is_negotiated(server, accept, kind):
    got = server.ask("GET", "/sparql", headers={"Accept": accept} if accept else {})
    assert (got.status, got.type) == (200, kind)
    assert "Accept" in got.headers["vary"] and got.headers["etag"]


def test_browsers_are_shown_a_page_that_links_to_it(server):
    got = server.ask("GET", "/sparql", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (got.status, got.type) == (200, "text/html")
    assert 'rel="alternate"' in got.headers["link"] and "text/turtle" in got.headers["link"]


def test_nothing_fits_is_406(server):
    assert server.ask("GET", "/sparql", headers={"Accept": "image/png"}).status == 406


def test_there_is_one_service_and_it_is_here(server, description):
    query = "SELECT ?a { ?s a sd:Service ; sd:endpoint ?a ; sd:supportedLanguage sd:SPARQL11Query }"
    assert rows(description, query) == [(NamedNode(f"{server.address}/sparql"),)]


def test_every_format_that_is_stated_can_be_had_and_no_other(server, description):
    from dystonia_kg.formats import DATASETS, GRAPHS, TABLES
    from dystonia_kg.serve.sparql.description import FORMATS as NAMESPACE
    from dystonia_kg.serve.sparql.description import NAMES

    stated = {
        row[0].value.removeprefix(NAMESPACE)
        for row in rows(description, "SELECT ?f { ?s sd:resultFormat ?f }")
    }
    forms = {f.extension: f for f in (*TABLES, *GRAPHS, *DATASETS)}
    assert stated == {NAMES[extension] for extension in forms}
    for form in TABLES:
        assert server.query("SELECT * {}", form.media_type).type == form.media_type
    for form in (*GRAPHS, *DATASETS):
        assert server.query("DESCRIBE <urn:x>", form.media_type).type == form.media_type


def test_the_graphs_are_the_ones_there_are_with_as_many_triples(server, description):
    stated = {
        name.value: int(count.value)
        for name, count in rows(
            description,
            "SELECT ?name ?n { ?g sd:name ?name ; sd:graph/void:triples ?n . ?d sd:namedGraph ?g }",
        )
    }
    counted = server.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g").rows
    assert stated == {row["g"]: int(row["n"]) for row in counted}
    whole = rows(description, "SELECT ?n { ?s sd:defaultDataset/sd:defaultGraph/void:triples ?n }")
    assert whole == [(Literal(int(server.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows[0]["n"])),)]


def test_the_features_are_true(server, description):
    features = {row[0].value.removeprefix(SD) for row in rows(description, "SELECT ?f { ?s sd:feature ?f }")}
    assert features == {"UnionDefaultGraph"}
    outside = "ASK { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } }"
    assert server.query(outside).json["boolean"] is False
    assert server.query("ASK { SERVICE <http://127.0.0.1:9/> {} }").status == 403


EDITOR = {
    "examples": """SELECT ?sq ?c ?q { ?sq a sh:SPARQLExecutable ; sh:select|sh:ask|sh:construct ?q ;
        <http://www.w3.org/2000/01/rdf-schema#comment> ?c }""",
    "prefixes": "SELECT ?p ?n { [] sh:namespace ?n ; sh:prefix ?p }",
    "classes": "SELECT ?c ?n { ?cp void:class ?c ; void:entities ?n }",
    "properties": "SELECT ?p ?n { ?pp void:property ?p ; void:triples ?n }",
}


@pytest.mark.parametrize("what", EDITOR)
def test_editors_find_what_they_complete_with_here_and_in_the_default_graph(server, description, what):
    declared = "".join(f"PREFIX {k}: <{v}> " for k, v in PREFIXES.items())
    asked = server.query(declared + EDITOR[what], ac="1").rows
    found = rows(description, EDITOR[what])
    assert asked and len(found) == len(asked)


def _named(store: Store) -> set:
    return {quad.triple for quad in store if "_:" not in str(quad)}
