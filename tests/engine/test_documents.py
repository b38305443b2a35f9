"""Things and documents: redirects, negotiation, validators, profiles, and what a document says."""

import gzip
import json
from functools import partial

import pytest
import rdflib
import zstandard
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse
from rdflib.compare import isomorphic

from dystonia_kg.release import open_store
from dystonia_kg.serve import create_app

from .. import stores

BASE = "http://cheese.example/"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORMS = {
    "ttl": ("text/turtle", "turtle"),
    "jsonld": ("application/ld+json", "json-ld"),
    "nt": ("application/n-triples", "nt"),
    "rdf": ("application/rdf+xml", "xml"),
}


@pytest.fixture(scope="module")
def client(board):
    made = stores.app(board).test_client()
    made.open = partial(made.open, buffered=True)
    return made


def get(client, path, accept=None, **headers):
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    return client.get(path, headers={**({"Accept": accept} if accept else {}), **given})


def graph(response):
    syntax = {kind: RdfFormat.from_media_type(kind) for kind, _ in FORMS.values()}[response.mimetype]
    return [q.triple for q in parse(response.data, format=syntax)]


def values(response, subject, predicate):
    return {
        t.object for t in graph(response) if t.subject.value == subject and t.predicate.value == predicate
    }


# --- things


@pytest.mark.parametrize(("extension", "media_type"), [(e, m) for e, (m, _) in FORMS.items()])
def test_a_thing_answers_303_with_the_absolute_address_of_a_document(client, extension, media_type):
    response = get(client, "/id/brie", media_type)
    assert response.status_code == 303
    assert response.headers["Location"] == f"http://localhost/id/brie.{extension}"
    assert "Accept" in response.vary
    assert get(client, response.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("accept", "extension"),
    [
        (None, "html"),
        ("", "html"),
        ("*/*", "html"),
        (BROWSER, "html"),
        ("text/turtle;q=0.5, application/n-triples", "nt"),
        ("text/*;q=0.9, text/html;q=0.1", "ttl"),
        ("*/*;q=0.1, application/ld+json", "jsonld"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
        ('application/ld+json;profile="a,b;q=0"', "jsonld"),
        ("TEXT/TURTLE ; Q=1.000", "ttl"),
        ("application/rdf+xml, text/turtle;q=nonsense", "rdf"),
        ("text/n3", "ttl"),
        ("application/json", "jsonld"),
    ],
)
def test_the_header_of_a_real_client_chooses_the_document(client, accept, extension):
    assert get(client, "/id/brie", accept).headers["Location"].endswith(f"/id/brie.{extension}")


def test_a_type_of_quality_zero_is_never_sent(client):
    assert not get(client, "/words", "text/turtle;q=0, */*").content_type.startswith("text/turtle")


def test_what_nobody_has_is_406_with_the_list_of_what_there_is(client):
    response = get(client, "/id/brie", "application/x-nonsense")
    assert response.status_code == 406
    assert response.mimetype == "application/problem+json"
    assert [v["type"] for v in response.json["variants"]][0] == "text/html"
    assert len(response.json["variants"]) == 5
    assert sum('rel="alternate"' in link for link in response.headers.getlist("Link")) == 5
    assert "Accept" in response.vary
    for variant in response.json["variants"]:
        assert get(client, variant["href"]).mimetype == variant["type"]


def test_a_trailing_slash_leads_to_the_one_address(client):
    response = get(client, "/id/brie/")
    assert (response.status_code, response.headers["Location"]) == (308, "http://localhost/id/brie")


@pytest.mark.parametrize("path", ["/id/k%C3%A4se", "/id/blue%20cow", "/id/blue%2520cow"])
def test_addresses_that_need_escaping_are_found(client, path):
    response = get(client, path, "text/turtle")
    if "25" in path:
        assert response.status_code == 404
    else:
        assert response.status_code == 303
        assert len(graph(get(client, response.headers["Location"]))) > 2


def test_what_is_unknown_is_404_with_suggestions(client):
    response = get(client, "/id/bri", "application/json")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert response.json["suggestions"][0]["iri"] == BASE + "id/brie"
    page = get(client, "/id/bri", BROWSER)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "Brie" in page.text


def test_what_is_deprecated_still_answers_and_names_its_successor(client):
    assert get(client, "/id/stinker", "text/turtle").status_code == 303
    response = get(client, "/id/stinker.ttl")
    assert response.status_code == 200
    deprecated = values(response, BASE + "id/stinker", "http://www.w3.org/2002/07/owl#deprecated")
    assert {o.value for o in deprecated} == {"true"}
    assert f'<{BASE}id/brie>; rel="successor-version"' in response.headers.getlist("Link")
    assert "id/brie" in get(client, "/id/stinker.html").text


@pytest.mark.parametrize("path", ["/id/plastic", "/id/plastic.ttl", "/doc/id/plastic"])
def test_what_was_withdrawn_is_410_and_says_why(client, path):
    response = get(client, path, "text/turtle")
    assert response.status_code == 410
    assert response.json["detail"] == "It was never a cheese."


# --- documents


def test_a_document_says_what_it_is_about_its_licence_and_its_dataset(client):
    response = get(client, "/id/brie.ttl")
    document = BASE + "doc/id/brie"
    assert values(response, document, "http://xmlns.com/foaf/0.1/primaryTopic") == {
        NamedNode(BASE + "id/brie")
    }
    assert values(response, document, "http://rdfs.org/ns/void#inDataset") == {NamedNode(BASE)}
    assert len(values(response, document, "http://purl.org/dc/terms/license")) == 1
    assert values(response, BASE + "id/cow", "http://www.w3.org/2004/02/skos/core#prefLabel") == {
        Literal("cow", language="en")
    }


def test_a_document_lists_some_incoming_links_counts_all_and_leads_to_the_rest(client):
    response = get(client, "/id/cow.nt")
    part = BASE + "doc/id/cow#incoming"
    links = [
        t for t in graph(response) if t.object == NamedNode(BASE + "id/cow") and "doc/" not in t.subject.value
    ]
    count = int(values(response, part, "http://rdfs.org/ns/void#triples").pop().value)
    rest = values(response, part, "http://www.w3.org/2000/01/rdf-schema#seeAlso").pop().value
    assert len(links) == 200 < count
    whole = graph(get(client, "/" + rest.removeprefix(BASE), "application/n-triples"))
    assert len([t for t in whole if t.object == NamedNode(BASE + "id/cow")]) == count


@pytest.mark.parametrize(
    "path", ["id/brie", "id/odd", "words", "shapes", "prefixes", "data/edition", "statistics"]
)
@pytest.mark.parametrize("profile", ["labelled", "plain"])
def test_the_forms_of_a_document_are_isomorphic_for_rdflib_too(client, path, profile):
    if path == "statistics" and profile == "labelled":
        pytest.skip("large, and the crawler compares it")
    graphs = [
        rdflib.Graph().parse(data=get(client, f"/{path}.{e}?_profile={profile}").data, format=syntax)
        for e, (_, syntax) in FORMS.items()
    ]
    assert len(graphs[0]) > 3
    # rdflib normalises some literals as it reads; what counts is that it reads the same four times.
    assert all(isomorphic(graphs[0], other) for other in graphs[1:])


def test_an_address_with_an_extension_ignores_the_accept_header(client):
    for extension, (media_type, _) in FORMS.items():
        assert get(client, f"/id/brie.{extension}", "text/html").mimetype == media_type


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/turtle; charset=utf-8"),
        ("*/*", "text/turtle; charset=utf-8"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("text/n3", "text/n3; charset=utf-8"),
        ("application/json", "application/json"),
        (BROWSER, "text/html; charset=utf-8"),
    ],
)
def test_the_ontology_is_a_document_and_answers_200_at_once(client, accept, content_type):
    response = get(client, "/words", accept)
    assert (response.status_code, response.content_type) == (200, content_type)
    assert response.headers["Content-Location"].startswith("http://localhost/words.")


