"""A query put in the names of an engine means what it meant: on the renamed data it has the same answer."""

import random
import re
from collections import Counter

import pytest
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    Store,
)

from dystonia_kg.store.rewriting import VERSION_OF, Scope, Unsendable, rewrite

BASE = "http://base.example/"
FOLDER = BASE + "store/1-abc/"
GENID = BASE + ".well-known/genid/1-abc/"
PREFIXES = {"x": "http://x.example/", "g": BASE + "graph/"}
GRAPHS = frozenset(f"{BASE}graph/{n}" for n in "abcd")
SECRET = "http://others.example/secret"
GUEST = "http://others.example/guest"


def held(graph: str) -> str:
    return FOLDER + graph.removeprefix(BASE)


def scope(**more) -> Scope:
    return Scope(FOLDER + "default", FOLDER + "index", FOLDER + "nothing", held, GRAPHS, skolem=GENID, **more)


X = [NamedNode(f"http://x.example/{n}") for n in "pqrstuv"]
NODES = [*X, *(BlankNode(n) for n in ("one", "two")), *(NamedNode(g) for g in sorted(GRAPHS))]
OBJECTS = [*NODES, Literal("p"), Literal("p", language="en"), Literal(1), Literal(2), Literal("a\"\\\n'é😀")]


def dataset(seed: int) -> tuple[Store, Store]:
    """A few quads as readers know them, and as an engine would hold them, with other things beside."""
    draw = random.Random(seed)
    ours, theirs = Store(), Store()
    for _ in range(40):
        quad = Quad(
            draw.choice(NODES),
            draw.choice(X[:3]),
            draw.choice(OBJECTS),
            NamedNode(draw.choice(sorted(GRAPHS))),
        )
        ours.add(quad)
        ours.add(Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()))
        for graph in (held(quad.graph_name.value), FOLDER + "default"):
            theirs.add(Quad(named(quad.subject), quad.predicate, named(quad.object), NamedNode(graph)))
    for graph in GRAPHS:
        if any(ours.quads_for_pattern(None, None, None, NamedNode(graph))):
            theirs.add(
                Quad(
                    NamedNode(held(graph)),
                    NamedNode(VERSION_OF),
                    NamedNode(graph),
                    NamedNode(FOLDER + "index"),
                )
            )
    for thing in X[:3]:
        theirs.add(Quad(NamedNode("http://others.example/x"), thing, Literal("secret"), NamedNode(SECRET)))
        theirs.add(Quad(NamedNode("http://others.example/x"), thing, Literal("stray"), DefaultGraph()))
    return ours, theirs


def named(term):
    return NamedNode(GENID + term.value) if isinstance(term, BlankNode) else term


def plain(term):
    if isinstance(term, NamedNode) and term.value.startswith(GENID):
        return BlankNode(term.value.removeprefix(GENID))
    return term


def rows(results):
    """What came, without order; the names of columns with each value."""
    if isinstance(results, QueryBoolean):
        return bool(results)
    if isinstance(results, QuerySolutions):
        names = [v.value for v in results.variables]
        return names, Counter(tuple(str(plain(row[n])) if row[n] else None for n in names) for row in results)
    return {tuple(str(plain(t)) for t in triple) for triple in results}


def ask_as_sent(theirs: Store, query: str, where: Scope, **graphs):
    sent = rewrite(query, BASE, PREFIXES, where, **graphs)
    assert sent.things is None
    return rows(
        theirs.query(
            sent.text,
            default_graph=[NamedNode(g) for g in sent.default_graphs],
            named_graphs=[NamedNode(g) for g in sent.named_graphs],
        )
    )


def same(query: str, seed: int = 1) -> None:
    ours, theirs = dataset(seed)
    assert ask_as_sent(theirs, query, scope()) == rows(ours.query(query, base_iri=BASE, prefixes=PREFIXES))


