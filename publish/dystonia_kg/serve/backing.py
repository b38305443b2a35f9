"""The engine behind a server: which release is current in it, and that release in memory for the pages."""

import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pyoxigraph import RdfFormat, Store, parse

from ..errors import EngineTrouble, NoRelease, Trouble
from ..release import sums
from ..releases import editions
from ..store.connection import Connection, Credentials
from ..store.layout import Layout, current, is_guest, release_id
from ..store.reading import index, mirror
from ..store.remote import Place
from ..store.source import Source
from .sparql import describe

#: Seconds to wait for the engine to say which release is current, and to give up the graphs of one.
BRIEF, LONG = 10.0, 600.0


@dataclass(frozen=True)
class Address:
    """Where an engine is: its address, who we are to it, of which kind it is unless that is to be found out,
    and the graphs of others in it that may be read as well."""

    url: str
    credentials: Credentials | None = None
    kind: str | None = None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    """A release that an engine holds: the folder with its files, the mirror, and what workers are told."""

    folder: Path
    store: Store
    place: Place
    facts: dict


class Backing:
    """One engine, and the folder in which the releases lie that it may hold."""

    def __init__(self, address: Address, folder: Path):
        self.address = address
        self.folder = Path(folder)
        #: Did it answer when it was last asked?
        self.reachable = False
        #: The release that is served from it, and what kind of engine it is; empty until one is.
        self.release = ""
        self.kind = ""
        self._last: str | None = None
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    def look(self) -> str | None:
        """The release that is current in the engine; while it does not answer, the one that last was."""
        with suppress(Trouble, OSError):
            self._last = self._current()
        return self._last

    def heard(self, answers: bool) -> None:
        """A query was answered, or the engine could not be reached for one."""
        self.reachable = answers

    def pick(self) -> Path:
        """The folder of the release that is current in the engine.

        Raises NoRelease where the engine has none, or another one than is here; and what Connection.open
        raises.
        """
        wanted = self._current()
        if wanted is None:
            raise NoRelease(
                f"{self.address.url}: the engine has no current release of {self._base()}; "
                "publish one into it with the verb publish"
            )
        here = {release_id(one.folder): one.folder for one in editions(self.folder)}
        if wanted not in here:
            raise NoRelease(
                f"{self.folder}: holds {' and '.join(sorted(here))}, but current in the engine is {wanted}; "
                "put the files of that release here, or make the engine's current one a release that is here "
                "(verb publish)"
            )
        return here[wanted]

    def bring(self) -> Held:
        """The current release, read from the engine and compared with what was published.

        Raises what `pick` raises, and Altered where something else lies in the engine.
        """
        folder = self.pick()
        engine = self._open()
        layout = Layout(self._base(), release_id(folder))
        with Connection(
            engine.engine, engine.query_url, credentials=self.address.credentials, timeout=LONG
        ) as reading:
            lengths = {held.graph: held.triples for held in index(reading, layout).graphs}
            guests = guests_of(folder)
            store = mirror(reading, layout, guests)
            facts = describe.facts(store)
            facts["graphs"].update({graph: lengths[graph] for graph in guests if graph in lengths})
            for graph in self.address.beside:
                # How much is in it now; it is not ours, so it may change.
                with suppress(EngineTrouble):
                    facts["graphs"][graph] = reading.count(graph)
        facts["union"] = len(facts["graphs"]) == len(lengths) - len(guests)
        facts["release"] = " ".join([layout.release, engine.engine.name, *sorted(self.address.beside)])
        self.release, self.kind = layout.release, engine.engine.name
        place = Place(
            engine.engine.name,
            engine.query_url,
            layout.base,
            layout.release,
            tuple(sorted(lengths)),
            self.address.beside,
            self.address.credentials,
        )
        return Held(folder, store, place, facts)

    def _current(self) -> str | None:
        try:
            found = current(self._open(), self._base())
        except EngineTrouble:
            self.reachable = False
            raise
        self.reachable = True
        return found

    def _open(self) -> Connection:
        with self._lock:
            if self._connection is None:
                self._connection = Connection.open(
                    self.address.url,
                    credentials=self.address.credentials,
                    engine=self.address.kind,
                    timeout=BRIEF,
                )
            return self._connection

    def _base(self) -> str:
        found = editions(self.folder)
        if not found:
            raise NoRelease(f"{self.folder}: no release is here; put the files of the engine's release here")
        folder = found[-1].folder
        return _base(folder, release_id(folder))


@lru_cache(maxsize=8)
def _base(folder: Path, release: str) -> str:
    """What the names of a release begin with; `release` is named because a folder may get another one."""
    return Source(folder).base


def guests_of(folder: Path) -> list[str]:
    """The graphs of others that were imported into a release."""
    found = []
    for name in sorted(filter(is_guest, sums(folder))):
        first = next(iter(parse(path=folder / name, format=RdfFormat.N_QUADS)), None)
        if first is not None:
            found.append(first.graph_name.value)
    return found
