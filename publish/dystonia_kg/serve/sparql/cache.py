"""Answers that were given lately, within a fixed number of bytes, and what each takes compressed."""

import gzip
import threading
from dataclasses import dataclass
from functools import lru_cache

import zstandard

#: Less than this is not worth compressing.
SMALL = 600


@dataclass(eq=False, slots=True)
class Answer:
    """A finished 200: its headers as WSGI takes them, its body, its entity tag."""

    headers: list[tuple[str, str]]
    body: bytes
    tag: str
    used: bool = False

    @property
    def size(self) -> int:
        return len(self.body) + 1024


class Cache:
    """A bounded store of answers. Reading takes no lock; what was read since the last round stays."""

    def __init__(self, most: int):
        self.most = most
        self.size = 0
        self._answers: dict[tuple, Answer] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple) -> Answer | None:
        answer = self._answers.get(key)
        if answer is not None:
            answer.used = True
        return answer

    def put(self, key: tuple, answer: Answer) -> None:
        """Keep an answer, and let go of some that nobody has asked for in the meantime."""
        cost = answer.size + sum(len(part) for part in key if isinstance(part, str))
        if cost > self.most // 8:
            return
        with self._lock:
            if key in self._answers:
                return
            while self._answers and self.size + cost > self.most:
                self._drop_one()
            self._answers[key] = answer
            self.size += cost

    def _drop_one(self) -> None:
        # Oldest first; one that was used gets a second round.
        for _ in range(len(self._answers)):
            key = next(iter(self._answers))
            answer = self._answers.pop(key)
            if answer.used:
                answer.used = False
                self._answers[key] = answer
                continue
            break
        else:
            key = next(iter(self._answers))
            answer = self._answers.pop(key)
        self.size -= answer.size + sum(len(part) for part in key if isinstance(part, str))

    def __len__(self) -> int:
        return len(self._answers)


@lru_cache(maxsize=1024)
def coding(header: str | None) -> str | None:
    """The content coding to use for an Accept-Encoding header; None to send the bytes as they are."""
    if not header:
        return None
    wishes: dict[str, float] = {}
    for part in header[:1000].split(","):
        name, _, rest = part.partition(";")
        try:
            wishes[name.strip().lower()] = float(rest.partition("=")[2] or 1)
        except ValueError:
            continue
    best = max(("zstd", "gzip"), key=lambda name: wishes.get(name, wishes.get("*", 0)))
    return best if wishes.get(best, wishes.get("*", 0)) > 0 else None


def squeeze(how: str, body: bytes) -> bytes:
    if how == "gzip":
        return gzip.compress(body, compresslevel=5, mtime=0)
    return zstandard.ZstdCompressor(level=3).compress(body)
