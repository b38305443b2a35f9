"""
Where quads live and queries run.

Embedded, that is pyoxigraph's Store itself. Elsewhere it is a SPARQL engine: `connection` speaks to it,
`engines` knows what is peculiar to each, `layout` says where a release lies in it, `publishing` brings one
there. Whatever serves a release needs no more of a store than `Quads`.
"""

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Quads(Protocol):
    """What everything above asks of a store: the part of pyoxigraph.Store that can be had of any engine."""

    def query(self, query: str, **options: Any) -> Any:
        """The answer to a SPARQL query: solutions, a yes or no, or triples.

        Options are those of pyoxigraph: `base_iri`, `prefixes`, `default_graph`, `named_graphs`,
        `use_default_graph_as_union`, `substitutions`.
        """
        ...

    def quads_for_pattern(
        self, subject: Any, predicate: Any, object: Any, graph_name: Any = None
    ) -> Iterator:
        """Every quad that fits; None stands for anything."""
        ...

    def named_graphs(self) -> Iterator:
        """The name of each graph."""
        ...