WRITTEN = {
    "no graph": "SELECT * { ?s ?p ?o }",
    "variable": "SELECT * { GRAPH ?g { ?s ?p ?o } }",
    "dollar": "SELECT * { GRAPH $g { $s ?p $o } }",
    "IRI": f"SELECT * {{ GRAPH <{BASE}graph/a> {{ ?s ?p ?o }} }}",
    "relative": "SELECT * { GRAPH <graph/a> { ?s ?p ?o } }",
    "relative to BASE": f"BASE <{BASE}graph/x/> SELECT * {{ GRAPH <../a> {{ ?s ?p ?o }} }}",
    "escaped": f"SELECT * {{ GRAPH <{BASE}gr\\u0061ph/\\U00000061> {{ ?s ?p ?o }} }}",
    "prefixed": "SELECT * { GRAPH g:a { ?s ?p ?o } }",
    "declared": f"PREFIX k: <{BASE}graph/> SELECT * {{ GRAPH k:a {{ ?s ?p ?o }} }}",
    "empty prefix": f"PREFIX : <{BASE}graph/> SELECT * {{ GRAPH :a {{ ?s ?p ?o }} }}",
    "lower case": "select * { graph ?g { ?s ?p ?o } }",
    "glued": "SELECT*{GRAPH?g{?s?p?o}}",
    "comments": "SELECT * # GRAPH <urn:x> {\n { GRAPH # ?no\n ?g { ?s ?p ?o # }\n } }",
    "unknown graph": "SELECT * { GRAPH <urn:nowhere> { ?s ?p ?o } }",
    "the secret one": f"SELECT * {{ GRAPH <{SECRET}> {{ ?s ?p ?o }} }}",
    "the index": f"SELECT * {{ GRAPH <{FOLDER}index> {{ ?s ?p ?o }} }}",
    "what the index looks like": f"SELECT * {{ GRAPH <{BASE}index> {{ ?s ?p ?o }} }}",
    "the engine's name": f"SELECT * {{ GRAPH <{FOLDER}graph/a> {{ ?s ?p ?o }} }}",
    "the engine's default graph": f"SELECT * {{ GRAPH <{FOLDER}default> {{ ?s ?p ?o }} }}",
    "only the graphs": "SELECT * { GRAPH ?g {} }",
    "two variables": "SELECT * { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?s ?q ?o } }",
    "the same variable twice": "SELECT * { GRAPH ?g { ?s ?p ?o } GRAPH ?g { ?o ?q ?z } }",
    "helper's name is taken": "SELECT ?held ?held1 { GRAPH ?held { ?s ?held1 ?o } }",
    "variable in the data": "SELECT * { ?x ?y ?g . GRAPH ?g { ?s ?p ?o } }",
    "variable inside": "SELECT * { GRAPH ?g { ?s ?p ?g } }",
    "filter inside": "SELECT * { GRAPH ?g { ?s ?p ?o FILTER(?g = g:a) } }",
    "filter outside": "SELECT * { GRAPH ?g { ?s ?p ?o } FILTER(STRENDS(STR(?g), 'graph/b')) }",
    "filter in a part": "SELECT * { GRAPH ?g { { ?s x:p ?o FILTER(?g = g:a) } UNION { ?s x:q ?o } } }",
    "bound before": "SELECT * { VALUES ?g { g:a g:b <urn:none> } GRAPH ?g { ?s ?p ?o } }",
    "bound by BIND": "SELECT * { BIND(g:b AS ?g) GRAPH ?g { ?s ?p ?o } }",
    "bound after": "SELECT * { GRAPH ?g { ?s ?p ?o } } VALUES (?g ?o) { (g:a UNDEF) (g:b x:s) }",
    "bound after, and new": "SELECT * { GRAPH ?g { ?s ?p ?o } } LIMIT 1000 VALUES (?new ?p) { (1 x:p) (2 UNDEF) }",
    "bound after an expression": "SELECT ?s (STR(?new) AS ?n) { ?s x:p ?o } VALUES ?new { 'a' 'b' }",
    "bound after a sub-select": "SELECT * { SELECT ?s { ?s x:p ?o } } VALUES ?s { x:p x:q x:r }",
    "bound after groups": "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p VALUES ?p { x:p x:q }",
    "bound after a count": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } VALUES ?p { x:p x:q }",
    "construct bound after": "CONSTRUCT { ?s x:has ?new } { ?s x:p ?o } VALUES (?new ?o) { (x:s x:p) (x:t UNDEF) }",
    "construct in short, bound after": "CONSTRUCT WHERE { ?s x:p ?o } VALUES ?s { x:p x:q }",
    "values inside": "SELECT * { GRAPH ?g { ?s ?p ?o VALUES (?p ?g) { (x:p g:a) (x:q UNDEF) } } }",
    "values of one inside": "SELECT * { GRAPH ?g { ?s ?p ?o VALUES ?g { g:a } } }",
    "bound inside": "SELECT * { GRAPH ?g { ?s ?p ?o BIND(STR(?g) AS ?name) } }",
    "nested": "SELECT * { GRAPH ?g { ?s ?p ?o GRAPH ?h { ?o ?q ?z } } }",
    "nested names": "SELECT * { GRAPH g:a { ?s ?p ?o GRAPH g:b { ?s ?q ?z } } }",
    "nested with both": "SELECT * { GRAPH ?g { ?s ?p ?o GRAPH ?h { ?s ?p ?o FILTER(?h != ?g) } } }",
    "exists": "SELECT * { ?s ?p ?o FILTER EXISTS { GRAPH ?g { ?s x:q ?z } } }",
    "exists of it": "SELECT * { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { GRAPH ?g { ?s x:q ?z } } }",
    "exists in it": "SELECT * { GRAPH ?g { ?s ?p ?o FILTER EXISTS { ?o ?q ?z } } }",
    "minus": "SELECT * { GRAPH ?g { ?s ?p ?o } MINUS { GRAPH ?g { ?s x:p ?z } } }",
    "minus elsewhere": "SELECT * { ?s ?p ?o MINUS { GRAPH ?h { ?s ?p ?o FILTER(?h = g:a) } } }",
    "optional": "SELECT * { ?s x:p ?o OPTIONAL { GRAPH ?g { ?s x:q ?z } } }",
    "optional inside": "SELECT * { GRAPH ?g { ?s x:p ?o OPTIONAL { ?s x:q ?z FILTER(?g = g:b) } } }",
    "union": "SELECT * { { GRAPH ?g { ?s x:p ?o } } UNION { GRAPH g:a { ?s x:q ?o } } }",
    "sub-select": "SELECT * { { SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g } }",
    "sub-select with a star": "SELECT ?g ?s { { SELECT * { GRAPH ?g { ?s x:p ?o } } } ?s x:q ?z }",
    "sub-select inside": "SELECT * { GRAPH ?g { ?s ?p ?o { SELECT DISTINCT ?s { ?s x:q ?z } } } }",
    "sub-select alone inside": "SELECT * { GRAPH ?g { SELECT ?s ?g { ?s x:q ?z } } }",
    "distinct": "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
    "distinct star": "SELECT DISTINCT * { GRAPH ?g { ?s x:p ?o } }",
    "count of graphs": "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "count of all": "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "ordered": "SELECT ?g ?s { GRAPH ?g { ?s ?p ?o } } ORDER BY DESC(?g) ?s LIMIT 100 OFFSET 0",
    "having": "SELECT ?g { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g HAVING(COUNT(*) > 5)",
    "grouped by the kind": "SELECT ?k (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY (isBlank(?o) AS ?k)",
    "paths": "SELECT * { GRAPH ?g { ?s x:p/x:q|^x:r ?o } }",
    "long paths": "SELECT * { GRAPH ?g { x:p x:p* ?o . ?o !x:q ?z } }",
    "path marks": "SELECT * { ?s (x:p|^x:q)+ ?o . ?o x:p? ?z }",
    "ask": "ASK { GRAPH ?g { ?s ?p 'p'@en } }",
    "construct": "CONSTRUCT { ?g x:has ?s } { GRAPH ?g { ?s ?p ?o } }",
    "construct in short": "CONSTRUCT WHERE { ?s x:p ?o }",
    "strings": """SELECT * { ?s ?p ?o FILTER(STR(?o) IN ('p', "a\\"\\\\\\n'é\\U0001F600")) }""",
    "long strings": """SELECT * { ?s ?p ?o FILTER(STR(?o) = '''a"\\\\
'é😀''') }""",
    "lists, blanks": "SELECT * { ?s x:p ?o ; x:q ?z , ?y . [] x:p [ x:q _:b ] . _:b ?v ?w }",
    "literals": "SELECT * { ?s ?p ?o FILTER(?o = '1'^^<http://www.w3.org/2001/XMLSchema#integer> || ?o = 2.0) }",
    "signs": "SELECT (?o-1 AS ?a) (-?o AS ?b) (?o*-2 AS ?c) { ?s ?p ?o FILTER(?o>-5&&?o<+5) }",
    "less than": "SELECT * { ?s ?p ?o FILTER(?o<2&&1<?o||?o>1) }",
    "casts": "SELECT (<http://www.w3.org/2001/XMLSchema#integer>(?o) AS ?t) { ?s ?p ?o }",
    "blank nodes": "SELECT * { ?s ?p ?o FILTER isBlank(?s) }",
    "names": "SELECT * { ?s ?p ?o FILTER(isIRI(?s) && !isURI(?o)) }",
    "kinds": "SELECT (isBlank(?o) AS ?b) (isIRI(?o) AS ?i) (isLiteral(?o) AS ?l) ?o { ?s ?p ?o }",
    "from": "SELECT * FROM g:a { ?s ?p ?o }",
    "from named": "SELECT * FROM NAMED g:a FROM NAMED <graph/b> { GRAPH ?g { ?s ?p ?o } }",
    "from both": "SELECT * FROM g:a FROM NAMED g:b { ?s ?p ?o . GRAPH ?g { ?s ?q ?z } }",
    "from and not named": "SELECT * FROM g:a { GRAPH ?g { ?s ?p ?o } }",
    "from named, by name": "SELECT * FROM NAMED g:a { { GRAPH g:a { ?s ?p ?o } } UNION { GRAPH g:b { ?s ?p ?o } } }",
    "from nowhere": "SELECT * FROM <urn:nowhere> { ?s ?p ?o }",
    "from the secret one": f"SELECT * FROM <{SECRET}> FROM NAMED <{SECRET}> {{ ?s ?p ?o }}",
    "from, in words": "SELECT * { ?from ?p ?o FILTER(?o != 'FROM <urn:x>') }",
    "prefix twice": "PREFIX g: <urn:no> PREFIX g: <http://base.example/graph/> SELECT * { GRAPH g:a { ?s ?p ?o } }",
}