def test_the_version_iri_answers_for_ever_and_every_version_has_its_own(client):
    new, old = get(client, "/words/1.3.0"), get(client, "/words/1.2.3")
    assert new.status_code == old.status_code == 200
    assert "immutable" in new.headers["Cache-Control"] and "immutable" in old.headers["Cache-Control"]
    version = "http://www.w3.org/2002/07/owl#versionInfo"
    assert values(new, BASE + "words", version) == {Literal("1.3.0")}
    assert values(old, BASE + "words", version) == {Literal("1.2.3")}
    assert get(client, "/words/1.2.3.nt").mimetype == "application/n-triples"


def test_a_named_graph_is_a_document_that_says_what_its_file_says(client, board):
    response = get(client, "/data/news.nt?_profile=plain")
    assert values(response, BASE + "id/gouda", BASE + "words#ripensWeeks") == {Literal(30)}
    assert len(graph(response)) == 4


# --- JSON-LD that people can use


def test_json_keys_are_words_and_the_context_is_published(client):
    document = json.loads(get(client, "/id/brie.jsonld").data)
    thing = document["@graph"][0]
    assert thing["id"] == "c:brie"
    assert thing["type"] == "Cheese"
    assert thing["milk"]["id"] == "c:cow"
    assert thing["ripensWeeks"] == 4
    context = json.loads(get(client, "/context.jsonld").data)["@context"]
    for key, row in document["@context"].items():
        assert context[key] == row


