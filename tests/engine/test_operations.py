"""A server in public: health, numbers, log, budgets, settings, and a release that is changed in service."""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from dystonia_kg.errors import BadInput, NoRelease
from dystonia_kg.serve.operate import Attendant, Rules
from dystonia_kg.serve.operate.budget import Budget, client
from dystonia_kg.serve.operate.house import gate
from dystonia_kg.serve.operate.log import Log

from .conftest import ROOT, Server


def until(so, seconds: float = 60.0):
    """Wait for something to become so; only a hang is a failure, however slow the machine."""
    end = time.monotonic() + seconds
    while not (found := so()):
        assert time.monotonic() < end, "it never came to be so"
        time.sleep(0.05)
    return found


# --- health and numbers


def test_a_server_says_that_it_lives_and_what_it_serves(server, toy):
    assert server.ask("GET", "/health/live").json == {"status": "live"}
    ready = server.ask("GET", "/health/ready")
    assert ready.status == 200
    assert ready.json["release"] in (toy / "SHA256SUMS").read_text()


def test_numbers_are_told_in_the_text_format_of_prometheus(server):
    server.query("ASK { ?a ?b ?c }")
    got = server.ask("GET", "/metrics")
    assert got.headers["content-type"].startswith("text/plain; version=0.0.4")
    line = re.compile(r'(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)+\})? [0-9.e+-]+)\Z')
    assert all(line.match(row) for row in got.body.decode().splitlines())
    names = {row.partition("{")[0].partition(" ")[0] for row in got.body.decode().splitlines()}
    wanted = (
        "requests_total request_seconds_bucket queries_total memory_bytes cache_bytes ready open_descriptors"
    )
    assert {f"dystonia_kg_{name}" for name in wanted.split()} <= names


def test_the_parser_of_prometheus_reads_the_numbers(server):
    parser = pytest.importorskip("prometheus_client.parser")
    families = list(parser.text_string_to_metric_families(server.ask("GET", "/metrics").body.decode()))
    assert len(families) > 5


def test_numbers_are_not_for_those_who_come_through_a_proxy(server):
    assert server.ask("GET", "/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status == 404


def test_every_answer_has_the_number_of_its_request(server):
    for path in ("/", "/sparql?query=ASK%7B%7D", "/nowhere", "/health/live"):
        assert re.fullmatch(r"[0-9a-f]{16}", server.ask("GET", path).headers["x-request-id"])
    given = server.ask("GET", "/", headers={"X-Request-Id": "from-the-proxy:1"})
    assert given.headers["x-request-id"] == "from-the-proxy:1"


@pytest.mark.parametrize("number", ["short", "a" * 65, "with blank 123", 'quote"inside1', "ümlaut12345"])
def test_a_request_number_that_is_none_is_replaced(server, number):
    got = server.ask("GET", "/", headers={"X-Request-Id": number.encode("utf-8")})
    assert re.fullmatch(r"[0-9a-f]{16}", got.headers["x-request-id"])


# --- the log


def test_a_log_line_is_json_and_nothing_that_a_client_writes_leaves_it():
    stream = io.StringIO()
    log = Log(True, stream)
    log.say("request", path='/a\n{"event":"forged"}\x1b[2J\u2028')
    log.flush()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["event"] == "request"
    assert "\x1b" not in lines[0]


def test_a_log_that_nobody_reads_holds_nobody_up():
    read, write = os.pipe()
    log = Log(True, os.fdopen(write, "w"))
    for number in range(20_000):
        log.say("request", number=number, filler="x" * 100)
    assert log.lost
    os.close(read)


# --- budgets


def test_a_bucket_lets_a_burst_through_and_then_a_steady_rate():
    now = [0.0]
    budget = Budget(2.0, 5, lambda: now[0])
    assert [budget.take("a") for _ in range(5)] == [0.0] * 5
    assert budget.take("a") == pytest.approx(0.5)
    assert budget.take("b") == 0.0
    now[0] += 0.5
    assert budget.take("a") == 0.0
    assert budget.take("a") > 0


def test_what_took_long_costs_more():
    now = [0.0]
    budget = Budget(1.0, 10, lambda: now[0])
    budget.charge("a", 30)
    assert budget.take("a") == pytest.approx(11.0)


def test_a_clock_that_jumps_back_takes_nothing_away():
    now = [100.0]
    budget = Budget(1.0, 3, lambda: now[0])
    budget.take("a")
    now[0] = 0.0
    assert budget.take("a") == 0.0


@pytest.mark.parametrize(
    ("address", "forwarded", "proxies", "who"),
    [
        ("192.0.2.7", "", 0, "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", 0, "192.0.2.7"),
        ("127.0.0.1", "forged, 198.51.100.1", 1, "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 10.0.0.1", 2, "198.51.100.1"),
        ("127.0.0.1", "", 1, ""),
        ("::1", "", 0, ""),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
    ],
)
def test_a_client_is_who_the_last_trusted_proxy_saw(address, forwarded, proxies, who):
    environ = {"REMOTE_ADDR": address} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})
    assert client(environ, proxies) == who


