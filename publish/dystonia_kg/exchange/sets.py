"""
Hold our mappings against mapping sets: those between two of our targets, and those of our own things.

A match passes on: what is exactly A, where a set has B above A, has B above it too.
"""

from collections.abc import Iterable

from .findings import NOTE, WARNING, Finding, Say, exact_of
from .index import Index, Match
from .names import space
from .ours import BROADER_MATCH, CLOSE, EXACT_MATCH, NARROWER_MATCH, RELATED_MATCH, Ours

#: A match read from its other end.
_TURNED = {
    BROADER_MATCH: NARROWER_MATCH,
    NARROWER_MATCH: BROADER_MATCH,
    EXACT_MATCH: EXACT_MATCH,
    CLOSE: CLOSE,
    RELATED_MATCH: RELATED_MATCH,
}
_ORDERED = (EXACT_MATCH, BROADER_MATCH, NARROWER_MATCH)
_SAID = {
    EXACT_MATCH: "exactly",
    BROADER_MATCH: "below",
    NARROWER_MATCH: "above",
    CLOSE: "close to",
    RELATED_MATCH: "related to",
}


def contradictions(ours: Ours, bridges: list[Index]) -> list[Finding]:
    """Where a set says of one of our pairs, straight or through another target, what ours excludes."""
    mine: dict[str, dict[str, list[str]]] = {}
    holders: dict[str, list[tuple[str, str]]] = {}
    for m in ours.mappings:
        if m.predicate in _SAID:
            mine.setdefault(m.subject, {}).setdefault(m.object, []).append(m.predicate)
            holders.setdefault(m.object, []).append((m.subject, m.predicate))
    found: list[Finding] = []
    for bridge in bridges:
        say = Say(ours, bridge)
        for match in bridge.matches:
            told: set[str] = set()
            for start, relation, end in _both_ways(match):
                if start in mine:
                    found += _straight(say, mine[start], start, relation, end, match.negated)
                for subject, first in holders.get(start, ()):
                    if first == EXACT_MATCH and end != subject and subject not in told:
                        here = mine[subject].get(end, ())
                        more = _through(say, subject, start, relation, end, here, match.negated)
                        if more:
                            # From its other end it would be told again.
                            told.add(subject)
                            found += more
    return found


def _both_ways(match: Match) -> Iterable[tuple[str, str, str]]:
    if match.predicate in _TURNED:
        yield match.subject, match.predicate, match.object
        yield match.object, _TURNED[match.predicate], match.subject


def _straight(
    say: Say, mine: dict[str, list[str]], subject: str, relation: str, end: str, negated: bool
) -> Iterable[Finding]:
    """A set speaks of one of our things itself."""
    here, us, it = mine.get(end, []), say.ours_as(subject), say.theirs_as(end)
    if negated:
        if relation in here:
            told = f"{us}: {_SAID[relation]} {it} here, which the file denies"
            yield say(WARNING, "match-differs", subject, end, told)
    elif here and relation not in here:
        ways = (*here, relation)
        level = WARNING if sum(way in _ORDERED for way in ways) > 1 else NOTE
        told = f"{us}: {_SAID[here[0]]} {it} here, {_SAID[relation]} it in the file"
        yield say(level, "match-differs", subject, end, told)
    elif not here and relation == EXACT_MATCH:
        others = [
            target for target, ways in mine.items() if EXACT_MATCH in ways and space(target) == space(end)
        ]
        if others:
            told = " and ".join(say.theirs_as(other) for other in sorted(others))
            yield say(WARNING, "match-differs", subject, end, f"{us}: exactly {told} here, {it} in the file")


def _through(
    say: Say, subject: str, middle: str, relation: str, end: str, here, negated: bool
) -> list[Finding]:
    """Ours is exactly one end of their match; what we say of the other end has to agree."""
    wrong = [way for way in here if way in _ORDERED and relation in _ORDERED and (way != relation) != negated]
    if not wrong or (negated and relation != EXACT_MATCH):
        return []
    between = f"{say.theirs_as(middle)} {'is not' if negated else 'is'} {_SAID[relation]}"
    told = (
        f"{say.ours_as(subject)}: exactly {say.theirs_as(middle)} and {_SAID[wrong[0]]} "
        f"{say.theirs_as(end)} here, but the file has that {between} the latter"
    )
    return [say(WARNING, "triangle", subject, end, told)]


def triangles(ours: Ours, bridges: list[Index]) -> Iterable[Finding]:
    """Ours is A there and B elsewhere; a mapping set has A = C, and C is not B."""
    exact = exact_of(ours.mappings)
    for bridge in bridges:
        say = Say(ours, bridge)
        links: dict[str, set[str]] = {}
        for match in bridge.matches:
            if match.predicate == EXACT_MATCH and not match.negated:
                links.setdefault(match.subject, set()).add(match.object)
                links.setdefault(match.object, set()).add(match.subject)
        for subject, targets in exact.items():
            by_space = {}
            for target in targets:
                by_space.setdefault(space(target), set()).add(target)
            for target in targets:
                for other in links.get(target, ()):
                    same = by_space.get(space(other))
                    if same and other not in same and space(other) != space(target):
                        mine = ", ".join(say.theirs_as(t) for t in sorted(same))
                        yield say(
                            WARNING,
                            "triangle",
                            subject,
                            other,
                            f"{say.ours_as(subject)}: exactly {say.theirs_as(target)} and {mine} here, "
                            f"but the file has {say.theirs_as(target)} = {say.theirs_as(other)}",
                        )
