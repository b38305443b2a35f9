"""Triples → bytes, in each format; JSON-LD is made by ourselves, because people read its keys."""

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from ..formats import Format
from . import jsonld
from .library import WELL_KNOWN, Library


def write(
    library: Library, triples: list[Triple], form: Format, first: NamedNode | None = None, words: str = ""
) -> bytes:
    """The triples in this format, with our prefixes.

    The node named `first` stands first; in JSON-LD, `words` is the namespace that needs no prefix.
    """
    if form.syntax == RdfFormat.JSON_LD:
        if words:
            return jsonld.write_in(words, triples, first)
        return jsonld.write(library, triples, first)
    ordered = sorted(triples, key=lambda triple: triple.subject != first)
    return serialize(ordered, format=form.syntax, prefixes=_used(library, triples))


def _used(library: Library, triples: list[Triple]) -> dict[str, str]:
    """The prefixes that these triples need: a short account has a short head."""
    iris = {
        name
        for t in triples
        for term in t
        for name in (getattr(term, "value", ""), getattr(getattr(term, "datatype", None), "value", ""))
    }
    return {
        p: n for p, n in (WELL_KNOWN | library.prefixes).items() if any(iri.startswith(n) for iri in iris)
    }
