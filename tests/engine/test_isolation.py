"""No query takes the endpoint down, reaches elsewhere, or is felt by others: each attack is carried out."""

import contextlib
import http.client
import os
import resource
import signal
import socket
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest

from dystonia_kg.errors import NoRelease
from dystonia_kg.serve.sparql import Limits, Pool, frames
from dystonia_kg.serve.sparql.frames import Job
from dystonia_kg.serve.sparql.limits import ARRIVING

DIRECT = {"Content-Type": "application/sparql-query"}
SIX = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p . ?q ?r ?s }"
FOUR = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(CONCAT(STR(?a), STR(?f), STR(?l)) = 'x')"
ENDLESS = {
    "cross join": SIX,
    "cross join, rows": f"SELECT * {{ {FOUR} }}",
    "ASK": f"ASK {{ {FOUR} }}",
    "CONSTRUCT": f"CONSTRUCT {{ ?a ?b ?c }} {{ {FOUR} }}",
    "not exists": f"SELECT * {{ ?s ?p ?o FILTER NOT EXISTS {{ {FOUR} }} }}",
    "path": "SELECT (COUNT(*) AS ?n) { ?a (!<a>|^!<a>)* ?b . ?c (!<a>|^!<a>)* ?d . ?e ?f ?g }",
    "values": "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"VALUES ?v{i} {{ {'1 ' * 40} }}" for i in range(9))
    + " }",
}
SMALL = "ASK { ?s ?p ?o }"
#: Seconds by which a query with a limit of one is certainly stopped, whatever else the machine does.
STOPPED = 10

#: Such queries end here when their time is up, but Oxigraph's server evaluates them to their end, and alone.
ENGINES_OWN = pytest.mark.beyond("oxigraph", "goes on with a query for which nobody waits any more")

PATHS = pytest.mark.defect("virtuoso", "follows no path that may begin anywhere, and says so at once")


@contextlib.contextmanager
def busy(server, query: str, clients: int):
    """Clients that send this query again and again, each time a little different; what they were told."""
    stop, told = threading.Event(), []

    def attack(number: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            told.append(server.ask("POST", "/sparql", f"{query} # {number}.{turn}", DIRECT))
            if told[-1].status == 503:
                stop.wait(0.02)

    threads = [threading.Thread(target=attack, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@ENGINES_OWN
@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=PATHS) if case == "path" else case for case in ENDLESS]
)
def test_a_query_without_end_is_stopped_at_the_limit_with_the_reason(strict, case):
    begun = time.monotonic()
    got = strict.ask("POST", "/sparql", ENDLESS[case], DIRECT)
    assert time.monotonic() - begun < STOPPED
    assert (got.status, got.type) == (503, "application/problem+json")
    assert got.json["title"] in ("Time limit", "Memory limit") and got.json["limit"]
    assert got.headers["retry-after"]


@ENGINES_OWN
def test_nobody_else_notices(strict):
    with busy(strict, SIX, 6) as told:
        time.sleep(0.3)
        spans = []
        for number in range(30):
            begun = time.monotonic()
            got = strict.ask("POST", "/sparql", f"{SMALL} # {number}", DIRECT)
            spans.append(time.monotonic() - begun)
            assert (got.status, got.json["boolean"]) == (200, True)
            page = strict.ask("GET", "/sparql")
            assert page.status == 200
            time.sleep(0.1)
    # One may meet a busy moment of the machine; one in two would have waited for the attack to end.
    assert statistics.median(spans) < 1
    assert told and all(got.status == 503 and got.type == "application/problem+json" for got in told)
    assert any(got.json["title"] == "Time limit" for got in told)
    assert all(got.headers["retry-after"] for got in told)


def test_what_takes_longer_than_a_moment_is_still_answered(server):
    got = server.query(
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g a <http://cheese.example/words#Cheese> }"
    )
    assert got.status == 200 and int(got.rows[0]["n"]) > 500_000


TOO_MUCH = {
    "sorting": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?i LIMIT 5",
    "grouping": "SELECT ?a ?d (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } GROUP BY ?a ?c ?d ?f ?g ?i",
    "a long string": "SELECT (STRLEN(?x9) AS ?n) { BIND('xxxxxxxxxx' AS ?x0) "
    + " ".join(f"BIND(CONCAT({', '.join([f'?x{n}'] * 10)}) AS ?x{n + 1})" for n in range(9))
    + " }",
}


@pytest.mark.embedded("how much memory an engine takes for a query is for its operator to say")
@pytest.mark.parametrize("case", TOO_MUCH)
def test_memory_is_capped(strict, case):
    got = strict.ask("POST", "/sparql", TOO_MUCH[case], DIRECT)
    assert (got.status, got.type) == (503, "application/problem+json")
    assert got.json["title"] in ("Memory limit", "Time limit")
    assert strict.query(SMALL).status == 200


