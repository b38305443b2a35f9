"""Spoil the knowledge in every way we can think of: the build, or what we know by heart, notices.

One mutant of each kind is tried here; `python tests/mutation --each 5` tries more and writes the report
(docs/mutation.md). MUTANTS=3 tries three of each here.
"""

import os
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from book import Book  # noqa: E402
from kinds import KINDS  # noqa: E402
from ledger import differences  # noqa: E402
from trial import learn, try_out  # noqa: E402

from dystonia_kg.build.load import load  # noqa: E402
from dystonia_kg.home import home  # noqa: E402

EACH = int(os.environ.get("MUTANTS", "1"))

#: Kinds of which single mutants may be harmless, so that only the share over all counts.
LEAST = 0.95


@pytest.fixture(scope="module")
def knowledge():
    return load(home())


@pytest.fixture(scope="module")
def book():
    return Book(home())


def test_the_ledger_says_what_the_claims_say(knowledge):
    """A change of what is claimed, mapped or concluded is made twice: `python tests/mutation/ledger.py`."""
    assert list(differences(knowledge)) == []


def test_every_fact_is_found_in_its_line(book):
    """The tool understands our Turtle: facts are where it says they are."""
    assert len(book.facts) > 15_000
    for fact in book.facts:
        line = book.lines[fact.block.path][fact.start]
        assert line.startswith(f"    {fact.predicate} "), line


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_error_can_be_made(kind, book):
    mutant = KINDS[kind](book, random.Random(kind))
    assert mutant.text.splitlines() != book.lines[book.home / mutant.path]


def test_what_is_spoilt_is_noticed(knowledge, book):
    assert learn(knowledge) == "", "sound knowledge is complained of"
    survived, tried = [], 0
    for kind, spoil in KINDS.items():
        for number in range(EACH):
            mutant = spoil(book, random.Random(f"test {kind} {number}"))
            tried += 1
            if not try_out(knowledge, mutant).by:
                survived.append(f"{kind}: {mutant.path}:{mutant.line}: {mutant.what}")
    rate = 1 - len(survived) / tried
    assert rate >= LEAST, f"{rate:.1%} of {tried} noticed; not: " + "; ".join(survived)
