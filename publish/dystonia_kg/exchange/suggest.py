"""
Candidates for mappings, by name. A candidate is never a match: a person decides.

Tiers, and the share of right ones among the decidable when DO was matched to ORDO and compared with
Mondo's curated matches (2018 releases): name is name .97, name is exact synonym .78, synonym is
synonym .51, same words in another order .76. Names that are merely alike (edit distance) had .06,
since "type 12" is like "type 13"; they are not offered. In Mondo's sets of 2026-08-04, where each name has
a partner, the names that are the same but for words that name no thing were right in .98 to 1.00 of the
cases in which nothing surer was there; such sets flatter.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .edition import Edition
from .index import EXACT, Index, Term, fold
from .names import Names, space
from .ours import CLOSE, EXACT_MATCH, SEMAPV, Mapping, Ours
from .writers import sssom

TIERS = {
    1: ("name is name", 0.97),
    2: ("name is exact synonym", 0.77),
    3: ("exact synonym is exact synonym", 0.5),
    4: ("same words, in another order, number or spelling", 0.4),
    5: ("same words but for those that name no thing", 0.3),
}

#: Shorter names are abbreviations, which mean many things, unless a term goes by them, they hold a number,
#: or nothing in them is a capital.
SHORTEST = 5
SHORTEST_WORD = 3

#: Of what we have of one kind, the share that is mapped into a vocabulary where that kind belongs.
BELONGS = 0.05

_SMALL = frozenset(
    ("a", "an", "and", "by", "due", "for", "from", "in", "of", "on", "or", "the", "to", "with")
)
#: Words that say what sort of name it is.
_SORTS = frozenset(("disease", "disorder", "syndrome", "type"))

#: Spellings that differ between countries, each towards the shorter one.
_SPELLINGS = (
    (re.compile(r"aem(?=i|\b)"), "em"),
    (re.compile(r"\boe(?=d|s)"), "e"),
    (re.compile(r"our\b"), "or"),
    (re.compile(r"is(?=ed\b|ing\b|ation\b)"), "iz"),
    (re.compile(r"ae"), "e"),
)
_PLURAL = re.compile(r"(?<=\w\w\w)(?<![siu])s\b")
_NUMBER = re.compile(r"\d")


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
    kinds = {vocabulary: _kinds(ours, vocabulary) for vocabulary in index.spaces()}
    found: dict[tuple[str, str], Candidate] = {}
    for term in _subjects(ours):
        for tier, target, reason in _matches(term, tables):
            pair = (term.iri, target)
            wanted = kinds.get(space(target))
            if wanted and not wanted & ours.types.get(term.iri, set()):
                continue
            if pair not in found or tier < found[pair].tier:
                theirs = index.terms[target]
                found[pair] = Candidate(
                    tier, *pair, term.name, theirs.name, reason, decided=decided.get(pair, "")
                )  # fmt: skip
    best: dict[str, int] = {}
    for candidate in found.values():
        for end in (candidate.subject, candidate.object):
            best[end] = min(best.get(end, 9), candidate.tier)
    kept = [c for c in found.values() if c.tier == best[c.subject] == best[c.object]]
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


def _kinds(ours: Ours, vocabulary: str) -> set[str]:
    """Our kinds that belong into a vocabulary, as what is mapped into it shows; none when nothing is."""
    mapped = {m.subject for m in ours.mappings if space(m.object) == vocabulary}
    counts: dict[str, list[int]] = {}
    for term in ours.index.live():
        for kind in ours.types.get(term.iri, ()):
            if kind.startswith(ours.base):
                row = counts.setdefault(kind, [0, 0])
                row[0] += 1
                row[1] += term.iri in mapped
    return {kind for kind, (all_, some) in counts.items() if some and some >= BELONGS * all_}


def _tables(index: Index) -> dict[str, dict[str, set[str]]]:
    made: dict[str, dict[str, set[str]]] = {"name": {}, "synonym": {}, "words": {}, "core": {}}
    for term in index.live():
        if term.obsolete:
            continue
        for name, first in _usable(term):
            key = fold(name)
            made["name" if first else "synonym"].setdefault(key, set()).add(term.iri)
            words = _words(key)
            made["words"].setdefault(" ".join(sorted(words)), set()).add(term.iri)
            core = words - _SORTS
            if core:
                made["core"].setdefault(" ".join(sorted(core)), set()).add(term.iri)
    return made


def _usable(term: Term) -> Iterable[tuple[str, bool]]:
    """The names that can be compared, and whether each is what the term is called."""
    for place, name in enumerate(term.names((EXACT,))):
        first = place == 0 and bool(term.name)
        length = len(fold(name))
        word = first or name.islower() or _NUMBER.search(name)
        if length >= SHORTEST or (word and length >= SHORTEST_WORD):
            yield name, first


def _words(key: str) -> set[str]:
    """The words of a name that tell things apart, in one number and one spelling."""
    for pattern, plain in _SPELLINGS:
        key = pattern.sub(plain, key)
    return set(_PLURAL.sub("", key).split()) - _SMALL


def _matches(term: Term, tables: dict) -> Iterable[tuple[int, str, str]]:
    for name, first in _usable(term):
        key = fold(name)
        for target in tables["name"].get(key, ()):
            yield (1 if first else 2), target, f"{'name' if first else 'synonym'} “{name}” is its name"
        for target in tables["synonym"].get(key, ()):
            yield (2 if first else 3), target, f"{'name' if first else 'synonym'} “{name}” is its synonym"
        words = _words(key)
        for target in tables["words"].get(" ".join(sorted(words)), ()):
            yield 4, target, f"“{name}” has the words of a name of it"
        for target in tables["core"].get(" ".join(sorted(words - _SORTS)), ()):
            yield 5, target, f"“{name}” has the telling words of a name of it"


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


def as_sssom(edition: Edition, candidates: list[Candidate]) -> str:
    """The candidates as a mapping set, the surest first; all are close matches by name."""
    names = edition.names
    more = sorted({space(c.object) for c in candidates if not names.split(c.object)[0]})
    if more:
        # What nobody gave a prefix gets one here, since SSSOM takes nothing else.
        extra = {f"ns{number}": namespace for number, namespace in enumerate(more, 1)}
        edition.names = Names({**names.namespaces, **extra}, names.spoken, names.variants)
    head = {
        "mapping_set_id": f"{edition.base}mappings/candidates",
        "mapping_set_version": edition.version,
        "mapping_set_title": f"{edition.title}: candidates for mappings, for a person to decide",
        "license": edition.ours.license or sssom.NO_LICENSE,
    }
    return sssom.rows(edition, head, [_mapping(edition, c) for c in candidates], ordered=False)


def _mapping(edition: Edition, c: Candidate) -> Mapping:
    told = f"tier {c.tier}: {c.reason}{'' if c.single else '; not the only candidate'}"
    if c.decided:
        told += f"; mapped as {edition.names.compact(c.decided)}"
    slots = {
        "object_label": [c.object_name],
        "mapping_justification": [SEMAPV + "LexicalMatching"],
        "confidence": [f"{c.confidence:.2f}"],
        "comment": [told],
    }
    return Mapping(c.subject, CLOSE, c.object, slots)
