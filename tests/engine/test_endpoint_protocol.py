"""SPARQL 1.1 Protocol over real HTTP: the rows of the acceptance list and the cases of the W3C's suite."""

import json
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

BASE = "http://cheese.example/"
DATA, WORDS = BASE + "data/cheeses", BASE + "ontology/words"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
PICK = "SELECT ?s WHERE { ?s ?p ?o } LIMIT 3"
TABLES = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}


@pytest.mark.parametrize("kind", TABLES)
def test_select_answers_in_the_type_that_was_asked_for(server, kind):
    got = server.query(PICK, kind)
    assert (got.status, got.type) == (200, kind)
    if kind != "text/csv":
        assert len(list(parse_query_results(got.body, format=TABLES[kind]))) == 3
    else:
        assert got.body.startswith(b"s\r\n") and got.body.count(b"\r\n") == 4


@pytest.mark.parametrize("kind", ["application/sparql-results+json", "application/sparql-results+xml"])
def test_ask_answers_yes_or_no(server, kind):
    got = server.query("ASK { ?s ?p ?o }", kind)
    assert (got.status, got.type) == (200, kind)
    assert bool(parse_query_results(got.body, format=TABLES[kind])) is True


@pytest.mark.parametrize("kind", GRAPHS)
@pytest.mark.parametrize(
    "query", [f"DESCRIBE <{BASE}id/brie>", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 5"]
)
def test_triples_answer_in_the_type_that_was_asked_for(server, kind, query):
    got = server.query(query, kind)
    assert (got.status, got.type) == (200, kind)
    assert len(list(parse(got.body, format=GRAPHS[kind]))) >= 5


def test_triples_without_a_wish_are_rdf(server):
    got = server.query(f"DESCRIBE <{BASE}id/brie>", None)
    assert (got.status, got.type) == (200, "text/turtle")


@pytest.mark.parametrize(
    ("accept", "query", "kind"),
    [
        ("text/csv;q=0.2, application/sparql-results+xml;q=0.9", PICK, "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0, */*", PICK, "application/sparql-results+xml"),
        ("text/*", PICK, "text/csv"),
        ("*/*;q=0.1, text/tab-separated-values", PICK, "text/tab-separated-values"),
        ("APPLICATION/SPARQL-RESULTS+JSON ; Q=1.000", PICK, "application/sparql-results+json"),
        ("application/json", PICK, "application/json"),
        ("text/turtle, application/sparql-results+json;q=0.5", PICK, "application/sparql-results+json"),
        ('application/ld+json;profile="http://a.example/x,y"', "DESCRIBE <urn:x>", "application/ld+json"),
        ("*/*", "DESCRIBE <urn:x>", "text/turtle"),
    ],
)
def test_the_accept_header_is_understood_in_full(server, accept, query, kind):
    got = server.query(query, accept)
    assert (got.status, got.type) == (200, kind)
    assert "Accept" in got.headers["vary"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("csv", "text/csv"),
        ("srx", "application/sparql-results+xml"),
        ("json", "application/sparql-results+json"),
    ],
)
def test_a_format_may_be_named_in_the_address(server, name, kind):
    assert server.query(PICK, "text/html", _format=name).status == 200
    path = "/sparql?" + urlencode({"query": PICK, "_format": name})
    assert server.ask("GET", path, headers={"Accept": "text/html"}).type == kind


@pytest.mark.parametrize(
    ("accept", "query"),
    [("application/x-nonsense", PICK), ("text/turtle", PICK), ("text/csv", "DESCRIBE <urn:x>")],
)
def test_what_fits_no_wish_is_406_with_what_there_is(server, accept, query):
    got = server.query(query, accept)
    assert (got.status, got.type) == (406, "application/problem+json")
    assert got.json["variants"] and 'rel="alternate"' in got.headers["link"]
    first = got.json["variants"][0]
    path = first["href"].removeprefix(server.address)
    assert server.ask("GET", path).type == first["type"]


