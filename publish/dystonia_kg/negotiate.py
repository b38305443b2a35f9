"""
What would the reader like? The Accept header (RFC 9110 §12.5.1), answered from a list of offers.

The most specific range that fits an offer decides its quality; 0 means "not this one". Among equals
the order of the offers decides, so each list of offers states the server's preference. Parameters
other than `q` narrow nothing here: a client that asks for `application/ld+json` with some profile is
given JSON-LD.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ITEM = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_PART = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*"?)+')
_QUALITY = re.compile(r"\A(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\Z")

#: Longer headers are an attack or a mistake; what is past this is not read.
LONGEST = 4096


@dataclass(frozen=True)
class Range:
    """One element of an Accept header: a type or wildcard, its quality, its other parameters."""

    media_type: str
    quality: float
    parameters: tuple[tuple[str, str], ...] = ()

    def fits(self, media_type: str) -> int:
        """How specifically this range names the type: 3 exactly, 2 `type/*`, 1 `*/*`, 0 not."""
        if self.media_type == media_type:
            return 3
        if self.media_type == "*/*":
            return 1
        kind, _, rest = self.media_type.partition("/")
        return 2 if rest == "*" and media_type.startswith(kind + "/") else 0


def ranges(header: str) -> list[Range]:
    """The elements of an Accept header; what is not one (a quality of 7, no slash) is passed over."""
    found = []
    for item in _ITEM.findall(header[:LONGEST]):
        name, *rest = [part.strip() for part in _PART.findall(item)] or [""]
        name = name.lower()
        if name == "*":
            name = "*/*"
        if name.count("/") != 1:
            continue
        quality, others = 1.0, []
        for parameter in rest:
            key, _, value = parameter.partition("=")
            key, value = key.strip().lower(), value.strip().strip('"')
            if key == "q":
                if not _QUALITY.match(value):
                    break
                quality = float(value)
            elif key:
                others.append((key, value))
        else:
            found.append(Range(name, quality, tuple(others)))
    return found


def quality(wanted: list[Range], names: Iterable[str]) -> float:
    """How much something that goes by these media types is wanted: 0 not at all, 1 most."""
    best = (0, 0.0)
    for name in names:
        for one in wanted:
            best = max(best, (one.fits(name), one.quality) if one.fits(name) else (0, 0.0))
    return best[1]


def choose(header: str | None, offers: Iterable):
    """The offer that suits the header best, or None when nothing does.

    An offer has a `media_type` and `aliases` (other types it also answers for; an alias counts only
    where it is named, never through a wildcard). Without a header the first offer is chosen.
    """
    listed = list(offers)
    if header is None or not header.strip():
        return listed[0] if listed else None
    wanted = ranges(header)
    named = {one.media_type for one in wanted}
    best, chosen = 0.0, None
    for offer in listed:
        names = [offer.media_type, *(alias for alias in offer.aliases if alias in named)]
        wish = max(quality(wanted, [name]) for name in names)
        if quality(wanted, [offer.media_type]) == 0 and _refused(wanted, offer.media_type):
            wish = 0.0
        if wish > best:
            best, chosen = wish, offer
    return chosen


def _refused(wanted: list[Range], media_type: str) -> bool:
    return any(one.media_type == media_type and one.quality == 0 for one in wanted)
