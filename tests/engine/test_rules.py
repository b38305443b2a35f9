"""Rules and what-if, on cheese."""

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from dystonia_kg.build.infer import infer
from dystonia_kg.build.load import load
from dystonia_kg.errors import BadRule, Endless
from dystonia_kg.release import open_store
from dystonia_kg.rules import TYPE, WhatIf, read_rules

ID = "http://cheese.example/id/"
CAT = "http://cheese.example/words#"
SH = "http://www.w3.org/ns/shacl#"


def word(name: str) -> NamedNode:
    return NamedNode(CAT + name)


def thing(name: str) -> NamedNode:
    return NamedNode(ID + name)


@pytest.fixture
def store(request) -> Store:
    return load(request.config.rootpath / "tests" / "toy").store()


@pytest.fixture
def what_if(toy) -> WhatIf:
    own = Store()
    own.bulk_extend(open_store(toy).quads_for_pattern(None, None, None, DefaultGraph()))
    return WhatIf(own)


def rule(store: Store, construct: str, name: str = "added", **more) -> None:
    """Add a rule about cheeses to the store."""
    iri, shape = (
        NamedNode(f"http://cheese.example/shapes#{name}"),
        NamedNode(f"http://cheese.example/shapes#of-{name}"),
    )
    graph = NamedNode("urn:rules")
    store.add(Quad(shape, NamedNode(SH + "targetClass"), word("Cheese"), graph))
    store.add(Quad(shape, NamedNode(SH + "rule"), iri, graph))
    if construct:
        store.add(Quad(iri, NamedNode(SH + "construct"), Literal(construct), graph))
    for key, value in more.items():
        store.add(Quad(iri, NamedNode(SH + key), Literal(value), graph))


def test_a_later_order_may_negate_what_an_earlier_one_concludes(store):
    inferred = {q.triple for q in infer(store, "http://cheese.example/")}
    assert Triple(thing("brie"), word("tasteOf"), word("young")) in inferred
    assert Triple(thing("crottin"), word("tasteOf"), word("old")) in inferred
    assert Triple(thing("brie"), word("tasteOf"), word("old")) not in inferred


def test_a_rule_about_a_class_holds_for_the_classes_below_it(store):
    inferred = {q.triple for q in infer(store, "http://cheese.example/")}
    assert Triple(thing("brie"), word("eaten"), Literal(True)) in inferred


def test_a_choice_is_tried_both_ways_and_nothing_supposed_is_kept(store):
    inferred = infer(store, "http://cheese.example/")
    smells = {
        q.object for q in inferred if q.subject == thing("mystery") and q.predicate == word("maySmellOf")
    }
    assert smells == {thing("cow"), thing("goat")}
    assert not [q for q in inferred if "urn:x-suppose:" in str(q)]
    assert not [q for q in inferred if q.predicate == word("smellsOf") and q.subject == thing("mystery")]


def test_rules_repeat_until_nothing_follows(store):
    rule(store, "CONSTRUCT { $this cat:near ?far } WHERE { $this cat:near ?by . ?by cat:near ?far }")
    for one, other in (("brie", "crottin"), ("crottin", "mystery"), ("mystery", "brie")):
        store.add(Quad(thing(one), word("near"), thing(other), NamedNode("urn:near")))
    near = {
        (q.subject, q.object) for q in infer(store, "http://cheese.example/") if q.predicate == word("near")
    }
    assert len(near) == 6


def test_a_rule_that_never_ends_is_named(store):
    rule(store, "CONSTRUCT { $this cat:n ?m } WHERE { $this cat:n ?n . BIND (?n + 1 AS ?m) }")
    store.add(Quad(thing("brie"), word("n"), Literal(1), NamedNode("urn:n")))
    with pytest.raises(Endless, match="#added"):
        infer(store, "http://cheese.example/")


@pytest.mark.parametrize(
    "construct", ["CONSTRUCT { $this a ", "CONSTRUCT WHERE { $this ?p ?o }", "nonsense", ""]
)
def test_a_rule_that_is_not_understood_is_named(construct, store):
    rule(store, construct)
    with pytest.raises(BadRule, match="#added"):
        infer(store, "http://cheese.example/")


def test_a_deactivated_rule_is_left_out(store):
    before = {r.iri for r in read_rules(store)}
    rule(store, "nonsense", deactivated=True)
    assert {r.iri for r in read_rules(store)} == before


@pytest.mark.parametrize(
    ("choices", "complaint"), [(20, "ways to complete it"), (12, "completions are possible")]
)
def test_too_many_open_choices_are_refused(store, choices, complaint):
    for i in range(choices):
        choice = thing(f"choice-{i}")
        rule(
            store,
            f"CONSTRUCT {{ $this cat:with <{choice.value}> . <{choice.value}> a rdf:Alt ; rdfs:member c:cow , <urn:goat-{i}> }} "
            "WHERE { $this cat:ripensWeeks 4 }",
            name=f"many-{i}",
        )
    with pytest.raises(Endless, match=complaint):
        infer(store, "http://cheese.example/")


def test_what_if_concludes_about_the_description_alone(what_if):
    about = NamedNode("urn:mine")
    found = what_if.conclude(
        [Triple(about, TYPE, word("Cheese")), Triple(about, word("ripensWeeks"), Literal(1))]
    )
    assert Triple(about, word("tasteOf"), word("young")) in found
    assert {t.subject for t in found} == {about}


def test_what_if_leaves_the_release_as_it_was(what_if):
    before = set(what_if.store)
    about = NamedNode("urn:mine")
    what_if.conclude(
        [Triple(about, TYPE, word("Cheese")), Triple(about, word("madeFromUnknown"), Literal(True))]
    )
    assert set(what_if.store) == before


def test_a_failing_what_if_leaves_the_release_as_it_was(what_if):
    before = set(what_if.store)
    what_if.rules = [r for r in what_if.rules]
    broken = what_if.rules[0].__class__(
        "urn:broken", 0, (CAT + "Cheese",), "CONSTRUCT ", " nonsense", frozenset()
    )
    what_if.rules.insert(0, broken)
    with pytest.raises(BadRule):
        what_if.conclude([Triple(NamedNode("urn:mine"), TYPE, word("Cheese"))])
    assert set(what_if.store) == before
