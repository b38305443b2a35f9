"""Draw the conclusions the rules allow, and keep them in a graph of their own."""

from pyoxigraph import NamedNode, Quad, Store

from ..rules import apply, read_rules


def conclusions(base: str) -> NamedNode:
    """The graph that conclusions are kept in."""
    return NamedNode(base + "inferred")


def infer(store: Store, base: str) -> list[Quad]:
    """Everything that follows, in the graph `<base>inferred`."""
    return apply(store, read_rules(store), conclusions(base))
