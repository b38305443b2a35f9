"""What every reader makes of an ontology: its terms, by IRI, with what a mapping has to know about them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .names import space

EXACT, RELATED, BROAD, NARROW = "EXACT", "RELATED", "BROAD", "NARROW"

_OBSOLETE = re.compile(r"\Aobsolete[\s:_]", re.IGNORECASE)
_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Term:
    """One term. `synonyms` are pairs of reach (EXACT, …) and text; `relations` of property and IRI."""

    iri: str
    name: str = ""
    definition: str = ""
    synonyms: list[tuple[str, str]] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    relations: list[tuple[str, str]] = field(default_factory=list)
    xrefs: list[str] = field(default_factory=list)
    deprecated: bool = False
    successors: list[str] = field(default_factory=list)
    defined: bool = False
    line: int = 0

    @property
    def obsolete(self) -> bool:
        """Said outright, or in the name, as OBO and ORDO do."""
        return self.deprecated or bool(_OBSOLETE.match(self.name))

    def names(self, reach: tuple[str, ...] = (EXACT,)) -> list[str]:
        """The name and the synonyms of that reach."""
        return [n for n in (self.name, *(t for r, t in self.synonyms if r in reach)) if n]


@dataclass(slots=True)
class Match:
    """One row of somebody's mappings; `negated` when it says that the match does not hold."""

    subject: str
    predicate: str
    object: str
    subject_name: str = ""
    object_name: str = ""
    negated: bool = False


@dataclass
class Index:
    """An ontology as read. `whole` is false for files that only mention terms (mappings, edges)."""

    path: str
    kind: str
    name: str = ""
    version: str = ""
    terms: dict[str, Term] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    matches: list[Match] = field(default_factory=list)
    whole: bool = True

    def term(self, iri: str) -> Term:
        """The term, made when it is new."""
        found = self.terms.get(iri)
        if found is None:
            found = self.terms[iri] = Term(iri)
        return found

    def __contains__(self, iri: str) -> bool:
        term = self.terms.get(iri)
        return term is not None and term.defined

    def above(self, iri: str) -> dict[str, int]:
        """Every term above, with its distance; circles end where they began."""
        distance, near = {}, [iri]
        steps = 0
        while near:
            steps += 1
            further = []
            for one in near:
                term = self.terms.get(one)
                for parent in term.parents if term else ():
                    if parent not in distance and parent != iri:
                        distance[parent] = steps
                        further.append(parent)
            near = further
        return distance

    def children(self) -> dict[str, list[str]]:
        """Parent → terms directly below."""
        found: dict[str, list[str]] = {}
        for term in self.terms.values():
            for parent in term.parents:
                found.setdefault(parent, []).append(term.iri)
        return found

    def below(self, iri: str, children: dict[str, list[str]] | None = None) -> set[str]:
        """Every term below."""
        children = self.children() if children is None else children
        found: set[str] = set()
        queue = [iri]
        while queue:
            for child in children.get(queue.pop(), ()):
                if child not in found:
                    found.add(child)
                    queue.append(child)
        return found

    def spaces(self) -> set[str]:
        """The namespaces this file is about: a fifth of its terms, or more, are in each."""
        counts: dict[str, int] = {}
        for term in self.live():
            one = space(term.iri)
            counts[one] = counts.get(one, 0) + 1
        total = sum(counts.values())
        return {one for one, count in counts.items() if 5 * count >= total}

    def live(self) -> Iterator[Term]:
        """The terms that the file itself describes."""
        return (term for term in self.terms.values() if term.defined)


def fold(text: str) -> str:
    """A name as it is compared: no case, no punctuation, possessive s dropped."""
    text = text.casefold().replace("'s ", " ").replace("’s ", " ")
    return " ".join(_WORD.findall(text))
