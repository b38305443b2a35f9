"""Where the clauses of a SPARQL query begin and end; nothing is evaluated here."""

from collections.abc import Iterable

from ..errors import BadInput
from ..scan import Token, tokens

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")

#: What may follow the last FROM.
AFTER_DATASET = ("WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")


def form(query: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE. Raises BadInput where it is none of them."""
    found = next((token.word for token in tokens(query) if token.word in FORMS), None)
    if found is None:
        raise BadInput("not a SPARQL query: it is none of " + ", ".join(FORMS))
    return found


def limit(query: str) -> float:
    """The LIMIT of the query itself; infinity where it has none."""
    row = list(tokens(query))
    for here, following in zip(row, row[1:], strict=False):
        if here.word == "LIMIT" and here.depth == 0 and following.kind == "number":
            return int(following.text)
    return float("inf")


def with_dataset(query: str, default: Iterable[str], named: Iterable[str]) -> str:
    """The query with FROM and FROM NAMED clauses for these graphs. It must have none of its own."""
    clauses = "".join(f"FROM <{g}>\n" for g in default) + "".join(f"FROM NAMED <{g}>\n" for g in named)
    place = _dataset_place(query, list(tokens(query)))
    return f"{query[:place]}\n{clauses}{query[place:]}"


def _dataset_place(query: str, row: list[Token]) -> int:
    first = next(number for number, token in enumerate(row) if token.word in FORMS)
    outside = [token for token in row[first + 1 :] if token.depth == 0]
    if row[first].word == "CONSTRUCT" and outside and outside[0].text == "{":
        outside = outside[1:]  # its template
    for token in outside:
        if token.text == "{" or token.word in AFTER_DATASET:
            return token.start
    return len(query)
