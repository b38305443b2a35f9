"""SERVICE is found wherever it is, and only where it is; FROM is read as the evaluator reads it."""

import pytest

from dystonia_kg.serve.sparql import frames
from dystonia_kg.serve.sparql.syntax import Refused, examine, outline

FACTS = {"base": "http://base.example/", "prefixes": {"x": "http://x.example/"}}
LIMITS = {"depth": 100, "federate": []}
HERE = "http://127.0.0.1:9/"

CALLS = {
    "plain": f"SELECT * {{ SERVICE <{HERE}> {{ ?s ?p ?o }} }}",
    "silent": f"SELECT * {{ SERVICE SILENT <{HERE}> {{ ?s ?p ?o }} }}",
    "lower case": f"SELECT * {{ service silent <{HERE}> {{ }} }}",
    "mixed case, no space": f"ASK{{sErViCe<{HERE}>{{}}}}",
    "variable": f"ASK {{ BIND(<{HERE}> AS ?e) SERVICE ?e {{ ?s ?p ?o }} }}",
    "variable from VALUES": f"ASK {{ VALUES ?e {{ <{HERE}> }} SERVICE SILENT ?e {{ }} }}",
    "variable from data": "ASK { ?e a <urn:Endpoint> . SERVICE ?e { ?s ?p ?o } }",
    "prefixed": f"PREFIX p: <{HERE}> ASK {{ SERVICE p: {{}} }}",
    "of the prefix table": "ASK { SERVICE x:y {} }",
    "glued to a prefix": f"PREFIX silentx: <{HERE}> ASK {{ SERVICEsilentx:y {{}} }}",
    "glued to SILENT": f"ASK {{ SERVICESILENT<{HERE}>{{}} }}",
    "relative": "ASK { SERVICE <sparql> {} }",
    "comment between": f"ASK {{ SERVICE # not yet\n <{HERE}> {{}} }}",
    "in OPTIONAL": f"ASK {{ OPTIONAL {{ SERVICE <{HERE}> {{}} }} }}",
    "in UNION": f"ASK {{ {{}} UNION {{ SERVICE <{HERE}> {{}} }} }}",
    "in MINUS": f"ASK {{ MINUS {{ SERVICE <{HERE}> {{}} }} }}",
    "in GRAPH": f"ASK {{ GRAPH ?g {{ SERVICE <{HERE}> {{}} }} }}",
    "in EXISTS": f"ASK {{ FILTER EXISTS {{ SERVICE <{HERE}> {{}} }} }}",
    "in an expression": f"SELECT (EXISTS {{ SERVICE <{HERE}> {{}} }} AS ?x) {{}}",
    "in HAVING": f"SELECT ?s {{ ?s ?p ?o }} GROUP BY ?s HAVING(EXISTS {{ SERVICE <{HERE}> {{}} }})",
    "in ORDER BY": f"SELECT * {{}} ORDER BY (EXISTS {{ SERVICE <{HERE}> {{}} }})",
    "in a sub-select": f"ASK {{ {{ SELECT * {{ {{ SELECT * {{ SERVICE <{HERE}> {{}} }} }} }} }} }}",
    "in CONSTRUCT": f"CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE <{HERE}> {{ ?s ?p ?o }} }}",
    "in DESCRIBE": f"DESCRIBE ?s {{ SERVICE <{HERE}> {{ ?s ?p ?o }} }}",
    "in another SERVICE": f"ASK {{ SERVICE <{HERE}> {{ SERVICE <{HERE}> {{}} }} }}",
    "after a hash in an IRI": f"ASK {{ ?s <urn:a#b> ?o . SERVICE <{HERE}> {{}} }}",
    "after a string with a hash": f"ASK {{ ?s ?p '#' . SERVICE <{HERE}> {{}} }}",
    "after a long string": f'ASK {{ ?s ?p """ a "" \\""" # """ . SERVICE <{HERE}> {{}} }}',
    "after less-than": f"ASK {{ ?a ?b ?c FILTER(?a<?b).SERVICE x:y#>\n{{}} }} # {HERE}",
    "after less-than in a call": "ASK { FILTER(x:f(?a<?b)).SERVICE x:y#>\n{} }",
    "after an escaped quote": "ASK { ?s ?p 'it\\'s' . SERVICE <urn:x> {} } # '",
    "after a carriage return": f"ASK {{ # c\r SERVICE <{HERE}> {{}} }}",
    "among innocent ones": f"ASK {{ ?service <urn:service> 'SERVICE' . SERVICE <{HERE}> {{}} }}",
}

INNOCENT = {
    "comment": "ASK { # SERVICE <http://127.0.0.1:9/> {}\n }",
    "comment at the end": "ASK {} # SERVICE",
    "string": "ASK { FILTER('SERVICE <http://127.0.0.1:9/> {}' != '') }",
    "long string": 'ASK { FILTER("""a"SERVICE <urn:x> {}\n""" != "") }',
    "escaped quote": "ASK { FILTER('\\'} SERVICE <urn:x> {' != '') }",
    "IRI": "ASK { ?s <http://service.example/SERVICE/service> ?o }",
    "variable": "SELECT ?service $SERVICE { ?service ?serviceX $SERVICE }",
    "prefix": "PREFIX service: <urn:service> ASK { ?s service:SERVICE ?o }",
    "local name": "ASK { x:service x:Service-1 x:a.service }",
    "language tag": "ASK { ?s ?p 'a'@service, 'b'@x-service }",
    "blank node": "ASK { _:service ?p _:SERVICE }",
    "name in a SELECT": "SELECT (COUNT(*) AS ?services) { ?s ?p ?o }",
    "many at once": "PREFIX Service: <urn:s#> # service\nASK { ?service Service:service 'service' }",
    "with the first spare letter taken": "ASK { ?service ?servxice ?servqice }",
}