def test_data_inside_a_page_says_schema_org_words_from_the_alignments(client):
    page = get(client, "/id/brie.html").text
    inside = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    thing = json.loads(inside)["@graph"][0]
    assert thing["@type"] == "Product"
    assert thing["name"] == "Brie" or "Brie" in thing["name"]
    assert thing["material"]["@id"] == BASE + "id/cow"
    assert thing["sameAs"]["@id"] == "http://food.example/brie"


# --- profiles


@pytest.mark.parametrize("token", ["labelled", "plain", "skos", "owl", "schema"])
def test_every_profile_that_is_listed_can_be_had_and_says_so(client, token):
    iri = f"{BASE}profile/{token}"
    for asked in (
        get(client, f"/id/brie.ttl?_profile={token}"),
        get(client, f"/doc/id/brie?_profile={token}&_mediatype=text/turtle"),
        get(client, "/id/brie.ttl", Accept_Profile=f"<urn:unknown>, <{iri}>;q=0.9"),
        get(client, "/id/brie.ttl", Accept_Profile=token),
    ):
        assert asked.status_code == 200
        assert f'<{iri}>; rel="profile"' in asked.headers.getlist("Link")
        assert "Accept-Profile" in asked.vary
        assert graph(asked)
    listed = get(client, "/id/brie.ttl?_profile=alt").json["profiles"]
    assert token in [row["token"] for row in listed]
    assert all(get(client, form["href"]).status_code == 200 for row in listed for form in row["mediatypes"])
    assert get(client, f"/profile/{token}", "text/turtle").status_code == 200


def test_an_unknown_profile_is_the_default_and_the_header_says_so(client):
    response = get(client, "/id/brie.ttl", Accept_Profile="<urn:unknown>")
    assert f'<{BASE}profile/labelled>; rel="profile"' in response.headers.getlist("Link")


def test_a_profile_asked_of_a_thing_shows_in_the_redirect(client):
    response = get(client, "/id/brie", "text/turtle", Accept_Profile=f"<{BASE}profile/skos>")
    assert response.headers["Location"].endswith("/id/brie.ttl?_profile=skos")
    assert "Accept-Profile" in response.vary


