"""
One worker: takes a query, evaluates it, hands the serialised bytes back, takes the next.

It is a fork of the zygote and holds the release as it was loaded, or knows the engine that does. It is killed from outside when it
takes too long or too much; the alarm is for the case that nobody is left to do so.
"""

import gc
import json
import os
import signal
import socket
from collections.abc import Callable

from pyoxigraph import NamedNode, Quad, QueryBoolean, QuerySolutions, Store

from ...formats import DATASETS, GRAPHS, TABLES
from . import frames
from .confine import confine, silence
from .frames import REPLY, Job, unpack
from .rows import count_rows
from .syntax import UPDATES, Refused, examine, outline

#: Formats for the triples of CONSTRUCT and DESCRIBE, in the order that a Job counts.
TRIPLES = (*GRAPHS, *DATASETS)

#: Graphs read from now and then are merged here, and dropped after the answer.
MERGE = NamedNode("urn:x-merge:default-graph")


#: Below this, copying is cheaper than another call.
SMALL = 1 << 16


class TooLarge(Exception):
    pass


class Sink:
    """Where the serialiser writes; refuses to grow beyond the cap."""

    def __init__(self, most: int):
        self.most = most
        self.size = 0
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.size += len(data)
        if self.size > self.most:
            raise TooLarge
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass


def serve(
    channel: socket.socket,
    answer: Callable[[Job], tuple[int, int, bytes]],
    limits: dict,
    federated: bool,
    descriptors: int = 0,
) -> None:
    """Answer queries from the channel until it closes. Never returns to the zygote's own work.

    `answer` says what became of a query; `descriptors` is how many files and sockets it may have open.
    """
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(name, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    gc.disable()
    silence()
    os.chdir("/")
    confine(limits["memory"], federated, descriptors)
    while True:
        try:
            job = unpack(channel)
        except (EOFError, ConnectionError):
            return
        signal.setitimer(signal.ITIMER_REAL, limits["timeout"] + 1)
        outcome, which, body = answer(job)
        head = REPLY.pack(outcome, which, len(body))
        if len(body) < SMALL:
            channel.sendall(head + body)
        else:
            channel.sendall(head)
            channel.sendall(body)
        signal.setitimer(signal.ITIMER_REAL, 0)


def here(store: Store, facts: dict, limits: dict, federated: bool, job: Job) -> tuple[int, int, bytes]:
    """Evaluate in this process."""
    return named(job, facts, lambda: _evaluate(store, facts, limits, job, federated))


def named(job: Job, facts: dict, evaluate: Callable[[], tuple[int, int, bytes]]) -> tuple[int, int, bytes]:
    """What became of a query, the place of the format, and the body: an answer or a reason."""
    try:
        return evaluate()
    except Refused as refusal:
        return refusal.outcome, 0, json.dumps(refusal.facts).encode()
    except TooLarge:
        return frames.TOO_LARGE, 0, b""
    except MemoryError:
        return frames.NO_MEMORY, 0, b""
    except SyntaxError as trouble:
        return _unreadable(job.query, facts, str(trouble))
    except (ValueError, OSError, RuntimeError) as trouble:
        return frames.FAILED, 0, str(trouble).encode()


def _evaluate(store, facts, limits, job, federated) -> tuple[int, int, bytes]:
    query = job.query
    # A federated worker is given only what another worker has examined.
    seen = None if federated else examine(query, limits, facts)
    dataset = {}
    defaults, named = job.default_graphs, job.named_graphs
    if defaults is None and named is None and seen is not None and len(seen.default_graphs) > 1:
        # One graph in FROM is read by Oxigraph itself; several need a merge.
        defaults, named = seen.default_graphs, seen.named_graphs
    if defaults is not None or named is not None:
        dataset["named_graphs"] = [NamedNode(g) for g in named or ()]
        dataset["default_graph"] = _merged(store, [NamedNode(g) for g in dict.fromkeys(defaults or ())])
    try:
        try:
            results = store.query(query, base_iri=facts["base"], **dataset)
        except SyntaxError:
            # A prefix that the query does not declare, but the published prefix table may.
            results = store.query(query, base_iri=facts["base"], prefixes=facts["prefixes"], **dataset)
        return written(results, limits, job)
    finally:
        if dataset.get("default_graph") == [MERGE]:
            store.remove_graph(MERGE)


def written(results, limits: dict, job: Job) -> tuple[int, int, bytes]:
    """The answer in the format that suits, unless it is above the caps."""
    table = isinstance(results, QuerySolutions | QueryBoolean)
    which = job.table if table else job.graph
    if which < 0:
        return frames.NO_FORMAT, 0, b"table" if table else b"graph"
    sink = Sink(limits["size"])
    results.serialize(sink, (TABLES if table else TRIPLES)[which].syntax)
    body = b"".join(sink.parts)
    if table and count_rows(body, TABLES[which], limits["rows"]) > limits["rows"]:
        raise TooLarge
    return frames.TABLE if table else frames.GRAPH, which, body


def _unreadable(query: str, facts: dict, said: str) -> tuple[int, int, bytes]:
    seen = outline(query, facts["base"], facts["prefixes"])
    if seen.first_word in UPDATES:
        return frames.READ_ONLY, 0, b""
    if seen.undeclared:
        # The evaluator would say only that it expected something else.
        prefix, line, column = seen.undeclared
        said = f"error at {line}:{column}: the prefix {prefix}: is not declared"
    return frames.UNREADABLE, 0, said.encode()


def _merged(store: Store, graphs: list[NamedNode]) -> list[NamedNode]:
    """The graphs as one default graph without repetitions (Oxigraph says a triple once per graph)."""
    if len(graphs) < 2:
        return graphs
    for graph in graphs:
        store.extend(
            Quad(q.subject, q.predicate, q.object, MERGE)
            for q in store.quads_for_pattern(None, None, None, graph)
        )
    return [MERGE]
