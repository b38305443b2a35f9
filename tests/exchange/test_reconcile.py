"""Spreadsheets find our things by name, code and property, by the rules of the Reconciliation API 0.2."""

import json
import re

import pytest

from .. import stores


@pytest.fixture(scope="module")
def client(larder):
    return stores.app(larder).test_client()


def ask(client, **questions):
    told = client.post("/reconcile", data={"queries": json.dumps(questions)})
    assert told.status_code == 200, told.text
    return {key: value["result"] for key, value in told.get_json().items()}


def test_the_manifest_says_what_is_offered_and_where(client):
    told = client.get("/reconcile")
    manifest = told.get_json()
    assert "0.2" in manifest["versions"]
    assert manifest["identifierSpace"] == "http://cheese.example/id/"
    assert manifest["schemaSpace"] == "http://cheese.example/words#"
    assert manifest["view"]["url"].endswith("/id/{{id}}") and "{{id}}" in manifest["preview"]["url"]
    assert {"id": "Cheese", "name": "cheese"} in manifest["defaultTypes"]
    for service in (*manifest["suggest"].values(), manifest["extend"]["propose_properties"]):
        assert client.get(service["service_path"] + "?prefix=b").status_code == 200
    assert told.headers["Access-Control-Allow-Origin"] == "*"


def test_a_whole_name_that_only_one_thing_has_is_a_match(client):
    found = ask(
        client, a={"query": "brie"}, b={"query": "Brie de Meaux", "type": "Cheese"}, c={"query": "cheese"}
    )
    for key in "ab":
        first = found[key][0]
        assert (first["id"], first["name"], first["match"]) == ("brie", "Brie", True)
        assert first["type"][0] == {"id": "Cheese", "name": "cheese"}
    assert not any(candidate["match"] for candidate in found["c"])
    for candidates in found.values():
        scores = [c["score"] for c in candidates]
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("query", ["http://cheese.example/id/brie", "c:brie"])
def test_an_identifier_finds_its_thing(client, query):
    first = ask(client, q={"query": query})["q"][0]
    assert (first["id"], first["score"], first["match"]) == ("brie", 100.0, True)


def test_types_limits_and_properties_count(client):
    found = ask(
        client,
        none={"query": "brie", "type": "Animal"},
        should={"query": "brie", "type": ["Animal"], "type_strict": "should"},
        few={"query": "cheese", "limit": 1},
        right={"query": "brie", "properties": [{"pid": "milk", "v": "cow"}]},
        wrong={"query": "brie", "properties": [{"pid": "milk", "v": [{"id": "goat"}]}]},
        alone={"query": "", "properties": [{"pid": "milk", "v": "goat"}]},
    )  # fmt: skip
    assert found["none"] == [] and found["should"][0]["score"] < 60
    assert len(found["few"]) == 1
    assert found["right"][0]["match"] and not found["wrong"][0]["match"]
    assert found["right"][0]["score"] > found["wrong"][0]["score"]
    assert found["alone"][0]["id"] == "crottin"


def test_get_and_post_answer_alike(client):
    questions = json.dumps({"q0": {"query": "brie"}})
    got = client.get("/reconcile", query_string={"queries": questions})
    assert got.get_json() == client.post("/reconcile", data={"queries": questions}).get_json()


@pytest.mark.parametrize(
    "form, status",
    [
        ({"queries": "{"}, 400),
        ({"queries": "[" * 100_000}, 400),
        ({"queries": "[]"}, 400),
        ({"queries": '{"a": {}}'}, 400),
        ({"queries": '{"a": 7}'}, 400),
        ({"queries": '{"a": {"query": 7}}'}, 400),
        ({"queries": '{"a": {"query": "x", "type": 7}}'}, 400),
        ({"queries": '{"a": {"query": "x", "limit": "many"}}'}, 400),
        ({"queries": '{"a": {"query": "x", "properties": [{"pid": "milk"}]}}'}, 400),
        ({"extend": '{"ids": "brie", "properties": []}'}, 400),
        ({"extend": '{"ids": [null], "properties": []}'}, 400),
        ({"extend": '{"ids": ["brie"], "properties": [{"id": "milk", "settings": {"limit": "x"}}]}'}, 400),
        ({"queries": json.dumps({str(n): {"query": "x"} for n in range(51)})}, 413),
        ({"extend": "{}"}, 400),
        ({"queries": "x" * 1_000_001}, 413),
    ],
)
def test_what_is_wrong_or_too_much_is_said(client, form, status):
    told = client.post("/reconcile", data=form)
    assert told.status_code == status and told.content_type == "application/problem+json"
    assert told.headers["Access-Control-Allow-Origin"] == "*"


