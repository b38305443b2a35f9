"""What a program that looks around finds: VoID, DCAT, signposts, services, releases, dates."""

import json
import re
from functools import partial

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from dystonia_kg.release import open_store

from .. import stores

BASE = "http://cheese.example/"
VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"


@pytest.fixture(scope="module")
def client(board):
    made = stores.app(board).test_client()
    made.open = partial(made.open, buffered=True)
    return made


@pytest.fixture(scope="module")
def store(board):
    return open_store(board / "1.3.0")


def triples(response):
    return [q.triple for q in parse(response.data, format=RdfFormat.from_media_type(response.mimetype))]


def links(response) -> dict[str, list[str]]:
    """rel → targets, of the links without an anchor."""
    found: dict[str, list[str]] = {}
    for header in response.headers.getlist("Link"):
        if "anchor=" not in header:
            target, rel = re.match(r'<([^>]*)>; rel="([^"]*)"', header).groups()
            found.setdefault(rel, []).append(target)
    return found


# --- VoID


def count(store, pattern: str, what: str = "*") -> int:
    query = f"PREFIX void: <{VOID}> SELECT (COUNT({what}) AS ?n) WHERE {{ {pattern} }}"
    return int(next(iter(store.query(query)))["n"].value)


def stated(store, subject: str, word: str) -> int:
    query = f"PREFIX void: <{VOID}> SELECT ?n WHERE {{ {subject} void:{word} ?n }}"
    rows = list(store.query(query))
    assert len(rows) == 1
    return int(rows[0]["n"].value)


def test_void_counts_equal_sparql_counts(store):
    dataset = f"<{BASE}>"
    assert stated(store, dataset, "triples") == count(store, "?s ?p ?o")
    assert stated(store, dataset, "properties") == count(store, "?s ?p ?o", "DISTINCT ?p")
    assert stated(store, dataset, "distinctSubjects") == count(store, "?s ?p ?o", "DISTINCT ?s")
    assert stated(store, dataset, "classes") == count(store, "?s a ?c", "DISTINCT ?c")
    ours = f'?s ?p ?o FILTER (isIRI(?s) && STRSTARTS(STR(?s), "{BASE}"))'
    assert stated(store, dataset, "entities") == count(store, ours, "DISTINCT ?s")


def test_every_partition_equals_its_sparql_count(store):
    query = f"""PREFIX void: <{VOID}> SELECT ?class ?n WHERE {{
        <{BASE}> void:classPartition [ void:class ?class ; void:entities ?n ] }}"""
    rows = list(store.query(query))
    assert len(rows) > 5
    for row in rows:
        assert int(row["n"].value) == count(store, f"?s a {row['class']}", "DISTINCT ?s")
    query = f"""PREFIX void: <{VOID}> SELECT ?property ?n ?subjects WHERE {{
        <{BASE}> void:propertyPartition [
            void:property ?property ; void:triples ?n ; void:distinctSubjects ?subjects ] }}"""
    rows = list(store.query(query))
    assert len(rows) > 20
    for row in rows:
        pattern = f"?s {row['property']} ?o"
        assert int(row["n"].value) == count(store, pattern)
        assert int(row["subjects"].value) == count(store, pattern, "DISTINCT ?s")


def test_query_editors_find_which_class_has_which_property_leading_where(store):
    query = f"""PREFIX void: <{VOID}> PREFIX void-ext: <http://ldf.fi/void-ext#>
    SELECT ?class ?property ?to ?datatype ?n WHERE {{
        ?part void:class ?class ; void:propertyPartition ?inner .
        ?inner void:property ?property .
        {{ ?inner void:classPartition [ void:class ?to ; void:triples ?n ] }}
        UNION {{ ?inner void-ext:datatypePartition [ void-ext:datatype ?datatype ; void:triples ?n ] }}
    }}"""
    rows = list(store.query(query))
    cheese, milk = NamedNode(BASE + "words#Cheese"), NamedNode(BASE + "words#madeFrom")
    leads = {row["to"] for row in rows if row["class"] == cheese and row["property"] == milk}
    assert NamedNode(BASE + "words#Animal") in leads
    for row in rows[:60]:
        end = f"?o a {row['to']}" if row["to"] else f"FILTER (datatype(?o) = {row['datatype']})"
        assert int(row["n"].value) == count(store, f"?s a {row['class']} ; {row['property']} ?o . {end}")


