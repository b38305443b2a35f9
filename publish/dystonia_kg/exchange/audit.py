"""
The graph's own questions to other people's ontologies (data/audit), asked of a file.

A question is a SELECT; each row is something found. It sees our graph and the file as one, the file in
the words of `statements.py` whatever its format; rows that our graph alone would give are left out.
"""

import re
from collections.abc import Iterable

from pyoxigraph import DefaultGraph, RdfFormat, Store

from ..ask import ask, prefixes
from ..errors import Invalid
from .findings import ERROR, NOTE, WARNING, Finding
from .index import Index
from .ours import Ours
from .statements import n_triples

_SEVERITY = {"Violation": ERROR, "Warning": WARNING, "Info": NOTE}


def audit(ours: Ours, indexes: list[Index]) -> list[Finding]:
    """What the questions find in each file."""
    questions = list(ask(ours.store, "audits"))
    if not questions:
        return []
    declared = "".join(f"PREFIX {p}: <{n}>\n" for p, n in prefixes(ours.store).items())
    alone = {row["audit"].value: _rows(ours.store, declared, row) for row in questions}
    found: list[Finding] = []
    for index in indexes:
        store = _together(ours.store, index)
        for row in questions:
            for answer in sorted(_rows(store, declared, row) - alone[row["audit"].value]):
                found.append(_finding(ours, index, row, answer))
    return sorted(set(found), key=lambda f: f.rank)


def _together(ours: Store, index: Index) -> Store:
    store = Store()
    store.bulk_extend(ours.quads_for_pattern(None, None, None, DefaultGraph()))
    told = "".join(n_triples(index)).encode("utf-8", "replace")
    store.bulk_load(told, format=RdfFormat.N_TRIPLES)
    return store


def _rows(store: Store, declared: str, question) -> set[tuple[tuple[str, str], ...]]:
    """Each row as (column, value) pairs."""
    try:
        answers = store.query(declared + question["select"].value)
    except SyntaxError as trouble:
        raise Invalid(f"{question['audit'].value}: its query is not SPARQL: {trouble}") from trouble
    columns = [variable.value for variable in answers.variables]
    return {
        tuple((column, row[column].value) for column in columns if hasattr(row[column], "value"))
        for row in answers
    }


def _finding(ours: Ours, index: Index, question, answer: Iterable[tuple[str, str]]) -> Finding:
    values = dict(answer)
    label = question["label"].value if question["label"] is not None else question["audit"].value
    if question["message"] is not None:
        said = re.sub(
            r"\{[?$](\w+)\}",
            lambda m: _told(ours, index, values.get(m.group(1), "")),
            question["message"].value,
        )
    else:
        said = ", ".join(f"{column} {_told(ours, index, value)}" for column, value in values.items())
    severity = (
        question["severity"].value.rpartition("#")[2] if question["severity"] is not None else "Warning"
    )
    first = next((value for value in values.values() if value in index.terms), "")
    return Finding(
        _SEVERITY.get(severity, WARNING),
        "audit",
        index.path,
        question["audit"].value,
        first,
        f"{label}: {said}",
    )


def _told(ours: Ours, index: Index, value: str) -> str:
    term = index.terms.get(value) or ours.index.terms.get(value)
    name = ours.names.compact(value)
    return f"{name} “{term.name}”" if term and term.name else name
