"""/classify over HTTP, on our own release: there the question has a form."""

import json

import pytest
import rdflib

from .. import stores


@pytest.fixture(scope="module")
def client(ours):
    return stores.app(ours).test_client()


def ask(client, address: str, accept: str = "application/json"):
    return client.get(address, headers={"Accept": accept})


def test_one_result_is_an_object_and_all_are_a_list(client):
    one = ask(client, "/classify?r=eyes&r=jaw").json
    assert (one["scheme"], one["classes"], one["determinate"]) == ("mds2013", ["segmental"], True)
    assert {"text", "holds"} <= set(one["checks"][0])
    assert one["matches"]["exactly"] == ["meige-syndrome"]
    every = ask(client, "/classify?r=eyes&r=jaw&r=neck&all").json
    found = {result["scheme"]: result["classes"] for result in every}
    assert found["charity-lay"] == ["multifocal"]
    assert found["mds2013-literal"] == ["multifocal", "segmental"]
    assert ask(client, "/classify?r=neck&scheme=efns2011").json["scheme"] == "efns2011"


@pytest.mark.parametrize(
    ("accept", "format"),
    [("text/turtle", "turtle"), ("application/ld+json", "json-ld"), ("application/n-triples", "nt")],
)
def test_the_same_answer_is_had_as_rdf(client, accept, format):
    answer = ask(client, "/classify?r=neck&r=arm:R", accept)
    assert answer.mimetype == accept and "Accept" in answer.vary
    graph = rdflib.Graph().parse(data=answer.data, format=format)
    word = rdflib.Namespace("https://w3id.org/dystonia/ontology#")
    classes = {str(o).rpartition("/")[2] for o in graph.objects(None, word.possibleClass)}
    assert classes == {"mds2013-segmental"}


def test_a_browser_gets_the_page_with_the_answer(client):
    page = ask(client, "/classify?r=eyes&r=jaw", "text/html")
    assert page.mimetype == "text/html"
    assert "Segmental" in page.text and "not a diagnosis" in page.text


@pytest.mark.parametrize("bad", ["r=nek", "q=1", "age=old", "r=neck&absent=neck", "scheme=none-such"])
def test_what_cannot_be_understood_is_a_problem_that_says_what(client, bad):
    answer = ask(client, f"/classify?{bad}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.json["detail"] and "Traceback" not in answer.text


def test_an_answer_is_cached_and_not_sent_twice(client):
    first = ask(client, "/classify?r=trunk")
    again = client.get("/classify?r=trunk", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and not again.data


def test_openapi_describes_every_line_of_the_form(client):
    described = json.loads(client.get("/openapi.json").data)["paths"]["/classify"]["get"]
    names = {parameter["name"] for parameter in described["parameters"]}
    assert {"r", "absent", "unknown", "unrecorded-unknown", "age", "scheme", "all"} <= names
