"""
Hold our mappings against somebody's ontology.

Differences in hierarchy are told, never mended: which side is right is a curator's question, and
published hierarchies have had lasting errors.
"""

from collections.abc import Callable, Iterable

from .findings import ERROR, NOTE, WARNING, Finding, Say, exact_of
from .index import EXACT, RELATED, Index, fold
from .names import space
from .ours import BROADER_MATCH, CLOSE, EXACT_MATCH, NARROWER_MATCH, Mapping, Ours
from .sets import contradictions, triangles


def check(
    ours: Ours,
    indexes: list[Index],
    tell: Callable[[str], None] = lambda _: None,
    parts: bool = False,
) -> list[Finding]:
    """Every difference between our mappings and these ontologies, the worst first.

    With `parts`, the files are parts of ontologies: that a term is not in one says nothing.
    """
    found: list[Finding] = []
    bridges = [index for index in indexes if index.matches]
    for index in indexes:
        tell(f"checking against {index.path} ({index.kind}, {len(index.terms)} terms)")
        found += _check_one(ours, index)
    if parts:
        found = [finding for finding in found if finding.check != "target-missing"]
    found += triangles(ours, bridges)
    found += contradictions(ours, bridges)
    return sorted(set(found), key=lambda f: f.rank)


def _check_one(ours: Ours, index: Index) -> Iterable[Finding]:
    spaces = index.spaces()
    relevant = [m for m in ours.mappings if space(m.object) in spaces]
    for part in (_targets, _exactness, _directions, _hierarchy, _unmapped):
        yield from part(ours, index, relevant)


def _targets(ours: Ours, index: Index, mappings: list[Mapping]) -> Iterable[Finding]:
    say = Say(ours, index)
    for m in mappings:
        us, it = say.ours_as(m.subject), say.names.compact(m.object)
        term = index.terms.get(m.object)
        if term is None or not term.defined:
            if m.object in index.merged:
                now = index.merged[m.object]
                yield say(
                    ERROR,
                    "target-merged",
                    m.subject,
                    m.object,
                    f"{us}: {it} was merged into {say.theirs_as(now)}",
                    now,
                )
            elif index.whole:
                yield say(ERROR, "target-missing", m.subject, m.object, f"{us}: {it} is not in the file")
            continue
        if term.obsolete:
            now = " or ".join(say.theirs_as(s) for s in term.successors)
            advice = f"; use {now}" if now else "; no successor is named"
            yield say(
                ERROR,
                "target-obsolete",
                m.subject,
                m.object,
                f"{us}: {say.theirs_as(m.object)} is obsolete{advice}",
                "|".join(term.successors),
            )
            continue
        yield from _named(ours, say, m, term)


def _named(ours: Ours, say: Say, m: Mapping, term) -> Iterable[Finding]:
    us = say.ours_as(m.subject)
    seen = m.slot("object_label")
    if seen and term.name and fold(seen) != fold(term.name):
        known = {fold(n) for n in term.names((EXACT, RELATED))}
        level = WARNING if fold(seen) in known else ERROR
        yield say(
            level,
            "name-changed",
            m.subject,
            m.object,
            f"{us}: {say.names.compact(m.object)} was “{seen}” when it was mapped and is “{term.name}” now",
        )
    if m.predicate == EXACT_MATCH and term.name:
        mine = ours.index.terms.get(m.subject)
        theirs = {fold(n) for n in term.names()}
        if mine is not None and theirs.isdisjoint(fold(n) for n in mine.names((EXACT, RELATED))):
            yield say(
                NOTE,
                "no-shared-name",
                m.subject,
                m.object,
                f"{us}: no name in common with {say.theirs_as(m.object)}",
            )


def _exactness(ours: Ours, index: Index, mappings: list[Mapping]) -> Iterable[Finding]:
    say = Say(ours, index)
    exact = exact_of(mappings)
    for subject, targets in exact.items():
        by_space: dict[str, list[str]] = {}
        for target in targets:
            by_space.setdefault(space(target), []).append(target)
        for group in by_space.values():
            if len(group) > 1:
                told = " and ".join(say.theirs_as(t) for t in group)
                yield say(
                    ERROR,
                    "two-exact",
                    subject,
                    group[0],
                    f"{say.ours_as(subject)}: is said to be exactly {told}",
                )
    holders: dict[str, list[str]] = {}
    for subject, targets in exact.items():
        for target in targets:
            holders.setdefault(target, []).append(subject)
    for target, subjects in holders.items():
        if len(subjects) > 1:
            told = " and ".join(say.ours_as(s) for s in subjects)
            yield say(
                ERROR,
                "shared-target",
                subjects[0],
                target,
                f"{told}: both are said to be exactly {say.theirs_as(target)}",
            )


