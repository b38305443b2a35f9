"""The rules of the house: what the operator may set, beside the limits of queries. And: is a release sound?"""

from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, parse

from ...errors import NoRelease
from ...release import SUMS, checksum, is_release, sums
from ...releases import editions

CONFORMS = NamedNode("http://www.w3.org/ns/shacl#conforms")


@dataclass(frozen=True)
class Rules:
    """Each is an option of `serve`; these are the defaults."""

    #: Requests per second that one client may make to what costs something; 0 for no budget.
    rate: float = 20.0
    #: Requests that it may make at once before the rate counts.
    burst: int = 200
    #: Proxies in front of us whose X-Forwarded-For is believed; 0 believes nobody.
    proxies: int = 0
    #: Questions of the form that are worked out or wait at once; one more is turned away.
    questions: int = 32
    #: What is logged: every request, or only what went wrong.
    log: str = "troubles"
    #: Seconds between looks at whether the release was replaced; 0 for never.
    watch: float = 1.0
    #: Start although the release is not sound, and serve it once it is.
    wait: bool = False


def newest(folder: Path) -> Path:
    """The release that is served of a folder: itself, or the newest of the releases in it."""
    found = editions(folder)
    return found[-1].folder if found else folder


def identity(folder: Path) -> tuple:
    """What changes when the release does: where a link leads, and which lists of checksums are there."""
    try:
        place = folder.resolve()
        lists = [place / SUMS] if is_release(place) else sorted(place.glob(f"*/{SUMS}"))
        return (
            place,
            *((path.name, s.st_ino, s.st_mtime_ns, s.st_size) for path in lists for s in [path.stat()]),
        )
    except OSError:
        return (folder,)


def gate(folder: Path) -> None:
    """Let only a sound release through: every file as it was written, and shapes that were kept.

    Of several the newest counts. Raises NoRelease that says what is wrong.
    """
    folder = newest(folder)
    if not is_release(folder):
        raise NoRelease(f"{folder}: no release is here; build one first")
    for name, stated in sums(folder).items():
        path = folder / name
        if Path(name).name != name or not path.is_file() or checksum(path) != stated:
            raise NoRelease(f"{path}: missing, or not the file that was released; copy or build it again")
    report = folder / "validation.ttl"
    if not report.is_file():
        raise NoRelease(f"{folder}: the release has no report of its validation; build it again")
    said = [q.object.value for q in parse(path=report, format=RdfFormat.TURTLE) if q.predicate == CONFORMS]
    if said != ["true"]:
        raise NoRelease(f"{report}: the release breaks its shapes")
