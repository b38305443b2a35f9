"""The zygote as the front sees it: start it, have it fork, have it signal what it forked."""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ...errors import NoRelease
from .frames import BEFORE_AN_ANSWER, LENGTH, ORDER, REPLY, receive, soon
from .limits import Limits

#: What the front reads at once; most answers are smaller.
CHUNK = 1 << 18

#: Seconds without a byte in the middle of an answer.
UTMOST = 10


@dataclass(frozen=True)
class Reply:
    """What became of a query (one of frames'), which format it is in, and the bytes."""

    outcome: int
    which: int = 0
    body: bytes = b""


@dataclass(eq=False)
class Worker:
    pid: int
    channel: socket.socket
    line: "Line"

    def be_patient(self, seconds: float) -> None:
        """How long `read` waits from now on."""
        self.channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _timeval(max(seconds, 0.001)))

    def spent(self) -> float | None:
        """Seconds of processor time since it was forked; None where the system does not say."""
        try:
            return int(Path(f"/proc/{self.pid}/schedstat").read_bytes().split()[0]) / 1e9
        except (OSError, ValueError, IndexError):
            return None

    def read(self, look_out: bool = False) -> Reply | None:
        """The reply, or None when nothing has come in the time given. EOFError: the worker is gone."""
        try:
            first = soon(self.channel, CHUNK, BEFORE_AN_ANSWER) if look_out else b""
            first = first or self.channel.recv(CHUNK)
        except BlockingIOError:
            return None
        if not first:
            raise EOFError
        while len(first) < REPLY.size:
            first += receive(self.channel, REPLY.size - len(first))
        outcome, which, length = REPLY.unpack_from(first)
        body = first[REPLY.size :]
        if len(body) < length:
            body += self._rest(length - len(body))
        return Reply(outcome, which, body)

    def _rest(self, length: int) -> bytes:
        # The whole answer exists; that its sender is kept waiting for a processor is no reason to give up.
        self.be_patient(UTMOST)
        body = bytearray(length)
        view, done = memoryview(body), 0
        while done < length:
            count = self.channel.recv_into(view[done:])
            if not count:
                raise EOFError
            done += count
        self.be_patient(self.line.patience)
        return bytes(body)


def _timeval(seconds: float) -> bytes:
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000) or 1)


class Line:
    """The zygote and the socket to it. One order at a time."""

    def __init__(self, folder: Path, limits: Limits, place: dict | None = None, facts: dict | None = None):
        ours, theirs = socket.socketpair()
        with theirs:
            root = Path(__file__).resolve().parents[len(__package__.split(".")) - 1]
            path = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
            self.process = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.zygote"],
                stdin=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": path},
            )
            settings = {
                "line": theirs.fileno(),
                "front": os.getpid(),
                "release": str(folder),
                "place": place,
                "facts": facts,
                "limits": {**asdict(limits), "federate": sorted(limits.federate)},
            }
            with self.process.stdin as pipe:
                pipe.write(json.dumps(settings).encode() + b"\n")
        self.socket = ours
        self.patience = limits.patience / 4
        self.lock = threading.Lock()
        self.children: set[int] = set()

    def hello(self) -> dict:
        """What the zygote says once it has loaded the release."""
        try:
            facts = json.loads(receive(self.socket, LENGTH.unpack(receive(self.socket, 4))[0]))
        except (EOFError, ConnectionError) as trouble:
            raise NoRelease("the process that reads the release ended before it had read it") from trouble
        if "trouble" in facts:
            raise NoRelease(facts["trouble"])
        return facts

    def fork(self, federated: bool = False) -> Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            for end in (ours, theirs):
                with suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            with self.lock:
                socket.send_fds(self.socket, [ORDER.pack(b"F", federated)], [theirs.fileno()])
                pid = ORDER.unpack(receive(self.socket, ORDER.size))[1]
                self.children.add(pid)
        worker = Worker(pid, ours, self)
        worker.be_patient(self.patience)
        return worker

    def kill(self, worker: Worker) -> None:
        """End a worker."""
        worker.channel.close()
        self.children.discard(worker.pid)
        self.signal(b"K", worker)

    def ended(self, worker: Worker) -> int:
        """How a worker ended that is gone, as waitpid says it."""
        worker.channel.close()
        with self.lock:
            self.children.discard(worker.pid)
            self.socket.sendall(ORDER.pack(b"W", worker.pid))
            return ORDER.unpack(receive(self.socket, ORDER.size))[1]

    def signal(self, order: bytes, worker: Worker) -> None:
        with self.lock:
            self.socket.sendall(ORDER.pack(order, worker.pid))

    def close(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes whoever waits for a reply
        with self.lock:
            self.socket.close()
        for pid in self.children:
            # Where the system does not end them with their parent, we do.
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self.children.clear()