@pytest.fixture(scope="module")
def strict(toy):
    running = Server(toy, "--rate", "1", "--burst", "3", "--proxies", "1")
    yield running
    running.stop()


def test_addresses_in_answers_are_those_the_reader_of_a_proxy_uses(strict):
    told = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "graph.example",
        "X-Forwarded-For": "192.0.2.77",
    }
    got = strict.ask("GET", "/id/cow", headers=told | {"Accept": "text/turtle"})
    assert got.headers["location"].startswith("https://graph.example/")
    described = strict.ask("GET", "/sparql", headers=told | {"Accept": "application/n-triples"})
    assert b"<https://graph.example/sparql>" in described.body


def test_without_a_proxy_nobody_else_says_what_our_address_is(server):
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "graph.example", "Accept": "text/turtle"}
    assert "graph.example" not in server.ask("GET", "/id/cow", headers=told).headers["location"]


@pytest.mark.parametrize("path", ["/sparql?query=ASK%7B%7D", "/search?q=cow", "/classify", "/reconcile"])
def test_who_asks_too_often_is_told_how_long_to_wait(strict, path):
    me = {"X-Forwarded-For": f"192.0.2.{len(path)}", "Accept": "application/json"}
    answers = [strict.ask("GET", path, headers=me) for _ in range(60)]
    refused = [got for got in answers if got.status == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) >= 1
    assert refused[0].headers["content-type"] == "application/problem+json"
    assert refused[0].headers["access-control-allow-origin"] == "*"
    somebody_else = strict.ask("GET", path, headers=me | {"X-Forwarded-For": f"198.51.100.{len(path)}"})
    assert somebody_else.status != 429


def test_documents_have_no_budget(strict):
    me = {"X-Forwarded-For": "203.0.113.9", "Accept": "text/turtle"}
    paths = ("/", "/sitemap.xml", "/robots.txt", "/health/live")
    assert {strict.ask("GET", paths[n % 4], headers=me).status for n in range(60)} <= {200, 303, 404, 406}


# --- settings


def config(tmp_path: Path, *words: str, **environ: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "dystonia_kg", "config", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_setting_comes_from_the_environment_before_the_file_before_the_default(tmp_path):
    (tmp_path / "dystonia-kg.toml").write_text("port = 9001\ntimeout = 3\nfederate = ['http://x.example/']\n")
    said = config(tmp_path, DYSTONIA_KG_PORT="9002").stdout
    assert "port = 9002" in said and "[DYSTONIA_KG_PORT]" in said
    assert "timeout = 3.0" in said and "[dystonia-kg.toml]" in said
    assert 'federate = ["http://x.example/"]' in said
    assert "rows = 250000" in said


def test_what_config_prints_is_a_settings_file(tmp_path):
    (tmp_path / "copy.toml").write_text(config(tmp_path).stdout)
    said = config(tmp_path, "--config", "copy.toml")
    assert said.returncode == 0
    assert "[copy.toml]" in said.stdout


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("prot = 1", "no setting is called prot"),
        ("port = 'many'", "is not a value"),
        ("port = true", "is not a value"),
        ("port = 80.5", "is not a whole number"),
        ("log = 'nothing'", "is none of"),
        ("port = ", "not TOML"),
        ("wait = 'perhaps'", "neither true nor false"),
    ],
)
def test_a_setting_that_is_wrong_stops_the_start(tmp_path, text, complaint):
    (tmp_path / "dystonia-kg.toml").write_text(text)
    said = config(tmp_path)
    assert said.returncode == BadInput.exit_code
    assert complaint in said.stderr


def test_a_settings_file_that_is_named_has_to_be_there(tmp_path):
    assert "cannot be read" in config(tmp_path, "--config", "none.toml").stderr


# --- releases


def test_the_gate_lets_a_sound_release_through_and_no_other(toy, tmp_path):
    gate(toy)
    for spoil in (
        lambda folder: (folder / "dataset.nq").write_text("half of it"),
        lambda folder: (folder / "catalog.ttl").unlink(),
        lambda folder: (folder / "SHA256SUMS").write_text("no list"),
        lambda folder: (folder / "SHA256SUMS").unlink(),
        lambda folder: (folder / "SHA256SUMS").write_text("0" * 64 + "  ../../etc/passwd\n"),
    ):
        folder = tmp_path / "spoilt"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(toy, folder)
        spoil(folder)
        with pytest.raises(NoRelease):
            gate(folder)


