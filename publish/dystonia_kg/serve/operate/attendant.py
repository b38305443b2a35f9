"""
Stands in front of the application: gives each request a number, keeps budgets, counts, and changes the
release under everybody's feet without anyone falling.

A request is answered from the release that was current when it came; a release that was replaced is let
go of when its last request is done. A new one is looked at first, and what is not sound never becomes
current.
"""

import gc
import json
import re
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import _lru_cache_wrapper
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import NoRelease, Trouble
from ...release import DATASET, sums
from ..answers import OPEN, PROBLEM, SAFE
from ..sparql import frames
from .budget import Budget, client
from .house import Rules, gate, identity, newest
from .log import Log
from .numbers import CONTENT_TYPE, Numbers, descriptors, memory

if TYPE_CHECKING:
    from ..backing import Backing

#: What costs something and has a budget; everything else is a document that a cache can keep.
COSTLY = frozenset(("sparql", "search", "search.json", "classify", "reconcile"))

#: Seconds of work that cost one token.
SECONDS_A_TOKEN = 0.02

#: Seconds that a request waits for the first release to be read, and for its turn at the form.
PATIENCE = 30.0
TURN = 5.0

#: Questions of the form that are worked out at once; they take turns anyway.
AT_ONCE = 4

_NUMBER = re.compile(r"\A[\w.:-]{8,64}\Z", re.ASCII)

#: Names of outcomes, for the numbers.
OUTCOMES = {
    value: name.lower().replace("_", "-")
    for name, value in vars(frames).items()
    if name.isupper() and isinstance(value, int)
}
KILLED = (frames.LATE, frames.NO_MEMORY, frames.CRASHED)

StartResponse = Callable[..., object]


class Tenancy:
    """One release that is being served, and how many requests it still has to answer."""

    def __init__(self, application: Callable, place: Path):
        self.application = application
        self.place = place
        self._busy = 0
        self._over = False
        self._lock = threading.Lock()

    def enter(self) -> bool:
        """Take one more request; False when this release is gone already."""
        with self._lock:
            if self._over and not self._busy:
                return False
            self._busy += 1
            return True

    def leave(self) -> None:
        with self._lock:
            self._busy -= 1
            last = self._over and not self._busy
        if last:
            self._close()

    def end(self) -> None:
        """Take no more requests once those that came are answered."""
        with self._lock:
            if self._over:
                return
            self._over = True
            last = not self._busy
        if last:
            self._close()

    @property
    def busy(self) -> int:
        return self._busy

    def _close(self) -> None:
        threading.Thread(target=self._let_go, name="release-closer", daemon=True).start()

    def _let_go(self) -> None:
        self.application.endpoint.pool.close()
        self.application = None
        forget()


