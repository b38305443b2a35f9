"""A SPARQL query as a row of lexemes: enough to find its groups, variables and clauses."""

import re
from dataclasses import dataclass, field

_LEXEME = re.compile(
    r"#[^\n]*"
    r'|"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r"|<[^<>\"{}|^`\\\s]*>"
    r"|[?$]\w+|[A-Za-z_][\w-]*(?::[\w.%-]*)?|:[\w.%-]*|\S",
    re.DOTALL,
)


@dataclass
class Group:
    """What stands between two braces: where it opens and closes, and what is said in it."""

    start: int
    before: str
    depth: int
    within_exists: bool
    end: int = -1
    words: list[str] = field(default_factory=list)

    @property
    def is_select(self) -> bool:
        """A sub-select: no pattern may stand beside it."""
        return bool(self.words) and self.words[0].upper() == "SELECT"

    def selects(self, variable: str) -> bool:
        """Does the sub-select give this variable by its name?"""
        head = self.words[: self.words.index("{")] if "{" in self.words else self.words
        return f"?{variable}" in head or f"${variable}" in head

    def mentions(self, variable: str) -> bool:
        return f"?{variable}" in self.words or f"${variable}" in self.words


def lexemes(query: str) -> list[re.Match]:
    """The lexemes without comments, each with its place in the text."""
    return [m for m in _LEXEME.finditer(query) if not m.group().startswith("#")]


def groups(query: str) -> list[Group]:
    """Every group in the query, in the order in which they open."""
    found: list[Group] = []
    opened: list[Group] = []
    before = ""
    for match in lexemes(query):
        word = match.group()
        if word == "}" and opened:
            opened.pop().end = match.start()
        for group in opened:
            group.words.append(word)
        if word == "{":
            inside = before.upper() == "EXISTS" or any(g.within_exists for g in opened)
            group = Group(match.end(), before, len(opened), inside)
            found.append(group)
            opened.append(group)
        before = word
    return found
