"""
A process with the release in memory that does nothing but fork.

It is started fresh (`python -m …zygote FD`), so it has one thread and no locks held by others: the
only state in which forking is safe. Each fork shares the loaded graph copy-on-write and is ready
within milliseconds. The front sends orders over one socket: `F` fork (with the new worker's end of a
socket pair), `K` kill, `W` say how it ended, `N` lower the priority, `S` stop, `C` continue. Only the
parent of a process can signal it without risk of hitting a stranger that took its number, which is
why the front does not do this itself. When the front goes, the socket closes and all this ends.
"""

import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from pyoxigraph import __version__

from ...errors import Trouble
from ...release import DATASET, GUEST, load_guests, open_store, sums
from . import describe, worker
from .confine import die_with_parent
from .frames import LENGTH, ORDER

#: Room for the parser to recurse in; with less, what nests deeply ends a worker sooner.
STACK = 64 << 20

SIGNALS = {b"K": signal.SIGKILL, b"S": signal.SIGSTOP, b"C": signal.SIGCONT}


def main() -> None:
    settings = json.loads(sys.stdin.buffer.readline())
    line = socket.socket(fileno=settings["line"])
    die_with_parent_of(settings["front"])
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # The front decides when to stop; a terminal's Ctrl-C reaches the whole group.
        signal.signal(name, signal.SIG_IGN)
    if settings["place"]:
        # The release is in an engine, and what it says of itself was read by the one who started us.
        from . import elsewhere  # it brings an HTTP client, which nobody else needs

        store = elsewhere.reader(settings["place"], settings["limits"])
        answer = partial(elsewhere.there, store, settings["facts"], settings["limits"])
        _begin(line, settings["facts"], settings, lambda federated: answer, elsewhere.DESCRIPTORS)
        return
    _grow_stack()
    try:
        folder = Path(settings["release"])
        store = open_store(folder)
        facts = describe.facts(store)
        guests = load_guests(store, folder)
        facts["graphs"].update(guests)
        # The default graph is the merge of our own graphs; guests are read by GRAPH alone.
        facts["union"] = not guests
    except Trouble as trouble:
        _say(line, {"trouble": str(trouble)})
        return
    facts["release"] = f"{_held(folder)} {__version__}"
    _begin(line, facts, settings, partial(partial, worker.here, store, facts, settings["limits"]))


def _begin(line: socket.socket, facts: dict, settings: dict, answers, descriptors: int = 0) -> None:
    """`answers(federated)` is what a worker answers queries with."""
    gc.collect()
    gc.freeze()
    _say(line, facts)
    with suppress(EOFError, ConnectionError):
        obey(line, partial(_fork, line, answers, settings["limits"], descriptors))


def _held(folder: Path) -> str:
    """What answers depend on: the dataset, and the guests beside it."""
    stated = sums(folder)
    return " ".join(
        [stated[DATASET], *(d for name, d in sorted(stated.items()) if name.startswith(GUEST[0]))]
    )


def die_with_parent_of(front: int) -> None:
    """Leave at once if the front went away while we were starting."""
    if os.getppid() != front:
        raise SystemExit


def _grow_stack() -> None:
    with suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_STACK)
        wanted = STACK if most == resource.RLIM_INFINITY else min(STACK, most)
        resource.setrlimit(resource.RLIMIT_STACK, (wanted, most))


def _say(line: socket.socket, message: dict) -> None:
    body = json.dumps(message).encode()
    line.sendall(LENGTH.pack(len(body)) + body)


def obey(line: socket.socket, fork: Callable[[int, bool], int]) -> None:
    """Carry out orders until the front is gone. No order waits for a process to die: one with the
    lowest priority may need a while even for that, and others wait for their fork."""
    children = Children()
    while True:
        order, number, fds = _next_order(line, children)
        if order == b"F":
            child = fork(fds[0], bool(number))
            os.close(fds[0])
            children.alive.add(child)
            line.sendall(ORDER.pack(b"F", child))
        elif order == b"W":
            line.sendall(ORDER.pack(b"W", children.ended(number)))
        else:
            children.signal(number, order)


def _next_order(line: socket.socket, children: "Children") -> tuple[bytes, int, list[int]]:
    while not select.select([line], [], [], 1)[0]:
        children.reap()
    children.reap()
    data, fds = b"", []
    while len(data) < ORDER.size:
        part, new, _, _ = socket.recv_fds(line, ORDER.size - len(data), 1)
        if not part:
            raise EOFError
        data, fds = data + part, fds + new
    return *ORDER.unpack(data), fds


class Children:
    """The workers that live, and how those ended that nobody has asked about yet."""

    def __init__(self):
        self.alive: set[int] = set()
        self.statuses: dict[int, int] = {}
        self.unwanted: set[int] = set()

    def reap(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                self.alive.discard(ended[0])
                if ended[0] in self.unwanted:
                    self.unwanted.discard(ended[0])
                else:
                    self.statuses[ended[0]] = ended[1]

    def ended(self, number: int) -> int:
        """How a worker ended that has closed its end; killed now if it has not quite ended."""
        for _ in range(50):
            self.reap()
            if number not in self.alive:
                return self.statuses.pop(number, 0)
            time.sleep(0.001)
        self.signal(number, b"K")
        return signal.SIGKILL

    def signal(self, number: int, order: bytes) -> None:
        if order == b"K":
            self.unwanted.add(number)
            if self.statuses.pop(number, None) is not None:
                self.unwanted.discard(number)
        if number not in self.alive:
            return
        with suppress(OSError):
            if order == b"N":
                os.setpriority(os.PRIO_PROCESS, number, 19)
            else:
                os.kill(number, SIGNALS[order])


def _fork(line, answers, limits: dict, descriptors: int, fd: int, federated: bool) -> int:
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        line.close()
        die_with_parent(parent)
        worker.serve(socket.socket(fileno=fd), answers(federated), limits, federated, descriptors)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