@pytest.mark.parametrize("case", WRITTEN)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_query_means_what_it_meant(case, seed):
    same(WRITTEN[case], seed)


def pattern(draw: random.Random, depth: int, loose: bool = True) -> str:
    """A group of patterns, at random; `loose` when it may begin with anything."""
    names = ["?s", "?o", "?x", "?y", "x:p", "x:s", "?g"]

    def triple() -> str:
        path = draw.choice(["x:p", "x:q", "?p", "x:p/x:q", "x:r*"])
        return f"{draw.choice(names)} {path} {draw.choice(names)}"

    parts = [triple()]
    for _ in range(draw.randrange(3) if depth else 0):
        inner = pattern(draw, depth - 1)
        parts.append(
            draw.choice(
                [
                    f"GRAPH ?{draw.choice('gh')} {{ {inner} }}",
                    f"GRAPH {draw.choice(['g:a', 'g:b', '<graph/c>', '<urn:none>'])} {{ {inner} }}",
                    f"OPTIONAL {{ {inner} }}",
                    f"{{ {inner} }} UNION {{ {pattern(draw, depth - 1)} }}",
                    f"MINUS {{ {inner} }}",
                    f"FILTER {draw.choice(['', 'NOT '])}EXISTS {{ {inner} }}",
                    f"{{ SELECT DISTINCT ?s ?o ?g {{ {inner} }} }}",
                    f"FILTER(isIRI({draw.choice(names)}))",
                    triple(),
                ]
            )
        )
    return (
        " . ".join(parts[:1])
        + " "
        + " ".join(p if " " in p and p[0] in "GOMF{" else ". " + p for p in parts[1:])
    )