def _directions(ours: Ours, index: Index, mappings: list[Mapping]) -> Iterable[Finding]:
    """Broader is above and narrower below: a term of theirs that we match exactly tells which is which."""
    say = Say(ours, index)
    exact = exact_of(mappings)
    for m in mappings:
        if m.predicate not in (BROADER_MATCH, NARROWER_MATCH, CLOSE):
            continue
        for anchor in exact.get(m.subject, ()):
            if anchor == m.object:
                yield say(
                    WARNING,
                    "direction",
                    m.subject,
                    m.object,
                    f"{say.ours_as(m.subject)}: {say.theirs_as(m.object)} is matched "
                    "exactly and otherwise at once",
                )
            wrong = {
                BROADER_MATCH: anchor in index.above(m.object),
                NARROWER_MATCH: m.object in index.above(anchor),
            }.get(m.predicate, False)
            if wrong:
                word = "broader" if m.predicate == BROADER_MATCH else "narrower"
                yield say(
                    WARNING,
                    "direction",
                    m.subject,
                    m.object,
                    f"{say.ours_as(m.subject)}: {say.theirs_as(m.object)} is called {word}, "
                    f"but in the file it is the reverse of {say.theirs_as(anchor)}, our exact match",
                )


def _hierarchy(ours: Ours, index: Index, mappings: list[Mapping]) -> Iterable[Finding]:
    say = Say(ours, index)
    exact = {s: t[0] for s, t in exact_of(mappings).items() if t[0] in index}
    back = {target: subject for subject, target in exact.items()}
    mine = {subject: ours.index.above(subject) for subject in exact}
    theirs = {target: index.above(target) for target in exact.values()}
    if not any(index.terms[target].parents for target in exact.values()):
        return
    for subject, target in exact.items():
        for upper in mine[subject]:
            goal = exact.get(upper)
            if goal is None or goal == target:
                continue
            told = f"{say.ours_as(subject)} is a kind of {say.ours_as(upper)} here"
            if target in theirs[goal]:
                yield say(
                    WARNING,
                    "hierarchy-reversed",
                    subject,
                    target,
                    f"{told}; in the file {say.theirs_as(goal)} is below {say.theirs_as(target)}",
                )
            elif goal not in theirs[target]:
                yield say(
                    NOTE,
                    "hierarchy-missing",
                    subject,
                    target,
                    f"{told}; in the file {say.theirs_as(target)} is not below {say.theirs_as(goal)}",
                )
        uppers = [u for u in theirs[target] if u in back and u != target]
        nearest = [u for u in uppers if not any(u in theirs[other] for other in uppers if other != u)]
        for upper in nearest:
            other = back[upper]
            if other not in mine[subject] and subject not in mine[other]:
                yield say(
                    NOTE,
                    "hierarchy-extra",
                    subject,
                    target,
                    f"in the file {say.theirs_as(target)} is below {say.theirs_as(upper)}; "
                    f"here {say.ours_as(subject)} is not a kind of {say.ours_as(other)}",
                )


def _unmapped(ours: Ours, index: Index, mappings: list[Mapping]) -> Iterable[Finding]:
    say = Say(ours, index)
    children = index.children()
    known = {m.object for m in mappings}
    roots = {m.object: m.subject for m in mappings if m.predicate == EXACT_MATCH and m.object in index}
    told: set[str] = set()
    for root in sorted(roots, key=lambda iri: (len(index.above(iri)), iri), reverse=True):
        for iri in sorted(index.below(root, children) - known - told):
            term = index.terms.get(iri)
            if term is None or not term.defined or term.obsolete:
                continue
            told.add(iri)
            yield say(
                NOTE,
                "not-mapped",
                roots[root],
                iri,
                f"{say.theirs_as(iri)} is below {say.theirs_as(root)}, "
                f"our {say.ours_as(roots[root])}, and is not mapped",
            )
