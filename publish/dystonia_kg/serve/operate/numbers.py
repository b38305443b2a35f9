"""Numbers for Prometheus: counters, spans of time, and what is so at the moment of looking."""

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

#: Upper ends of the spans of time that requests are sorted into, in seconds.
SPANS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0)

Labels = tuple[tuple[str, str], ...]


class Numbers:
    """All numbers of one server, thread-safe, told in the text format of Prometheus (version 0.0.4)."""

    def __init__(self, prefix: str):
        self.prefix = prefix
        self._lock = threading.Lock()
        self._counts: dict[str, dict[Labels, float]] = {}
        self._spans: dict[str, dict[Labels, list[float]]] = {}
        self._helps: dict[str, str] = {}
        self._now: list[tuple[str, str, Callable[[], Iterable[tuple[Labels, float]]]]] = []

    def describe(self, name: str, what: str) -> None:
        self._helps[name] = what

    def count(self, name: str, by: float = 1, **labels: str) -> None:
        """Add to a counter; every label is one of a few words, never what a client chose."""
        key = tuple(sorted(labels.items()))
        with self._lock:
            rows = self._counts.setdefault(name, {})
            rows[key] = rows.get(key, 0) + by

    def span(self, name: str, seconds: float, **labels: str) -> None:
        """Sort a duration into its span."""
        key = tuple(sorted(labels.items()))
        with self._lock:
            row = self._spans.setdefault(name, {}).setdefault(key, [0.0] * (len(SPANS) + 2))
            for place, end in enumerate(SPANS):
                row[place] += seconds <= end
            row[-2] += 1
            row[-1] += seconds

    def at_present(self, name: str, what: str, look: Callable[[], Iterable[tuple[Labels, float]]]) -> None:
        """A number that is looked up whenever somebody asks."""
        self._now.append((name, what, look))

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        lines: list[str] = []
        with self._lock:
            counts = {name: dict(rows) for name, rows in self._counts.items()}
            spans = {name: {k: list(v) for k, v in rows.items()} for name, rows in self._spans.items()}
        for name, rows in sorted(counts.items()):
            self._head(lines, name, "counter")
            lines += [self._row(name, key, value) for key, value in sorted(rows.items())]
        for name, rows in sorted(spans.items()):
            self._head(lines, name, "histogram")
            for key, row in sorted(rows.items()):
                for end, value in zip((*map(str, SPANS), "+Inf"), row[:-1], strict=True):
                    lines.append(self._row(f"{name}_bucket", (*key, ("le", end)), value))
                lines.append(self._row(f"{name}_sum", key, row[-1]))
                lines.append(self._row(f"{name}_count", key, row[-2]))
        for name, what, look in self._now:
            self._helps[name] = what
            self._head(lines, name, "gauge")
            with suppress(OSError):
                lines += [self._row(name, key, value) for key, value in look()]
        return ("\n".join(lines) + "\n").encode()

    def _head(self, lines: list[str], name: str, kind: str) -> None:
        if name in self._helps:
            lines.append(f"# HELP {self.prefix}_{name} {self._helps[name]}")
        lines.append(f"# TYPE {self.prefix}_{name} {kind}")

    def _row(self, name: str, key: Labels, value: float) -> str:
        inner = ",".join(f'{k}="{_safe(v)}"' for k, v in key)
        return f"{self.prefix}_{name}{{{inner}}} {value:g}" if inner else f"{self.prefix}_{name} {value:g}"


def _safe(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found, queue = [], [pid]
    while queue:
        one = queue.pop()
        found.append(one)
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                with suppress(OSError):
                    queue += [int(child) for child in (task / "children").read_text().split()]
    return found


def memory() -> list[tuple[Labels, float]]:
    """Bytes that this process holds, and those below it, as shares of what they have in common."""
    rows = {"front": 0.0, "workers": 0.0}
    for pid in family(os.getpid()):
        with suppress(OSError, ValueError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            held = next(line for line in text.splitlines() if line.startswith("Pss:"))
            rows["front" if pid == os.getpid() else "workers"] += int(held.split()[1]) * 1024
    return [((("part", part),), value) for part, value in rows.items()]


def descriptors() -> list[tuple[Labels, float]]:
    """Files and sockets that this process has open."""
    return [((), float(len(os.listdir("/proc/self/fd"))))]