def strict(draw: random.Random, depth: int) -> str:
    """Patterns whose meaning does not hang on whether the variable of a GRAPH is seen inside it."""
    return pattern(draw, depth).replace("?g", "?y") if depth else pattern(draw, 0)


@pytest.mark.parametrize("seed", range(150))
def test_any_query_means_what_it_meant(seed):
    draw = random.Random(seed)
    head = draw.choice(["SELECT *", "SELECT DISTINCT ?s ?g", "SELECT (COUNT(*) AS ?n)", "ASK"])
    named = draw.choice(["", "", "FROM g:a FROM NAMED g:b FROM NAMED g:c"])
    same(f"{head} {named} {{ GRAPH ?g {{ {strict(draw, 2)} }} {pattern(draw, 1)} }}", seed)


def test_the_request_wins_over_the_query():
    _, theirs = dataset(3)
    query = "SELECT * FROM <graph/a> { ?s ?p ?o }"
    there = ask_as_sent(theirs, query, scope(), default_graphs=[BASE + "graph/b"])
    assert there == ask_as_sent(theirs, "SELECT * FROM g:b { ?s ?p ?o }", scope())
    assert there != ask_as_sent(theirs, query, scope())


def test_what_is_beside_is_seen_only_where_it_is_allowed():
    _, theirs = dataset(4)
    thing = NamedNode("http://others.example/thing")
    theirs.add(Quad(thing, thing, thing, NamedNode(GUEST)))
    every = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    alone = ask_as_sent(theirs, every, scope())[1]
    with_guest = ask_as_sent(theirs, every, scope(beside=frozenset([GUEST])))[1]
    assert with_guest == alone + Counter([(f"<{GUEST}>",)])
    for text in (f"ASK {{ GRAPH <{GUEST}> {{ ?s ?p ?o }} }}", f"ASK FROM <{GUEST}> {{ ?s ?p ?o }}"):
        assert ask_as_sent(theirs, text, scope()) is False
        assert ask_as_sent(theirs, text, scope(beside=frozenset([GUEST]))) is True


