"""
Ask the knowledge the questions that are kept with it, and hold the answers against those expected.

A question (`sh:SPARQLExecutable`) may say what has to come out: `dash:expectedResult` holds a yes or no
for ASK, and for SELECT a table in the CSV of SPARQL 1.1 whose rows have to be among the answers, or be
all of them where `schema:numberOfItems` counts them. A question that expects nothing has to be answered
with something.
"""

import csv
import io
from collections.abc import Iterator

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, Store

from ..ask import ask, prefixes
from .load import Knowledge
from .locate import line_of


def examine(knowledge: Knowledge, store: Store) -> list[str]:
    """What is wrong, one complaint for each question that is answered otherwise than expected.

    `store` holds the knowledge with its conclusions and their merge as the default graph.
    """
    names = prefixes(store)
    return [
        f"{_place(knowledge, row['example'])}: {row['title'].value} {complaint}\n    query  {row['example'].value}"
        for row in ask(store, "examples")
        for complaint in _faults(store, row, names)
    ]


def _faults(store: Store, row, names: dict[str, str]) -> Iterator[str]:
    try:
        answer = store.query(row["query"].value, prefixes=names)
        if isinstance(answer, QueryBoolean):
            yield from _yes_or_no(bool(answer), row["expected"])
        elif isinstance(answer, QuerySolutions):
            yield from _rows(answer, row["expected"], row["count"])
        elif next(answer, None) is None:
            yield "(the answer is empty)"
    except SyntaxError as trouble:
        yield f"(not SPARQL: {trouble})"


def _yes_or_no(answer: bool, expected) -> Iterator[str]:
    if expected is not None and answer != (expected.value in ("true", "1")):
        yield f"(the answer is {str(answer).lower()}, and {expected.value} is expected)"


def _rows(answer: QuerySolutions, expected, count) -> Iterator[str]:
    found = _table(answer.serialize(format=QueryResultsFormat.CSV).decode())
    if not found and expected is None:
        yield "(there is no answer)"
    if count is not None and len(found) != int(count.value):
        yield f"({len(found)} rows are the answer, and {count.value} are expected)"
    for row in _table(expected.value) if expected is not None else ():
        if not any(row.items() <= one.items() for one in found):
            yield f"(no row of the answer has {', '.join(f'{k} {v}' for k, v in row.items())})"


def _table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def _place(knowledge: Knowledge, question: NamedNode) -> str:
    for path, page in knowledge.pages.items():
        if any(t.subject == question for t in page):
            return f"{path.relative_to(knowledge.folder)}:{line_of(path, question.value) or 1}"
    return "concluded"
