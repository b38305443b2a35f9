"""Our validator knows SHACL Core and SPARQL constraints, and says so where it does not."""

from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from dystonia_kg.build.infer import infer
from dystonia_kg.build.load import load
from dystonia_kg.build.shacl import Finding, reference, turtle, validate
from dystonia_kg.build.validate import read_any, shapes_of
from dystonia_kg.errors import BadShape
from dystonia_kg.home import home

TOY = Path(__file__).parents[1] / "toy"
CASES = Path(__file__).parents[1] / "knowledge" / "cases" / "shapes"
PREFIXES = """
    @prefix e: <http://example.org/> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
MILK = """
    e:Brie rdfs:subClassOf e:Cheese .
    e:one a e:Brie ; e:from "2001-01-01"^^xsd:date ; e:till "2001-02-01"^^xsd:date ;
        e:fat 45.0 ; e:rind e:white .
    e:two a e:Cheese ; e:from "2001-03-01"^^xsd:date ; e:till "2001-02-01"^^xsd:date ; e:fat "much", 1.50 .
    e:three a e:Cheese ; e:label "a"@fr, "b"@fr, "c"@FR-ch, "plain" ; e:near e:one ; e:rind e:blue , e:white .
    e:four a e:Cheese ; e:near [ a e:Brie ; e:near e:four ] ;
        e:ripe "yes"^^xsd:boolean ; e:from "today"^^xsd:date .
    e:five e:near e:five , 5 , "5" , "05"^^xsd:integer , e:two .
