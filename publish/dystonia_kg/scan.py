"""
The words of a SPARQL query, one by one, with the brackets that they stand in.

This is no parser: it knows just enough to tell a name from a keyword and "less than" from the start of an
IRI. What a query means is for the evaluator to say; where something stands in it is said here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin

from pyoxigraph import RdfFormat, parse

_IRI = r"[^<>\"{}|^`\\\x00-\x20]"
_CODE = r"(?:\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})"

TOKEN = re.compile(
    rf"""(?P<space>\s+|\#[^\n\r]*)
      | (?P<string>\"{{3}}(?:\"{{0,2}}(?:[^\"\\]|\\.))*\"{{3}} | '{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*'{{3}}
                 | \"(?:[^\"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*')
      | (?P<iri><{_IRI}*(?:{_CODE}{_IRI}*)*>)
      | (?P<variable>[?$]\w+)
      | (?P<language>@[A-Za-z]+(?:-\w+)*)
      | (?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:[\w:]|%[0-9A-Fa-f]{{2}}|\\[^\w\s])?
                 (?:(?:[\w.:-]|%[0-9A-Fa-f]{{2}}|\\[^\w\s])*(?:[\w:-]|%[0-9A-Fa-f]{{2}}|\\[^\w\s]))?)
      | (?P<blank>_:\w(?:[\w.-]*[\w-])?)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<mark>\^\^|&&|\|\||<=|>=|!=|<<|>>|.)""",
    re.VERBOSE | re.DOTALL,
)

#: Words after which brackets hold an expression; elsewhere in a group they hold terms or a path.
_CALLS = frozenset(("FILTER", "BIND", "HAVING", "BY"))
OPENING, CLOSING = frozenset("{(["), frozenset("})]")

#: Words that make groups of solutions, where they stand outside of a pattern.
GROUPING = frozenset(("GROUP", "HAVING", "COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))


@dataclass(slots=True)
class Token:
    """One word of a query: what it is, its text, where it starts, and how many brackets are open before it.

    `calls` is so of a round bracket that opens an expression or the arguments of a function.
    `spaced` is so where something without meaning (blanks, a comment) stands before it.
    """

    kind: str
    text: str
    start: int
    depth: int = 0
    calls: bool = False
    spaced: bool = False

    @property
    def word(self) -> str:
        """The keyword in upper case; empty for what is none."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def opens(self) -> bool:
        return self.kind == "mark" and self.text in OPENING

    @property
    def closes(self) -> bool:
        return self.kind == "mark" and self.text in CLOSING


NOTHING = Token("mark", "", 0)


def tokens(query: str) -> Iterator[Token]:
    """All words of a query. A `<` after an operand inside an expression is "less than", else it opens an IRI."""
    stack = ["clause"]
    previous, calling, spaced, position = NOTHING, False, False, 0
    while position < len(query):
        match = TOKEN.match(query, position)
        kind, text = match.lastgroup, match.group()
        if kind == "space":
            position, spaced = match.end(), True
            continue
        if kind == "iri" and stack[-1] == "expression" and _is_operand(previous):
            kind, text = "mark", "<"
        token = Token(kind, text, position, len(stack) - 1, spaced=spaced)
        calling = _track(stack, token, calling)
        token.calls = text == "(" and stack[-1] == "expression"
        yield token
        position, previous, spaced = position + len(text), token, False


def _is_operand(token: Token) -> bool:
    if token.kind == "word":
        return token.word in ("TRUE", "FALSE")
    return token.kind in ("string", "iri", "variable", "name", "number", "language") or token.text == ")"


def _track(stack: list[str], token: Token, calling: bool) -> bool:
    """Keep the stack of brackets; is the next round bracket that of an expression?"""
    if token.opens:
        if token.text == "{":
            stack.append("group")
        elif token.text == "[":
            stack.append("terms")
        else:
            inner = stack[-1] in ("expression", "clause") or calling
            stack.append("expression" if inner else "terms")
            calling = False
    elif token.closes:
        if len(stack) > 1:
            stack.pop()
    elif token.word == "SELECT" and stack[-1] == "group":
        stack[-1] = "clause"
    elif token.word in _CALLS:
        calling = True
    elif token.word in ("EXISTS", "WHERE"):
        calling = False
    return calling


def resolve(token: Token, base: str, names: dict[str, str]) -> str | None:
    """The absolute IRI that an IRI or a prefixed name stands for; None for an undeclared prefix."""
    if token.kind == "iri":
        return absolute(_decoded(token.text[1:-1]), base)
    if token.kind == "name":
        prefix, _, local = token.text.partition(":")
        return names[prefix] + local.replace("\\", "") if prefix in names else None
    return None


def _decoded(iri: str) -> str:
    return re.sub(_CODE, lambda m: chr(int(m[0][2:], 16)), iri) if "\\" in iri else iri


@lru_cache(maxsize=256)
def absolute(iri: str, base: str) -> str:
    """A reference against its base (RFC 3986 §5.2), as the evaluator resolves it: its parser is asked."""
    if re.match(r"[A-Za-z][\w+.-]*:", iri):
        return iri
    try:
        return next(
            parse(f"<{iri}> a <urn:x> .".encode(), format=RdfFormat.TURTLE, base_iri=base)
        ).subject.value
    except (SyntaxError, ValueError):
        return urljoin(base, iri)
