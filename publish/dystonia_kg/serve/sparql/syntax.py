"""
What does a query ask for, besides rows? Read from its syntax, in the worker, before it is evaluated.

Two readers look at a query, because each knows what the other can not. Our own scanner gives the
places: the clauses SERVICE and FROM with their IRIs resolved, and how deeply brackets nest. But the
parser that counts is the evaluator's: it reads `SERVICEx:y` as the keyword and a name, where a
scanner that follows the grammar sees one name. So the evaluator's parser is asked too. Whether a
query holds the keyword SERVICE is decided by parsing the query with that word spoilt wherever the
letters stand, in IRIs, strings, comments, names and all, in the same way. If that still parses, no
keyword was among them. If it does not, while the query itself does, one was.
"""

import re
from dataclasses import dataclass

from pyoxigraph import Store

from ...scan import Token, resolve, tokens
from . import frames

#: Words that begin an update.
UPDATES = frozenset(("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH"))
_SERVICE = re.compile("serv(?=ice)", re.IGNORECASE)

#: A store to parse on: nothing is in it, so nothing is found.
EMPTY = Store()


class Refused(Exception):
    """The query is not evaluated; `outcome` is one of frames', `facts` tell the reader why."""

    def __init__(self, outcome: int, **facts):
        super().__init__(facts.get("detail", ""))
        self.outcome = outcome
        self.facts = facts


@dataclass(frozen=True)
class Service:
    """A SERVICE clause: where it stands, and the endpoint's IRI unless that is a variable.

    Only a target that is written out as an absolute IRI can be on the allow-list: what prefixes and
    BASE make of it need not be read twice in the same way.
    """

    target: str | None
    written_out: bool
    start: int
    line: int
    column: int


@dataclass(frozen=True)
class Outline:
    """What our scanner saw. `undeclared` is the first prefix without a namespace, and where it stands."""

    services: tuple[Service, ...]
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    depth: int
    first_word: str
    undeclared: tuple[str, int, int] | None = None


def examine(query: str, limits: dict, facts: dict) -> Outline | None:
    """Refuse what may not be evaluated; the outline, or None when there was no reason to make one.

    Raises Refused. In most queries none of the letters that matter occur, and this costs nothing.
    """
    letters = query.casefold()
    serves = "service" in letters
    if not (serves or letters.count("from") > 1 or _may_nest(query, limits["depth"])):
        return None
    seen = outline(query, facts["base"], facts["prefixes"])
    if seen.depth > limits["depth"]:
        raise Refused(frames.TOO_DEEP, depth=seen.depth)
    if serves:
        _refuse_services(query, letters, seen, limits, facts)
    return seen


def _may_nest(query: str, depth: int) -> bool:
    return query.count("{") + query.count("(") + query.count("[") > depth


def _refuse_services(query: str, letters: str, seen: Outline, limits: dict, facts: dict) -> None:
    """Raise Refused unless there is no SERVICE, or (ELSEWHERE) every one is on the allow-list."""
    spare = _unused(letters)
    if _parses(_SERVICE.sub(lambda m: m.group() + spare, query), facts):
        return
    for service in seen.services:
        if not service.written_out or service.target not in limits["federate"]:
            raise Refused(frames.FORBIDDEN, target=service.target, line=service.line, column=service.column)
    places = {service.start for service in seen.services}
    elsewhere = _SERVICE.sub(lambda m: m.group() + ("" if m.start() in places else spare), query)
    if places and _parses(elsewhere, facts):
        raise Refused(frames.ELSEWHERE)
    if _parses(query, facts):
        # The evaluator reads a keyword where our scanner sees none.
        raise Refused(frames.FORBIDDEN, target=None, line=0, column=0)


def _unused(letters: str) -> str:
    """One character that makes `serv?ice` a word that the query does not have.

    One only: a language tag's parts may have eight letters, and `service` has seven.
    """
    for spare in "xqzjkvwyabcdefghlmnoprstu0123456789":
        if f"serv{spare}ice" not in letters:
            return spare
    raise Refused(frames.FORBIDDEN, target=None, line=0, column=0)


def _parses(query: str, facts: dict) -> bool:
    """Is it a query, to the evaluator? It is asked of an empty store, by a process without sockets."""
    try:
        EMPTY.query(query, base_iri=facts["base"], prefixes=facts["prefixes"])
    except SyntaxError:
        return False
    except (OSError, ValueError, RuntimeError):
        return True
    return True


def outline(query: str, base: str, prefixes: dict[str, str]) -> Outline:
    """Scan a query for its places."""
    names = dict(prefixes)
    services: list[Service] = []
    graphs: tuple[list[str], list[str]] = ([], [])
    undeclared = None
    deepest, first = 0, ""
    pending: list[Token] = []  # BASE, PREFIX, FROM, SERVICE and what follows them
    for token in tokens(query):
        word = token.word
        if word and not first and word not in ("BASE", "PREFIX", "VERSION"):
            first = word
        if pending or word != "FROM" or token.depth == 0:
            pending = _follow(pending, token, word, query, base, names, services, graphs)
        if pending and pending[0].text == "=base":
            base, pending = pending[1].text, []
        if token.kind == "name" and undeclared is None and not pending and not _is_declared(token, names):
            undeclared = (token.text.partition(":")[0], *_place(query, token.start))
        deepest = max(deepest, token.depth + token.opens)
    return Outline(tuple(services), tuple(graphs[0]), tuple(graphs[1]), deepest, first, undeclared)


def _follow(pending, token, word, query, base, names, services, graphs) -> list[Token]:
    """Go on with a clause that was begun, or begin one."""
    if not pending:
        return [token] if word in ("BASE", "PREFIX", "FROM", "SERVICE") else []
    head = pending[0].text.upper()
    if head == "BASE":
        return [Token("mark", "=base", 0), Token("iri", resolve(token, base, names) or base, 0)]
    if head == "PREFIX":
        if len(pending) == 1:
            return [*pending, token]
        names[pending[1].text.rstrip(":")] = resolve(token, base, names) or ""
        return []
    if word in ("SILENT", "NAMED"):
        return [*pending, token]
    target = resolve(token, base, names)
    if head == "SERVICE":
        start = pending[0].start
        services.append(Service(target, token.text == f"<{target}>", start, *_place(query, start)))
    elif target is not None:
        graphs[len(pending) > 1].append(target)
    return []


def _place(query: str, start: int) -> tuple[int, int]:
    """Line and column, counted from one."""
    return query.count("\n", 0, start) + 1, start - query.rfind("\n", 0, start)


def _is_declared(token: Token, names: dict[str, str]) -> bool:
    return token.text.partition(":")[0] in names
