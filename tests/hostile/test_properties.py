"""Whatever is sent, the answer is one of those that were meant, and nothing of the inside is in it."""

import json
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some
from pyoxigraph import NamedNode

from dystonia_kg.errors import BadInput, Trouble
from dystonia_kg.exchange import phenopackets
from dystonia_kg.exchange.names import Names
from dystonia_kg.exchange.readers import reader_of
from dystonia_kg.formats import GRAPHS, TABLES
from dystonia_kg.negotiate import choose, ranges
from dystonia_kg.serve.operate.budget import client
from dystonia_kg.whatif import Asker

ROUTES = [
    "/", "/search", "/search.json", "/browse", "/relations", "/sparql", "/classify", "/catalog", "/void",
    "/releases", "/reconcile", "/reconcile/suggest/entity", "/reconcile/preview", "/completion.json", "/downloads",
    "/timegate/", "/timemap/", "/sitemap.xml", "/openapi.json", "/id/brie", "/id/brie.html", "/words",
]  # fmt: skip
KEYS = ["q", "query", "queries", "r", "id", "prefix", "cursor", "type", "limit", "_format", "_mediatype",
        "_profile", "scheme", "age", "all", "page", "graph", "extend"]  # fmt: skip

#: Bytes that a header may have on the wire.
header = some.text(
    alphabet=string.printable.replace("\r", "").replace("\n", "").replace("\x0b", "").replace("\x0c", ""),
    max_size=200,
)
pieces = some.sampled_from(["text/html", "*/*", "application/ld+json", "text/*", ";q=", "0", "1", ".", "5", ",", ";", '"',
                            'profile="a,b"', " ", "\t", "=", "text/turtle", "q=1.0001", "é", "*", "/"])  # fmt: skip
accept = some.one_of(header, some.lists(pieces, max_size=20).map("".join))


def harmless(answer) -> None:
    """Not an error of ours, and nothing that tells of the inside."""
    assert answer.status_code < 500, answer.get_data(as_text=True)[:500]
    body = answer.get_data()
    for told in (b"Traceback", b"site-packages", b"/publish/", b"RuntimeError"):
        assert told not in body


@given(accept)
@example("text/html;q=0.5;q=0.5, */*;q=nan")
@example("," * 5000)
@example("a/b;" * 3000)
def test_any_accept_header_is_understood_or_passed_over(text):
    list(ranges(text))
    for offers in (GRAPHS, TABLES):
        found = choose(text, offers)
        assert found is None or found in offers


@given(path=some.sampled_from(ROUTES), text=accept)
def test_any_accept_header_is_answered(site, path, text):
    headers = {"Accept": text.encode("latin-1", "replace").decode("latin-1")}
    answer = site.get(path, headers=headers)
    harmless(answer)
    answer.close()


@given(
    path=some.sampled_from(ROUTES),
    pairs=some.lists(some.tuples(some.sampled_from(KEYS), some.text(max_size=60)), max_size=6),
    kind=some.sampled_from(["text/html", "application/json", "text/turtle", "*/*"]),
)
def test_any_parameters_are_answered(site, path, pairs, kind):
    answer = site.get(path, query_string=pairs, headers={"Accept": kind})
    harmless(answer)
    answer.close()


@given(some.text(max_size=80).map(lambda text: "/" + text))
@example("/" + "../" * 20 + "etc/passwd")
@example("/static/../../../etc/passwd")
@example("/dump/..%2f..%2fetc%2fpasswd")
@example("/dump/SHA256SUMS\x00.ttl")
@example("/releases/../../etc/passwd")
@example("/id/\ud800".encode("utf-8", "replace").decode())
@example("/doc/" + "a/" * 500)
@example("/id/" + "x" * 9000)
def test_any_path_is_answered_and_none_leads_outside(site, path):
    answer = site.get(path)
    harmless(answer)
    assert b"root:" not in answer.get_data()
    answer.close()


@given(
    some.sampled_from(["/sparql", "/reconcile", "/classify", "/"]),
    some.binary(max_size=300),
    some.sampled_from(
        [
            "application/json",
            "application/x-www-form-urlencoded",
            "application/sparql-query",
            "multipart/form-data",
            "x",
        ]
    ),
)
def test_any_body_is_answered(site, path, body, kind):
    answer = site.post(path, data=body, content_type=kind)
    harmless(answer)
    answer.close()


# --- what-if


@pytest.fixture(scope="module")
def asker(our_site) -> Asker:
    from dystonia_kg.serve.whatif import asker

    return asker(our_site.application.extensions["library"])


