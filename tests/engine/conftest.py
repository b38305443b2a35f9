"""A real server on the toy release, at a free port of this machine, stopped at the end."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

import dystonia_kg

from .. import stores

ROOT = Path(dystonia_kg.__file__).parents[1]


@dataclass
class Got:
    """What came back: the status, the headers by lower-case name, the body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of a JSON table, values only."""
        return [{k: v["value"] for k, v in row.items()} for row in self.json["results"]["bindings"]]


class Server:
    """`dystonia-kg serve` in a process of its own."""

    def __init__(self, release: Path, *options: str):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "dystonia_kg", "serve", "--release", str(release)]
        command += stores.options(release)
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), *options],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.said = []
        for line in self.process.stderr:
            self.said.append(line)
            if "ready at" in line:
                break
        else:
            self.process.wait(20)
            self.process.stderr.close()
            raise AssertionError("the server did not start: " + "".join(self.said))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method: str, path: str, body=None, headers: dict | None = None, over=None) -> Got:
        """One request; `over` an open connection if one is given."""
        connection = over or self.connect()
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Got(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            if over is None:
                connection.close()

    def query(self, text: str, accept: str | None = "application/sparql-results+json", **parameters) -> Got:
        """GET /sparql with this query; parameters may be lists."""
        query = urlencode({"query": text, **{k.replace("_", "-"): v for k, v in parameters.items()}}, True)
        return self.ask("GET", f"/sparql?{query}", headers={"Accept": accept} if accept else {})

    def processes(self) -> list[int]:
        """Every process of this server, by their ancestry and their sessions."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError, IndexError):
                pid = int(entry.name)
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(pid)
        found, queue = [], [self.process.pid]
        while queue:
            found.append(queue.pop())
            queue += children.get(found[-1], [])
        return found

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            finally:
                self.process.kill()
        self.process.stderr.close()


@pytest.fixture(scope="session")
def server(toy) -> Server:
    """A server with the usual limits."""
    running = Server(toy)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def strict(toy) -> Server:
    """A server that gives a query one second and little else."""
    running = Server(
        toy,
        "--timeout",
        "1",
        "--memory",
        "128",
        "--rows",
        "1000",
        "--answer-size",
        "1",
        "--query-length",
        "100000",
    )
    yield running
    running.stop()


@pytest.fixture
def start(toy):
    """Start servers with options of one's own."""
    running = []

    def begin(*options: str) -> Server:
        running.append(Server(toy, *options))
        return running[-1]

    yield begin
    for one in running:
        one.stop()


def gone(pid: int, within: float = 10) -> bool:
    """Has a process ended?"""
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(name="gone", scope="session")
def gone_fixture():
    return gone
