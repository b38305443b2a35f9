"""
Candidates for mappings, by name. A candidate is never a match: a person decides.

Tiers, and the share of right ones among the decidable when DO was matched to ORDO and compared with
Mondo's curated matches (2018 releases): name is name .97, name is exact synonym .78, synonym is
synonym .51, same words in another order .76. Names that are merely alike (edit distance) had .06,
since "type 12" is like "type 13"; they are not offered.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .index import EXACT, Index, Term, fold
from .names import space
from .ours import CLOSE, EXACT_MATCH, Ours

TIERS = {
    1: ("name is name", 0.97),
    2: ("name is exact synonym", 0.77),
    3: ("exact synonym is exact synonym", 0.5),
    4: ("same words in another order", 0.4),
}

#: Shorter names are abbreviations, which mean many things.
SHORTEST = 5

_SMALL = frozenset(
    ("a", "an", "and", "by", "due", "for", "from", "in", "of", "on", "or", "the", "to", "with")
)


@dataclass(frozen=True, order=True)
class Candidate:
    """A pair with its tier; `single` when neither end has another pair as good; `decided` by a mapping."""

    tier: int
    subject: str
    object: str
    subject_name: str
    object_name: str
    reason: str
    single: bool = False
    decided: str = ""

    @property
    def confidence(self) -> float:
        return TIERS[self.tier][1]


@dataclass(frozen=True)
class Score:
    """How one tier (0: all) does in one vocabulary against what was curated."""

    vocabulary: str
    tier: int
    pairs: int
    decidable: int
    right: int
    curated: int

    @property
    def precision(self) -> float | None:
        return self.right / self.decidable if self.decidable else None

    @property
    def recall(self) -> float | None:
        return self.right / self.curated if self.curated else None


def suggest(ours: Ours, index: Index) -> list[Candidate]:
    """The best candidates for each thing of ours, the surest first."""
    tables = _tables(index)
    decided = {(m.subject, m.object): m.predicate for m in ours.mappings}
    found: dict[tuple[str, str], Candidate] = {}
    for term in _subjects(ours):
        for tier, target, reason in _matches(term, tables):
            pair = (term.iri, target)
            if pair not in found or tier < found[pair].tier:
                theirs = index.terms[target]
                found[pair] = Candidate(
                    tier, *pair, term.name, theirs.name, reason, decided=decided.get(pair, "")
                )  # fmt: skip
    best: dict[str, int] = {}
    for candidate in found.values():
        for end in (candidate.subject, candidate.object):
            best[end] = min(best.get(end, 9), candidate.tier)
    kept = [c for c in found.values() if c.tier == best[c.subject]]
    ends: dict[str, int] = {}
    for candidate in kept:
        for end in (candidate.subject, candidate.object):
            ends[end] = ends.get(end, 0) + 1
    return sorted(
        Candidate(*_row(c), single=ends[c.subject] == ends[c.object] == 1, decided=c.decided) for c in kept
    )  # fmt: skip


def _row(c: Candidate) -> tuple:
    return c.tier, c.subject, c.object, c.subject_name, c.object_name, c.reason


def _subjects(ours: Ours) -> Iterable[Term]:
    """Things of the kinds that have mappings already; everything when nothing has."""
    kinds: set[str] = set()
    for mapping in ours.mappings:
        kinds |= {k for k in ours.types.get(mapping.subject, ()) if k.startswith(ours.base)}
    for term in ours.index.live():
        if not term.obsolete and (not kinds or kinds & ours.types.get(term.iri, set())):
            yield term


def _tables(index: Index) -> dict[str, dict[str, set[str]]]:
    made: dict[str, dict[str, set[str]]] = {"name": {}, "synonym": {}, "words": {}}
    for term in index.live():
        if term.obsolete:
            continue
        for place, name in enumerate(term.names((EXACT,))):
            key = fold(name)
            if len(key) < SHORTEST:
                continue
            kind = "synonym" if place or not term.name else "name"
            made[kind].setdefault(key, set()).add(term.iri)
            made["words"].setdefault(_words(key), set()).add(term.iri)
    return made


def _words(key: str) -> str:
    return " ".join(sorted(set(key.split()) - _SMALL))


def _matches(term: Term, tables: dict) -> Iterable[tuple[int, str, str]]:
    for place, name in enumerate(term.names((EXACT,))):
        key = fold(name)
        if len(key) < SHORTEST:
            continue
        first = place == 0
        for target in tables["name"].get(key, ()):
            yield (1 if first else 2), target, f"{'name' if first else 'synonym'} “{name}” is its name"
        for target in tables["synonym"].get(key, ()):
            yield (2 if first else 3), target, f"{'name' if first else 'synonym'} “{name}” is its synonym"
        for target in tables["words"].get(_words(key), ()):
            yield 4, target, f"“{name}” has the words of a name of it"


def scores(ours: Ours, index: Index, candidates: list[Candidate]) -> list[Score]:
    """Precision and recall against our exact and close matches, by vocabulary and tier.

    A pair can be decided when one of its ends has a curated partner in that vocabulary.
    """
    found = []
    for vocabulary in sorted(index.spaces()):
        curated = {
            (m.subject, m.object)
            for m in ours.mappings
            if space(m.object) == vocabulary and m.predicate in (EXACT_MATCH, CLOSE) and m.object in index
        }
        ends = {end for pair in curated for end in pair}
        for tier in (*TIERS, 0):
            mine = [c for c in candidates if space(c.object) == vocabulary and tier in (0, c.tier)]
            decidable = [c for c in mine if c.subject in ends or c.object in ends]
            right = [c for c in decidable if (c.subject, c.object) in curated]
            found.append(Score(vocabulary, tier, len(mine), len(decidable), len(right), len(curated)))
    return found
