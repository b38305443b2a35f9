"""Ask a store a question kept in queries/."""

from functools import cache
from importlib.resources import files

from pyoxigraph import DefaultGraph, NamedNode, Store, Variable


@cache
def question(name: str) -> str:
    """The text of queries/<name>.rq."""
    return (files(__package__) / "queries" / f"{name}.rq").read_text(encoding="utf-8")


def ask(store: Store, name: str, **bindings: NamedNode):
    """Run queries/<name>.rq over all graphs at once, with the given variables bound.

    A store whose default graph is the merge of the others is asked there: Oxigraph's union on the fly
    would meet each triple once for each graph that holds it. A variable can only be bound if the question
    selects it (a limit of Oxigraph).
    """
    bound = {Variable(key): term for key, term in bindings.items()}
    merged = next(store.quads_for_pattern(None, None, None, DefaultGraph()), None) is not None
    return store.query(question(name), substitutions=bound, use_default_graph_as_union=not merged)


def prefixes(store: Store) -> dict[str, str]:
    """The prefix table of the knowledge: prefix → namespace, in alphabetical order."""
    return {row["prefix"].value: row["namespace"].value for row in ask(store, "prefixes")}
