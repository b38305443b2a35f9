"""Nothing is said more strongly than a document says it: in the OWL view, and in what pages put behind a fact."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from dystonia_kg.serve import create_app
from dystonia_kg.serve.view import Statement, Support, Value

OWL = "http://www.w3.org/2002/07/owl#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
WORDS = "https://w3id.org/dystonia/ontology#"
IDS = "https://w3id.org/dystonia/id/"
E = "urn:example:"


@pytest.fixture(scope="module")
def always(ours: Path) -> set[tuple[str, str, str]]:
    """What the OWL view asserts of every case: of what, by which relation, of some of what."""
    said: dict = {}
    for t in parse(path=ours / "ontology.owl", format=RdfFormat.RDF_XML):
        said.setdefault(t.subject, {}).setdefault(t.predicate.value, []).append(t.object)
    found = set()
    for subject, lines in said.items():
        for above in lines.get(RDFS + "subClassOf", ()):
            restriction = said.get(above, {})
            for relation in restriction.get(OWL + "onProperty", ()):
                (some,) = restriction[OWL + "someValuesFrom"]
                found.add((local(subject), local(relation), local(some)))
    return found


def local(node) -> str:
    return node.value.removeprefix(WORDS).removeprefix(IDS)


def test_what_is_stated_plainly_holds_of_every_case(always):
    assert ("cervical-dystonia", "affectsInAll", "neck") in always
    assert ("myoclonus-dystonia", "featureInAll", "body-myoclonus") in always


def test_no_member_of_a_list_joined_by_or_is_affected_in_every_case(always):
    of_mouth = {some for what, _, some in always if what == "oromandibular-dystonia"}
    assert "lower-cranial" in of_mouth
    assert not of_mouth & {"jaw", "tongue", "mouth", "lower-face"}
    of_both = {
        some for what, relation, some in always if (what, relation) == ("meige-syndrome", "affectsInAll")
    }
    assert of_both == {"eye-region", "lower-cranial"}


def test_what_is_typical_or_usual_does_not_hold_of_every_case(always):
    assert not [row for row in always if row[0] == "dopa-responsive-dystonia" and "InAll" in row[1]]
    assert not [row for row in always if row[0] == "acute-dystonic-reaction"]


def test_relations_of_every_case_imply_the_plain_ones(ours):
    told = set(parse(path=ours / "ontology.owl", format=RdfFormat.RDF_XML))
    narrower = {t.subject.value: t.object.value for t in told if t.predicate.value == RDFS + "subPropertyOf"}
    assert narrower[WORDS + "affectsInAll"] == WORDS + "affects"


def statement(predicate: str, thing: str, note: int, negated: bool = False) -> Statement:
    a, b, c = (Value(NamedNode(E + name), name) for name in ("a", predicate, thing))
    return Statement(NamedNode(E + "s"), "", a, b, c, (), (), (note,), negated)


def test_a_document_stands_behind_a_fact_only_if_it_says_it():
    has, may, begins, x = (NamedNode(E + name) for name in ("has", "may", "begins", "x"))
    support = Support(
        [statement("has", "x", 1), statement("begins", "x", 2), statement("has", "x", 3, negated=True)],
        {may: [has]},
    )
    assert support.notes(has, x) == (1,)
    assert support.notes(begins, x) == (2,)
    assert support.notes(may, x) == (1,)
    assert support.notes(NamedNode(E + "cures"), x) == ()


def test_a_concluded_region_of_a_combination_names_no_document(ours):
    page = create_app(ours).test_client().get("/id/meige-syndrome.html").get_data(as_text=True)
    affects = page.partition(">Affects<")[2].partition("</dd>")[0]
    assert "around the eyes" in affects
    assert "worked out" in affects or "concluded" in affects
    assert 'href="#' not in affects.partition("around the eyes")[2].partition("jaw")[0]


def test_pages_call_no_disagreement_what_only_a_rule_put_together(ours):
    page = create_app(ours).test_client().get("/id/foot-dystonia.html").get_data(as_text=True)
    banner = page.partition('class="dispute"')[2].partition("</div>")[0]
    assert "what adult foot dystonia is" in banner
    assert "shares far apart" not in banner
