"""What the zygote tells the front about the release: the material of the service description."""

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store, serialize

from ...ask import ask, prefixes

VOID = "http://rdfs.org/ns/void#"


def facts(store: Store) -> dict:
    """The base IRI, the prefix table, how much is in each graph, and what the dataset says of itself."""
    dataset = next(iter(ask(store, "dataset")), None)
    graphs = {g.value: _count(store, g) for g in store.named_graphs() if isinstance(g, NamedNode)}
    return {
        "dataset": dataset["dataset"].value if dataset else "",
        "base": dataset["base"].value if dataset else "urn:x-base:",
        "prefixes": prefixes(store),
        "triples": _count(store, DefaultGraph()),
        "graphs": dict(sorted(graphs.items())),
        "description": _description(store),
    }


def _count(store: Store, graph) -> int:
    return sum(1 for _ in store.quads_for_pattern(None, None, None, graph))


def _description(store: Store) -> str:
    """VoID, prefixes and example queries, as N-Triples: editors read them from here."""
    triples = store.query(_READ)
    return serialize(triples, format=RdfFormat.N_TRIPLES).decode()


#: Everything said about datasets, their partitions and linksets, prefix tables and example queries.
_READ = f"""
PREFIX void: <{VOID}>
PREFIX sh: <http://www.w3.org/ns/shacl#>
CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ SELECT DISTINCT ?s WHERE {{
    {{ ?s a void:Dataset }} UNION {{ ?s a void:Linkset }} UNION {{ ?s a void:DatasetDescription }}
    UNION {{ ?any void:classPartition ?s }} UNION {{ ?any void:propertyPartition ?s }}
    UNION {{ ?s sh:declare ?row }} UNION {{ ?any sh:declare ?s }}
    UNION {{ ?s a sh:SPARQLExecutable }}
    UNION {{ ?s a sh:SPARQLSelectExecutable }} UNION {{ ?s a sh:SPARQLAskExecutable }}
    UNION {{ ?s a sh:SPARQLConstructExecutable }}
  }} }}
  ?s ?p ?o .
}}"""
