"""A release as spreadsheets see it: identifiers, types, properties, and how well a thing fits a question."""

from collections import Counter
from functools import lru_cache

from pyoxigraph import BlankNode, Literal, NamedNode

from .library import Library
from .search import Hit, fold, index
from .shelves import Line, Shelves, local, shelves

#: Candidates when nobody says how many, and the most.
USUAL, MOST = 10, 100

_INTEGERS = frozenset(
    "http://www.w3.org/2001/XMLSchema#" + name for name in ("integer", "int", "long", "nonNegativeInteger")
)
_NUMBERS = frozenset("http://www.w3.org/2001/XMLSchema#" + name for name in ("decimal", "double", "float"))


class Desk:
    """One release as the API sees it."""

    def __init__(self, shelf: Library):
        self.shelf = shelf
        self.index = index(shelf)
        self.shelves: Shelves = shelves(shelf)
        counts = Counter(self._space(thing.value) for thing, (_, slug) in self.index.kinds.items() if slug)
        self.space = max(counts, key=lambda s: (counts[s], s), default=shelf.base)
        classes = Counter(self._space(one.target.value) for one in self.shelves.all)
        self.schema = max(classes, key=lambda s: (classes[s], s), default=shelf.base)

    @staticmethod
    def _space(iri: str) -> str:
        return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]

    # --- identifiers

    def id(self, thing: NamedNode) -> str | None:
        """The identifier of a thing, when it has a page on a shelf and is in our namespace."""
        if thing not in self.index.kinds or not thing.value.startswith(self.space):
            return None
        rest = thing.value.removeprefix(self.space)
        return rest if rest and "/" not in rest and "#" not in rest else None

    def thing(self, text: str) -> NamedNode | None:
        """The thing that an identifier, an IRI or a CURIE of ours names."""
        prefix, colon, rest = text.partition(":")
        spellings = [self.space + text, text]
        if colon and prefix in self.shelf.prefixes:
            spellings.append(self.shelf.prefixes[prefix] + rest)
        for iri in spellings:
            try:
                node = NamedNode(iri)
            except ValueError:
                continue
            if self.id(node) is not None:
                return node
        return None

    def types(self, thing: NamedNode) -> list[dict]:
        """The shelves a thing stands on, the most particular first."""
        found = [t for t in self.shelves.types(thing) if t in self.shelves.by_target]
        return [self._type(t) for t in found]

    def _type(self, cls: NamedNode) -> dict:
        return {"id": local(cls), "name": self.shelf.label(cls)}

    def all_types(self) -> list[dict]:
        """Every shelf that something reconcilable stands on."""
        used = {slug for thing, (_, slug) in self.index.kinds.items() if self.id(thing)}
        used |= {local(up) for slug in used if slug in self.shelves.by_slug
                 for up in self.shelves.above(self.shelves.by_slug[slug].target)}  # fmt: skip
        return [
            self._type(one.target) | {"description": one.comment}
            for one in self.shelves.all
            if one.slug in used
        ]

    def is_a(self, thing: NamedNode, wanted: str) -> bool:
        """Is it of a type, given by identifier or IRI, or of one below?"""
        return any(
            wanted in (local(up), up.value) for t in self.shelves.types(thing) for up in self.shelves.above(t)
        )

    def properties(self, kind: str = "") -> dict[str, Line]:
        """Identifier → line, for one type or for all."""
        found: dict[str, Line] = {}
        for one in self.shelves.all:
            if kind in ("", one.slug, one.target.value):
                for line in one.lines:
                    key = line.key or (local(line.term) if line.term else "")
                    if key:
                        found.setdefault(key, line)
        return found

    def values(self, thing: NamedNode, line: Line) -> list:
        return [v for v in self.shelves.values(thing, line) if not isinstance(v, BlankNode)]

    # --- reconciling

    def candidates(self, question: dict) -> list[dict]:
        """What one question finds, best first."""
        text = question.get("query", "").strip()
        types = question.get("type", [])
        types = types if isinstance(types, list) else [types]
        # A client that has reconciled before may send the type as it was told it.
        types = [one["id"] if isinstance(one, dict) else one for one in types]
        types = [one for one in types if one]
        if not all(isinstance(one, str) for one in types):
            raise TypeError("type")
        strict = question.get("type_strict", "any")
        limit = max(1, min(int(question.get("limit", USUAL)), MOST))
        given = question.get("properties", [])
        direct = self.thing(text) if ":" in text else None
        hits = self.index.search(text, 200) if text else []
        if not text and not given:
            return []
        if not text:
            hits = [self.index._hit(t, (30, 0), e, "") for t, e in self._every().items()]
        found = []
        for hit in hits:
            identifier = self.id(hit.thing)
            belongs = [self.is_a(hit.thing, t) for t in types]
            fits = all(belongs) if strict == "all" else any(belongs)
            if identifier is None or (types and not fits and strict != "should"):
                continue
            agreed = [self._agrees(hit.thing, one) for one in given]
            found.append((self._score(hit, fits or not types, agreed), hit, all(agreed), fits or not types))
        if direct is not None and (not types or any(self.is_a(direct, t) for t in types)):
            found = [row for row in found if row[1].thing != direct]
            hit = self.index._hit(direct, (0, 0), self._every()[direct], "")
            found.append((100.0, hit, all(self._agrees(direct, one) for one in given), True))
        found.sort(key=lambda row: -row[0])
        whole = [row for row in found if row[1].rank[0][0] <= 2 and row[2] and row[3]]
        best = min((row[1].rank[0][0] for row in whole), default=99)
        sure = [row for row in whole if row[1].rank[0][0] == best]
        return [
            self._candidate(score, hit, len(sure) == 1 and hit is sure[0][1])
            for score, hit, _, _ in found[:limit]
        ]

    @lru_cache(maxsize=1)  # noqa: B019 - a desk lives as long as its release
    def _every(self) -> dict[NamedNode, object]:
        """Each thing with the first text it goes by."""
        found: dict[NamedNode, object] = {}
        for entry in self.index.entries:
            if self.id(entry.thing) is not None:
                found.setdefault(entry.thing, entry)
        return found

    @staticmethod
    def _score(hit: Hit, fits: bool, agreed: list[bool]) -> float:
        """Between 0 and 100, falling with the rank of search; properties count for two fifths."""
        met, near = hit.rank[0]
        score = 100.0 - 4 * met - 10 * near if met < 20 else 5.0 - 20 * near
        if agreed:
            score = 0.6 * score + 40 * sum(agreed) / len(agreed)
        return round(max(0.0, score if fits else score / 2), 1)

    def _agrees(self, thing: NamedNode, one: dict) -> bool:
        line = self.properties().get(one["pid"])
        if line is None:
            return False
        wanted = one["v"] if isinstance(one["v"], list) else [one["v"]]
        said: set[str] = set()
        for value in self.values(thing, line):
            said.add(fold(value.value))
            if isinstance(value, NamedNode):
                said |= {fold(self.shelf.label(value)), fold(self.id(value) or "")}
        asked = [str(v.get("id", "")) if isinstance(v, dict) else str(v) for v in wanted]
        return any(fold(v) in said for v in asked if v)

    def _candidate(self, score: float, hit: Hit, sure: bool) -> dict:
        found = {
            "id": self.id(hit.thing),
            "name": hit.label,
            "score": score,
            "match": sure,
            "type": [{"id": t["id"], "name": t["name"]} for t in self.types(hit.thing)],
        }
        return found | ({"description": hit.lead} if hit.lead else {})

    # --- extending

    def cells(self, thing: NamedNode, key: str, limit: int) -> list[dict]:
        line = self.properties().get(key)
        return [self._cell(v) for v in self.values(thing, line)[:limit]] if line else []

    def _cell(self, value) -> dict:
        if isinstance(value, NamedNode):
            identifier = self.id(value)
            return (
                {"id": identifier, "name": self.shelf.label(value)}
                if identifier
                else {"str": self._plain(value)}
            )
        kind = value.datatype.value
        try:
            if kind in _INTEGERS:
                return {"int": int(value.value)}
            if kind in _NUMBERS:
                return {"float": float(value.value)}
        except ValueError:
            pass
        return {"str": value.value}

    def _plain(self, value: NamedNode) -> str:
        name = self.shelf.name(value)
        return name.value if isinstance(name, Literal) else self.shelf.curie(value)