class Attendant:
    """The server as one WSGI application.

    `furnish` makes the application of a release folder. Loading happens in the background: `ready` is
    called once, when the first release is served. With a `backing` the release is the one that is current in
    an engine, and its folder is one of those in `folder`.
    """

    def __init__(
        self,
        folder: Path,
        furnish: Callable[[Path], Callable],
        rules: Rules | None = None,
        ready: Callable[[], None] | None = None,
        log: Log | None = None,
        backing: "Backing | None" = None,
    ):
        self.backing = backing
        self.folder = Path(folder)
        self.rules = rules or Rules()
        self.log = log or Log(self.rules.log == "requests")
        self.numbers = _numbers(self)
        self.trouble = "the release is being read"
        self._furnish = furnish
        self._ready = ready
        self._current: Tenancy | None = None
        self._seen: tuple = ()
        self._loaded = threading.Event()
        self._wanted = threading.Event()
        self._changing = threading.Lock()
        self._budget = Budget(self.rules.rate, self.rules.burst)
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._places = threading.BoundedSemaphore(max(self.rules.questions, AT_ONCE))
        threading.Thread(target=self._tend, name="release-watcher", daemon=True).start()

    # --- releases

    def renew(self) -> bool:
        """Serve what lies in the folder now, if it is sound; True when it is being served."""
        with self._changing:
            self._seen = self._identity()
            place = self.folder.resolve()
            try:
                if self.backing is not None:
                    place = self.backing.pick().resolve()
                gate(place)
                application = self._furnish(place)
            except (Trouble, OSError, SyntaxError, ValueError, EOFError, MemoryError) as trouble:
                self.trouble = str(trouble)
                self.numbers.count("reloads_total", outcome="refused")
                self.log.say("release refused", "error", folder=str(self.folder), why=str(trouble))
                return False
            self._count_queries(application)
            old, self._current = self._current, Tenancy(application, newest(place))
            self.trouble = ""
            self.numbers.count("reloads_total", outcome="served")
            self.log.say("release served", folder=str(place), sha256=_sum(self._current.place))
        self._loaded.set()
        if old is not None:
            old.end()
        elif self._ready is not None:
            self._ready()
        return True

    def _identity(self) -> tuple:
        """What changes when the release does."""
        return (*identity(self.folder), *([self.backing.look()] if self.backing else []))

    def ask_to_renew(self) -> None:
        """Renew soon, in the background."""
        self._wanted.set()

    def close(self) -> None:
        """End the release that is served; for tests and orderly ends."""
        with self._changing:
            self.rules = Rules(watch=0)
            if self._current is not None:
                self._current.end()

    def _tend(self) -> None:
        try:
            self.renew()
        except BaseException as trouble:
            self.trouble = "the release cannot be served; the log says why"
            self.log.trouble("release refused", trouble)
        before = self._seen
        while True:
            asked = self._wanted.wait(self.rules.watch or None)
            self._wanted.clear()
            now = self._identity()
            # Twice the same: nobody is still writing it.
            if asked or (now != self._seen and now == before):
                try:
                    self.renew()
                except Exception as trouble:
                    self.log.trouble("release refused", trouble)
            before = now

    def _count_queries(self, application: Callable) -> None:
        pool = application.endpoint.pool
        evaluate = pool.ask

        def ask(job):
            reply = evaluate(job)
            if self.backing is not None and reply.outcome in (*frames.DONE, frames.UNREACHABLE):
                self.backing.heard(reply.outcome != frames.UNREACHABLE)
            self.numbers.count("queries_total", outcome=OUTCOMES.get(reply.outcome, "other"))
            if reply.outcome in KILLED:
                self.numbers.count("queries_killed_total")
            return reply

        pool.ask = ask

    # --- requests

    def __call__(self, environ: dict, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        visit = Visit(self, environ, start_response, began)
        path = environ["PATH_INFO"]
        if path == "/metrics" or path.startswith("/health/"):
            return self._told(visit, path)
        costly = visit.room in COSTLY
        if costly:
            wait = self._budget.take(visit.client)
            if wait:
                self.numbers.count("turned_away_total", why="budget")
                return visit.refuse(429, "Too many requests", _OVER_BUDGET, retry=max(1, round(wait + 0.5)))
        tenancy = self._enter()
        if tenancy is None:
            return visit.refuse(503, "Not ready", f"Nothing can be answered yet: {self._why()}.", retry=2)
        asks = visit.room == "classify" or (path == "/" and environ.get("QUERY_STRING"))
        if asks and not self._may_ask():
            tenancy.leave()
            self.numbers.count("turned_away_total", why="questions")
            return visit.refuse(503, "Too busy", _CROWDED, retry=3)
        try:
            body = tenancy.application(environ, visit.start)
        except Exception as trouble:
            tenancy.leave()
            self.log.trouble("error", trouble, id=visit.number, path=path[:300])
            return visit.refuse(500, "Internal Server Error", _OURS)
        except BaseException:
            tenancy.leave()
            raise
        finally:
            if asks:
                self._turns.release()
                self._places.release()
        if costly:
            self._budget.charge(visit.client, (time.perf_counter() - began) / SECONDS_A_TOKEN)
        if isinstance(body, list):
            tenancy.leave()
            visit.done()
            return body
        return Flow(body, tenancy, visit)

    def overdrawn(self, environ: dict) -> bool:
        """Has this client asked too much to be answered now? If not, this counts as asking."""
        return self._budget.rate > 0 and bool(self._budget.take(client(environ, self.rules.proxies)))

    def _enter(self) -> Tenancy | None:
        if not self._loaded.is_set():
            self._loaded.wait(PATIENCE)
        for _ in range(100):
            current = self._current
            if current is None:
                return None
            if current.enter():
                return current
        return None

    def _may_ask(self) -> bool:
        if not self._places.acquire(blocking=False):
            return False
        if not self._turns.acquire(timeout=TURN):
            self._places.release()
            return False
        return True

    def _why(self) -> str:
        return "the release is being read" if not self._loaded.is_set() else "the release is being replaced"

    def _told(self, visit: "Visit", path: str) -> Iterable[bytes]:
        if path == "/health/live":
            return visit.answer(200, {"status": "live"})
        if path == "/health/ready":
            current = self._current
            if current is None:
                return visit.refuse(
                    503, "Not ready", f"Nothing is served: {_first_line(self.trouble)}", retry=2
                )
            facts = {"status": "ready", "release": _sum(current.place)}
            if self.backing is not None:
                # Without it there are no answers to queries, but all else is served: that is ready.
                facts["engine"] = {"kind": self.backing.kind, "reachable": self.backing.reachable}
            return visit.answer(200, facts | ({"refused": _first_line(self.trouble)} if self.trouble else {}))
        if path == "/metrics" and "HTTP_X_FORWARDED_FOR" not in visit.environ:
            return visit.send(200, CONTENT_TYPE, self.numbers.text())
        # What came through a proxy comes from outside, and the numbers are not for everybody.
        return visit.refuse(404, "Not Found", "Nothing is here.")


class Visit:
    """One request: its number, its room, its client, and what became of it."""

    __slots__ = ("attendant", "environ", "_respond", "began", "number", "room", "client", "status")

    def __init__(self, attendant: Attendant, environ: dict, respond: StartResponse, began: float):
        self.attendant = attendant
        self.environ = environ
        self._respond = respond
        self.began = began
        given = environ.get("HTTP_X_REQUEST_ID", "")
        self.number = given if _NUMBER.match(given) else secrets.token_hex(8)
        self.room = environ["PATH_INFO"].split("/", 2)[1]
        self.client = client(environ, attendant.rules.proxies)
        self.status = 0

    def start(self, status: str, headers: list[tuple[str, str]], *more):
        """What the application calls: the number of the request is added to the answer."""
        self.status = int(status[:3])
        return self._respond(status, [*headers, ("X-Request-Id", self.number)], *more)

    def send(self, status: int, content_type: str, body: bytes, more=()) -> list[bytes]:
        headers = [
            ("Content-Type", content_type),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            *more,
            *SAFE.items(),
            *OPEN.items(),
        ]
        self.start(f"{status} {HTTPStatus(status).phrase}", headers)
        self.done()
        return [] if self.environ["REQUEST_METHOD"] == "HEAD" else [body]

    def answer(self, status: int, facts: dict) -> list[bytes]:
        return self.send(status, "application/json", json.dumps(facts).encode() + b"\n")

    def refuse(self, status: int, title: str, detail: str, retry: int = 0) -> list[bytes]:
        """An error as RFC 9457 has it."""
        facts = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        facts |= {"instance": self.environ["PATH_INFO"][:300], "request": self.number}
        more = [("Retry-After", str(retry))] if retry else []
        return self.send(status, PROBLEM, json.dumps(facts).encode(), more)

    def done(self) -> None:
        """Count, and log if that is wanted."""
        seconds = time.perf_counter() - self.began
        attendant, room = self.attendant, self.room if self.room in COSTLY else "document"
        method = self.environ["REQUEST_METHOD"]
        method = method if method in ("GET", "HEAD", "POST", "OPTIONS", "QUERY") else "other"
        attendant.numbers.count("requests_total", method=method, room=room, status=str(self.status))
        attendant.numbers.span("request_seconds", seconds, room=room)
        if attendant.log.everything or self.status >= 500:
            attendant.log.say(
                "request",
                "info" if self.status < 500 else "warning",
                id=self.number,
                method=self.environ["REQUEST_METHOD"][:16],
                path=self.environ["PATH_INFO"][:300],
                status=self.status,
                ms=round(seconds * 1000, 2),
            )


class Flow:
    """A body that is still being read; its release stays until it is."""

    def __init__(self, body: Iterable[bytes], tenancy: Tenancy, visit: Visit):
        self._body = body
        self._parts = iter(body)
        self._tenancy: Tenancy | None = tenancy
        self._visit = visit

    def __iter__(self) -> "Flow":
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._parts)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        tenancy, self._tenancy = self._tenancy, None
        if tenancy is not None:
            try:
                with suppress(AttributeError):
                    self._body.close()
            finally:
                tenancy.leave()
                self._visit.done()

    def __del__(self) -> None:
        self.close()


