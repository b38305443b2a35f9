"""Constraints on one value node: type, range, text (SHACL §4.1, §4.3, §4.4, §4.8.3)."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from .constraint import Each
from .literals import compare, is_lang_string, lang_matches, well_formed


@dataclass(frozen=True, eq=False)
class OfClass(Each):
    """sh:class (§4.1.1)."""

    cls: NamedNode
    kind = "Class"

    def bad(self, run, ends):
        return ends - run.graph.instances(run.graph.id(self.cls))

    def says(self):
        return f"is not a {self.cls.value}"


@dataclass(frozen=True, eq=False)
class OfDatatype(Each):
    """sh:datatype (§4.1.2): the datatype itself, and a text that it allows."""

    datatype: NamedNode
    kind = "Datatype"

    def bad(self, run, ends):
        terms, wanted = run.graph.terms, self.datatype
        return {
            n
            for n in ends
            if not (isinstance(t := terms[n], Literal) and t.datatype == wanted and well_formed(t))
        }

    def says(self):
        return f"is not a well-formed {self.datatype.value}"


@dataclass(frozen=True, eq=False)
class OfKind(Each):
    """sh:nodeKind (§4.1.3)."""

    label: str
    kind = "NodeKind"

    def bad(self, run, ends):
        terms, allowed = run.graph.terms, NODE_KINDS[self.label]
        return {n for n in ends if not isinstance(terms[n], allowed)}

    def says(self):
        return f"is not of the kind sh:{self.label}"


NODE_KINDS: dict[str, tuple[type, ...]] = {
    "IRI": (NamedNode,),
    "BlankNode": (BlankNode,),
    "Literal": (Literal,),
    "BlankNodeOrIRI": (BlankNode, NamedNode),
    "BlankNodeOrLiteral": (BlankNode, Literal),
    "IRIOrLiteral": (NamedNode, Literal),
}


@dataclass(frozen=True, eq=False)
class InRange(Each):
    """sh:minInclusive, sh:minExclusive, sh:maxInclusive, sh:maxExclusive (§4.3)."""

    kind: str
    bound: Literal
    holds: Callable[[int, int], bool]

    def bad(self, run, ends):
        terms = run.graph.terms
        return {n for n in ends if (sign := compare(terms[n], self.bound)) is None or not self.holds(sign, 0)}

    def says(self):
        words = {"Min": "less than", "Max": "more than"}[self.kind[:3]]
        return f"is {words}{' or equal to' if self.kind.endswith('Exclusive') else ''} {self.bound.value}"


RANGES: dict[str, Callable[[int, int], bool]] = {
    "minInclusive": operator.ge,
    "minExclusive": operator.gt,
    "maxInclusive": operator.le,
    "maxExclusive": operator.lt,
}


@dataclass(frozen=True, eq=False)
class OfLength(Each):
    """sh:minLength and sh:maxLength (§4.4.1, §4.4.2); blank nodes have no length."""

    kind: str
    bound: int
    holds: Callable[[int, int], bool]

    def bad(self, run, ends):
        terms, holds, bound = run.graph.terms, self.holds, self.bound
        return {
            n
            for n in ends
            if not isinstance(t := terms[n], NamedNode | Literal) or not holds(len(t.value), bound)
        }

    def says(self):
        return f"is {'shorter' if self.kind.startswith('Min') else 'longer'} than {self.bound} characters"


@dataclass(frozen=True, eq=False)
class Matching(Each):
    """sh:pattern with sh:flags (§4.4.3)."""

    pattern: re.Pattern
    kind = "Pattern"

    def bad(self, run, ends):
        terms, search = run.graph.terms, self.pattern.search
        return {n for n in ends if not isinstance(t := terms[n], NamedNode | Literal) or not search(t.value)}

    def says(self):
        return f"does not match {self.pattern.pattern}"


@dataclass(frozen=True, eq=False)
class InLanguage(Each):
    """sh:languageIn (§4.4.4)."""

    ranges: tuple[str, ...]
    kind = "LanguageIn"

    def bad(self, run, ends):
        terms = run.graph.terms
        return {n for n in ends if not self._allows(terms[n])}

    def _allows(self, term) -> bool:
        if not isinstance(term, Literal) or not is_lang_string(term):
            return False
        return any(lang_matches(term.language, r) for r in self.ranges)

    def says(self):
        return f"is in none of the languages {', '.join(self.ranges)}"


@dataclass(frozen=True, eq=False)
class OneOf(Each):
    """sh:in (§4.8.3)."""

    allowed: tuple
    kind = "In"

    def bad(self, run, ends):
        return ends - {run.graph.id(t) for t in self.allowed}

    def says(self):
        return "is none of the things allowed"
