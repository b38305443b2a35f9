"""
Workers for queries: how many there are, who waits, who goes on slowly, who is killed.

A query is given a worker and, for a moment, full speed. What is not done by then is a long query: it
needs one of a few slow places, while a fresh worker takes its old place, and when anybody else asks
it goes on at the lowest priority. Without a free place it stands still, and above a few of those it
is turned away. At the deadline it is killed. The thread that waits for the answer does all of this
for its own query, so there is no manager to overload, and short queries meet long ones only on the
processor.

A worker that has read much is worth keeping: what it read was shared until then, and a fresh one has
to copy those pages first, which takes longer than most queries.
"""

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from ...errors import NoRelease
from . import frames
from .frames import Job
from .limits import Limits
from .line import Line, Reply, Worker


class Rank:
    """Workers that are free, and queries that wait for one.

    The worker that was used last is taken first, because its memory is still warm; the query that
    waits longest is served first. More than `most` do not wait.
    """

    def __init__(self, most: int, size: int):
        self.most = most
        self.size = size
        self._workers: deque[Worker] = deque()
        self._waiting: deque[SimpleQueue] = deque()
        self._lock = threading.Lock()

    @property
    def quiet(self) -> bool:
        """Is there no more than one query at work?"""
        return len(self._workers) >= self.size - 1

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def take(self, deadline: float) -> Worker | None:
        """A worker, or None: too many wait already, or none came free in time."""
        with suppress(IndexError):
            return self._workers.pop()
        with self._lock:
            with suppress(IndexError):
                return self._workers.pop()
            if len(self._waiting) >= self.most:
                return None
            mine: SimpleQueue = SimpleQueue()
            self._waiting.append(mine)
        with suppress(Empty):
            return mine.get(timeout=max(deadline - time.monotonic(), 0.001))
        with self._lock:
            with suppress(ValueError):
                self._waiting.remove(mine)
            with suppress(Empty):
                return mine.get_nowait()
        return None

    def put(self, worker: Worker) -> Worker | None:
        """Have a worker again; one that is now too many is handed back."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().put(worker)
                return None
            self._workers.append(worker)
            return self._workers.popleft() if len(self._workers) > self.size else None

    def clear(self) -> None:
        """Let go of all that are free."""
        with suppress(IndexError):
            while True:
                self._workers.pop().channel.close()

    def close(self) -> None:
        """No more workers will come: nobody need wait."""
        with self._lock:
            self.most = 0
            while self._waiting:
                self._waiting.popleft().put(None)
        self.clear()


class Pool:
    """Answers queries on a release; `facts` is what the release says of itself.

    With a `place` (store.remote.Place, packed) queries are put to the engine there; facts have to be given.
    Raises NoRelease when the folder is not a release. `close` ends every process.
    """

    def __init__(
        self,
        folder: Path,
        limits: Limits | None = None,
        log: Callable[[str], None] = print,
        place: dict | None = None,
        facts: dict | None = None,
    ):
        self.folder = Path(folder).resolve()
        self.limits = limits or Limits()
        self.log = log
        self._free = Rank(self.limits.queue, self.limits.workers)
        self._lock = threading.Lock()
        self._parked = 0
        self._brisk: set[Worker] = set()
        self._slow = threading.BoundedSemaphore(self.limits.slow)
        self._closed = False
        self._start = partial(Line, self.folder, self.limits, place, facts)
        self._line = self._start()
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
            worker = self._free.take(deadline)
            if worker is None:
                return Reply(frames.BUSY, 0, b"queue")
            if self._brisk:
                self._calm()
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
        worker.channel.sendall(packed)
        reply = worker.read(self._free.quiet) or self._be_fair(worker, deadline)
        if reply is None:
            return self._go_on_slowly(worker, deadline)
        self._release(worker)
        return reply

    def _release(self, worker: Worker) -> None:
        surplus = self._free.put(worker)
        if surplus is not None:
            surplus.line.kill(surplus)

    def _calm(self) -> None:
        """Somebody else asks: what runs long goes on at the lowest priority from now on."""
        with self._lock:
            long, self._brisk = self._brisk, set()
        for worker in long:
            worker.line.signal(b"N", worker)

    def _be_fair(self, worker: Worker, deadline: float) -> Reply | None:
        """Go on waiting for a query that has not had its moment yet: on a busy machine time on the
        clock says little, so processor time counts. When others wait, the moment is shorter."""
        now, before = time.monotonic(), worker.spent()
        patience = self.limits.patience
        until = min(deadline, now + patience * (1 if before is None else 3))
        while time.monotonic() < until:
            reply = worker.read()
            if reply is not None:
                return reply
            used = (worker.spent() or 0) - (before or 0)
            if used > patience * (0.1 if self._free.waiting else 0.75):
                return None
        return None

    def _go_on_slowly(self, worker: Worker, deadline: float) -> Reply:
        with self._lock:
            self._brisk.add(worker)
        if not self._free.quiet:
            self._calm()
        self._replace(worker)
        if not self._slow_place(worker, deadline):
            self._brisk.discard(worker)
            worker.line.kill(worker)
            return Reply(frames.BUSY, 0, b"slow")
        try:
            reply = self._read_to_the_end(worker, deadline)
        except EOFError:
            self._brisk.discard(worker)
            return Reply(self._bury(worker, replace=False))
        finally:
            self._slow.release()
        with self._lock:
            untouched = worker in self._brisk
            self._brisk.discard(worker)
        if untouched and reply.outcome != frames.LATE:
            worker.be_patient(worker.line.patience)
            self._release(worker)
        else:
            # Its priority can not be raised again.
            worker.line.kill(worker)
        return reply

    def _read_to_the_end(self, worker: Worker, deadline: float) -> Reply:
        worker.be_patient(deadline - time.monotonic())
        try:
            return worker.read() or Reply(frames.LATE)
        except BlockingIOError:
            return Reply(frames.LATE)

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
                worker.channel.sendall(packed)
                reply = self._read_to_the_end(worker, deadline)
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
                self._release(worker.line.fork())

    def _bury(self, worker: Worker, replace: bool = True) -> int:
        """A worker ended by itself: put another in its place, and say what became of the query."""
        status = 0
        with suppress(EOFError, OSError):
            status = worker.line.ended(worker)
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
            self._free.clear()
            try:
                line = self._start()
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
        self._free.close()

    def _stop(self) -> None:
        self._line.close()
        with suppress(subprocess.TimeoutExpired):
            self._line.process.wait(5)
        if self._line.process.poll() is None:
            self._line.process.kill()
            self._line.process.wait()