def test_named_graphs_are_sent_only_where_they_are_needed():
    assert rewrite("SELECT * { ?s ?p ?o }", BASE, PREFIXES, scope()).named_graphs == ()
    one = rewrite("SELECT * { GRAPH g:a { ?s ?p ?o } }", BASE, PREFIXES, scope())
    assert one.named_graphs == (FOLDER + "graph/a",)
    every = rewrite("SELECT * { GRAPH ?g { ?s ?p ?o } }", BASE, PREFIXES, scope())
    assert set(every.named_graphs) == {*map(held, GRAPHS), FOLDER + "index"}


def test_a_star_becomes_the_columns_that_the_reader_wrote():
    sent = rewrite("SELECT * { GRAPH ?g { ?s ?p ?o } }", BASE, PREFIXES, scope())
    assert sent.text.startswith("SELECT ?g ?o ?p ?s {")


@pytest.mark.parametrize(
    ("query", "things", "text"),
    [
        ("DESCRIBE <urn:a> x:b", ("urn:a", "http://x.example/b"), ""),
        ("DESCRIBE <urn:a> FROM g:a", ("urn:a",), ""),
        ("DESCRIBE ?s { ?s ?p ?o } LIMIT 3", (), "SELECT ?s { ?s ?p ?o } LIMIT 3"),
        ("DESCRIBE x:b ?s WHERE { ?s ?p 1 }", ("http://x.example/b",), "SELECT ?s WHERE { ?s ?p 1 }"),
        ("DESCRIBE * { GRAPH g:a { ?s x:p ?o } }", (), "SELECT ?o ?s"),
        ("DESCRIBE ?nothing", (), ""),
    ],
)
def test_a_description_is_asked_for_in_two_steps(query, things, text):
    sent = rewrite(query, BASE, PREFIXES, scope())
    assert sent.things == things
    assert sent.text.startswith(text) and bool(sent.text) == bool(text)