@pytest.mark.parametrize(
    "kind",
    [
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ],
)
def test_an_answer_above_the_caps_is_refused_and_never_cut(strict, kind):
    pairs = "SELECT ?a ?b { ?a ?p ?o . ?b ?q ?r } LIMIT %d"
    assert strict.query(pairs % 1000, kind).status == 200
    got = strict.query(pairs % 1001, kind)
    assert (got.status, got.type) == (413, "application/problem+json")
    assert got.json["rows"] == 1000 and "LIMIT" in got.json["detail"]
    assert strict.query("SELECT * { VALUES ?x { %s } }" % ("UNDEF " * 1001), kind).status == 413
    text = "SELECT ?x { VALUES ?x { %s } }" % ('"}},{{\\"a {}{}\\n\\",\\"\\r\\n" ' * 900)
    assert strict.query(text, kind).status == 200


@pytest.mark.parametrize("kind", ["text/turtle", "application/ld+json", "application/n-triples"])
def test_the_bytes_of_an_answer_are_capped(strict, kind):
    wide = "CONSTRUCT { ?s ?p ?long } { ?s ?p ?o BIND(CONCAT(STR(?o), '%s') AS ?long) }" % ("x" * 4000)
    got = strict.ask("POST", "/sparql", wide, {**DIRECT, "Accept": kind})
    assert (got.status, got.type) == (413, "application/problem+json")


def nested(left: str, right: str, depth: int) -> str:
    return left * depth + right * depth


DEEP = {
    "braces": "ASK " + nested("{", "}", 20_000),
    "brackets": "ASK { FILTER(" + nested("(", ")", 20_000) + ") }",
    "negations": "ASK { FILTER(" + "!" * 60_000 + "true) }",
    "paths": "ASK { ?s " + nested("(", ")", 20_000) + " ?o }",
    "sequences": "ASK { ?s " + "<a>/" * 10_000 + "<a> ?o }",
    "alternatives": "ASK { ?s " + "<a>|" * 10_000 + "<a> ?o }",
    "sub-selects": "ASK " + nested("{SELECT*", "}", 10_000),
    "collections": "ASK { ?s ?p " + nested("(", ")", 20_000) + " }",
    "exists": "ASK " + nested("{FILTER EXISTS", "}", 6_000),
    "or": "ASK { FILTER(" + "?a||" * 20_000 + "?a) }",
    "sums": "ASK { FILTER(" + "1+" * 40_000 + "1) }",
    "unions": "ASK { " + "{}UNION" * 10_000 + "{} }",
    "optionals": "ASK { " + "OPTIONAL{}" * 9_000 + " }",
    "triple terms": "ASK { ?s ?p " + "<<( ?s ?p " * 5_000 + "1" + ")>>" * 5_000 + " }",
    "only opened": "{" * 90_000,
    "a very long name": "ASK { ?" + "x" * 90_000 + " ?p ?o }",
    "dots": "SELECT from from service " + ":.:" * 30_000,
    "quotes": "service " + "'" * 90_000,
}


@pytest.mark.parametrize("case", DEEP)
def test_no_text_brings_it_down(strict, case):
    begun = time.monotonic()
    got = strict.ask("POST", "/sparql", DEEP[case], DIRECT)
    assert time.monotonic() - begun < STOPPED
    assert got.status in (200, 400, 403, 503), got.body
    assert got.type in ("application/problem+json", "application/sparql-results+json")
    assert strict.query(SMALL).json["boolean"] is True


def test_a_query_that_is_too_long_is_refused_unread(strict):
    for path, body, headers in (
        ("/sparql", "#" + "x" * 100_001, DIRECT),
        ("/sparql", "#" + "x" * 10_000_000, DIRECT),
        ("/sparql", "query=" + "x" * 2_000_000, {"Content-Type": "application/x-www-form-urlencoded"}),
    ):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            got = strict.ask("POST", path, body, headers)
            assert (got.status, got.type) == (413, "application/problem+json")
    assert strict.query(SMALL).status == 200


# --- elsewhere


@pytest.mark.parametrize(
    "form",
    [
        "ASK { SERVICE <%s> { ?s ?p ?o } }",
        "ASK { SERVICE SILENT <%s> { ?s ?p ?o } }",
        "ASK { VALUES ?e { <%s> } SERVICE ?e { ?s ?p ?o } }",
        "ASK { BIND(<%s> AS ?e) SERVICE SILENT ?e { ?s ?p ?o } }",
        "PREFIX here: <%s> ASK { SERVICE here: {} }",
        "PREFIX SILENTx: <%s> ASK { SERVICESILENTx: {} }",
        "ASK { { SELECT * { OPTIONAL { FILTER EXISTS { SERVICE <%s> {} } } } } }",
        "LOAD <%s>",
        "LOAD <%s> INTO GRAPH <urn:g>",
    ],
)
def test_nothing_calls_anybody(server, listener, form):
    target = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    got = server.ask("POST", "/sparql", form % target, DIRECT)
    assert (got.status, got.type) == (403, "application/problem+json")


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/", "http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd"]
)
def test_no_target_is_special(server, target):
    assert server.query(f"ASK {{ SERVICE SILENT <{target}> {{ ?s ?p ?o }} }}").status == 403


