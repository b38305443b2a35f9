"""What the front, the zygote and the workers say to each other, in bytes."""

import json
import os
import socket
import struct
import time
from dataclasses import dataclass

#: What became of a query: one byte of the reply.
TABLE = 0  # the body is the answer: rows, or yes or no
UNREADABLE = 1  # not SPARQL: the body says where and why
FORBIDDEN = 2  # it reads from elsewhere, or it writes
NO_FORMAT = 3  # the reader takes no format that this kind of answer has
TOO_LARGE = 4  # the answer is above the cap
NO_MEMORY = 5  # above the memory cap, and Python noticed
FAILED = 6  # the evaluation says why
TOO_DEEP = 7  # brackets inside brackets
CRASHED = 8  # said by the front: the worker ended by a stack overflow
LATE = 9  # said by the front: the deadline passed
BUSY = 10  # said by the front: no worker came free, or too many long queries
LOST = 11  # said by the front: the worker ended for no reason of the query's

GRAPH = 13  # the body is the answer: triples
ELSEWHERE = 12  # to the front: every SERVICE is allowed, use a worker that may open sockets

READ_ONLY = 14  # not a query but an update

UNREACHABLE = 15  # the engine that holds the release does not answer
CUT = 16  # the engine sends no more than a part of the answer; the body says how many rows
ENGINE = 17  # the engine failed; the body says what it said

DONE = (TABLE, GRAPH)

#: Seconds that a worker looks out for its next query, and the front for the answer to its only one.
AFTER_A_QUERY, BEFORE_AN_ANSWER = (300e-6, 150e-6) if (os.cpu_count() or 1) > 1 else (0.0, 0.0)

_yield = getattr(os, "sched_yield", lambda: time.sleep(0))

REPLY = struct.Struct("!BBQ")
ORDER = struct.Struct("!cI")
LENGTH = struct.Struct("!I")


@dataclass(frozen=True)
class Job:
    """One query: its text, the formats it may be answered in, and its dataset if the request names one.

    `table` and `graph` are places in formats.TABLES and the endpoint's GRAPHS, -1 where none suits.
    """

    query: str
    table: int = 0
    graph: int = 0
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None

    def pack(self) -> bytes:
        """As a worker reads it."""
        row = (self.query, self.table, self.graph, self.default_graphs, self.named_graphs)
        body = json.dumps(row).encode()
        return LENGTH.pack(len(body)) + body


def soon(channel: socket.socket, size: int, within: float) -> bytes:
    """What comes in the next moment; empty when nothing does, or nothing will.

    Waking a process that sleeps takes longer than most queries do, so for a moment we look instead of
    sleeping, and let everybody else run in between.
    """
    end = time.perf_counter() + within
    while time.perf_counter() < end:
        try:
            return channel.recv(size, socket.MSG_DONTWAIT)
        except BlockingIOError:
            _yield()
    return b""


def unpack(channel: socket.socket) -> Job:
    """The next job; EOFError when there will be none."""
    data = soon(channel, 1 << 16, AFTER_A_QUERY) or channel.recv(1 << 16)
    if not data:
        raise EOFError
    if len(data) < LENGTH.size:
        data += receive(channel, LENGTH.size - len(data))
    (length,) = LENGTH.unpack_from(data)
    body = data[LENGTH.size :]
    if len(body) < length:
        body += receive(channel, length - len(body))
    return Job(*json.loads(body))


def receive(channel: socket.socket, count: int) -> bytes:
    """Exactly `count` bytes; EOFError when the other side has gone."""
    parts = bytearray()
    while len(parts) < count:
        part = channel.recv(min(count - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
