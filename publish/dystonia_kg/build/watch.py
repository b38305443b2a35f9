"""
Build again whenever a file of the knowledge changes.

Only the files that changed are read again. A change is first held against the shapes together with the
conclusions of the last release, so that most complaints come, and an edit without any is shown, before all
conclusions are drawn anew; then it is released as every build releases, so the end is the same as that of a
build from nothing.
"""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, Store, Triple

from ..errors import Trouble
from ..home import FOLDERS
from ..release import open_store
from . import SHOWN, refuse_foreign, release
from .catalogue import Others
from .load import Knowledge, read, uri_space
from .validate import judge

#: Seconds between two looks at the files.
PAUSE = 0.1

Stamp = tuple[int, int]


@dataclass
class Watcher:
    """Holds what was read and concluded last.

    `show(store)` is called with a store when there is something new to look at (`None`: what was released in
    `out`), `complain(text)` with what is wrong, or "" when nothing is. `more` is as for `build`.
    """

    home: Path
    out: Path
    tell: Callable[[str], None] = lambda _: None
    show: Callable[[Store | None], None] = lambda _: None
    complain: Callable[[str], None] = lambda _: None
    more: Callable[[Path, Store], Others] = lambda _, __: {}
    _pages: dict[Path, list[Triple]] = field(default_factory=dict)
    _stamps: dict[Path, Stamp] = field(default_factory=dict)
    _released: Knowledge | None = None
    _inferred: list[Quad] = field(default_factory=list)
    _whole: Store | None = None

    def changed(self) -> bool:
        """Is any file another one than when it was read last, new, or gone?"""
        return self._stamp() != self._stamps

    def renew(self) -> bool:
        """Read what changed, check it, show it, release it; False, and a complaint, where it is wrong.

        What was released before stays, and is shown, as it is then.
        """
        ahead = False
        try:
            knowledge = self._read()
            ahead = self._released is not None and self._look_ahead(knowledge)
            refuse_foreign(self.out)
            _, self._inferred, self._whole = release(knowledge, self.out, self.tell, self.more)
        except Trouble as trouble:
            if ahead:
                self._whole = None  # it has the change
                self.show(None)
            self.complain(str(trouble))
            return False
        self._released = knowledge
        self.complain("")
        self.show(None)
        _settle()
        return True

    def watch(self, going_on: Callable[[], bool] = lambda: True) -> None:
        """Renew at every change as long as `going_on` says so."""
        self.renew()
        while going_on():
            if self.changed():
                self.renew()
            time.sleep(PAUSE)

    def _stamp(self) -> dict[Path, Stamp]:
        found: dict[Path, Stamp] = {}
        for folder in FOLDERS:
            for path in sorted((self.home / folder).rglob("*.ttl")):
                try:
                    about = path.stat()
                except FileNotFoundError:
                    continue  # an editor is just putting another in its place
                found[path] = (about.st_mtime_ns, about.st_size)
        return found

    def _read(self) -> Knowledge:
        """The knowledge, of which only what changed is read; what can not be read is tried again next time."""
        stamps = self._stamp()
        self._stamps, before = stamps, self._stamps
        kept = {
            path: self._pages[path]
            for path in stamps
            if before.get(path) == stamps[path] and path in self._pages
        }
        self._pages = kept
        for path in stamps:
            if path not in kept:
                self._pages[path] = read(path)
        pages = {path: self._pages[path] for path in stamps}
        return Knowledge(self.home, uri_space(pages, self.home), pages)

    def _look_ahead(self, knowledge: Knowledge) -> bool:
        """Show the change if nothing is wrong with it beside the last conclusions, else say what is.

        New conclusions may mend what is wrong now, or break what is not: the release has the last word.
        """
        verdict = judge(knowledge, self._inferred)
        broken = [verdict.complaint(finding) for finding in verdict.findings if finding.is_violation]
        if broken:
            lines = "\n".join(broken[:SHOWN])
            self.complain(f"the knowledge breaks its shapes in {len(broken)} place(s), it seems\n{lines}")
            return False
        self.show(self._with(knowledge))
        return True

    def _with(self, knowledge: Knowledge) -> Store:
        """What was released, with the change: a store to look at, not to be released."""
        if self._whole is None:
            self._whole = open_store(self.out)
        store, old = self._whole, self._released
        for path in old.pages.keys() | knowledge.pages.keys():
            before, now = old.pages.get(path, []), knowledge.pages.get(path, [])
            if before is now:
                continue
            graph = knowledge.graph(path)
            for t in before:
                store.remove(Quad(t.subject, t.predicate, t.object, graph))
            for t in now:
                store.add(Quad(t.subject, t.predicate, t.object, graph))
            for t in {*before, *now}:
                merged = Quad(t.subject, t.predicate, t.object, DefaultGraph())
                said = store.quads_for_pattern(t.subject, t.predicate, t.object, None)
                if any(quad.graph_name != DefaultGraph() for quad in said):
                    store.add(merged)
                else:
                    store.remove(merged)
        return store


def _settle() -> None:
    """What is held from now on is not to be looked through again and again while the next change is checked."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