_OVER_BUDGET = (
    "You ask faster than one client may; wait as long as Retry-After says. Documents have no budget."
)
_CROWDED = "Too many questions are being worked out at this moment; ask again in a few seconds."
_OURS = "Something went wrong here; the fault is ours, and it is in our log under the number of this request."


def _first_line(text: str) -> str:
    """What may be told outside: the reason without the place, which is the part before the colon."""
    reason = text.partition("\n")[0].rpartition(": ")[2]
    return "the log says why" if "/" in reason or "\\" in reason else reason


def _sum(place: Path) -> str:
    try:
        return sums(place).get(DATASET, "")
    except NoRelease:
        return ""


def forget() -> None:
    """Empty what the rooms remember of releases that are gone; they fill again as they are asked."""
    package = __package__.rpartition(".")[0]
    for name, module in list(sys.modules.items()):
        if name.startswith(package) and module is not None:
            for thing in list(vars(module).values()):
                for one in (thing, *(vars(thing).values() if isinstance(thing, type) else ())):
                    if isinstance(one, _lru_cache_wrapper) and one.__module__.startswith(package):
                        one.cache_clear()
    gc.collect()


def _numbers(attendant: "Attendant") -> Numbers:
    numbers = Numbers(__package__.split(".")[0])
    for name, what in (
        ("requests_total", "Requests answered, by method, room and status."),
        ("request_seconds", "Seconds from the arrival of a request to the end of its answer."),
        (
            "queries_total",
            "Queries that were evaluated, by what became of them; those from memory are not here.",
        ),
        ("queries_killed_total", "Queries whose worker was killed: too late, too much memory, too deep."),
        ("turned_away_total", "Requests turned away, by reason."),
        ("reloads_total", "Releases that were offered, and whether they were served."),
    ):
        numbers.describe(name, what)

    def kept(measure):
        current = attendant._current
        endpoint = current and current.application and current.application.endpoint
        if not endpoint:
            return []
        return [
            ((("cache", name.strip("_")),), measure(getattr(endpoint, name))) for name in ("_warm", "_kept")
        ]

    def of_current(measure):
        current = attendant._current
        return [((), measure(current))] if current else []

    numbers.at_present("memory_bytes", "Memory held, shares of common pages counted once.", memory)
    numbers.at_present("open_descriptors", "Files and sockets open in the front.", descriptors)
    numbers.at_present("threads", "Threads of the front.", lambda: [((), threading.active_count())])
    numbers.at_present("requests_open", "Requests being answered.", lambda: of_current(lambda c: c.busy))
    numbers.at_present("cache_answers", "Answers kept in memory.", lambda: kept(len))
    numbers.at_present("cache_bytes", "Bytes of answers kept in memory.", lambda: kept(lambda c: c.size))
    numbers.at_present(
        "ready", "1 when a release is served.", lambda: [((), float(attendant._current is not None))]
    )
    numbers.at_present(
        "release_info",
        "The release that is served, by the checksum of its dataset.",
        lambda: [((("sha256", _sum(attendant._current.place)),), 1.0)] if attendant._current else [],
    )
    if (backing := attendant.backing) is not None:
        numbers.at_present(
            "engine_reachable",
            "1 when the engine that holds the release answered when it was last asked.",
            lambda: [((("engine", backing.kind),), float(backing.reachable))],
        )
        numbers.at_present(
            "engine_release_info",
            "The release in the engine from which queries are answered.",
            lambda: [((("release", backing.release),), 1.0)] if backing.release else [],
        )
    return numbers