def vocabulary(asker: Asker) -> tuple[str, list[str]]:
    """The key of the first line of the form, and everything it takes."""
    line = asker.question[0]
    return line.key, sorted(n for n in asker._vocabulary[line.kind] if n.isascii() and "/" not in n)


def classes(asker: Asker, asked: dict) -> dict[str, list[str]] | None:
    try:
        return {r["scheme"]: r["classes"] for r in asker.answer(asked, use_defaults=False).results}
    except Trouble:
        return None


@settings(max_examples=25)
@given(data=some.data())
def test_the_order_in_which_a_case_is_told_does_not_matter(asker, data):
    key, names = vocabulary(asker)
    told = data.draw(some.lists(some.sampled_from(names), min_size=1, max_size=5, unique=True))
    again = data.draw(some.permutations(told))
    assert classes(asker, {key: told}) == classes(asker, {key: again})


@settings(max_examples=25)
@given(data=some.data())
def test_a_case_is_classified_or_refused_with_a_reason(asker, data):
    lines = data.draw(
        some.lists(some.sampled_from(asker.question), max_size=4, unique_by=lambda line: line.key)
    )
    asked = {
        line.key: data.draw(some.lists(some.text(max_size=12), min_size=1, max_size=3)) for line in lines
    }
    try:
        asker.answer(asked, use_defaults=False)
    except Trouble as trouble:
        assert str(trouble)


def test_a_case_that_leaves_everything_open_is_refused_in_time(our_site, asker):
    key, names = vocabulary(asker)
    answer = our_site.get("/classify", query_string=[(key, n) for n in names[:150]] + [("unrecorded-unknown", "true")],
                          headers={"Accept": "application/json"})  # fmt: skip
    assert answer.status_code in (200, 400, 422)


# --- what strangers' files hold


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """One sound file of each format, as bytes."""
    from ..exchange.conftest import FUNCTIONAL, OBO, TURTLE

    return {"cheese.obo": OBO.encode(), "cheese.ttl": TURTLE.encode(), "cheese.ofn": FUNCTIONAL.encode()}


@given(data=some.data())
def test_a_spoilt_ontology_is_read_or_refused_with_a_reason(samples, tmp_path_factory, data):
    name = data.draw(some.sampled_from(sorted(samples)))
    body = bytearray(samples[name])
    for _ in range(data.draw(some.integers(0, 4))):
        place = data.draw(some.integers(0, len(body) - 1))
        change = data.draw(some.sampled_from(["drop", "put", "cut", "twice"]))
        if change == "drop":
            del body[place : place + data.draw(some.integers(1, 20))]
        elif change == "put":
            body[place:place] = data.draw(some.binary(min_size=1, max_size=12))
        elif change == "cut":
            del body[place:]
        else:
            body += body[place : place + 500]
        if not body:
            body = bytearray(b" ")
    path = tmp_path_factory.mktemp("spoilt") / name
    path.write_bytes(body)
    try:
        reader_of(path).read(path, Names())
    except Trouble as trouble:
        assert name in str(trouble)


leaves = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20)
names = some.sampled_from(
    ["phenotypicFeatures", "subject", "type", "id", "excluded", "onset", "@id", "@context", "@type", "age", "modifiers",
     "iso8601duration", "diseases", "term", "@graph", "@reverse", "@included"])  # fmt: skip
trees = some.recursive(
    leaves,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(names, inner, max_size=4),
    max_leaves=25,
)


@given(tree=trees)
@example(
    {"phenotypicFeatures": [{"type": {"id": "http://127.0.0.1:1/x"}, "@context": "http://127.0.0.1:1/c"}]}
)
def test_a_strange_phenopacket_is_read_or_refused_and_fetches_nothing(monkeypatch, tmp_path_factory, tree):
    import socket

    def dial(*_):
        raise AssertionError("somebody was called")

    monkeypatch.setattr(socket.socket, "connect", dial)
    path = tmp_path_factory.mktemp("packet") / "packet.json"
    path.write_text(json.dumps(tree))
    try:
        packet = phenopackets.read(path)
        phenopackets.describe(packet, NamedNode("urn:it"), {"@context": {"id": "@id"}}, "packet.json")
    except BadInput as trouble:
        assert "packet.json" in str(trouble)


@given(header, header, some.integers(0, 3))
def test_any_address_makes_a_client(seen, forwarded, proxies):
    assert len(client({"REMOTE_ADDR": seen, "HTTP_X_FORWARDED_FOR": forwarded}, proxies)) <= 64