def test_one_linkset_for_each_vocabulary_that_we_point_at(store):
    query = f"""PREFIX void: <{VOID}> SELECT ?links ?predicate ?space ?n WHERE {{
        <{BASE}> void:subset ?links .
        ?links a void:Linkset ; void:linkPredicate ?predicate ; void:triples ?n ;
            void:objectsTarget [ void:uriSpace ?space ] ; void:subjectsTarget <{BASE}> }}"""
    rows = {row["space"].value: row for row in store.query(query)}
    assert "http://food.example/" in rows
    for space, row in rows.items():
        pattern = f'?s {row["predicate"]} ?o FILTER (STRSTARTS(STR(?o), "{space}"))'
        assert int(row["n"].value) == count(store, pattern)


def test_void_is_at_its_well_known_address_and_its_addresses_answer(client):
    for accept in (None, "text/turtle", "application/ld+json", "text/html"):
        response = client.get("/.well-known/void", headers={"Accept": accept} if accept else {})
        assert response.status_code == 200
        assert accept in (None, response.mimetype)
    told = triples(client.get("/void.ttl"))
    assert any(t.object.value == VOID + "DatasetDescription" for t in told if isinstance(t.object, NamedNode))
    dumps = [t.object.value for t in told if t.predicate.value == VOID + "dataDump"]
    assert len(dumps) == 6
    for dump in dumps:
        assert client.get("/" + dump.removeprefix(BASE)).status_code == 200


# --- DCAT


def test_the_catalogue_names_dataset_services_and_versions(client):
    told = triples(client.get("/catalog", headers={"Accept": "text/turtle"}))

    def objects(subject, predicate):
        return {
            t.object for t in told if t.subject.value == BASE + subject and t.predicate.value == predicate
        }

    assert objects("catalog", DCAT + "dataset") == {NamedNode(BASE)}
    assert NamedNode(BASE + "sparql") in objects("catalog", DCAT + "service")
    assert objects("", DCAT + "hasVersion") == {NamedNode(BASE + "releases/" + v) for v in ("1.2.3", "1.3.0")}
    assert objects("", DCAT + "hasCurrentVersion") == {NamedNode(BASE + "releases/1.3.0")}
    assert objects("releases/1.3.0", DCAT + "previousVersion") == {NamedNode(BASE + "releases/1.2.3")}


# --- signposts


@pytest.mark.parametrize("path", ["/", "/id/brie.html", "/words.html"])
def test_a_landing_page_has_signposts_of_both_levels(client, path):
    response = client.head(path)
    found = links(response)
    assert len(found["cite-as"]) == 1 and found["cite-as"][0].startswith(BASE)
    assert "https://schema.org/AboutPage" in found["type"]
    assert found["license"] and found["author"]
    for address in found["describedby"]:
        back = links(client.head(address))
        assert back.get("describes") or "catalog" in address
    assert sum(len("Link: \r\n") + len(link) for link in response.headers.getlist("Link")) < 4096
    kinds = {client.get(address).mimetype for address in found["linkset"]}
    assert kinds == {"application/linkset+json", "application/linkset"}


def test_the_items_of_the_dataset_lead_back_to_it(client):
    items = links(client.head("/"))["item"]
    assert len(items) > 5
    for item in items:
        assert links(client.head(item))["collection"] == ["http://localhost/"]


def test_the_link_set_is_valid_and_lists_every_file(client, board):
    whole = client.get("/linkset/index.json").json["linkset"]
    assert all(set(row) - {"anchor"} and row["anchor"].startswith("http") for row in whole)
    for row in whole:
        for rel, targets in row.items():
            assert rel == "anchor" or all(isinstance(t["href"], str) for t in targets)
    items = {t["href"].rsplit("/", 1)[1] for row in whole for t in row.get("item", ())}
    files = {p.name for p in (board / "1.3.0").iterdir() if p.name.startswith(("dataset.", "table-"))}
    assert items == files


def test_the_head_of_a_page_has_the_links_of_its_header(client):
    response = client.get("/id/brie.html")
    inside = set(re.findall(r'<link rel="([^"]*)" href="([^"]*)"', response.text))
    for rel, targets in links(response).items():
        for target in targets:
            assert (rel, target) in inside


# --- the interface


def test_openapi_describes_every_route(client):
    made = client.get("/openapi.json").json
    assert made["openapi"].startswith("3.1")
    assert made["info"]["version"] == "1.3.0"
    assert {"/sparql", "/{path}", "/catalog", "/releases/{version}/{path}"} <= set(made["paths"])
    names = [op["operationId"] for path in made["paths"].values() for op in path.values()]
    assert len(names) == len(set(names))
    for path, operations in made["paths"].items():
        for operation in operations.values():
            assert operation["summary"] and operation["responses"]
            assert {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"} == set(
                re.findall(r"{(\w+)}", path)
            )


