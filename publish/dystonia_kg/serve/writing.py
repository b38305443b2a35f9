"""Triples → bytes, in each format; JSON-LD is made by our own hand, because people read its keys."""

from pyoxigraph import RdfFormat, Triple, serialize

from ..formats import Format
from .library import Library


def write(library: Library, triples: list[Triple], form: Format) -> bytes:
    """The triples in this format, with our prefixes."""
    return serialize(triples, format=form.syntax, prefixes=library.prefixes)


__all__ = ["write", "RdfFormat"]