# --- the W3C's protocol suite, query side: what must be answered

ACCEPTED = {
    "query by GET": ("GET", "/sparql?" + urlencode({"query": "ASK {}"}), None, {}),
    "query by form": ("POST", "/sparql", urlencode({"query": "ASK {}"}), FORM),
    "query as body": ("POST", "/sparql", "ASK {}", DIRECT),
    "query as body, charset said": (
        "POST",
        "/sparql",
        "ASK { FILTER('é' = '\\u00e9') }".encode(),
        {"Content-Type": "application/sparql-query; charset=utf-8"},
    ),
    "form with charset": (
        "POST",
        "/sparql",
        urlencode({"query": "ASK {}"}),
        {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
    ),
    "QUERY method": ("QUERY", "/sparql", "ASK {}", DIRECT),
    "version as a parameter": ("GET", "/sparql?version=1.2&" + urlencode({"query": "ASK {}"}), None, {}),
    "version in the media type": (
        "POST",
        "/sparql",
        "ASK {}",
        {"Content-Type": "application/sparql-query; version=1.2"},
    ),
    "parameters of others": ("GET", "/sparql?ac=1&output=json&" + urlencode({"query": "ASK {}"}), None, {}),
    "relative IRI": ("POST", "/sparql", "ASK { <id/brie> a <words#Cheese> }", DIRECT),
    "prefix of the published table": ("POST", "/sparql", "ASK { c:brie a cat:Cheese }", DIRECT),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_proper_request_is_answered(server, case):
    got = server.ask(*ACCEPTED[case])
    assert got.status == 200, got.body
    assert got.json["boolean"] is True


NAMED = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
SOME = "ASK { ?s ?p ?o }"
BOTH = f"ASK {{ ?s a <{BASE}words#Cheese> . ?c a <http://www.w3.org/2002/07/owl#Class> }}"
DATASETS = {
    "one default graph": (f"ASK {{ <{BASE}id/brie> ?p ?o }}", {"default-graph-uri": [DATA]}, True),
    "another default graph": (f"ASK {{ <{BASE}id/brie> ?p ?o }}", {"default-graph-uri": [WORDS]}, False),
    "several default graphs": (BOTH, {"default-graph-uri": [DATA, WORDS]}, True),
    "of several one is not enough": (BOTH, {"default-graph-uri": [DATA]}, False),
    "named graphs": (NAMED, {"named-graph-uri": [DATA, WORDS]}, [DATA, WORDS]),
    "with named graphs alone the default graph is empty": (SOME, {"named-graph-uri": [DATA]}, False),
    "both": (NAMED, {"default-graph-uri": [WORDS], "named-graph-uri": [DATA]}, [DATA]),
    "the request wins over the query": (
        f"SELECT DISTINCT ?g FROM NAMED <{WORDS}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        {"named-graph-uri": [DATA]},
        [DATA],
    ),
    "the request wins over FROM": (
        f"ASK FROM <{WORDS}> {{ <{BASE}id/brie> ?p ?o }}",
        {"default-graph-uri": [DATA]},
        True,
    ),
    "an unknown graph is empty": (SOME, {"default-graph-uri": ["urn:unknown"]}, False),
    "unknown in FROM is empty": ("ASK FROM <urn:unknown> { ?s ?p ?o }", {}, False),
    "unknown in FROM NAMED is empty": (
        "SELECT ?g FROM NAMED <urn:unknown> { GRAPH ?g { ?s ?p ?o } }",
        {},
        [],
    ),
    "FROM reads the graph": (f"ASK FROM <{DATA}> {{ <{BASE}id/brie> ?p ?o }}", {}, True),
}


@pytest.mark.parametrize("method", ["GET", "POST form", "POST direct"])
@pytest.mark.parametrize("case", DATASETS)
def test_the_dataset_is_the_one_that_was_named(server, case, method):
    query, graphs, expected = DATASETS[case]
    if method == "GET":
        got = server.ask("GET", "/sparql?" + urlencode({"query": query, **graphs}, True))
    elif method == "POST form":
        got = server.ask("POST", "/sparql", urlencode({"query": query, **graphs}, True), FORM)
    else:
        got = server.ask("POST", "/sparql?" + urlencode(graphs, True), query, DIRECT)
    assert got.status == 200, got.body
    assert (got.json["boolean"] if "boolean" in got.json else [r["g"] for r in got.rows]) == expected


def test_graphs_read_together_are_merged(server):
    everywhere = "<http://www.w3.org/2004/02/skos/core#Concept>"
    count = "SELECT (COUNT(*) AS ?n) %s WHERE { ?s ?p ?o }"
    whole = int(server.query(count % "").rows[0]["n"])
    graphs = [row["g"] for row in server.query(NAMED).rows]
    froms = " ".join(f"FROM <{g}>" for g in graphs)
    twice = f"FROM <{DATA}> FROM <{DATA}> FROM <urn:nothing>"
    once = int(server.query(count % f"FROM <{DATA}>").rows[0]["n"])
    assert int(server.query(count % froms).rows[0]["n"]) == whole, everywhere
    assert int(server.query(count % "", default_graph_uri=graphs).rows[0]["n"]) == whole
    assert int(server.query(count % twice).rows[0]["n"]) == once
    assert int(server.query(count % f"FROM <{DATA}>\nFROM\tNAMED<{WORDS}>").rows[0]["n"]) == once


REFUSED = {
    "PUT": ("PUT", "/sparql?" + urlencode({"query": "ASK {}"}), None, {}, 405),
    "DELETE": ("DELETE", "/sparql", None, {}, 405),
    "PATCH": ("PATCH", "/sparql", "ASK {}", DIRECT, 405),
    "two queries by GET": ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", None, {}, 400),
    "two queries by form": ("POST", "/sparql", "query=ASK%7B%7D&query=ASK%7B%7D", FORM, 400),
    "query in address and body": ("POST", "/sparql?query=ASK%7B%7D", "ASK {}", DIRECT, 400),
    "wrong media type": ("POST", "/sparql", "ASK {}", {"Content-Type": "text/plain"}, 415),
    "form without a type": ("POST", "/sparql", b"query=ASK%7B%7D", {"Content-Type": ""}, 415),
    "direct without a type": ("POST", "/sparql", b"ASK {}", {"Content-Type": ""}, 415),
    "form in QUERY": ("QUERY", "/sparql", "query=ASK%7B%7D", FORM, 415),
    "multipart": ("POST", "/sparql", b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
    "UTF-16 unannounced": ("POST", "/sparql", "ASK {}".encode("utf-16"), DIRECT, 400),
    "UTF-16 announced": (
        "POST",
        "/sparql",
        "ASK {}".encode("utf-16"),
        {"Content-Type": "application/sparql-query; charset=utf-16"},
        415,
    ),
    "Latin-1 in a form": ("POST", "/sparql", "query=ASK%7B%3Fs+%3Fp+%27%E9%27%7D", FORM, 400),
    "not SPARQL": ("GET", "/sparql?query=SELECT", None, {}, 400),
    "empty": ("GET", "/sparql?query=", None, {}, 400),
    "form without a query": ("POST", "/sparql", "other=1", FORM, 400),
    "unknown version": ("GET", "/sparql?version=9&query=ASK%7B%7D", None, {}, 400),
    "graph that is no IRI": ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=x%20y", None, {}, 400),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_improper_request_is_refused_with_a_reason(server, case):
    *request, status = REFUSED[case]
    got = server.ask(*request)
    assert (got.status, got.type) == (status, "application/problem+json"), got.body
    assert got.json["status"] == status and got.json["detail"] and got.json["title"]
    assert got.json["type"].startswith(server.address)
    assert b"Traceback" not in got.body and b"/usr/" not in got.body and b".py" not in got.body
    if status == 405:
        assert "GET" in got.headers["allow"]


SET = "INSERT DATA { <urn:a> <urn:b> <urn:c> }"
UPDATE = {"Content-Type": "application/sparql-update"}
UPDATES = {
    "by GET": ("GET", "/sparql?" + urlencode({"update": SET}), None, {}),
    "two": ("POST", "/sparql", urlencode([("update", "CLEAR NAMED"), ("update", "CLEAR DEFAULT")]), FORM),
    "wrong media type": ("POST", "/sparql", "CLEAR NAMED", {"Content-Type": "text/plain"}),
    "without a type": ("POST", "/sparql", b"update=CLEAR%20NAMED", {"Content-Type": ""}),
    "UTF-16": (
        "POST",
        "/sparql",
        "CLEAR NAMED".encode("utf-16"),
        {"Content-Type": "application/sparql-update; charset=UTF-16"},
    ),
    "malformed": ("POST", "/sparql", urlencode({"update": "CLEAR XYZ"}), FORM),
    "USING and using-graph-uri": (
        "POST",
        "/sparql?using-graph-uri=urn%3Ag",
        "DELETE { ?s ?p ?o } USING <urn:h> WHERE { ?s ?p ?o }",
        UPDATE,
    ),
    "by form": ("POST", "/sparql", urlencode({"update": SET}), FORM),
    "direct": ("POST", "/sparql", SET, UPDATE),
    "relative IRIs": ("POST", "/sparql", "INSERT DATA { <a> <b> <c> }", UPDATE),
    "with a default graph": ("POST", "/sparql?using-graph-uri=urn%3Ag", "DELETE WHERE { ?s ?p ?o }", UPDATE),
    "with default graphs": ("POST", "/sparql?using-graph-uri=urn%3Ag&using-graph-uri=urn%3Ah", SET, UPDATE),
    "with named graphs": ("POST", "/sparql?using-named-graph-uri=urn%3Ag", SET, UPDATE),
    "with all": ("POST", "/sparql?using-graph-uri=urn%3Ag&using-named-graph-uri=urn%3Ah", SET, UPDATE),
    "as a query": ("POST", "/sparql", "# harmless?\nPREFIX x: <urn:x>\n" + SET, DIRECT),
    "LOAD": ("POST", "/sparql", "LOAD <http://127.0.0.1:9/>", DIRECT),
    "PUT to a graph": (
        "PUT",
        "/sparql?default",
        "<urn:a> <urn:b> <urn:c> .",
        {"Content-Type": "text/turtle"},
    ),
}


@pytest.mark.parametrize("case", UPDATES)
def test_nothing_can_be_changed(server, case):
    got = server.ask(*UPDATES[case])
    assert 400 <= got.status < 500
    assert got.type == "application/problem+json"
    assert server.query("ASK { <urn:a> <urn:b> <urn:c> }").json["boolean"] is False


def test_a_syntax_error_names_line_and_column(server):
    got = server.query("SELECT *\nWHERE {\n  ?s ?p }")
    assert got.status == 400
    assert got.json["line"] == 3 and got.json["column"] in (9, 10)
    assert "line 3, column" in got.json["detail"]


def test_a_prefix_without_a_namespace_is_named(server):
    got = server.query("PREFIX a: <urn:a>\nASK { a:b unheard:of 'un:known' }")
    assert (got.status, got.json["line"], got.json["column"]) == (400, 2, 11)
    assert "unheard:" in got.json["detail"]


@pytest.mark.parametrize(
    "iri", ["http://x.example/a%20b", "http://x.example/100%25", "http://x.example/a+b", "http://x.example/ü"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_encoded_is_decoded_once(server, iri, method):
    query = f"SELECT (STR(<{iri}>) AS ?iri) {{}}"
    if method == "GET":
        got = server.ask("GET", f"/sparql?query={quote(query, safe='')}")
    else:
        got = server.ask("POST", "/sparql", urlencode({"query": query}), FORM)
    assert got.rows == [{"iri": iri}]


def test_head_is_get_without_the_body(server):
    connection = server.connect()
    path = "/sparql?" + urlencode({"query": PICK})
    head = server.ask("HEAD", path, over=connection)
    get = server.ask("GET", path, over=connection)
    connection.close()
    assert (head.status, head.body) == (200, b"")
    skip = {"date", "x-request-id"}
    assert {k: v for k, v in head.headers.items() if k not in skip} == {
        k: v for k, v in get.headers.items() if k not in skip
    }
    assert int(head.headers["content-length"]) == len(get.body)


def test_a_preflight_lets_every_header_through(server):
    got = server.ask(
        "OPTIONS",
        "/sparql",
        headers={
            "Origin": "https://x.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "queryid, x-other",
        },
    )
    assert got.status == 204 and got.body == b""
    assert got.headers["access-control-allow-origin"] == "*"
    assert "queryid" in got.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in got.headers


def test_every_answer_may_be_read_by_any_page(server):
    for got in (
        server.query("ASK {}"),
        server.query("nonsense"),
        server.ask("GET", "/sparql"),
        server.ask("PUT", "/sparql"),
    ):
        assert got.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("coding", [None, "gzip", "zstd"])
def test_what_has_not_changed_is_not_sent_again(server, coding):
    path = "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o } LIMIT 50 # " + str(coding)})
    headers = {"Accept-Encoding": coding} if coding else {}
    first = server.ask("GET", path, headers=headers)
    assert first.headers.get("content-encoding") == coding
    again = server.ask("GET", path, headers={**headers, "If-None-Match": first.headers["etag"]})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = server.ask("GET", path, headers={**headers, "If-None-Match": '"other"'})
    assert (other.status, other.body) == (200, first.body)


def test_every_representation_has_its_own_tag(server):
    tags = {server.query(PICK, kind).headers["etag"] for kind in TABLES}
    path = "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o } LIMIT 50"})
    tags |= {
        server.ask("GET", path, headers={"Accept-Encoding": how}).headers["etag"]
        for how in ("identity", "gzip", "zstd")
    }
    assert len(tags) == 7
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize("call", ["NOW()", "rand()", "UUID ( )", "STRUUID()"])
def test_what_is_another_each_time_is_not_kept(server, call):
    query = f"SELECT ({call} AS ?x) {{}}"
    first, second = server.query(query), server.query(query)
    assert first.headers["cache-control"] == "no-store" and "etag" not in first.headers
    assert first.body != second.body


def test_whoever_prefers_html_is_shown_a_page_with_the_query_in_it(server):
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    got = server.query("SELECT * { ?cheese ?is ?so } LIMIT 3", browser)
    assert (got.status, got.type) == (200, "text/html")
    assert b"?cheese ?is ?so" in got.body
    form = server.ask("POST", "/sparql", urlencode({"query": PICK}), {**FORM, "Accept": browser})
    assert (form.status, form.type) == (200, "text/html")
    wrong = server.query("SELECT * {", browser)
    assert (wrong.status, wrong.type) == (400, "text/html")


def test_a_body_in_pieces_is_read(server):
    connection = server.connect()
    connection.request("POST", "/sparql", iter([b"ASK", b" {", b"}"]), DIRECT, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["boolean"]) == (200, True)
    connection.close()


def test_the_type_of_an_error_leads_to_what_it_means(server):
    got = server.query("SELECT")
    path = got.json["type"].removeprefix(server.address)
    told = server.ask("GET", path, headers={"Accept": "application/json"})
    assert told.status == 200 and told.json["title"] == got.json["title"] == "Malformed query"