@pytest.mark.parametrize("clause", ["FROM <%s>", "FROM NAMED <%s>", "FROM <%s> FROM <urn:x>"])
@pytest.mark.parametrize("scheme", ["http", "file"])
def test_a_dataset_is_never_fetched(server, listener, tmp_path, clause, scheme):
    secret = tmp_path / "secret.nt"
    secret.write_text("<urn:secret> <urn:secret> <urn:secret> .\n")
    target = secret.as_uri() if scheme == "file" else f"http://127.0.0.1:{listener.getsockname()[1]}/"
    asked = f"ASK {clause % target} {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
    got = server.query(asked)
    assert (got.status, got.json["boolean"]) == (200, False)
    for name in ("default_graph_uri", "named_graph_uri"):
        got = server.query("ASK { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", **{name: target})
        assert (got.status, got.json["boolean"]) == (200, False)


def test_a_worker_has_no_way_out(toy, listener, monkeypatch):
    """Were the refusal to fail, there would still be no socket to call with."""
    from dystonia_kg.serve.sparql import zygote

    assert zygote.worker.examine  # what is switched off below, in a process of our own
    source, ours = socket.socketpair()
    pid = os.fork()
    if pid == 0:  # pragma: no cover
        try:
            monkeypatch.setattr(zygote.worker, "examine", lambda *_: None)
            store = zygote.open_store(toy)
            source.close()
            limits = {"memory": 1 << 28, "timeout": 5, "size": 1 << 20, "rows": 10, "federate": []}
            facts = {"base": "urn:b:", "prefixes": {}}
            here = partial(zygote.worker.here, store, facts, limits, False)
            zygote.worker.serve(ours, here, limits, False)
        finally:
            os._exit(0)
    ours.close()
    target = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with source:
        source.sendall(Job(f"ASK {{ SERVICE <{target}> {{ ?s ?p ?o }} }}").pack())
        outcome, _, length = frames.REPLY.unpack(frames.receive(source, frames.REPLY.size))
        said = frames.receive(source, length)
    os.waitpid(pid, 0)
    assert outcome == frames.FAILED and said


@pytest.mark.embedded("with an engine no list is taken: the engine would be the one that calls")
def test_an_endpoint_on_the_list_may_be_called_and_no_other(start, server, listener):
    friend = f"{server.address}/sparql"
    running = start("--federate", friend)
    got = running.query(f"SELECT ?o {{ SERVICE <{friend}> {{ <http://cheese.example/id/brie> a ?o }} }}")
    assert got.status == 200 and got.rows[0]["o"] == "http://cheese.example/words#Cheese"
    other = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    refused = running.query(f"ASK {{ SERVICE <{friend}> {{}} SERVICE <{other}> {{}} }}")
    assert refused.status == 403 and friend in refused.json["detail"]


# --- processes


@pytest.fixture
def pool(toy):
    running = Pool(toy, Limits(timeout=5, workers=2, slow=1, parked=1, queue=4), log=lambda _: None)
    yield running
    running.close()


def ask(pool, query: str) -> int:
    return pool.ask(Job(query)).outcome


def workers_of(pool) -> list[int]:
    return sorted(pool._line.children)


def test_a_worker_killed_in_the_middle_is_replaced_and_its_query_asked_again(pool):
    medium = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g a <http://cheese.example/words#Cheese> }"
    with ThreadPoolExecutor() as threads:
        answer = threads.submit(pool.ask, Job(medium))
        time.sleep(0.02)
        for pid in workers_of(pool):
            os.kill(pid, signal.SIGKILL)
        assert answer.result().outcome == frames.TABLE
    for _ in range(20):
        assert ask(pool, SMALL) == frames.TABLE


def test_killing_every_worker_again_and_again_costs_no_answer(server):
    stop = threading.Event()

    def kill() -> None:
        while not stop.wait(0.15):
            for pid in server.processes()[2:]:
                if "zygote" in _command(pid) and "zygote" in _command(_parent(pid)):
                    with contextlib.suppress(OSError):
                        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        told = [server.query(f"{SMALL} # {n}") for n in range(400)]
    finally:
        stop.set()
        killer.join()
    lost = [got for got in told if got.status != 200]
    assert all(got.json["title"] == "Worker lost" for got in lost)
    assert len(lost) < 20
    assert all(got.json["boolean"] is True for got in told if got.status == 200)


