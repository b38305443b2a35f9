"""
The log: one line of JSON for each event, on standard error.

It says what was asked for and what became of it, never who asked nor with which parameters: what people
describe in a form about their body is nobody's business, and an address is personal data.
"""

import json
import queue
import sys
import threading
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from typing import TextIO

#: Lines that wait to be written. A reader that stalls loses lines; nobody waits for it.
WAITING = 5000


class Log:
    """Writes events; `everything` or only what went wrong."""

    def __init__(self, everything: bool = False, stream: TextIO | None = None):
        self.everything = everything
        self.lost = 0
        self._stream = stream
        self._lines: queue.Queue[str] = queue.Queue(WAITING)
        threading.Thread(target=self._write, name="log-writer", daemon=True).start()

    def say(self, event: str, level: str = "info", **facts) -> None:
        """One line; what is well is said only where everything is. JSON keeps what a client wrote on that line, line breaks and control characters included."""
        if level == "info" and not self.everything:
            return
        row = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level, "event": event}
        if self.lost:
            row["lost"], self.lost = self.lost, 0
        try:
            self._lines.put_nowait(json.dumps(row | facts, ensure_ascii=True, default=str))
        except queue.Full:
            self.lost += 1 + row.get("lost", 0)

    def trouble(self, event: str, trouble: BaseException, **facts) -> None:
        """An error of ours, with where it happened."""
        where = traceback.format_exception(trouble)
        self.say(event, "error", error=f"{type(trouble).__name__}: {trouble}", where="".join(where), **facts)

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            # Nobody reads the log any more, or the disk is full: that is no reason to stop answering.
            with suppress(OSError, ValueError):
                print(line, file=self._stream or sys.stderr, flush=True)
            self._lines.task_done()

    def flush(self) -> None:
        """Wait until everything said so far is written."""
        self._lines.join()
