"""
Workers for queries: how many there are, who waits, who goes on slowly, who is killed.

A query is given a worker and, for a moment, full speed. What is not done by then is a long query:
it moves to the lowest priority and needs one of a few slow places, while a fresh worker takes its
old place; without a free place it stands still, and above a few of those it is turned away. At the
deadline it is killed. The thread that waits for the answer does all of this for its own query, so
there is no manager to overload, and short queries meet long ones only on the processor.
"""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from ...errors import NoRelease
from . import frames
from .frames import LENGTH, ORDER, REPLY, Job, receive
from .limits import Limits

#: What the front reads at once; most answers are smaller.
CHUNK = 1 << 18


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

    def ask(self, job: bytes, wait: float) -> None:
        self.channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _timeval(wait))
        self.channel.sendall(job)

    def read(self) -> Reply | None:
        """The reply, or None when nothing has come in the time given. EOFError: the worker is gone."""
        try:
            first = self.channel.recv(CHUNK)
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
        body = bytearray(length)
        view, done = memoryview(body), 0
        while done < length:
            count = self.channel.recv_into(view[done:])
            if not count:
                raise EOFError
            done += count
        return bytes(body)


def _timeval(seconds: float) -> bytes:
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000) or 1)


class Line:
    """The zygote and the socket to it. One order at a time."""

    def __init__(self, folder: Path, limits: Limits):
        ours, theirs = socket.socketpair()
        with theirs:
            root = Path(__file__).resolve().parents[len(__package__.split(".")) - 1]
            path = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
            self.process = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.zygote"],
                stdin=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,
            )
            settings = {
                "line": theirs.fileno(),
                "front": os.getpid(),
                "release": str(folder),
                "limits": {**asdict(limits), "federate": sorted(limits.federate)},
            }
            with self.process.stdin as pipe:
                pipe.write(json.dumps(settings).encode() + b"\n")
        self.socket = ours
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
        return Worker(pid, ours, self)

    def kill(self, worker: Worker) -> int:
        """End a worker and say how it ended (as waitpid does): by our signal, or before by another."""
        worker.channel.close()
        with self.lock:
            self.children.discard(worker.pid)
            self.socket.sendall(ORDER.pack(b"K", worker.pid))
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