def test_the_api_catalogue_leads_to_interfaces_that_answer(client):
    response = client.get("/.well-known/api-catalog")
    assert response.content_type.startswith("application/linkset+json")
    row = response.json["linkset"][0]
    for rel in ("service-desc", "service-doc", "service-meta", "status"):
        for target in row[rel]:
            assert client.get(target["href"]).status_code == 200
    assert "http://localhost/sparql" in [target["href"] for target in row["item"]]


def test_the_site_map_lists_every_thing_once_with_the_day_of_the_release(client):
    text = client.get("/sitemap.xml").text
    places = re.findall(r"<loc>([^<]*)</loc>", text)
    assert len(places) == len(set(places)) == text.count("<lastmod>2021-05-06</lastmod>")
    assert "http://localhost/id/brie.html" in places
    assert not any("plastic" in place for place in places)
    assert "http://localhost/sitemap.xml" in client.get("/robots.txt").text


def test_a_language_model_finds_interfaces_kinds_and_questions(client):
    text = client.get("/llms.txt").text
    assert text.startswith("# Cheeses\n")
    assert "Which cheeses are young?" in text
    for address in re.findall(r"\]\((http://localhost/[^)]*)\)", text):
        if not address.endswith("/sparql"):
            assert client.get(address, follow_redirects=True).status_code == 200


# --- releases and dates


def test_old_releases_stay_as_they_were(client):
    version = "http://www.w3.org/2002/07/owl#versionInfo"
    old = triples(client.get("/releases/1.2.3/words.ttl"))
    assert [t.object.value for t in old if t.predicate.value == version] == ["1.2.3"]
    assert client.get("/releases/1.2.3/id/gouda.ttl").status_code == 404
    assert client.get("/id/gouda.ttl").status_code == 200
    response = client.get("/releases/1.2.3/id/brie", headers={"Accept": "text/turtle"})
    assert response.headers["Location"] == "http://localhost/releases/1.2.3/id/brie.ttl"


def test_what_changed_between_two_releases_is_a_page_and_data(client):
    data = triples(client.get("/releases/1.2.3/changes/1.3.0.ttl"))
    about = {t.object.value for t in data if t.predicate.value.endswith("#subjectOfChange")}
    assert BASE + "id/gouda" in about and BASE + "words" in about
    assert BASE + "id/brie" not in about
    page = client.get("/releases/1.2.3/changes/1.3.0", headers={"Accept": "text/html"})
    assert "Gouda" in page.text
    listed = client.get("/releases/", headers={"Accept": "text/html"}).text
    assert "/releases/1.2.3/changes/1.3.0" in listed


@pytest.mark.parametrize(
    ("moment", "version"),
    [
        ("Sat, 01 Jan 2000 00:00:00 GMT", "1.2.3"),
        ("Wed, 06 May 2020 00:00:00 GMT", "1.2.3"),
        ("Thu, 06 May 2021 00:00:01 GMT", "1.3.0"),
        (None, "1.3.0"),
    ],
)
def test_the_time_gate_leads_to_the_release_in_force(client, moment, version):
    response = client.get("/timegate/id/brie", headers={"Accept-Datetime": moment} if moment else {})
    assert response.status_code == 302
    assert response.headers["Location"] == f"http://localhost/releases/{version}/id/brie"
    assert "Accept-Datetime" in response.vary or "accept-datetime" in response.vary
    memento = client.get(response.headers["Location"] + ".ttl")
    day = {"1.2.3": "Mon, 03 Feb 2020 00:00:00 GMT", "1.3.0": "Thu, 06 May 2021 00:00:00 GMT"}[version]
    assert memento.headers["Memento-Datetime"] == day
    assert {"original", "timegate", "timemap"} <= set(links(memento))


def test_a_date_that_is_none_is_400(client):
    assert client.get("/timegate/id/brie", headers={"Accept-Datetime": "yesterday"}).status_code == 400


def test_documents_name_their_time_gate_and_time_map(client):
    found = links(client.head("/id/brie.html"))
    assert found["timegate"] == ["http://localhost/timegate/id/brie"]
    text = client.get(found["timemap"][0]).text
    assert text.count('rel="memento"') == 2


def test_the_status_names_the_release(client):
    assert json.loads(client.get("/status").data)["version"] == "1.3.0"
