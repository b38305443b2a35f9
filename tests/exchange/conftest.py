"""The toy graph with mappings and alignments, and a small ontology to hold it against, in every format."""

import shutil
from pathlib import Path

import pytest

from dystonia_kg.build import build
from dystonia_kg.exchange.ours import Ours

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def larder_home(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("larder") / "home"
    shutil.copytree(HERE.parent / "toy", home)
    for path in (HERE / "larder").rglob("*.ttl"):
        shutil.copy(path, home / path.relative_to(HERE / "larder"))
    return home


@pytest.fixture(scope="session")
def larder(larder_home, tmp_path_factory) -> Path:
    """A release of the toy graph with mappings."""
    return build(larder_home, tmp_path_factory.mktemp("larder") / "release")


@pytest.fixture(scope="session")
def cheeses(larder) -> Ours:
    return Ours(larder)


@pytest.fixture
def altered(cheeses):
    """Our mappings for one test, with others added."""
    before = list(cheeses.mappings)
    yield cheeses.mappings
    cheeses.mappings[:] = before


OBO = """format-version: 1.2
data-version: mb/2026-01-01
ontology: mb

[Term]
id: MB:1
name: soft cheese
synonym: "spreading cheese" EXACT []

[Term]
id: MB:2
name: Brie
def: "A \\"soft\\" cheese." [MB:x]
synonym: "Brie de Meaux" RELATED []
xref: WD:Q1
alt_id: MB:20
is_a: MB:1 ! soft cheese
relationship: RO:0001000 MB:9 ! cow

[Term]
id: MB:3
name: goat cheese
is_a: MB:1 ! soft cheese

[Term]
id: MB:4
name: obsolete Tomme
is_obsolete: true
replaced_by: MB:5

[Term]
id: MB:5
name: Tomme
is_a: MB:9 ! cow thing

[Term]
id: MB:9
name: cow

[Typedef]
id: RO:0001000
name: derives from
"""

_O = "http://purl.obolibrary.org/obo/"
_I = "http://www.geneontology.org/formats/oboInOwl#"

TURTLE = f"""@prefix obo: <{_O}> .
@prefix oio: <{_I}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
obo:mb.owl a owl:Ontology ; owl:versionInfo "mb/2026-01-01" .
obo:MB_1 a owl:Class ; rdfs:label "soft cheese" ; oio:hasExactSynonym "spreading cheese" .
obo:MB_2 a owl:Class ; rdfs:label "Brie" ; obo:IAO_0000115 "A \\"soft\\" cheese." ;
  oio:hasRelatedSynonym "Brie de Meaux" ; oio:hasDbXref "WD:Q1" ; oio:hasAlternativeId "MB:20" ;
  rdfs:subClassOf obo:MB_1 ,
    [ a owl:Restriction ; owl:onProperty obo:RO_0001000 ; owl:someValuesFrom obo:MB_9 ] .
obo:MB_3 a owl:Class ; rdfs:label "goat cheese" ; rdfs:subClassOf obo:MB_1 .
obo:MB_4 a owl:Class ; rdfs:label "obsolete Tomme" ; owl:deprecated true ; obo:IAO_0100001 obo:MB_5 .
obo:MB_5 a owl:Class ; rdfs:label "Tomme" ; rdfs:subClassOf obo:MB_9 .
obo:MB_9 a owl:Class ; rdfs:label "cow" .
"""

FUNCTIONAL = f"""Prefix(obo:=<{_O}>)
Prefix(oio:=<{_I}>)
Prefix(rdfs:=<http://www.w3.org/2000/01/rdf-schema#>)
Ontology(<{_O}mb.owl>
# a comment
Declaration(Class(obo:MB_1))
Declaration(Class(obo:MB_2))
Declaration(Class(obo:MB_3))
Declaration(Class(obo:MB_4))
Declaration(Class(obo:MB_5))
Declaration(Class(<{_O}MB_9>))
Declaration(ObjectProperty(obo:RO_0001000))
AnnotationAssertion(rdfs:label obo:MB_1 "soft cheese"@en)
AnnotationAssertion(oio:hasExactSynonym obo:MB_1 "spreading cheese")
AnnotationAssertion(rdfs:label obo:MB_2 "Brie"^^xsd:string)
AnnotationAssertion(Annotation(oio:hasDbXref "MB:x") obo:IAO_0000115 obo:MB_2 "A \\"soft\\" cheese.")
AnnotationAssertion(oio:hasRelatedSynonym obo:MB_2 "Brie de Meaux")
AnnotationAssertion(oio:hasDbXref obo:MB_2 "WD:Q1")
AnnotationAssertion(oio:hasAlternativeId obo:MB_2 "MB:20")
SubClassOf(obo:MB_2 obo:MB_1)
SubClassOf(obo:MB_2 ObjectSomeValuesFrom(obo:RO_0001000 obo:MB_9))
AnnotationAssertion(rdfs:label obo:MB_3 "goat cheese")
SubClassOf(obo:MB_3 obo:MB_1)
AnnotationAssertion(rdfs:label obo:MB_4 "obsolete Tomme")
AnnotationAssertion(owl:deprecated obo:MB_4 "true"^^xsd:boolean)
AnnotationAssertion(obo:IAO_0100001 obo:MB_4 obo:MB_5)
AnnotationAssertion(rdfs:label obo:MB_5 "Tomme")
SubClassOf(obo:MB_5 obo:MB_9)
AnnotationAssertion(rdfs:label obo:MB_9 "cow")
)
"""


def graph() -> dict:
    """The same as OBO Graph JSON."""

    def node(number: int, name: str, **meta) -> dict:
        return {"id": f"{_O}MB_{number}", "lbl": name, "type": "CLASS", "meta": meta}

    nodes = [
        node(1, "soft cheese", synonyms=[{"pred": "hasExactSynonym", "val": "spreading cheese"}]),
        node(
            2,
            "Brie",
            definition={"val": 'A "soft" cheese.'},
            synonyms=[{"pred": "hasRelatedSynonym", "val": "Brie de Meaux"}],
            xrefs=[{"val": "WD:Q1"}],
            basicPropertyValues=[{"pred": f"{_I}hasAlternativeId", "val": "MB:20"}],
        ),
        node(3, "goat cheese"),
        node(
            4,
            "obsolete Tomme",
            deprecated=True,
            basicPropertyValues=[{"pred": f"{_O}IAO_0100001", "val": f"{_O}MB_5"}],
        ),
        node(5, "Tomme"),
        node(9, "cow"),
    ]
    edges = [
        {"sub": f"{_O}MB_2", "pred": "is_a", "obj": f"{_O}MB_1"},
        {"sub": f"{_O}MB_2", "pred": f"{_O}RO_0001000", "obj": f"{_O}MB_9"},
        {"sub": f"{_O}MB_3", "pred": "is_a", "obj": f"{_O}MB_1"},
        {"sub": f"{_O}MB_5", "pred": "is_a", "obj": f"{_O}MB_9"},
    ]
    return {"graphs": [{"id": f"{_O}mb.json", "nodes": nodes, "edges": edges}]}
