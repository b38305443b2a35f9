"""Either side is killed, or the network cut, at every moment of publishing; readers see whole releases only."""

import itertools
import os
import signal
import subprocess
import sys
import threading
from functools import partial

import pytest
from requests.adapters import HTTPAdapter

from dystonia_kg.errors import BadInput, EngineTrouble
from dystonia_kg.store import publishing
from dystonia_kg.store.connection import Connection
from dystonia_kg.store.layout import Layout, contents, current, release_id
from dystonia_kg.store.publishing import kept, prune, publish, rollback
from dystonia_kg.store.source import Source

from .between import Between
from .conftest import BASE, release, wipe
from .test_publishing import arrived, put, quiet

#: What is going on (the request with this number that is for this), and how far the request got.
MOMENTS = [
    ("begin", 1, "before"),
    ("begin", 1, "heard"),
    ("index", 1, "half"),
    ("graph", 1, "half"),
    ("graph", 4, "heard"),
    ("merge", 1, "half"),
    ("read", 8, "before"),
    ("switch", 1, "before"),
    ("switch", 1, "half"),
    ("switch", 1, "heard"),
]

#: Virtuoso takes seconds to come back; it is killed where something is being written.
WHILE_WRITING = [moment for moment in MOMENTS if moment[2] != "before"]

#: Before this nobody reads the new release.
SWITCH = [moment for moment in MOMENTS if moment == ("switch", 1, "heard")]


class Reader(threading.Thread):
    """Asks all the time what readers of the engine see, and keeps what is not a whole release."""

    def __init__(self, server):
        super().__init__()
        self.connection = server.connect(timeout=20)
        self.seen: set[str] = set()
        self.wrong: list[str] = []
        self._stop_ = threading.Event()

    def run(self) -> None:
        while not self._stop_.is_set():
            try:
                self.look()
            except EngineTrouble:
                self._stop_.wait(0.05)  # the engine is not there

    def look(self) -> None:
        release = current(self.connection, BASE)
        if release is None:
            return
        layout = Layout(BASE, release)
        index = contents(self.connection, layout)
        if index is None:
            self.wrong.append(f"{release} has no index")
            return
        for graph in (index.default, *index.graphs):
            digest = publishing._read_back(self.connection, layout, graph.held)
            if digest.result() != (graph.triples, graph.checksum):
                self.wrong.append(f"{release}: {graph.held}")
        self.seen.add(release)

    def __enter__(self) -> "Reader":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop_.set()
        self.join()
        self.connection.close()


def at(between: Between, moment, doing) -> None:
    """Do this once, at that moment."""
    what, number, when = moment
    met = []

    def strike(said: str, phase: str) -> None:
        if (said, phase) == (what, when):
            met.append(said)
            if len(met) == number:
                doing()
                raise ConnectionAbortedError

    between.strike = strike


@pytest.fixture
def between(engine):
    with Between(engine.port) as between:
        yield between


def through(between: Between, engine) -> Connection:
    return Connection.open(between.url, credentials=engine.credentials)


def publisher(between: Between, engine, folder) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "dystonia_kg", "publish", "--to", between.url, "--release", str(folder)],
        env={**os.environ, **engine.environment},
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background has SIGINT ignored, and so would this process.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda m: "-".join(map(str, m)))
def test_a_publisher_that_is_killed_leaves_a_whole_release_and_the_next_goes_on(
    engine, connection, between, old, new, moment
):
    put(connection, old)
    with Reader(engine) as reader:
        struck = threading.Event()
        running = []

        def kill() -> None:
            running[0].kill()
            running[0].wait()
            struck.set()

        at(between, moment, kill)
        running.append(publisher(between, engine, new))
        assert struck.wait(60)
        running[0].communicate()
        assert running[0].returncode == -signal.SIGKILL
        expected = new if moment in SWITCH else old
        assert current(connection, BASE) == release_id(expected)
        put(connection, new)
        reader.look()
    assert arrived(connection, old) and arrived(connection, new)
    assert current(connection, BASE) == release_id(new)
    assert not reader.wrong and reader.seen == {release_id(old), release_id(new)}