"""
SHAPES = {
    "a class and those below it": (
        "e:S a sh:NodeShape ; sh:targetClass e:Cheese ; sh:property e:P . e:P sh:path e:rind ; "
        "sh:minCount 1 ."
    ),
    "a class that is a shape": (
        "e:Cheese a sh:NodeShape , rdfs:Class ; sh:property [ sh:path e:rind ; sh:maxCount 1 ] ."
    ),
    "one node, there or not": "e:S sh:targetNode e:one , e:nobody , 7 ; sh:class e:Cheese .",
    "subjects of": "e:S sh:targetSubjectsOf e:near ; sh:nodeKind sh:BlankNode .",
    "objects of": "e:S sh:targetObjectsOf e:near ; sh:datatype xsd:integer .",
    "a property shape with a target": (
        "e:S sh:path e:fat ; sh:targetClass e:Cheese ; sh:datatype xsd:decimal ; sh:severity sh:Warning ."
    ),
    "texts that their datatype does not allow": (
        "e:S sh:targetClass e:Cheese ; sh:property [ sh:path e:ripe ; sh:datatype xsd:boolean ] , [ "
        "sh:path e:from ; sh:datatype xsd:date ] ."
    ),
    "order of two properties": (
        "e:S sh:targetClass e:Cheese ; sh:property [ sh:path e:from ; sh:lessThan e:till ] ."
    ),
    "languages": (
        "e:S sh:targetClass e:Cheese ; sh:property [ sh:path e:label ; sh:uniqueLang true ; "
        "sh:languageIn ( 'fr' ) ] ."
    ),
    "a closed shape": (
        "e:S sh:targetClass e:Cheese ; sh:closed true ; sh:ignoredProperties ( rdf:type e:from e:till ) "
        "; sh:property [ sh:path e:fat ] ."
    ),
    "properties of properties": (
        "e:S sh:targetClass e:Cheese ; sh:property [ sh:path e:near ; sh:property [ sh:path e:rind ; "
        "sh:hasValue e:blue ] ] ."
    ),
    "an inverse path": (
        "e:S sh:targetNode e:one , e:two ; sh:property [ sh:path [ sh:inversePath e:near ] ; sh:minCount "
        "2 ] ."
    ),
    "a long path": (
        "e:S sh:targetNode e:four , e:five ; sh:property [ sh:path ( [ sh:oneOrMorePath e:near ] [ "
        "sh:zeroOrOnePath e:rind ] [ sh:alternativePath ( e:near e:fat ) ] ) ; sh:maxCount 0 ] ."
    ),
    "the same value at the end of two ways, once": (
        "e:S sh:targetNode e:five ; sh:property [ sh:path [ sh:zeroOrMorePath e:near ] ; sh:in ( e:five ) ] ."
    ),
    "not, and, or, exactly one": (
        "e:S sh:targetClass e:Cheese ; sh:not e:A ; sh:or ( e:A e:B ) ; sh:and ( e:A e:B ) ; sh:xone ( "
        "e:A e:B ) . e:A sh:property [ sh:path e:rind ; sh:minCount 1 ] . e:B sh:property [ sh:path "
        "e:fat ; sh:minCount 1 ] ."
    ),
    "a shape inside a shape inside a shape": (
        "e:S sh:targetClass e:Cheese ; sh:node e:A . e:A sh:node e:B . e:B sh:property [ sh:path e:near "
        "; sh:node e:C ] . e:C sh:in ( e:one ) ."
    ),
    "counts of what conforms": (
        "e:S sh:targetClass e:Cheese ; sh:property [ sh:path e:rind ; sh:qualifiedValueShape [ sh:in ( "
        "e:white ) ] ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1 ] ."
    ),
    "counts beside each other": (
        "e:S sh:targetClass e:Cheese ; sh:property e:P , e:Q . e:P sh:path e:rind ; "
        "sh:qualifiedValueShape [ sh:in ( e:white e:blue ) ] ; sh:qualifiedMinCount 1 ; "
        "sh:qualifiedValueShapesDisjoint true . e:Q sh:path e:rind ; sh:qualifiedValueShape [ sh:in ( "
        "e:white ) ] ; sh:qualifiedMinCount 1 ."
    ),
    "equal and apart": (
        "e:S sh:targetNode e:five ; sh:property [ sh:path e:near ; sh:equals e:rind ] , [ sh:path e:near "
        "; sh:disjoint e:near ] ."
    ),
    "shapes that are switched off": (
        "e:S sh:targetClass e:Cheese ; sh:deactivated true ; sh:class e:Milk . e:T sh:targetClass "
        "e:Cheese ; sh:node e:S ; sh:property [ sh:deactivated true ; sh:path e:near ; sh:minCount 9 ] ."
    ),
    "patterns": (
        "e:S sh:targetObjectsOf e:label , e:near ; sh:pattern '^[A-C]$' ; sh:flags 'i' ; sh:maxLength 1 "
        "; sh:minLength 1 ."
    ),
    "a query": (
        "e:S sh:targetClass e:Cheese ; sh:sparql e:Q . e:Q sh:prefixes e: ; sh:select 'SELECT $this "
        "?value WHERE { $this e:rind ?value . FILTER NOT EXISTS { $this e:fat ?fat } }' . e: sh:declare "
        "[ sh:prefix 'e' ; sh:namespace 'http://example.org/'^^xsd:anyURI ] ."
    ),
    "a query about a path": (
        "e:S sh:targetClass e:Cheese ; sh:path ( e:near e:near ) ; sh:sparql [ sh:select 'SELECT $this "
        "?value WHERE { $this $PATH ?value }' ] ."
    ),
    "a query with a filter in a group": (
        "e:S sh:targetClass e:Cheese ; sh:sparql [ sh:select 'SELECT $this WHERE { "
        '{ FILTER (STRENDS(STR($this), "o")) } UNION { FILTER (STRENDS(STR($this), "e")) } }\' ] .'
    ),
    "a query with an optional filter": (
        "e:S sh:targetClass e:Cheese ; sh:sparql [ sh:select 'SELECT $this ?value WHERE { OPTIONAL { "
        "?value <http://example.org/near> ?x . FILTER (?x = $this) } FILTER (!BOUND(?value)) }' ] ."
    ),
    "a query that counts": (
        "e:S sh:targetClass e:Cheese ; sh:sparql [ sh:select 'SELECT $this (COUNT(?x) AS ?value) WHERE { "
        "$this <http://example.org/rind> ?x } GROUP BY $this HAVING (COUNT(?x) > 1)' ] ."
    ),
    "a query that takes one": (
        "e:S sh:targetClass e:Cheese ; sh:sparql [ sh:select 'SELECT $this ?value WHERE { $this "
        "<http://example.org/rind> ?value } ORDER BY ?value LIMIT 1' ] ."
    ),
    "a query that does not select the focus node": (
        "e:S sh:targetClass e:Cheese ; sh:sparql [ sh:select 'SELECT ?value WHERE { $this "
        "<http://example.org/rind> ?value }' ] ."
    ),
}
COMPONENTS = """
e:Speaks a sh:ConstraintComponent ;
    sh:parameter [ sh:path e:speaks ] , [ sh:path e:also ; sh:optional true ] ;
    sh:validator [ a sh:SPARQLAskValidator ; sh:message "It does not speak {$speaks}." ;
        sh:ask "ASK { FILTER (LANG($value) = $speaks || LANG($value) = COALESCE($also, 'x')) }" ] .
