"""Given this, the rules conclude that; and without the rule they do not. Add two files; they are a test."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from dystonia_kg.build.infer import infer
from dystonia_kg.build.load import load, read
from dystonia_kg.home import home
from dystonia_kg.rules import Rule, apply, read_rules

CASES = Path(__file__).parent / "cases" / "rules"
RULES = sorted(path.name.removesuffix(".given.ttl") for path in CASES.glob("*.given.ttl"))
GIVEN = NamedNode("urn:given")
DEACTIVATED = NamedNode("http://www.w3.org/ns/shacl#deactivated")
RULE = NamedNode("http://www.w3.org/ns/shacl#SPARQLRule")
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@pytest.fixture(scope="module")
def knowledge():
    return load(home())


def concluded(knowledge, cases: list[str], without: NamedNode | None = None) -> set[Triple]:
    """What is known and follows when these cases are given beside the knowledge."""
    store: Store = knowledge.store()
    for case in cases:
        store.extend(Quad(*triple, GIVEN) for triple in read(CASES / f"{case}.given.ttl"))
    if without is not None:
        store.add(Quad(without, DEACTIVATED, Literal(True), GIVEN))
    infer(store, knowledge.base)
    return {quad.triple for quad in store}


def then(case: str) -> set[Triple]:
    return set(read(CASES / f"{case}.then.ttl"))


@pytest.fixture(scope="module")
def everything(knowledge):
    """The cases use names of their own, so all of them are given at once."""
    return concluded(knowledge, RULES)


def test_every_rule_has_a_case(knowledge):
    rules = {
        t.subject.value.rpartition("#")[2]
        for page in knowledge.pages.values()
        for t in page
        if t.predicate == TYPE and t.object == RULE
    }
    assert rules == set(RULES)


@pytest.mark.parametrize("case", RULES)
def test_given_this_the_rules_conclude_that(case, everything):
    assert then(case) - everything == set()


@pytest.fixture(scope="module")
def settled(knowledge) -> tuple[Store, list[Rule]]:
    """The knowledge with all that follows from it, and the rules."""
    store = knowledge.store()
    infer(store, knowledge.base)
    return store, read_rules(store)


def beside(settled, case: str, without: str = "") -> set[Triple]:
    """What follows for the things of a case, beside knowledge from which all has been concluded."""
    store, rules = settled
    given = [Quad(*triple, GIVEN) for triple in read(CASES / f"{case}.given.ttl")]
    try:
        store.extend(given)
        followed = apply(store, [r for r in rules if r.iri != without], GIVEN, within=GIVEN)
    finally:
        store.remove_graph(GIVEN)
    return {quad.triple for quad in (*given, *followed)}


@pytest.mark.parametrize("case", RULES)
def test_without_the_rule_the_conclusion_does_not_follow(case, knowledge, settled):
    rule = next(
        t.subject
        for page in knowledge.pages.values()
        for t in page
        if t.object == RULE and t.subject.value.endswith(f"#{case}")
    )
    if then(case) <= beside(settled, case):
        assert then(case) - beside(settled, case, without=rule.value)
    else:
        # It follows for something that the knowledge speaks of, not only for the things of the case.
        assert then(case) - concluded(knowledge, [case], without=rule)
