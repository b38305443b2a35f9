"""What we say when a query is not answered: RFC 9457, one constructor for each reason."""

import json
import re
from dataclasses import dataclass, field

from ..answers import PROBLEM
from . import frames
from .limits import MIB, Limits

_PLACE = re.compile(r"\Aerror at (\d+):(\d+): (.*)\Z", re.DOTALL)


@dataclass
class Problem(Exception):
    """An answer that is an error: the status, what it is called, what happened and what to do."""

    status: int
    title: str
    detail: str
    facts: dict = field(default_factory=dict)
    headers: list[tuple[str, str]] = field(default_factory=list)

    def body(self, origin: str, instance: str = "/sparql") -> bytes:
        slug = self.title.lower().replace(" ", "-")
        return json.dumps(
            {
                "type": f"{origin}/problem/{slug}",
                "title": self.title,
                "status": self.status,
                "detail": self.detail,
                "instance": instance,
                **self.facts,
            },
            ensure_ascii=False,
        ).encode()

    content_type = PROBLEM


def bad_request(detail: str, status: int = 400, title: str = "Bad request", **facts) -> Problem:
    return Problem(status, title, detail, facts)


def read_only(
    detail: str = "This endpoint answers questions and changes nothing: updates are refused.",
) -> Problem:
    return Problem(403, "Read only", detail)


def not_allowed(method: str, allowed: str) -> Problem:
    return Problem(
        405,
        "Method not allowed",
        f"{method} is not for this address; {allowed} are.",
        {},
        [("Allow", allowed)],
    )


def not_acceptable(kind: str, variants: list[dict[str, str]]) -> Problem:
    links = ", ".join(f'<{v["href"]}>; rel="alternate"; type="{v["type"]}"' for v in variants)
    return Problem(
        406,
        "Not acceptable",
        f"The answer to this query is {kind}, and none of its formats is one that you accept.",
        {"variants": variants},
        [("Link", links)],
    )


def too_long(limits: Limits) -> Problem:
    return Problem(
        413,
        "Query too long",
        f"A query may have {limits.length:,} bytes; send a shorter one, or several.",
        {"limit": limits.length, "unit": "bytes"},
    )


def of(reply, query: str, limits: Limits) -> Problem:
    """The problem that an outcome other than DONE and NO_FORMAT is."""
    return _REASONS[reply.outcome](reply, query, limits)


def _unreadable(reply, query: str, limits: Limits) -> Problem:
    said = reply.body.decode()
    match = _PLACE.match(said)
    if not match:
        return Problem(400, "Malformed query", f"This is not a SPARQL 1.1 query: {said}.", {})
    line, column, what = int(match[1]), int(match[2]), _shortened(match[3])
    return Problem(
        400,
        "Malformed query",
        f"This is not a SPARQL 1.1 query. Near line {line}, column {column}: {what}.",
        {"line": line, "column": column},
    )


def _shortened(what: str) -> str:
    """The evaluator lists all that it would have taken; a reader wants the first few."""
    head, _, rest = what.partition("expected one of ")
    if not rest:
        return what
    options = rest.split(", ")
    listed = ", ".join(options[:8])
    return f"{head}expected one of {listed}" + (" and others" if len(options) > 8 else "")


def _forbidden(reply, query: str, limits: Limits) -> Problem:
    facts = json.loads(reply.body)
    place = f" at line {facts['line']}, column {facts['column']}" if facts["line"] else ""
    target = f" to <{facts['target']}>" if facts["target"] else ""
    allowed = (
        "Allowed are: " + ", ".join(f"<{a}>" for a in sorted(limits.federate)) + "."
        if limits.federate
        else "No other endpoint may be named here."
    )
    return Problem(
        403,
        "Federation refused",
        f"The query asks this endpoint to call another one (SERVICE{target}{place}), which it does not do. "
        f"{allowed} Run the query at an engine of your own and name this endpoint in its SERVICE clause.",
        {k: v for k, v in facts.items() if v},
    )


def _too_large(reply, query: str, limits: Limits) -> Problem:
    return Problem(
        413,
        "Answer too large",
        f"An answer may have {limits.rows:,} rows and {limits.size // MIB} MiB; this one has more. "
        "Ask for a part of it with LIMIT and OFFSET, or take the whole dataset from the downloads.",
        {"rows": limits.rows, "bytes": limits.size},
    )


def _memory(reply, query: str, limits: Limits) -> Problem:
    return Problem(
        503,
        "Memory limit",
        f"The query needed more than the {limits.memory // MIB} MiB that one query is given. "
        "Narrow it: bind more of its patterns, or sort and group less at once.",
        {"limit": limits.memory, "unit": "bytes"},
        [("Retry-After", "60")],
    )