@pytest.mark.parametrize("case", CALLS)
def test_a_call_to_elsewhere_is_refused(case):
    with pytest.raises(Refused) as refusal:
        examine(CALLS[case], LIMITS, FACTS)
    assert refusal.value.outcome == frames.FORBIDDEN


@pytest.mark.parametrize("case", INNOCENT)
def test_the_letters_alone_are_no_reason(case):
    examine(INNOCENT[case], LIMITS, FACTS)


def test_the_place_is_told():
    with pytest.raises(Refused) as refusal:
        examine("ASK {\n  ?service ?p ?o .\n  SERVICE <http://a.example/> {} }", LIMITS, FACTS)
    assert refusal.value.facts == {"target": "http://a.example/", "line": 3, "column": 3}


ALLOWED = {**LIMITS, "federate": ["http://friend.example/sparql"]}


@pytest.mark.parametrize(
    ("query", "outcome"),
    [
        ("ASK { SERVICE <http://friend.example/sparql> {} }", frames.ELSEWHERE),
        (
            "ASK { SERVICE SILENT # x\n <http://friend.example/sparql> { ?service ?p 'service' } }",
            frames.ELSEWHERE,
        ),
        ("ASK { SERVICE <http://friend.example/sparql#> {} }", frames.FORBIDDEN),
        (
            "ASK { SERVICE <http://friend.example/sparql> {} SERVICE <http://b.example/> {} }",
            frames.FORBIDDEN,
        ),
        ("ASK { SERVICE <http://friend.example/sparql> { SERVICE ?x {} } }", frames.FORBIDDEN),
        ("PREFIX f: <http://friend.example/> ASK { SERVICE f:sparql {} }", frames.FORBIDDEN),
        ("BASE <http://friend.example/> ASK { SERVICE <sparql> {} }", frames.FORBIDDEN),
        ("ASK { SERVICE <http://friend.example/sparql> {} SERVICEx:y {} }", frames.FORBIDDEN),
        (
            f"ASK {{ SERVICE <http://friend.example/sparql> {{}} FILTER(1<2).SERVICEx:y#>\n{{}} }} #{HERE}",
            frames.FORBIDDEN,
        ),
    ],
)
def test_the_allow_list_is_exact(query, outcome):
    with pytest.raises(Refused) as refusal:
        examine(query, ALLOWED, FACTS)
    assert refusal.value.outcome == outcome


@pytest.mark.parametrize(
    ("query", "defaults", "named"),
    [
        (
            "SELECT * FROM <urn:a> FROM NAMED <urn:b> FROM <c> {}",
            ("urn:a", "http://base.example/c"),
            ("urn:b",),
        ),
        ("PREFIX p: <urn:> ASK FROM p:a from named p:b {}", ("urn:a",), ("urn:b",)),
        (
            "BASE <http://b.example/d/> BASE <e/> ASK FROM <f> FROM x:g {}",
            ("http://b.example/d/e/f", "http://x.example/g"),
            (),
        ),
        (
            "SELECT (1<2 AS ?y) # FROM <urn:no>\nFROM <urn:a> { ?s ?p 'FROM <urn:b>' ; ?from <urn:from> }",
            ("urn:a",),
            (),
        ),
        (
            "CONSTRUCT { ?from ?p 'FROM' } FROM <urn:a> FROM <urn:a> WHERE { ?from ?p ?o }",
            ("urn:a", "urn:a"),
            (),
        ),
        ("DESCRIBE <urn:x> FROM <urn:a> FROM <urn:\\u0062>", ("urn:a", "urn:b"), ()),
    ],
)
def test_the_dataset_of_a_query_is_read(query, defaults, named):
    seen = outline(query, FACTS["base"], FACTS["prefixes"])
    assert (seen.default_graphs, seen.named_graphs) == (defaults, named)


@pytest.mark.parametrize("pair", ["{}", "()", "[]"])
def test_nesting_is_limited_before_parsing(pair):
    left, right = pair
    with pytest.raises(Refused) as refusal:
        examine(left * 20_000 + right * 20_000, LIMITS, FACTS)
    assert refusal.value.outcome == frames.TOO_DEEP
    examine("ASK { FILTER('" + left * 20_000 + "' = '') }", LIMITS, FACTS)
    examine("ASK { VALUES ?x {" + " ( )" * 5_000 + "} }", LIMITS, FACTS)


def test_strange_texts_are_scanned_to_the_end():
    for text in (
        "\\",
        "'",
        '"""',
        "<",
        "\x00",
        "é:",
        "😀",
        "a:%",
        "?",
        "@",
        "::",
        "1.e",
        "<<<",
        "_:",
        "\\u12",
    ):
        outline(f"ASK {{ {text} service from from (", "urn:b", {})