def test_a_cell_with_nothing_in_it_finds_nothing_and_spoils_no_batch(client):
    found = ask(client, empty={"query": ""}, blank={"query": " \t"}, full={"query": "brie"})
    assert found["empty"] == found["blank"] == [] and found["full"][0]["match"]


def test_what_is_null_is_not_asked_and_a_type_may_come_as_it_was_told(client):
    plain = ask(client, q={"query": "brie", "type": "Cheese"})
    nothing = {"limit": None, "properties": None, "type_strict": None}
    assert ask(client, q={"query": "brie", "type": {"id": "Cheese", "name": "cheese"}} | nothing) == plain
    untyped = ask(client, q={"query": "brie"})
    for kind in (None, "", []):
        assert ask(client, q={"query": "brie", "type": kind}) == untyped


@pytest.mark.parametrize("limit, most", [(0, 1), (-3, 1), (1, 1), (1.9, 1), (2, 2), (1e300, 100)])
def test_there_are_never_more_candidates_than_were_asked_for_and_always_the_best(client, limit, most):
    found = ask(client, q={"query": "cheese", "limit": limit})["q"]
    assert found and len(found) <= most
    assert found[0] == ask(client, q={"query": "cheese"})["q"][0]


@pytest.mark.parametrize(
    "query", ["Tomme\u0301", "ＢＲＩＥ", "\ud83e\uddc0", "сыр", "\u202ebrie", "brie\0", "b" * 20_000]
)
def test_any_text_is_a_question_and_every_answer_has_the_form_of_the_specification(client, query):
    for candidate in ask(client, q={"query": query})["q"]:
        assert isinstance(candidate["id"], str) and isinstance(candidate["name"], str)
        assert 0 <= candidate["score"] <= 100 and isinstance(candidate["match"], bool)
        assert all(set(kind) == {"id", "name"} for kind in candidate["type"])
        assert isinstance(candidate.get("description", ""), str)


def test_the_address_may_end_with_a_slash(client):
    assert client.get("/reconcile/").get_json() == client.get("/reconcile").get_json()
    form = {"queries": json.dumps({"q": {"query": "brie"}})}
    assert client.post("/reconcile/", data=form).get_json() == client.post("/reconcile", data=form).get_json()


def test_suggestions_complete_what_is_typed(client):
    entity = client.get("/reconcile/suggest/entity?prefix=bri").get_json()["result"]
    assert entity[0]["id"] == "brie" and entity[0]["notable"]
    kinds = client.get("/reconcile/suggest/type?prefix=ch").get_json()["result"]
    assert [k["id"] for k in kinds] == ["Cheese"]
    properties = client.get("/reconcile/suggest/property?prefix=milk").get_json()["result"]
    assert properties[0]["id"] == "milk"
    assert client.get("/reconcile/suggest/entity?prefix=bri&cursor=50").get_json() == {"result": []}
    assert client.get("/reconcile/suggest/nothing?prefix=x").status_code == 404


def test_columns_are_added_from_the_lines_of_the_shapes(client):
    told = client.get("/reconcile/properties?type=Cheese&limit=2").get_json()
    assert told["type"] == "Cheese" and len(told["properties"]) == 2
    wish = {"ids": ["brie", "absent"], "properties": [{"id": "milk"}, {"id": "ripensWeeks"}]}
    told = client.post("/reconcile", data={"extend": json.dumps(wish)}).get_json()
    assert told["rows"]["brie"] == {"milk": [{"id": "cow", "name": "cow"}], "ripensWeeks": [{"int": 4}]}
    assert told["rows"]["absent"] == {"milk": [], "ripensWeeks": []}
    assert [m["id"] for m in told["meta"]] == ["milk", "ripensWeeks"]


def test_a_preview_is_a_page_that_says_what_the_thing_is(client):
    told = client.get("/reconcile/preview?id=brie")
    assert told.status_code == 200 and told.mimetype == "text/html"
    assert "soft cheese with a white rind" in told.text
    assert re.search(r'href="http://localhost/id/brie"', told.text)
    assert client.get("/reconcile/preview?id=../secret").status_code == 404
