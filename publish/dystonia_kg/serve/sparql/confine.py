"""
What a worker may no longer do: open anything, grow without end, outlive its parent.

Limits of the kernel, set once and never raised again. Where a system lacks one of them (macOS has no
parent-death signal and does not enforce RLIMIT_AS) the rest still holds, and the front's deadline
and the worker's own alarm still end it.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def _prctl():
    if not sys.platform.startswith("linux"):
        return None
    with suppress(OSError, AttributeError):
        return ctypes.CDLL(None, use_errno=True).prctl
    return None


PRCTL = _prctl()


#: Heaps that the threads of the server share, and the number under which glibc is told (malloc.h).
HEAPS = 2
_M_ARENA_MAX = -8


def few_heaps() -> None:
    """Let all threads of this process share a few heaps of the C library.

    By default each may have its own, and what one has thrown away is of no use to the others: in minutes of
    attack the front came to hold twice as much as it needed. Other C libraries have no such habit, and are
    left alone.
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, HEAPS)


def die_with_parent(parent: int, how: int = signal.SIGKILL) -> None:
    """Be killed when the parent ends; at once if it has ended already."""
    if PRCTL is not None:
        PRCTL(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def confine(memory: int, federated: bool = False, descriptors: int = 0) -> None:
    """Take from this process all that a query does not need.

    With no free file descriptor there is no socket and no file to open, whatever is evaluated.
    `federated` leaves that door open, for queries whose every SERVICE is on the allow-list. `descriptors`
    leaves room for so many, for a worker that asks an engine and evaluates nothing (see `shut`).
    """
    if PRCTL is not None:
        PRCTL(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_FSIZE", 0)
    if memory and (used := _address_space()):
        _limit("RLIMIT_AS", used + memory)
    if not federated:
        _limit("RLIMIT_NPROC", 0)
        _limit("RLIMIT_NOFILE", descriptors)


@contextmanager
def shut() -> Iterator[None]:
    """No file and no socket can be opened in here: for parsing with a parser that could also evaluate.

    What is open already stays so. Outside of it, up to the hard limit can be opened again.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def silence() -> None:
    """What a dying evaluator prints is of no use to anybody."""
    with suppress(OSError):
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        if null > 2:
            os.close(null)


def _limit(name: str, most: int) -> None:
    which = getattr(resource, name, None)
    if which is not None:
        with suppress(ValueError, OSError):
            resource.setrlimit(which, (most, most))


def _address_space() -> int:
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
    except OSError:
        return 0