def test_a_release_that_breaks_its_shapes_is_not_served(toy, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(toy, folder)
    report = folder / "validation.ttl"
    report.write_text(report.read_text().replace("conforms true", "conforms false"))
    text = (folder / "SHA256SUMS").read_text()
    from dystonia_kg.release import checksum

    text = re.sub(r"\w{64}  validation\.ttl", f"{checksum(report)}  validation.ttl", text)
    (folder / "SHA256SUMS").write_text(text)
    with pytest.raises(NoRelease, match="breaks its shapes"):
        gate(folder)


class Stub:
    """An application that answers when it is told to."""

    def __init__(self, name: str, hold: threading.Event | None = None):
        self.name, self.hold, self.closed, self.entered = name, hold, threading.Event(), threading.Event()
        pool = SimpleNamespace(ask=None, close=self.closed.set)
        self.endpoint = SimpleNamespace(pool=pool)

    def __call__(self, environ, start_response):
        self.entered.set()
        if self.hold is not None:
            self.hold.wait(60)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return iter([self.name.encode()])


def ask(attendant, path="/x"):
    said = {}
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "QUERY_STRING": "", "REMOTE_ADDR": "192.0.2.1"}
    body = attendant(
        environ, lambda status, headers, *more: said.update(status=status, headers=dict(headers))
    )
    text = b"".join(body)
    if hasattr(body, "close"):
        body.close()
    return int(said["status"][:3]), text, said["headers"]


def test_before_the_first_release_is_read_the_server_lives_and_is_not_ready(toy):
    hold = threading.Event()

    def furnish(place):
        hold.wait(60)
        return Stub("first")

    attendant = Attendant(toy, furnish, Rules(watch=0))
    assert ask(attendant, "/health/live")[0] == 200
    status, _, headers = ask(attendant, "/health/ready")
    assert (status, headers["Retry-After"]) == (503, "2")
    hold.set()
    assert ask(attendant)[:2] == (200, b"first")
    assert ask(attendant, "/health/ready")[0] == 200


def test_a_request_in_flight_finishes_on_the_release_it_began_with(toy):
    hold = threading.Event()
    first, second = Stub("first", hold), Stub("second")
    offered = iter([first, second])
    attendant = Attendant(toy, lambda place: next(offered), Rules(watch=0))
    got = []
    asking = threading.Thread(target=lambda: got.append(ask(attendant)[1]))
    asking.start()
    assert first.entered.wait(60)
    assert attendant.renew()
    assert ask(attendant)[1] == b"second"
    assert not first.closed.is_set()
    hold.set()
    asking.join(60)
    assert got == [b"first"]
    assert first.closed.wait(60)


def test_a_new_release_that_is_not_sound_changes_nothing(toy, tmp_path):
    link = tmp_path / "current"
    link.symlink_to(toy)
    attendant = Attendant(link, lambda place: Stub(place.name), Rules(watch=0))
    assert ask(attendant)[1] == toy.name.encode()
    broken = tmp_path / "broken"
    shutil.copytree(toy, broken)
    (broken / "dataset.nq").write_text("half")
    link.unlink()
    link.symlink_to(broken)
    assert not attendant.renew()
    assert ask(attendant)[1] == toy.name.encode()
    ready = json.loads(ask(attendant, "/health/ready")[1])
    assert ready["status"] == "ready" and "refused" in ready
    assert str(tmp_path) not in json.dumps(ready)


def test_an_error_inside_is_told_with_its_number_and_nothing_else(toy):
    class Broken(Stub):
        def __call__(self, environ, start_response):
            raise RuntimeError("secret at /srv/place")

    stream = io.StringIO()
    log = Log(False, stream)
    attendant = Attendant(toy, lambda place: Broken("x"), Rules(watch=0), log=log)
    status, body, headers = ask(attendant)
    assert status == 500 and b"secret" not in body and b"/srv" not in body
    log.flush()
    assert headers["X-Request-Id"] in stream.getvalue() and "secret" in stream.getvalue()


def test_a_server_changes_its_release_and_no_request_is_lost(toy, tmp_path):
    link = tmp_path / "current"
    link.symlink_to(toy)
    other = tmp_path / "other"
    shutil.copytree(toy, other)
    running = Server(link, "--rate", "0")
    answered, failed, stop = [0], [], threading.Event()

    def reader():
        connection = running.connect()
        while not stop.is_set():
            try:
                got = running.ask("GET", f"/sparql?query=ASK%7B%7D%23{answered[0] % 97}", over=connection)
                answered[0] += 1
                if got.status != 200:
                    failed.append(got.status)
            except OSError as trouble:
                failed.append(repr(trouble))
                break
        connection.close()

    readers = [threading.Thread(target=reader) for _ in range(3)]
    try:
        for one in readers:
            one.start()

        def served():
            text = running.ask("GET", "/metrics").body.decode()
            return int(float(re.search(r'reloads_total\{outcome="served"\} (\S+)', text)[1]))

        os.kill(running.process.pid, signal.SIGHUP)
        until(lambda: served() >= 2)
        new = tmp_path / "new"
        new.symlink_to(other)
        new.rename(link)
        until(lambda: served() >= 3)
    finally:
        stop.set()
        for one in readers:
            one.join(60)
        running.stop()
    assert answered[0] > 50
    assert failed == []


@pytest.mark.beyond("oxigraph", "goes on with a query for which nobody waits any more")
def test_a_server_that_is_told_to_end_answers_what_has_come(toy):
    running = Server(toy, "--timeout", "3")
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    got = []
    asking = threading.Thread(target=lambda: got.append(running.query(slow).status))
    asking.start()
    until(lambda: "requests_open 1" in running.ask("GET", "/metrics").body.decode())
    running.stop()
    asking.join(60)
    assert got in ([200], [503], [504])
