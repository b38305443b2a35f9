"""The questions to measure with: 27 shapes, filled with what a graph holds, so that any graph will do."""

from pyoxigraph import Store

PREFIXES = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""

TREES = ("http://www.w3.org/2000/01/rdf-schema#subClassOf", "http://www.w3.org/2004/02/skos/core#broader")
LABELS = ("http://www.w3.org/2000/01/rdf-schema#label", "http://www.w3.org/2004/02/skos/core#prefLabel")


def shapes(store: Store) -> dict[str, str]:
    """Name → query, about the things that this graph has most of."""

    def first(query: str, n: int = 1) -> list[str]:
        return [row[0].value for row in store.query(PREFIXES + query)][:n]

    count = "SELECT ?x (COUNT(*) AS ?n) {{ {} }} GROUP BY ?x ORDER BY DESC(?n) LIMIT 1"
    tree = first(count.format(f"VALUES ?x {{ <{TREES[0]}> <{TREES[1]}> }} ?a ?x ?b"))[0]
    label = first(count.format(f"VALUES ?x {{ <{LABELS[0]}> <{LABELS[1]}> }} ?a ?x ?b ; <{tree}> ?c"))[0]
    kind = first(count.format("?a a ?x"))[0]
    parent = first(count.format(f"?a <{tree}> ?x . ?x <{tree}> ?y FILTER(isIRI(?x))"))[0]
    things = first(f"SELECT ?x {{ ?x <{tree}> ?y ; <{label}> ?l FILTER(isIRI(?x)) }} ORDER BY ?x", 10**6)
    thing, some = things[len(things) // 2], things[:: max(1, len(things) // 20)][:20]
    values = " ".join(f"<{one}>" for one in some)
    t, n, c, x, y = f"<{tree}>", f"<{label}>", f"<{kind}>", f"<{thing}>", f"<{parent}>"
    return {
        "trivial ASK": "ASK {}",
        "ASK about one thing": f"ASK {{ {x} ?p ?o }}",
        "lookup of one thing": f"SELECT ?p ?o {{ {x} ?p ?o }}",
        "what points at it": f"SELECT ?s ?p {{ ?s ?p {y} }} LIMIT 100",
        "DESCRIBE": f"DESCRIBE {x}",
        "CONSTRUCT of one thing": f"CONSTRUCT {{ {x} ?p ?o }} WHERE {{ {x} ?p ?o }}",
        "100 of a class": f"SELECT ?s {{ ?s a {c} }} LIMIT 100",
        "1,000 rows": f"SELECT ?s ?l {{ ?s {n} ?l }} LIMIT 1000",
        "star join, 1,000 rows": f"SELECT ?s ?k ?l ?b {{ ?s a ?k ; {n} ?l ; {t} ?b }} LIMIT 1000",
        "10,000 rows": "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 10000",
        "path up": f"SELECT ?b {{ {x} {t}+ ?b }}",
        "path down": f"SELECT ?b {{ ?b {t}+ {y} }} LIMIT 1000",
        "two steps": f"SELECT ?b ?l {{ {x} {t}/{t} ?b . ?b {n} ?l }}",
        "siblings": f"SELECT ?o ?l {{ {x} {t} ?b . ?o {t} ?b ; {n} ?l }} LIMIT 100",
        "OPTIONAL, 1,000 rows": f"SELECT ?s ?b {{ ?s a {c} OPTIONAL {{ ?s {t} ?b }} }} LIMIT 1000",
        "UNION": f"SELECT ?o {{ {{ {x} {t} ?o }} UNION {{ ?o {t} {x} }} }}",
        "language filter": f"SELECT ?s ?l {{ ?s {n} ?l FILTER(LANG(?l) = 'en') }} LIMIT 100",
        "text search": f"SELECT ?s ?l {{ ?s {n} ?l FILTER(CONTAINS(LCASE(STR(?l)), 'ra')) }} LIMIT 50",
        "NOT EXISTS": f"SELECT ?s {{ ?s {t} ?b FILTER NOT EXISTS {{ ?k {t} ?s }} }} LIMIT 100",
        "VALUES, 20 things": f"SELECT ?s ?l {{ VALUES ?s {{ {values} }} ?s {n} ?l }}",
        "sub-select": f"SELECT ?s ?l {{ {{ SELECT ?s {{ ?s a {c} }} LIMIT 50 }} ?s {n} ?l }}",
        "BIND and IF": f"SELECT ?s ?k {{ ?s {n} ?l BIND(IF(STRLEN(?l) > 9, 'a', 'b') AS ?k) }} LIMIT 200",
        "CONSTRUCT, 1,000": f"CONSTRUCT {{ ?s {n} ?l }} WHERE {{ ?s {n} ?l }} LIMIT 1000",
        "children counted": f"SELECT ?b (COUNT(?s) AS ?n) {{ ?b {t} {y} . ?s {t} ?b }} GROUP BY ?b",
        "COUNT by class": "SELECT ?k (COUNT(*) AS ?n) { ?s a ?k } GROUP BY ?k",
        "sorted names": f"SELECT ?s ?l {{ ?s {n} ?l }} ORDER BY ?l LIMIT 100",
        "which predicates": "SELECT DISTINCT ?p { ?s ?p ?o }",
    }