REFUSED = {
    "another endpoint": "ASK { SERVICE <http://127.0.0.1/> {} }",
    "silently": "ASK { service silent ?x {} }",
    "in the middle": "ASK { { SELECT * { FILTER EXISTS { SERVICE <urn:x> { ?s ?p ?o } } } } }",
    "a function of an engine": "SELECT (<bif:http_get>('http://127.0.0.1/') AS ?x) {}",
    "by prefix": "PREFIX b: <bif:> SELECT (b:http_get('http://127.0.0.1/') AS ?x) {}",
    "by escape": "SELECT (<b\\u0069f:http_get>('x') AS ?x) {}",
    "in a filter": "ASK { FILTER <http://jena.apache.org/ARQ/function#e>(?x) }",
    "in an order": "SELECT * { ?s ?p ?o } ORDER BY x:f(?o)",
    "as an aggregate": "SELECT (x:agg(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    "a class of Java": "ASK { ?s <java:java.lang.Runtime> ?o }",
    "a procedure of Virtuoso": "ASK { ?s <SQL:stat> ?o }",
    "an IRI that would close itself": "ASK { ?s <urn:a\\u003E\\u007D> ?o }",
    "an escape outside": "ASK { ?s ?p ?o } \\u0053ERVICE",
    "brackets that cross": "ASK { ( } )",
    "an unknown prefix": "ASK { ?s no:p ?o }",
    "nothing": "PREFIX x: <urn:x>",
    "a lone prefix": "PREFIX",
    "a broken string escape": "ASK { ?s ?p 'a\\x' }",
    "half a character": "ASK { ?s ?p '\\uD800' }",
    "one that grows": "ASK { FILTER(" + "isBlank(" * 40 + "?x" + ")" * 40 + ") }",
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_an_engine_may_not_be_asked_is_not_sent(case):
    with pytest.raises(Unsendable):
        rewrite(REFUSED[case], BASE, PREFIXES, scope())


def test_names_of_the_prefix_table_and_of_the_engine_do_not_reach_it():
    sent = rewrite("PREFIX bif: <urn:mine:> ASK { ?s bif:p x:q # secret\n }", BASE, PREFIXES, scope())
    assert sent.text == "ASK { ?s <urn:mine:p> <http://x.example/q> }"


@pytest.mark.parametrize("seed", range(40))
def test_no_spelling_of_a_query_lets_a_call_through(seed):
    """Whatever is sent, the word is not in it outside of strings and IRIs."""
    draw = random.Random(seed)
    bits = [
        "SERVICE",
        "x:y",
        "<urn:s>",
        "{",
        "}",
        "?x",
        "'",
        '"',
        "#",
        "\n",
        "<",
        ">",
        "(",
        ")",
        "FILTER",
        " ",
        "\\",
    ]
    for _ in range(100):
        text = "ASK { " + "".join(draw.choice(bits) for _ in range(draw.randrange(12))) + " }"
        try:
            sent = rewrite(text, BASE, PREFIXES, scope()).text
        except Unsendable:
            continue
        bare = re.sub(r'"(?:[^"\\]|\\.)*"|<[^<>\s]*>|\?\w+', " ", sent)
        assert "service" not in bare.casefold()