def _failed(reply, query: str, limits: Limits) -> Problem:
    status = 502 if limits.federate and "service" in query.casefold() else 400
    return Problem(status, "Query failed", f"The query could not be evaluated: {reply.body.decode()}.")


def _too_deep(reply, query: str, limits: Limits) -> Problem:
    return Problem(
        400,
        "Query too deep",
        f"Brackets may be nested {limits.depth} deep; this query goes deeper. Write it flatter.",
        {"limit": limits.depth, "unit": "brackets"},
    )


def _crashed(reply, query: str, limits: Limits) -> Problem:
    return Problem(
        400,
        "Query too complex",
        "The query has more parts inside parts than can be evaluated. Shorten its longest chain of "
        "operators, paths or alternatives.",
    )


def _late(reply, query: str, limits: Limits) -> Problem:
    return Problem(
        503,
        "Time limit",
        f"The query did not end within {limits.timeout:g} seconds, so it was stopped and nothing of it is "
        "sent. Bind more of its patterns, add a LIMIT, or load the downloads into an engine of your own.",
        {"limit": limits.timeout, "unit": "seconds"},
        [("Retry-After", "60")],
    )


def _busy(reply, query: str, limits: Limits) -> Problem:
    why = (
        f"{limits.slow} long queries are running and {limits.parked} wait; short ones are still answered"
        if reply.body == b"slow"
        else f"more came than can be answered: {limits.queue} may wait, for {limits.timeout:g} seconds"
    )
    return Problem(
        503, "Too busy", f"This query was not evaluated: {why}. Try again.", {}, [("Retry-After", "5")]
    )


def _unreachable(reply, query: str, limits: Limits) -> Problem:
    return Problem(
        503,
        "Engine unreachable",
        "The engine that evaluates queries for this endpoint can not be reached at the moment. Pages, documents "
        "and downloads are served as before. Try again.",
        {},
        [("Retry-After", "10")],
    )


def _cut(reply, query: str, limits: Limits) -> Problem:
    most = reply.body.decode()
    return Problem(
        413,
        "Answer too large",
        f"The engine behind this endpoint sends {f'{int(most):,}' if most else 'fewer'} rows at most, and this "
        "answer has more; nothing is cut off here. Ask for a part of it with LIMIT and OFFSET, or take the whole "
        "dataset from the downloads.",
        {"rows": int(most)} if most else {},
    )


def _engine(reply, query: str, limits: Limits) -> Problem:
    return Problem(
        502,
        "Engine failed",
        f"The engine behind this endpoint did not evaluate the query: {reply.body.decode()}",
    )


def _lost(reply, query: str, limits: Limits) -> Problem:
    return Problem(
        503,
        "Worker lost",
        "What evaluated this query was ended from outside, more than once. Try again.",
        {},
        [("Retry-After", "5")],
    )


#: What each kind of error means, for those who follow its `type`.
KINDS = {
    "Malformed query": (400, "The text is not SPARQL 1.1; the error says near which line and column."),
    "Query failed": (400, "The query is SPARQL, but evaluating it raised an error."),
    "Query too deep": (400, "Brackets are nested deeper than is evaluated here."),
    "Query too complex": (
        400,
        "A chain of operators, paths or alternatives is longer than is evaluated here.",
    ),
    "Read only": (403, "This endpoint changes nothing: updates are refused."),
    "Federation refused": (403, "A SERVICE clause names an endpoint that is not on the list of this one."),
    "Query too long": (413, "The text of the query is longer than is read here."),
    "Answer too large": (413, "The answer has more rows or bytes than are sent; nothing is cut off."),
    "Time limit": (503, "The query did not end in time and was stopped; nothing of its answer is sent."),
    "Memory limit": (503, "The query needed more memory than one query is given."),
    "Too busy": (503, "More was asked at once than can be answered; try again."),
    "Engine unreachable": (503, "The engine that evaluates queries can not be reached; try again."),
    "Engine failed": (502, "The engine that evaluates queries reported an error of its own."),
    "Worker lost": (503, "The process that evaluated the query was ended from outside; try again."),
}

_REASONS = {
    frames.READ_ONLY: lambda reply, query, limits: read_only(),
    frames.UNREADABLE: _unreadable,
    frames.FORBIDDEN: _forbidden,
    frames.TOO_LARGE: _too_large,
    frames.NO_MEMORY: _memory,
    frames.FAILED: _failed,
    frames.TOO_DEEP: _too_deep,
    frames.CRASHED: _crashed,
    frames.LATE: _late,
    frames.BUSY: _busy,
    frames.LOST: _lost,
    frames.UNREACHABLE: _unreachable,
    frames.CUT: _cut,
    frames.ENGINE: _engine,
}
