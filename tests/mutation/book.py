"""
The Turtle of the knowledge as lines that can be changed one at a time.

Our own style makes this possible without a parser that keeps comments: the line of a subject is at the
margin, each fact has a line of its own, and only long strings go over several.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDERS = ("ontology", "data", "shapes")

_HEAD = re.compile(r"^(\S+) a (.+?) ([;.])$")
_FACT = re.compile(r"^    (\S+) (.+?)(?: ([;.]))?$")


@dataclass
class Fact:
    """One fact: a property and an object, over the lines `start` to `end` (from 0, both inclusive)."""

    block: "Block"
    predicate: str
    object: str
    start: int
    end: int


@dataclass
class Block:
    """What a file says of one subject."""

    path: Path
    subject: str
    types: list[str]
    start: int
    end: int = 0
    facts: list[Fact] = field(default_factory=list)

    def of(self, predicate: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.predicate == predicate]


@dataclass
class Mutant:
    """A file with something wrong in it."""

    path: Path
    line: int
    what: str
    text: str


class Book:
    """All files of the knowledge below a folder, as text and as blocks."""

    def __init__(self, home: Path):
        self.home = home
        self.lines = {
            path: path.read_text(encoding="utf-8").splitlines()
            for name in FOLDERS
            for path in sorted((home / name).rglob("*.ttl"))
        }
        self.blocks = [block for path in self.lines for block in _blocks(path, self.lines[path])]
        self.facts = [fact for block in self.blocks for fact in block.facts]
        self.by_subject: dict[str, Block] = {}
        for block in self.blocks:
            self.by_subject.setdefault(block.subject, block)

    def a(self, *types: str) -> list[Block]:
        """Blocks of things of one of these classes."""
        return [block for block in self.blocks if not set(types).isdisjoint(block.types)]

    def within(self, *folders: str) -> list[Block]:
        names = [self.home / folder for folder in folders]
        return [block for block in self.blocks if any(block.path.is_relative_to(name) for name in names)]

    # --- changes

    def without(self, fact: Fact) -> Mutant:
        lines = list(self.lines[fact.block.path])
        last = lines[fact.end].endswith(" .")
        del lines[fact.start : fact.end + 1]
        if last:
            lines[fact.start - 1] = lines[fact.start - 1][:-1] + "."
        return self._made(fact.block.path, fact.start, f"{fact.block.subject} loses {fact.predicate}", lines)

    def with_object(self, fact: Fact, value: str) -> Mutant:
        lines = list(self.lines[fact.block.path])
        end = lines[fact.end][-1]
        lines[fact.start : fact.end + 1] = [f"    {fact.predicate} {value} {end}"]
        what = f"{fact.block.subject} {fact.predicate} {_short(fact.object)} becomes {_short(value)}"
        return self._made(fact.block.path, fact.start, what, lines)

    def with_predicate(self, fact: Fact, predicate: str) -> Mutant:
        lines = list(self.lines[fact.block.path])
        lines[fact.start] = lines[fact.start].replace(fact.predicate, predicate, 1)
        what = f"{fact.block.subject} {fact.predicate} becomes {predicate}"
        return self._made(fact.block.path, fact.start, what, lines)

    def with_fact(self, block: Block, predicate: str, value: str) -> Mutant:
        lines = list(self.lines[block.path])
        end, lines[block.end] = lines[block.end][-1], lines[block.end][:-1] + ";"
        lines.insert(block.end + 1, f"    {predicate} {value} {end}")
        return self._made(
            block.path, block.end + 1, f"{block.subject} gains {predicate} {_short(value)}", lines
        )

    def with_types(self, block: Block, types: list[str]) -> Mutant:
        lines = list(self.lines[block.path])
        lines[block.start] = f"{block.subject} a {' , '.join(types)} {lines[block.start][-1]}"
        what = f"{block.subject}, {' '.join(block.types)}, becomes {' '.join(types)}"
        return self._made(block.path, block.start, what, lines)

    def without_block(self, block: Block) -> Mutant:
        lines = list(self.lines[block.path])
        del lines[block.start : block.end + 1]
        return self._made(block.path, block.start, f"{block.subject} is gone", lines)

    def with_text(self, block: Block, text: str, what: str) -> Mutant:
        """New lines after a block."""
        lines = list(self.lines[block.path])
        lines[block.end + 1 : block.end + 1] = ["", *text.splitlines()]
        return self._made(block.path, block.end + 2, what, lines)

    def replacing(self, path: Path, number: int, new: str, what: str) -> Mutant:
        lines = list(self.lines[path])
        lines[number] = new
        return self._made(path, number, what, lines)

    def empty(self, path: Path) -> Mutant:
        return self._made(path, 0, "the file is gone", [])

    def _made(self, path: Path, number: int, what: str, lines: list[str]) -> Mutant:
        return Mutant(path.relative_to(self.home), number + 1, what, "\n".join(lines) + "\n")


def _blocks(path: Path, lines: list[str]) -> list[Block]:
    found: list[Block] = []
    number = 0
    while number < len(lines):
        head = _HEAD.match(lines[number])
        if not head:
            number += 1
            continue
        block = Block(path, head[1], head[2].split(" , "), number, number)
        number += 1
        done = head[3] == "."
        while not done and number < len(lines):
            start, line = number, lines[number]
            if line.count('"""') == 1:
                number += 1
                while '"""' not in lines[number]:
                    number += 1
            fact = _FACT.match(line)
            if fact and not line.lstrip().startswith("#"):
                text = "\n".join([fact[2], *lines[start + 1 : number + 1]])
                text = text[:-2] if number > start else fact[2]
                block.facts.append(Fact(block, fact[1], text, start, number))
            done = lines[number].endswith(" .")
            block.end = number
            number += 1
        found.append(block)
    return found


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 70 else text[:67] + "…"
