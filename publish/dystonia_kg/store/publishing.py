"""
Bring a release into an engine, so that its readers see the old one or the new one and never a mixture.

Graphs of a new release are only ever added to, and nobody reads them; they are read back and compared; then
one triple in the journal makes them the release that readers see. Whatever ends the work before that triple
leaves readers with the old release, and the same command again goes on where it stopped. Two who publish at
once add the same triples or different graphs, and the journal has an order that everybody agrees on.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from ..errors import Altered, BadInput, EngineTrouble, Foreign, Unreachable
from .connection import Connection
from .digest import Digest, canonical
from .layout import (
    RDF_TYPE,
    REFERENCES,
    REOPENED,
    VOID,
    WITHDRAWN,
    Held,
    Index,
    Journal,
    Layout,
    contents,
    journal,
    journalled,
)
from .source import Part, Source

#: Triples that are sent at once, and characters of text.
CHUNK, SIZE = 10_000, 4_000_000

#: Seconds until an addition of which nothing was heard is sent again.
PAUSES = (0.3, 1.0, 3.0)

#: Triples that are named when what arrived is not what was sent.
NAMED = 3

#: Called with what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


@dataclass
class Report:
    """What publishing did."""

    release: str
    previous: str | None
    sent: int = 0
    graphs: int = 0
    held: int = 0
    respelled: int = 0
    switched: bool = False
    #: What readers see now, where somebody else switched at the same moment.
    overtaken: str | None = None


class Plan:
    """A release and the names that it will have in an engine."""

    def __init__(self, source: Source, connection: Connection):
        self.source = source
        self.layout = Layout(source.base, source.release, connection.engine.keeps)
        self.parts: dict[str, Part] = {self.held(part.graph): part for part in source.parts}

    def held(self, graph: str | None) -> str:
        return self.layout.default if graph is None else self.layout.held(graph)

    @property
    def index(self) -> Index:
        rows = {
            name: Held(name, part.graph, part.triples, part.checksum) for name, part in self.parts.items()
        }
        return Index(
            self.source.release, self.source.version, rows.pop(self.layout.default), tuple(rows.values())
        )


def publish(source: Source, connection: Connection, progress: Progress) -> Report:
    """Send, read back, compare, and only then switch.

    Raises Foreign where a graph that is not ours has one of our names, Altered where what arrived has other
    values, and whatever the connection raises. In each case readers see what they saw before.
    """
    before = journalled(connection, source.base)
    plan, report = Plan(source, connection), Report(source.release, before.current)
    _reopen(plan.layout, connection, before)
    held = _begin(plan, connection, before, progress)
    report.held = len(held)
    _send(plan, connection, plan.parts.keys() - held, progress, report)
    _compare(plan, connection, plan.parts.keys() - held, progress, report)
    _restore(plan.layout, connection)
    if before.current != source.release:
        _switch(source.base, source.release, connection)
        report.switched = True
    _look(plan, connection, report)
    return report


def _withdrawn(release: str) -> EngineTrouble:
    return EngineTrouble(
        f"release {release} is being removed from this engine by --prune; let that end (or repeat it), "
        "and publish it again"
    )


def _reopen(layout: Layout, connection: Connection, before: Journal) -> None:
    """A release that was removed is begun anew; one that is being removed is left alone."""
    if layout.release not in before.withdrawn or layout.release in before.reopened:
        return
    if connection.query(f"ASK {{ GRAPH <{layout.index}> {{ ?s ?p ?o }} }}"):
        raise _withdrawn(layout.release)
    _add(connection, journal(layout.base), [Triple(*_statement(layout, REOPENED))])


def _statement(layout: Layout, predicate: str) -> tuple[NamedNode, NamedNode, NamedNode]:
    return NamedNode(layout.folder), NamedNode(predicate), NamedNode(journal(layout.base))


def _begin(plan: Plan, connection: Connection, before: Journal, progress: Progress) -> set[str]:
    """Say in the journal that the release was begun, and write its index; the graphs that are there already.

    Raises Foreign where a graph of one of its names holds something although it was never begun.
    """
    layout, begun = plan.layout, plan.source.release in before.begun
    held: set[str] = set()
    triples = plan.index.to_triples(layout)
    if not begun:
        counts = connection.counts((layout.index, *plan.parts))
        if used := next((name for name, number in counts.items() if number), None):
            # Somebody else may have begun the same release a moment ago.
            begun = plan.source.release in journalled(connection, layout.base).begun
            if not begun:
                raise Foreign(
                    f"the graph <{used}> is in use for something that is not ours; "
                    "nothing was written. Remove it, or publish into another engine"
                )
        _add(connection, journal(layout.base), [_begun(layout)])
    found = {_canonical(triple) for triple in connection.read(layout.index)} if begun else set()
    if strange := found - {_canonical(triple) for triple in triples}:
        raise Altered(
            f"the index <{layout.index}> says something that this release does not ({next(iter(strange))}); "
            f"remove the release with --prune, and publish it again"
        )
    _add(connection, layout.index, triples)
    if begun:
        counts = connection.counts(plan.parts)
        for number, (name, part) in enumerate(plan.parts.items()):
            progress("looking", number, len(plan.parts))
            if counts[name] >= part.triples and _agrees(connection, layout, name, part, counts[name]):
                held.add(name)
    return held


def _begun(layout: Layout) -> Triple:
    return Triple(NamedNode(layout.folder), NamedNode(RDF_TYPE), NamedNode(VOID + "Dataset"))


def _canonical(triple: Triple) -> Triple:
    object_ = triple.object
    return Triple(
        triple.subject, triple.predicate, canonical(object_) if isinstance(object_, Literal) else object_
    )


def _agrees(connection: Connection, layout: Layout, name: str, part: Part, number: int) -> bool:
    """Whether a graph in the engine is the one of the release."""
    return _read_back(connection, layout, name, number).result() == (part.triples, part.checksum)


def _read_back(connection: Connection, layout: Layout, name: str, number: int | None = None) -> Digest:
    digest = Digest()
    for triple in connection.read(name, number):
        digest.add(layout.as_said(triple))
    return digest


def _send(plan: Plan, connection: Connection, wanted: set[str], progress: Progress, report: Report) -> None:
    total, done = sum(plan.parts[name].triples for name in wanted), 0
    if not wanted:
        return
    for graph, triples in plan.source.graphs():
        name = plan.held(graph)
        if name not in wanted:
            for _ in triples:
                pass
            continue
        for chunk in _chunks(plan.layout.to_send(triple) for triple in triples):
            progress("sending", done, total)
            _add(connection, name, chunk)
            done += len(chunk)
        report.graphs += 1
    report.sent = done
    progress("sending", done, total)


def _chunks(triples: Iterator[Triple]) -> Iterator[list[Triple]]:
    chunk, size = [], 0
    for triple in triples:
        chunk.append(triple)
        size += len(triple.object.value)
        if len(chunk) >= CHUNK or size >= SIZE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _add(connection: Connection, graph: str, triples: list[Triple]) -> None:
    data = serialize(triples, format=RdfFormat.N_TRIPLES)
    _insist(lambda: connection.post(graph, data))


def _insist(add: Callable[[], None]) -> None:
    """Add triples, again if nothing was heard of it: adding a triple twice is adding it once."""
    for pause in (*PAUSES, None):
        try:
            add()
            return
        except Unreachable:
            if pause is None:
                raise
            time.sleep(pause * random.uniform(0.5, 1.5))


def _compare(plan: Plan, connection: Connection, sent: set[str], progress: Progress, report: Report) -> None:
    """Read back what was sent, and count once more what was held."""
    total, done = sum(part.triples for part in plan.parts.values()), 0
    counts = connection.counts(plan.parts)
    for name, part in plan.parts.items():
        progress("comparing", done, total)
        if name in sent:
            digest = _read_back(connection, plan.layout, name, counts[name])
            if digest.result() != (part.triples, part.checksum):
                raise _altered(plan, connection, name, part)
            report.respelled += digest.respelled(part.digest)
        elif counts[name] < part.triples:
            raise Altered(f"<{name}> lost triples while others were sent; publish again")
        done += part.triples
    progress("comparing", done, total)


def _altered(plan: Plan, connection: Connection, name: str, part: Part) -> Altered:
    """What differs, with examples."""
    arrived = {_canonical(plan.layout.as_said(triple)) for triple in connection.read(name)}
    missing, number = [], 0
    for graph, triples in plan.source.graphs():
        for triple in triples if graph == part.graph else ():
            one = _canonical(triple)
            if one in arrived:
                arrived.discard(one)
            else:
                number += 1
                missing.append(one) if len(missing) < NAMED else None
        if graph == part.graph:
            break
    lines = [f"  not there: {triple}" for triple in missing]
    lines += [f"  not sent:  {triple}" for triple in islice(arrived, NAMED)]
    return Altered(
        "\n".join(
            [
                f"<{name}> is not what was sent: {number} triples are missing or have another value, "
                f"{len(arrived)} are there that were not sent. Readers see what they saw before. "
                "If this is so again after --prune, the engine cannot hold these values.",
                *lines,
            ]
        )
    )


def _switch(base: str, release: str, connection: Connection) -> None:
    """Add the one triple that makes a release the current one."""
    found, layout = journalled(connection, base), Layout(base, release)
    entry = f"<{journal(base)}#{found.next}> <{REFERENCES}> <{layout.folder}>"
    try:
        _insist(lambda: connection.update(f"INSERT DATA {{ GRAPH <{journal(base)}> {{ {entry} }} }}"))
    except EngineTrouble as trouble:
        # It may have been heard although the answer was not.
        try:
            if journalled(connection, base).current == release:
                return
        except EngineTrouble:
            raise type(trouble)(
                f"{trouble}. Whether readers see {release} now cannot be told; run the same again"
            ) from trouble
        raise


def _restore(layout: Layout, connection: Connection) -> None:
    """Let a release that was removed, and is whole again, be seen by the switches to come but by no old one."""
    found = journalled(connection, layout.base)
    if layout.release not in found.withdrawn | found.reopened:
        return
    old = [entry.number for entry in found.entries if entry.release == layout.release]
    entries = [f"<{journal(layout.base)}#{number}> <{REFERENCES}> <{layout.folder}>" for number in old]
    marks = [" ".join(map(str, _statement(layout, predicate))) for predicate in (WITHDRAWN, REOPENED)]
    for rows in filter(None, (entries, marks)):
        connection.update(f"DELETE DATA {{ GRAPH <{journal(layout.base)}> {{ {' . '.join(rows)} }} }}")


def _look(plan: Plan, connection: Connection, report: Report) -> None:
    """See what readers see."""
    after = journalled(connection, plan.layout.base)
    if report.release in after.withdrawn:
        raise _withdrawn(report.release)
    if after.current != report.release:
        report.overtaken = after.current
    name = plan.layout.default
    if connection.count(name) < plan.parts[name].triples:
        raise Altered(
            f"release {report.release} was whole, and lost triples of <{name}> after the switch; "
            "publish it again, or go back with --rollback"
        )


# --- what is there already


@dataclass(frozen=True)
class Kept:
    """A release in an engine: is it what readers see, is it whole, how long is it."""

    release: str
    current: bool
    state: str
    version: str = ""
    graphs: int = 0
    triples: int = 0


def kept(connection: Connection, base: str) -> list[Kept]:
    """Every release that was ever begun in an engine, the one that readers saw last first.

    Its state is `whole`, `unfinished` (readers never saw it), `withdrawn` (its removal did not end) or
    `removed`.
    """
    found = journalled(connection, base)
    rows = []
    for release in [*found.recent, *sorted(found.begun - set(found.recent))]:
        layout = Layout(base, release)
        try:
            index = contents(connection, layout)
        except Altered:
            rows.append(Kept(release, release == found.current, "unfinished"))
            continue
        if index is None:
            rows.append(Kept(release, release == found.current, "removed"))
            continue
        leaving = release in found.withdrawn - found.reopened
        rows.append(
            Kept(
                release,
                release == found.current,
                "withdrawn" if leaving else "whole" if release in found.recent else "unfinished",
                index.version,
                len(index.graphs),
                index.triples,
            )
        )
    return rows


def rollback(connection: Connection, base: str, release: str | None = None) -> tuple[str | None, str]:
    """Make an earlier release the current one again: by name, or the one before. Returns what was, what is.

    Raises BadInput where there is none, and Altered where it is not whole any more.
    """
    found = journalled(connection, base)
    wanted = release or next(
        (r for r in found.recent if r != found.current and contents(connection, Layout(base, r))), None
    )
    if wanted is None:
        raise BadInput("there is no earlier release in this engine to go back to")
    index = contents(connection, Layout(base, wanted)) if wanted in found.recent else None
    if wanted not in found.recent and wanted not in found.withdrawn:
        raise BadInput(f"readers never saw a release {wanted} in this engine; --list lists those they saw")
    if index is None:
        raise BadInput(f"release {wanted} was removed from this engine; publish it again")
    graphs = (index.default, *index.graphs)
    counts = connection.counts(graph.held for graph in graphs)
    for graph in graphs:
        if counts[graph.held] < graph.triples:
            raise Altered(
                f"release {wanted} is not whole: <{graph.held}> has {counts[graph.held]} triples of {graph.triples}; "
                "readers see what they saw before. Publish that release again"
            )
    if wanted != found.current:
        _switch(base, wanted, connection)
    after = journalled(connection, base)
    if wanted in after.withdrawn:
        raise _withdrawn(wanted)
    if after.current != wanted:
        raise EngineTrouble(f"somebody switched to {after.current} at the same moment; look with --list")
    return found.current, wanted


def prune(
    connection: Connection,
    base: str,
    keep: int,
    unfinished: bool = False,
    progress: Progress = lambda *_: None,
) -> list[str]:
    """Remove all but the `keep` releases that readers saw last; those that were never finished if wanted.

    A release is first withdrawn by one triple, which stays: from then on nobody sees it, whatever else the
    journal says. Then its graphs go, those that its index names and no others, and its index at last. Returns
    the releases that went.
    """
    if keep < 1:
        raise BadInput("--prune keeps one release at least, the one that readers see")
    found = journalled(connection, base)
    going = found.recent[keep:] + sorted(found.withdrawn - found.reopened)
    if unfinished:
        going += sorted((found.begun - set(found.recent) - found.withdrawn) | found.reopened)
    gone = []
    for release in going:
        if _remove(connection, Layout(base, release), progress):
            gone.append(release)
    return gone


def _remove(connection: Connection, layout: Layout, progress: Progress) -> bool:
    graphs = _named(connection, layout)
    before = journalled(connection, layout.base)
    if not graphs or before.current == layout.release:
        return False
    mark = " ".join(map(str, _statement(layout, WITHDRAWN)))
    if layout.release not in before.withdrawn:
        connection.update(f"INSERT DATA {{ GRAPH <{journal(layout.base)}> {{ {mark} }} }}")
        if _else_current(journalled(connection, layout.base), layout.release) == layout.release:
            raise EngineTrouble(
                f"somebody made {layout.release} the current release at the same moment; it is withdrawn and "
                "not yet removed. Remove it with --prune, or do that and publish it again"
            )
    for number, name in enumerate(graphs):
        progress("removing", number, len(graphs))
        connection.drop(name)
        if left := connection.count(name):
            raise EngineTrouble(
                f"<{name}> was dropped, but {left} triples are still there; run the same again"
            )
    connection.drop(layout.index)
    return True


def _else_current(found: Journal, release: str) -> str | None:
    """The release that readers would see if this one were not withdrawn."""
    withdrawn = found.withdrawn - {release}
    return next((entry.release for entry in reversed(found.entries) if entry.release not in withdrawn), None)


def _named(connection: Connection, layout: Layout) -> list[str]:
    """The graphs that the index of a release names, whole or not, all of them below its folder."""
    counted = VOID + "triples"
    names = {
        triple.subject.value
        for triple in connection.read(layout.index)
        if triple.predicate.value == counted and isinstance(triple.subject, NamedNode)
    }
    return sorted(name for name in names if name.startswith(layout.folder) and name != layout.folder)


def foreseen(source: Source, connection: Connection) -> tuple[Journal, Plan]:
    """What publishing would do; nothing is written."""
    return journalled(connection, source.base), Plan(source, connection)