@pytest.mark.parametrize(
    ("engine", "moment"),
    [("oxigraph", moment) for moment in MOMENTS] + [("virtuoso", moment) for moment in WHILE_WRITING],
    indirect=["engine"],
    ids=lambda m: m if isinstance(m, str) else "-".join(map(str, m)),
)
def test_an_engine_that_is_killed_comes_back_with_a_whole_release(
    engine, connection, between, old, new, moment, monkeypatch
):
    monkeypatch.setattr(publishing, "PAUSES", ())
    put(connection, old)
    with Reader(engine) as reader:
        at(between, moment, engine.kill)
        with through(between, engine) as publishing_through, pytest.raises(EngineTrouble):
            publish(Source(new), publishing_through, quiet)
        engine.start()
        expected = {release_id(new)} if moment in SWITCH else {release_id(old)}
        if moment == ("switch", 1, "half"):
            expected = {release_id(old), release_id(new)}
        assert current(connection, BASE) in expected
        if moment in SWITCH:
            assert arrived(connection, new)
        put(connection, new)
        reader.look()
    assert arrived(connection, old) and arrived(connection, new)
    assert not reader.wrong and release_id(new) in reader.seen <= {release_id(old), release_id(new)}


def cut_after(number: int):
    """So many requests are let through, and none after them."""
    passed = itertools.count()

    def strike(what: str, when: str) -> None:
        if when == "before" and next(passed) >= number:
            raise ConnectionAbortedError

    return strike


def test_the_network_may_be_cut_at_any_request(engine, connection, between, tmp_path, monkeypatch):
    """At the first request of one publication, at the second of the next, and so on to the last."""
    monkeypatch.setattr(publishing, "PAUSES", ())
    folders, cut = [], True
    with through(between, engine) as cutting, Reader(engine) as reader:
        cutting._reading.mount("http://", HTTPAdapter())  # that asks once
        while cut:
            version = f"1.{len(folders)}.0"
            folders.append(release(tmp_path / version, version, graphs=1, each=3))
            between.strike = cut_after(len(folders) - 1)
            try:
                publish(Source(folders[-1]), cutting, quiet)
                cut = False
            except EngineTrouble:
                put(connection, folders[-1])
            assert current(connection, BASE) == release_id(folders[-1])
        reader.look()
    assert len(folders) > 15
    assert all(arrived(connection, folder) for folder in folders)
    assert not reader.wrong and reader.seen <= {release_id(folder) for folder in folders}


def test_who_stops_the_command_is_told_how_to_go_on(running, old, new):
    engine = running("oxigraph")
    with engine.connect() as connection, Between(engine.port) as between:
        wipe(connection)
        put(connection, old)
        reached, over = threading.Event(), threading.Event()

        def hold() -> None:
            reached.set()
            over.wait(60)

        at(between, ("graph", 2, "before"), hold)
        process = publisher(between, engine, new)
        assert reached.wait(60)
        process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
        over.set()
        assert process.returncode == 130
        assert "goes on where this one stopped" in said and "Traceback" not in said
        assert current(connection, BASE) == release_id(old)


def test_two_who_publish_at_once_do_not_harm_each_other(engine, connection, old, new):
    """The same release twice, and another one, from three sides at the same time."""
    failed = []

    def work(folder) -> None:
        try:
            with engine.connect() as mine:
                put(mine, folder)
        except Exception as trouble:
            failed.append(trouble)

    workers = [threading.Thread(target=work, args=[folder]) for folder in (old, new, new)]
    with Reader(engine) as reader:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        reader.look()
    assert not failed and not reader.wrong
    assert arrived(connection, old) and arrived(connection, new)
    assert current(connection, BASE) in reader.seen <= {release_id(old), release_id(new)}
    assert [row.state for row in kept(connection, BASE)] == ["whole", "whole"]


def test_going_back_and_pruning_at_once_never_shows_half_a_release(engine, connection, old, new):
    put(connection, old)
    put(connection, new)
    ended = []

    def pruning() -> None:
        try:
            with engine.connect() as mine:
                ended.append(prune(mine, BASE, 1))
        except EngineTrouble as trouble:
            ended.append(trouble)

    worker = threading.Thread(target=pruning)
    with Reader(engine) as reader:
        worker.start()
        try:
            rollback(connection, BASE, release_id(old))
        except (EngineTrouble, BadInput) as trouble:
            ended.append(trouble)
        worker.join()
        reader.look()
    assert ended and not reader.wrong
    assert arrived(connection, old if current(connection, BASE) == release_id(old) else new)
