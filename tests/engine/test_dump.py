"""Putting the dataset in order, laying it out for questions, and counting it: quickly, and as slowly said."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from dystonia_kg.build.dump import canonical, merge, n_quads, n_triples
from dystonia_kg.build.shacl.graph import Graph
from dystonia_kg.build.tally import TYPE, Tally

BASE = "http://cheese.example/"
NAMES = {"rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "dairy": "http://dairy.example/"}

iris = st.sampled_from(
    [BASE, BASE + "void", BASE + "statistics#a"]
    + [
        f"{space}{n}"
        for space in (BASE, "http://dairy.example/", "http://far.example/")
        for n in ("a", "ab", "b")
    ]
).map(NamedNode)
blanks = st.sampled_from(["x", "y", "z"]).map(BlankNode)
texts = st.text(alphabet='ab" \\\n\r\tü_:\u2028', max_size=4)
literals = st.one_of(
    st.builds(Literal, texts),
    st.builds(lambda text: Literal(text, language="en"), texts),
    st.sampled_from(["1", "01", "x"]).map(
        lambda n: Literal(n, datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
    ),
)
predicates = st.one_of(iris, st.just(TYPE))
triples = st.builds(Triple, st.one_of(iris, blanks), predicates, st.one_of(iris, blanks, literals))
plain = st.builds(Triple, iris, predicates, st.one_of(iris, literals))
graphs = st.sampled_from([BASE + "one", BASE + "two", BASE + "t"]).map(NamedNode)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.tuples(graphs, triples), max_size=25))
def test_the_order_of_lines_is_the_order_of_terms_under_canonical_labels(told):
    by_graph: dict = {}
    for graph, triple in told:
        by_graph.setdefault(graph, []).append(triple)
    pages = canonical(by_graph.items())
    dataset = Dataset(Quad(t.subject, t.predicate, t.object, g) for g, t in told)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    expected = sorted(dataset, key=lambda q: tuple(map(str, (q.graph_name, *q.triple))))
    assert list(parse(n_quads(pages), format=RdfFormat.N_QUADS)) == expected
    whole = [q.triple for q in parse(n_triples(merge(pages.values())), format=RdfFormat.N_TRIPLES)]
    assert whole == sorted({q.triple for q in dataset}, key=lambda t: tuple(map(str, t)))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(triples, max_size=25))
def test_a_graph_made_from_lines_is_the_graph_made_from_triples(told):
    lines = merge(canonical([(NamedNode(BASE), told)]).values())
    slow = Graph(q.triple for q in parse(n_triples(lines), format=RdfFormat.N_TRIPLES))
    fast = Graph.of_lines(lines)

    def tables(graph: Graph) -> dict:
        terms = graph.terms
        return {
            terms[p]: {terms[s]: [terms[o] for o in ends] for s, ends in graph.forward(p).items()}
            for p in graph.predicates
        }

    assert tables(fast) == tables(slow)
    assert set(fast.store) == set(slow.store)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(plain, max_size=20), st.lists(plain, max_size=8))
def test_what_is_counted_in_two_parts_is_what_is_counted_at_once(first, later):
    # What comes later speaks only of the statistics and of the dataset as a whole, as they do.
    later = [t for t in later if t.subject.value in (BASE + "statistics#a", BASE + "void")]
    parts = Tally(Graph(first), BASE, NAMES).with_more(later)
    at_once = Tally(Graph([*first, *later]), BASE, NAMES).with_more([])
    assert _in_words(parts) == _in_words(at_once)


def _in_words(counts) -> dict:
    """The counts under the names of things rather than their numbers."""
    terms = counts.graph.terms
    return {
        "whole": (counts.triples, counts.ours, counts.subjects, counts.objects),
        "properties": {terms[p]: c for p, c in counts.properties.items()},
        "members": {terms[c]: n for c, n in counts.members.items() if n},
        "told": {
            (terms[c], terms[p]): (
                leads.triples,
                {terms[k]: n for k, n in leads.classes.items()},
                dict(leads.datatypes),
            )
            for c, by in counts.told.items()
            for p, leads in by.items()
        },
        "links": {(prefix, terms[p]): n for (prefix, p), n in counts.links.items()},
    }