e:Apart a sh:ConstraintComponent ; sh:parameter [ sh:path e:apart ] ;
    sh:nodeValidator [ a sh:SPARQLSelectValidator ;
        sh:select "SELECT $this ?value WHERE { $this e:near ?value . FILTER (?value = $apart) }" ;
        sh:prefixes e: ] ;
    sh:propertyValidator [ a sh:SPARQLSelectValidator ;
        sh:select "SELECT $this ?value WHERE { $this $PATH ?value . FILTER (?value = $apart) }" ] .
e: sh:declare [ sh:prefix "e" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
"""
SHAPES |= {
    "a question of one's own": COMPONENTS + "e:S sh:targetObjectsOf e:label ; e:speaks 'fr' ."
    "e:T sh:targetObjectsOf e:label ; e:speaks 'de' ; e:also 'fr' ."
    "e:U sh:targetObjectsOf e:label ; e:also 'fr' .",
    "a query of one's own about a path": COMPONENTS
    + "e:S sh:targetClass e:Cheese ; sh:property [ sh:path e:rind ; e:apart e:blue ] .",
}
MISTAKES = {
    "sh:frobnicate": "e:S sh:targetClass e:Cheese ; sh:frobnicate 3 .",
    "sh:singleLine": "e:S sh:targetClass e:Cheese ; sh:property [ sh:path e:label ; sh:singleLine true ] .",
    "sh:target ": (
        "e:S sh:target [ a sh:SPARQLTarget ; sh:select 'SELECT ?this WHERE { ?this ?p ?o }' ] ; sh:class "
        "e:Cheese ."
    ),
    "sh:js": "e:S sh:targetClass e:Cheese ; sh:js e:J .",
    "contains itself": "e:S sh:targetClass e:Cheese ; sh:property [ sh:path e:near ; sh:node e:S ] .",
    "has no sh:path": "e:S sh:targetClass e:Cheese ; sh:property [ sh:minLength 1 ] .",
    "more than one sh:datatype": (
        "e:S sh:targetClass e:Cheese ; sh:property [ sh:path e:fat ; sh:datatype xsd:decimal , xsd:string ] ."
    ),
    "not a count": "e:S sh:targetClass e:Cheese ; sh:property [ sh:path e:fat ; sh:minCount 'one' ] .",
    "needs a property shape": "e:S sh:targetClass e:Cheese ; sh:minCount 1 .",
    "not well-formed": "e:S sh:targetClass e:Cheese ; sh:in [ rdf:first e:one ] .",
    "not true or false": "e:S sh:targetClass e:Cheese ; sh:closed 'perhaps' .",
    "pattern": "e:S sh:targetClass e:Cheese ; sh:property [ sh:path e:label ; sh:pattern '(' ] .",
    "MINUS": (
        "e:S sh:targetClass e:Cheese ; sh:sparql [ sh:select 'SELECT $this WHERE { $this ?p ?o MINUS { "
        "$this ?p 1 } }' ] ."
    ),
    "bound again": (
        "e:S sh:targetClass e:Cheese ; sh:sparql [ sh:select 'SELECT (?x AS ?this) WHERE { ?x ?p ?o }' ] ."
    ),
    "expected": "e:S sh:targetClass e:Cheese ; sh:sparql [ sh:select 'SELECT $this WHERE { $this }' ] .",
    "needs sh:select": "e:S sh:targetClass e:Cheese ; sh:sparql [ sh:ask 'ASK { $this ?p ?o }' ] .",
    "a path is two things": (
        "e:S sh:targetClass e:Cheese ; sh:property [ sh:path [ sh:inversePath e:near ; sh:zeroOrMorePath "
        "e:near ] ] ."
    ),
}


def triples(text: str) -> list[Triple]:
    return [q.triple for q in parse(PREFIXES + text, format=RdfFormat.TURTLE)]


def same(data: list[Triple], shapes: list[Triple]) -> set[tuple[str, ...]]:
    """What both validators find, held to be equal."""
    ours = {r.core() for r in validate(data, shapes)}
    assert ours == {r.core() for r in reference.validate(data, shapes)}
    return ours


@pytest.mark.parametrize("name", SHAPES)
def test_we_find_what_pyshacl_finds(name):
    same(triples(MILK), triples(SHAPES[name]))


def test_the_shapes_above_find_something():
    quiet = {name for name in SHAPES if not validate(triples(MILK), triples(SHAPES[name]))}
    assert quiet == {"shapes that are switched off"}


@pytest.mark.parametrize("said", MISTAKES)
def test_what_is_not_understood_is_an_error(said):
    with pytest.raises(BadShape, match=said):
        validate(triples(MILK), triples(MISTAKES[said]))


def test_we_find_in_our_own_graph_and_in_all_bad_cases_what_pyshacl_finds():
    """All cases at once, since pySHACL needs its time; both have to see what one case does to another."""
    knowledge = load(home())
    data = everything(knowledge)
    for case in sorted(CASES.glob("*.bad.ttl")):
        data += read_any(case)
    found = same(data, shapes_of(knowledge))
    shapes = {row[4].rpartition("#")[2].rstrip(">") for row in found}
    assert len(found) > 200
    assert len(shapes) > 100


def test_we_find_in_the_toy_graph_what_pyshacl_finds():
    knowledge = load(TOY)
    data = everything(knowledge)
    assert not same(data, shapes_of(knowledge))
    assert same([t for t in data if "prefLabel" not in t.predicate.value], shapes_of(knowledge))


def everything(knowledge) -> list[Triple]:
    """The knowledge and what follows from it."""
    concluded = infer(knowledge.store(), knowledge.base)
    return [t for page in knowledge.pages.values() for t in page] + [q.triple for q in concluded]


def test_literals_are_judged_as_they_were_written():
    """The store would make 1 of 01, and 1.5 of 1.50."""
    data = triples("e:a e:n '01'^^xsd:integer, 1.50 .")
    shapes = triples("e:S sh:targetNode e:a ; sh:property [ sh:path e:n ; sh:in ( 1 1.5 ) ] .")
    assert [r.value.value for r in validate(data, shapes)] == ["01", "1.50"]


def test_a_query_gives_literals_back_as_they_were_written():
    data = triples("e:a e:n '01'^^xsd:integer .")
    shapes = triples(
        "e:S sh:targetNode e:a ; sh:sparql [ sh:select 'SELECT $this ?value WHERE { $this ?p ?value }' ] ."
    )
    assert [r.value.value for r in validate(data, shapes)] == ["01"]


def test_a_message_of_a_query_tells_what_the_query_found():
    shapes = triples(
        "e:S sh:targetNode e:three ; sh:sparql [ sh:message 'It has {?value}, of {$this} and {?other}.'@en ;"
        " sh:select 'SELECT $this ?value WHERE { $this <http://example.org/rind> ?value }' ] ."
    )
    finding = Finding.of(validate(triples(MILK), shapes)[0])
    assert finding.message == "It has http://example.org/blue, of http://example.org/three and {?other}."
    assert finding.component.endswith("#SPARQLConstraintComponent")


def test_a_question_of_ones_own_names_each_value_that_is_wrong():
    """SHACL-SPARQL 6.3 wants the value; pySHACL leaves it out where the shape has a path."""
    shapes = triples(
        COMPONENTS + "e:S sh:targetNode e:three ; sh:property [ sh:path e:label ; e:speaks 'fr' ] ."
    )
    results = validate(triples(MILK), shapes)
    assert [(r.value.value, r.messages[0].value) for r in results] == [
        ("c", "It does not speak fr."),
        ("plain", "It does not speak fr."),
    ]


def test_a_query_of_ones_own_about_nodes_is_not_the_one_about_paths():
    shapes = triples(COMPONENTS + "e:S sh:targetClass e:Cheese ; e:apart e:one , e:two .")
    results = validate(triples(MILK), shapes)
    assert [(r.focus.value[-5:], r.value.value[-3:], r.path) for r in results] == [("three", "one", None)]


def test_a_triple_that_is_said_twice_is_counted_once():
    data = triples("e:a e:p e:b .") * 2
    assert not validate(
        data, triples("e:S sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:maxCount 1 ] .")
    )


def test_dates_with_a_time_zone_and_without_do_not_compare():
    data = triples(
        "e:a e:p '2001-01-01T00:00:00Z'^^xsd:dateTime, '2001-01-01T00:30:00+01:00'^^xsd:dateTime,"
        " '2003-01-01T00:00:00'^^xsd:dateTime, 9 ."
    )
    bound = "'2001-01-01T00:00:00Z'^^xsd:dateTime"
    shapes = triples(f"e:S sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:minInclusive {bound} ] .")
    found = [r.value.value for r in validate(data, shapes)]
    assert found == ["2001-01-01T00:30:00+01:00", "2003-01-01T00:00:00", "9"]


@pytest.mark.parametrize(
    ("text", "datatype", "allowed"),
    [
        ("2004-02-29", "date", True),
        ("2003-02-29", "date", False),
        ("2003-02-28T24:00:00", "dateTime", True),
        ("2003-02-28T25:00:00", "dateTime", False),
        ("300", "byte", False),
        ("-0", "nonNegativeInteger", True),
        ("1e5", "decimal", False),
        ("INF", "double", True),
        ("P1Y2M3DT4H5.5S", "duration", True),
        ("P", "duration", False),
        ("PT", "dayTimeDuration", False),
        ("abc", "hexBinary", False),
        ("YQ==", "base64Binary", True),
        ("anything", "anyURI", True),
    ],
)
def test_a_datatype_allows_its_own_texts_only(text, datatype, allowed):
    data = triples(f"e:a e:p '{text}'^^xsd:{datatype} .")
    shapes = triples(f"e:S sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:datatype xsd:{datatype} ] .")
    assert (not validate(data, shapes)) == allowed


def test_a_report_is_the_same_whatever_blank_nodes_are_called():
    text = "e:a e:p [ e:q [] ] , [ e:q 2 ] ."
    shapes = "e:S sh:targetObjectsOf e:p , e:q ; sh:nodeKind sh:IRI ; sh:property e:P ."
    shapes += "e:P sh:path [ sh:inversePath ( e:p e:q ) ] ; sh:minCount 2 ."

    def renamed(prefix: str, some: list[Triple]) -> list[Triple]:
        names = {}

        def fresh(term):
            if not isinstance(term, BlankNode):
                return term
            return names.setdefault(term, BlankNode(f"{prefix}{len(names)}"))

        return [Triple(fresh(t.subject), t.predicate, fresh(t.object)) for t in some]

    one, two = (
        turtle(validate(renamed(p, triples(text)), renamed(q, triples(shapes))))
        for p, q in (("a", "z"), ("z", "a"))
    )
    assert one == two
    assert one.count(b"a sh:ValidationResult") == 8


def test_a_report_is_rdf_that_says_what_was_found():
    results = validate(triples(MILK), triples(SHAPES["a long path"]))
    report = [q.triple for q in parse(turtle(results), format=RdfFormat.TURTLE)]
    sh = "http://www.w3.org/ns/shacl#"
    assert sum(t.predicate.value == sh + "result" for t in report) == len(results) == 2
    assert NamedNode(sh + "zeroOrOnePath") in {t.predicate for t in report}
    assert Literal("false", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#boolean")) in {
        t.object for t in report
    }


def test_a_report_of_warnings_conforms_and_says_on_what_terms():
    data = triples("e:a e:p 1 .")
    shapes = triples("e:S sh:targetNode e:a ; sh:severity sh:Warning ; sh:nodeKind sh:Literal .")
    report = turtle(validate(data, shapes)).decode()
    assert "sh:conforms true" in report
    assert "sh:conformanceDisallows sh:Violation" in report
