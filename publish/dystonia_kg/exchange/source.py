"""Open a stranger's file: how large it may be, what it is, and where it stops making sense."""

import contextlib
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ..errors import Unreadable

#: Bytes, after decompression, that we are willing to read. Mondo is 0.25 GB, NCIt 0.7.
LARGEST = 2_000_000_000

#: Bytes in one line of a format that has lines.
LONGEST_LINE = 4_000_000

_GZIP = b"\x1f\x8b"

_reading: list["Measured"] = []


class Measured:
    """A file that refuses to go on for ever; what it reads may be compressed."""

    def __init__(self, path: Path, largest: int = LARGEST):
        self.path, self.left, self.largest = path, largest, largest
        self.last = 0
        _reading[:] = [self]
        try:
            self.raw: BinaryIO = path.open("rb")
            packed = self.raw.peek(2)[:2] == _GZIP  # type: ignore[attr-defined]
        except OSError as trouble:
            raise Unreadable(f"{path}: cannot be read: {trouble.strerror}") from trouble
        self.file: BinaryIO = gzip.GzipFile(fileobj=self.raw) if packed else self.raw  # type: ignore[assignment]

    def read(self, size: int = -1) -> bytes:
        try:
            data = self.file.read(size if size and size > 0 else min(self.left + 1, self.largest + 1))
        except (OSError, EOFError, zlib.error) as trouble:
            raise Unreadable(f"{self.path}: cannot be decompressed, or is cut short: {trouble}") from trouble
        self.left -= len(data)
        if self.left < 0:
            raise Unreadable(f"{self.path}: more than {self.largest} bytes; that is larger than we read")
        return data

    @property
    def position(self) -> int:
        """Bytes of the file on disk that are behind us."""
        with contextlib.suppress(ValueError):
            self.last = self.raw.tell()
        return self.last

    def close(self) -> None:
        self.file.close()
        self.raw.close()

    def __enter__(self) -> "Measured":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def position() -> int:
    """How far into the file that was opened last reading has come: for progress bars."""
    return _reading[0].position if _reading else 0


def start(path: Path, size: int = 65536) -> bytes:
    """The first bytes, without a byte order mark."""
    with Measured(path) as file:
        return file.read(size).removeprefix(b"\xef\xbb\xbf")


def text(path: Path, largest: int = LARGEST) -> str:
    """The whole file as text. Raises Unreadable with the line that is not UTF-8."""
    with Measured(path, largest) as file:
        data = file.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = data.count(b"\n", 0, trouble.start) + 1
        raise Unreadable(f"{path}:{line}: not UTF-8 ({trouble.reason})") from trouble


def lines(path: Path, largest: int = LARGEST) -> Iterator[str]:
    """The lines of a file, without their ends."""
    whole = text(path, largest)
    if "\0" in whole:
        line = whole.count("\n", 0, whole.index("\0")) + 1
        raise Unreadable(f"{path}:{line}: holds a NUL byte; it is not text")
    found = whole.split("\n")
    for number, line in enumerate(found, 1):
        if len(line) > LONGEST_LINE:
            raise Unreadable(f"{path}:{number}: a line of {len(line)} characters")
        if line.endswith("\r"):
            line = line[:-1]
        yield line