def test_the_process_that_holds_the_release_is_started_again(pool, gone):
    old = pool._line
    workers = workers_of(pool)
    os.kill(old.process.pid, signal.SIGKILL)
    assert all(gone(pid) for pid in workers)
    deadline = time.monotonic() + 30
    while pool._line is old and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [ask(pool, SMALL) for _ in range(5)] == [frames.TABLE] * 5
    assert pool._line.process.pid != old.process.pid


def test_a_full_house_turns_the_next_one_away(pool):
    with ThreadPoolExecutor(20) as threads:
        replies = list(threads.map(pool.ask, [Job(f"{SIX} # {n}") for n in range(12)]))
    outcomes = {reply.outcome for reply in replies}
    assert outcomes <= {frames.LATE, frames.BUSY} and frames.BUSY in outcomes and frames.LATE in outcomes
    assert ask(pool, SMALL) == frames.TABLE


def test_no_worker_outlives_its_pool(toy, gone):
    pool = Pool(toy, Limits(timeout=30))
    with ThreadPoolExecutor() as threads:
        running = threads.submit(pool.ask, Job(SIX))
        time.sleep(0.5)
        processes = [pool._line.process.pid, *workers_of(pool)]
        pool.close()
        running.result(30)
    assert len(processes) >= 3
    assert all(gone(pid) for pid in processes)


@ENGINES_OWN
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_stopping_the_server_leaves_nothing_behind(start, gone, how):
    running = start("--timeout", "4")
    stuck = threading.Thread(target=_ask_in_vain, args=(running,))
    stuck.start()
    time.sleep(0.5)
    processes = running.processes()
    assert len(processes) >= 5
    running.process.send_signal(how)
    running.process.wait(60)
    assert [pid for pid in processes if not gone(pid)] == []
    stuck.join()


def _ask_in_vain(server) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        server.ask("POST", "/sparql", SIX, DIRECT)


def test_those_who_send_slowly_do_not_keep_others_from_asking(server):
    """More requests than there are threads, each with content that never comes."""
    raise_descriptors(2 * Limits().threads)
    kind = b"Content-Type: application/sparql-query\r\nContent-Length: 99\r\n\r\nA"
    head = b"POST %s HTTP/1.1\r\nHost: x\r\n" + kind
    with contextlib.ExitStack() as stack:
        for number in range(Limits().threads + 50):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            slow.sendall(head % (b"/sparql", b"/anything")[number % 2])
        for number in range(10):
            assert server.query(f"{SMALL} # slow {number}").json["boolean"] is True
    deadline = time.monotonic() + 30
    while server.ask("POST", "/sparql", SMALL, DIRECT).status != 200:
        assert time.monotonic() < deadline


def test_hundreds_who_send_slowly_keep_nobody_from_sending(server):
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 99\r\n\r\nA"
    raise_descriptors(2 * ARRIVING)
    with contextlib.ExitStack() as stack:
        for _ in range(ARRIVING // 2):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 60)).sendall(head)
        assert {server.ask("POST", "/sparql", SMALL, DIRECT).status for _ in range(10)} == {200}


def raise_descriptors(count: int) -> None:
    """As many open sockets as a test wants to hold."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count if hard < 0 else min(count, hard), hard))


def test_a_folder_that_is_no_release_is_told_at_once(tmp_path):
    with pytest.raises(NoRelease):
        Pool(tmp_path)


def test_two_hundred_clients_are_answered_rightly_and_memory_stays(server):
    before = _memory(server)
    end = time.monotonic() + 4
    expected = {
        "SELECT (COUNT(?s) AS ?n) { ?s a <http://cheese.example/words#Cheese> } # %d": "3",
        "SELECT (COUNT(?s) AS ?n) { ?s a <http://cheese.example/words#Animal> } # %d": "2",
        "SELECT (COUNT(*) AS ?n) { { SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 2000 } } # %d": "2000",
    }

    def client(number: int) -> int:
        connection, done = server.connect(), 0
        while not done or time.monotonic() < end:
            for query, count in expected.items():
                path = "/sparql?" + urlencode({"query": query % (number * done % 97)})
                got = server.ask("GET", path, over=connection)
                assert got.status == 200 and got.rows == [{"n": count}]
            done += 1
        connection.close()
        return done

    with ThreadPoolExecutor(200) as threads:
        turns = list(threads.map(client, range(200)))
    assert sum(turns) > 200
    assert _memory(server) < before + 400 * 2**20
    assert server.query("SELECT (COUNT(?s) AS ?n) { ?s a <http://cheese.example/words#Cheese> }").rows == [
        {"n": "3"}
    ]


def _memory(server) -> int:
    total = 0
    for pid in server.processes():
        with contextlib.suppress(OSError):
            fields = dict(
                line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
            )
            total += int(fields["Pss"].split()[0]) * 1024
    return total


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def _parent(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0