class Pool:
    """Answers queries on a release; `facts` is what the release says of itself.

    Raises NoRelease when the folder is not a release. `close` ends every process.
    """

    def __init__(self, folder: Path, limits: Limits | None = None, log: Callable[[str], None] = print):
        self.folder = Path(folder).resolve()
        self.limits = limits or Limits()
        self.log = log
        self._free: SimpleQueue[Worker] = SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0
        self._parked = 0
        self._slow = threading.BoundedSemaphore(self.limits.slow)
        self._closed = False
        self._line = Line(self.folder, self.limits)
        try:
            self.facts = self._line.hello()
        except NoRelease:
            self._stop()
            raise
        self._fill(self._line)
        self._watcher = threading.Thread(target=self._watch, name="zygote-watcher", daemon=True)
        self._watcher.start()

    # --- asking

    def ask(self, job: Job) -> Reply:
        """Evaluate a query. Never raises for what a query does; the outcome says what became of it."""
        deadline = time.monotonic() + self.limits.timeout
        packed = job.pack()
        reply = Reply(frames.LOST)
        for _ in range(3):
            worker = self._take(deadline)
            if worker is None:
                return Reply(frames.BUSY, 0, b"queue")
            try:
                reply = self._run(worker, packed, deadline)
            except (EOFError, OSError):
                reply = Reply(self._bury(worker))
            if reply.outcome != frames.LOST:
                break
            # Ended by someone else: a query only reads, so it may be asked again.
        if reply.outcome == frames.ELSEWHERE:
            reply = self._ask_federated(packed, deadline)
        return reply

    def _run(self, worker: Worker, packed: bytes, deadline: float) -> Reply:
        worker.ask(packed, self.limits.patience)
        reply = worker.read()
        if reply is None:
            return self._go_on_slowly(worker, deadline)
        self._free.put(worker)
        return reply

    def _take(self, deadline: float) -> Worker | None:
        with suppress(Empty):
            return self._free.get_nowait()
        with self._lock:
            if self._waiting >= self.limits.queue:
                return None
            self._waiting += 1
        try:
            return self._free.get(timeout=max(deadline - time.monotonic(), 0.001))
        except Empty:
            return None
        finally:
            with self._lock:
                self._waiting -= 1

    def _go_on_slowly(self, worker: Worker, deadline: float) -> Reply:
        worker.line.signal(b"N", worker)
        self._replace(worker)
        if not self._slow_place(worker, deadline):
            worker.line.kill(worker)
            return Reply(frames.BUSY, 0, b"slow")
        try:
            worker.channel.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVTIMEO, _timeval(max(deadline - time.monotonic(), 0.001))
            )
            try:
                reply = worker.read()
            except BlockingIOError:
                reply = None
            if reply is None:
                worker.line.kill(worker)
                return Reply(frames.LATE)
        except EOFError:
            return Reply(self._bury(worker, replace=False))
        finally:
            self._slow.release()
        # Its priority can not be raised again.
        worker.line.kill(worker)
        return reply

    def _slow_place(self, worker: Worker, deadline: float) -> bool:
        if self._slow.acquire(blocking=False):
            return True
        with self._lock:
            if self._parked >= self.limits.parked:
                return False
            self._parked += 1
        try:
            worker.line.signal(b"S", worker)
            if not self._slow.acquire(timeout=max(deadline - time.monotonic(), 0.001)):
                return False
            worker.line.signal(b"C", worker)
            return True
        finally:
            with self._lock:
                self._parked -= 1

    def _ask_federated(self, packed: bytes, deadline: float) -> Reply:
        """A query whose every SERVICE is allowed: in a worker of its own that may open sockets."""
        if not self._slow.acquire(timeout=max(deadline - time.monotonic(), 0.001)):
            return Reply(frames.BUSY, 0, b"slow")
        try:
            worker = self._line.fork(federated=True)
            try:
                worker.ask(packed, max(deadline - time.monotonic(), 0.001))
                reply = worker.read() or Reply(frames.LATE)
            except BlockingIOError:
                reply = Reply(frames.LATE)
            except (EOFError, OSError):
                return Reply(self._bury(worker, replace=False))
            worker.line.kill(worker)
            return reply
        except (EOFError, OSError):
            return Reply(frames.LOST)
        finally:
            self._slow.release()

    # --- workers

    def _fill(self, line: Line) -> None:
        for _ in range(self.limits.workers):
            self._free.put(line.fork())

    def _replace(self, worker: Worker) -> None:
        """A fresh worker in the place of this one, unless the zygote it came from is gone."""
        if worker.line is self._line and not self._closed:
            with suppress(EOFError, OSError):
                self._free.put(worker.line.fork())

    def _bury(self, worker: Worker, replace: bool = True) -> int:
        """A worker ended by itself: put another in its place, and say what became of the query."""
        status = 0
        with suppress(EOFError, OSError):
            status = worker.line.kill(worker)
        if replace:
            self._replace(worker)
        ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if ended_by in (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL):
            return frames.CRASHED
        if ended_by == signal.SIGABRT:
            return frames.NO_MEMORY
        if ended_by == signal.SIGALRM:
            return frames.LATE
        return frames.LOST

    def _watch(self) -> None:
        """Start the zygote again whenever it ends without being told to."""
        while not self._closed:
            self._line.process.wait()
            if self._closed:
                return
            self.log("the process that holds the release ended; starting it again")
            self._line.close()
            with suppress(Empty):
                while True:
                    self._free.get_nowait().channel.close()
            try:
                line = Line(self.folder, self.limits)
                self.facts = line.hello()
                self._line = line
                self._fill(line)
            except (NoRelease, EOFError, OSError) as trouble:
                self.log(f"it could not be started: {trouble}")
                time.sleep(1)

    def close(self) -> None:
        """End the zygote and every worker."""
        self._closed = True
        self._stop()
        with suppress(Empty):
            while True:
                self._free.get_nowait().channel.close()

    def _stop(self) -> None:
        self._line.close()
        with suppress(subprocess.TimeoutExpired):
            self._line.process.wait(5)
        if self._line.process.poll() is None:
            self._line.process.kill()
            self._line.process.wait()