def test_a_profile_with_nothing_to_say_is_not_listed(client):
    tokens = [row["token"] for row in get(client, "/id/calf-001.ttl?_profile=alt").json["profiles"]]
    assert "skos" not in tokens and "schema" not in tokens


# --- validators, compression, methods


@pytest.mark.parametrize("path", ["/id/brie.ttl", "/words", "/", "/id/brie.html", "/catalog", "/sitemap.xml"])
def test_a_validator_saves_the_second_answer(client, path):
    first = get(client, path)
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    second = get(client, path, If_None_Match=tag)
    assert (second.status_code, second.data, second.headers["ETag"]) == (304, b"", tag)
    assert set(second.vary) == set(first.vary)
    assert get(client, path, If_Modified_Since=first.headers["Last-Modified"]).status_code == 304
    assert get(client, path, If_None_Match='"other"').status_code == 200


def test_the_last_modified_day_is_the_day_of_the_release(client):
    assert get(client, "/id/brie.ttl").headers["Last-Modified"] == "Thu, 06 May 2021 00:00:00 GMT"


@pytest.mark.parametrize(("coding", "unpack"), [("gzip", gzip.decompress), ("zstd", None)])
def test_a_compressed_answer_has_a_validator_of_its_own(client, coding, unpack):
    plain = get(client, "/id/cow.nt")
    packed = get(client, "/id/cow.nt", Accept_Encoding=coding)
    assert packed.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in plain.vary and "Accept-Encoding" in packed.vary
    assert plain.headers["ETag"] != packed.headers["ETag"]
    unpack = unpack or zstandard.ZstdDecompressor().decompress
    assert unpack(packed.data) == plain.data
    again = get(client, "/id/cow.nt", Accept_Encoding=coding, If_None_Match=packed.headers["ETag"])
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["/", "/id/brie", "/id/brie.ttl", "/words", "/nothing", "/catalog.ttl"])
def test_head_has_the_headers_of_get_and_no_body(client, path):
    headers = {"Accept": "text/turtle"}
    whole, head = client.get(path, headers=headers), client.head(path, headers=headers)
    assert head.data == b""
    assert head.status_code == whole.status_code
    for name in ("Content-Type", "Content-Length", "ETag", "Vary", "Location", "Link"):
        assert head.headers.getlist(name) == whole.headers.getlist(name)


def test_options_answers_a_preflight_of_any_headers(client):
    response = client.options("/id/brie", headers={"Access-Control-Request-Headers": "queryid, x-odd"})
    assert (response.status_code, response.data) == (204, b"")
    assert {"GET", "HEAD", "OPTIONS"} <= set(response.allow)
    assert response.headers["Access-Control-Allow-Headers"] == "queryid, x-odd"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_method_that_writes_is_405_with_what_is_allowed(client):
    response = client.delete("/id/brie")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert response.json["status"] == 405


@pytest.mark.parametrize("path", ["/id/brie", "/id/brie.ttl", "/nothing", "/", "/catalog"])
def test_every_answer_is_open_to_other_origins_and_safe(client, path):
    response = get(client, path)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in response.headers


def test_every_error_names_a_page_that_explains_it(client):
    for path, accept in (("/nothing", None), ("/id/brie", "image/png"), ("/id/plastic", None)):
        kind = get(client, path, accept).json["type"]
        assert get(client, kind).status_code == 200


def test_words_of_the_interface_are_english_where_the_graph_has_several(toy):
    store = open_store(toy)
    word, name = NamedNode(BASE + "page/words#search"), NamedNode("https://schema.org/name")
    for language, text in (("de", "Suche"), ("en", "Look it up"), ("fr", "Chercher")):
        store.add(Quad(word, name, Literal(text, language=language), DefaultGraph()))
    page = create_app(toy, store=store).test_client().get("/search?q=brie").text
    assert "Look it up" in page and "Suche" not in page and "Chercher" not in page
