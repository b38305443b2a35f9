"""The shapes graph, as something to look things up in."""

from collections.abc import Iterable
from functools import cached_property

from pyoxigraph import Literal, Triple

from ...errors import BadShape
from .paths import SIGNS, Alternative, Path, Repeated, Sequence, Step
from .terms import FALSE, FIRST, NIL, REST, SHACL, SUBCLASS, TRUE, TYPE, sh


class Source:
    """Triples by subject and predicate, and what SHACL builds from them: lists, paths."""

    def __init__(self, triples: Iterable[Triple]):
        self.about: dict = {}
        for s, p, o in triples:
            self.about.setdefault(s, {}).setdefault(p, {})[o] = None

    def all(self, subject, predicate) -> list:
        return list(self.about.get(subject, {}).get(predicate, ()))

    def one(self, subject, predicate):
        """The only value, or None; raises BadShape where there are several (SHACL: at most one)."""
        found = self.all(subject, predicate)
        if len(found) > 1:
            raise BadShape(f"{name(subject)}: more than one {short(predicate)}")
        return found[0] if found else None

    def flag(self, subject, predicate) -> bool:
        """A value that is true or false; nothing said means false."""
        found = self.one(subject, predicate)
        if found is None:
            return False
        if found in (TRUE, FALSE):
            return found == TRUE
        raise BadShape(f"{name(subject)}: {short(predicate)} is not true or false but {found}")

    def subjects(self, predicate) -> list:
        return [s for s, facts in self.about.items() if predicate in facts]

    def instances(self, cls) -> set:
        """SHACL instances of a class, in the shapes graph."""
        classes, queue = {cls}, [cls]
        while queue:
            new = self._below.get(queue.pop(), set()) - classes
            classes |= new
            queue += new
        return set().union(*(self._typed.get(c, ()) for c in classes))

    @cached_property
    def _below(self) -> dict:
        """Class → the classes that are said to be below it."""
        return self._backward(SUBCLASS)

    @cached_property
    def _typed(self) -> dict:
        """Class → what is said to be of it."""
        return self._backward(TYPE)

    def _backward(self, predicate) -> dict:
        found: dict = {}
        for s, facts in self.about.items():
            for o in facts.get(predicate, ()):
                found.setdefault(o, set()).add(s)
        return found

    def members(self, head, where) -> list:
        """What a list holds (SHACL §1.1: well-formed, so it ends and does not come back to itself)."""
        found, seen = [], set()
        while head != NIL:
            first, rest = self.all(head, FIRST), self.all(head, REST)
            if head in seen or len(first) != 1 or len(rest) != 1:
                raise BadShape(f"{name(where)}: a list in it is not well-formed")
            seen.add(head)
            found.append(first[0])
            head = rest[0]
        return found

    def path(self, node, where, above: tuple = ()) -> Path:
        """A property path (SHACL §2.3.1)."""
        if node in above:
            raise BadShape(f"{name(where)}: its path contains itself")
        facts, above = self.about.get(node, {}), (*above, node)
        if not hasattr(node, "value") or isinstance(node, Literal):
            raise BadShape(f"{name(where)}: {node} is not a path")
        if FIRST in facts:
            parts = [self.path(part, where, above) for part in self.members(node, where)]
            if len(parts) < 2:
                raise BadShape(f"{name(where)}: a sequence of paths has fewer than two")
            return Sequence(tuple(parts))
        words = [
            p for p in facts if p.value.startswith(SHACL) and p.value.endswith("Path") and p != sh("path")
        ]
        if not words:
            if type(node).__name__ == "BlankNode":
                raise BadShape(f"{name(where)}: a blank node that says no path")
            return Step(node)
        if len(words) > 1:
            raise BadShape(f"{name(where)}: a path is two things at once")
        word, value = words[0].value[len(SHACL) :], self.one(node, words[0])
        if word == "alternativePath":
            parts = [self.path(part, where, above) for part in self.members(value, where)]
            if len(parts) < 2:
                raise BadShape(f"{name(where)}: a choice of paths has fewer than two")
            return Alternative(tuple(parts))
        inner = self.path(value, where, above)
        if word == "inversePath":
            return inner.inverse()
        if word in SIGNS:
            return Repeated(inner, SIGNS[word])
        raise BadShape(f"{name(where)}: sh:{word} is not a kind of path")


def name(node) -> str:
    """A node as messages call it."""
    return node.value if hasattr(node, "value") and type(node).__name__ == "NamedNode" else str(node)


def short(predicate) -> str:
    """A predicate as messages call it."""
    iri = predicate.value
    return "sh:" + iri[len(SHACL) :] if iri.startswith(SHACL) else iri
