"""What a check tells: findings, the checks there are, and how things are named in their sentences."""

from dataclasses import dataclass

from .index import Index
from .ours import EXACT_MATCH, Mapping, Ours

ERROR, WARNING, NOTE = "error", "warning", "note"
LEVELS = (ERROR, WARNING, NOTE)

#: Each check, and the sentence that explains it in reports.
CHECKS = {
    "target-missing": "the mapped term is not in the file",
    "target-obsolete": "the mapped term is obsolete",
    "target-merged": "the mapped identifier is now an alternative of another term",
    "name-changed": "the mapped term is called differently now",
    "no-shared-name": "an exact match without a name in common",
    "two-exact": "one thing of ours is exactly two terms of theirs",
    "shared-target": "two things of ours are exactly one term of theirs",
    "direction": "their hierarchy has the match the other way round",
    "hierarchy-reversed": "our hierarchy and theirs contradict each other",
    "hierarchy-missing": "a kind here is not a kind there",
    "hierarchy-extra": "a kind there is not a kind here",
    "triangle": "a mapping set between two of our targets says otherwise",
    "match-differs": "a mapping set of our things says otherwise",
    "not-mapped": "a term of theirs, below one that we map, that we do not map",
    "audit": "an audit question of the graph found something in the file",
}


@dataclass(frozen=True, order=True)
class Finding:
    """One difference: how bad, which check, in which file, what of ours, what of theirs, in a sentence."""

    level: str
    check: str
    ontology: str
    subject: str
    object: str
    sentence: str
    successor: str = ""
    name: str = ""

    @property
    def rank(self) -> tuple:
        return (LEVELS.index(self.level), self.ontology, self.check, self.subject, self.object, self.sentence)


class Say:
    """Makes findings about one ontology, with things named as people read them."""

    def __init__(self, ours: Ours, index: Index):
        self.ours, self.index, self.names = ours, index, ours.names

    def ours_as(self, iri: str) -> str:
        term = self.ours.index.terms.get(iri)
        return term.name if term and term.name else self.names.compact(iri)

    def theirs_as(self, iri: str) -> str:
        term = self.index.terms.get(iri)
        name = self.names.compact(iri)
        return f"{name} “{term.name}”" if term and term.name else name

    def __call__(
        self, level: str, check: str, subject: str, object_: str, sentence: str, successor: str = ""
    ):
        term = self.index.terms.get(object_)
        return Finding(
            level, check, self.index.path, subject, object_, sentence, successor, term.name if term else ""
        )


def exact_of(mappings: list[Mapping]) -> dict[str, list[str]]:
    """Thing of ours → what it is said to be exactly."""
    found: dict[str, list[str]] = {}
    for m in mappings:
        if m.predicate == EXACT_MATCH and m.object not in found.setdefault(m.subject, []):
            found[m.subject].append(m.object)
    return found
