"""Who is measured: ourselves, and whatever other endpoints are installed on this machine."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .wire import Client, Slow

HERE = Path(__file__).resolve().parent


@dataclass
class Peer:
    """A server that is running: its name, where it listens, and its processes."""

    name: str
    port: int
    path: str
    process: subprocess.Popen

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _begin(name: str, command: list[str], port: int, path: str, **more) -> Peer:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0, **more
    )
    return Peer(name, port, path, process)


def favour() -> None:
    """Linux weighs sessions against each other, so `nice` alone has no effect on a shared machine: give
    our session, in which all servers run, the standing that this process was started with."""
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(os.nice(0)))


def _wait(peer: Peer, patience: float) -> Peer:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with contextlib.suppress(Slow, OSError):
            client = Client(peer.port, peer.path, 5)
            client.ask("ASK {}")
            client.close()
            return peer
        if peer.process.poll() is not None:
            break
        time.sleep(0.2)
    peer.stop()
    raise RuntimeError(f"{peer.name} did not start")


def ours(release: Path) -> Peer:
    port = free_port()
    path = os.pathsep.join([str(HERE.parent / "publish"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "dystonia_kg", "serve", "--release", str(release)]
    # One client asks all of this, so the budget that a client has on the open web is lifted.
    command += ["--port", str(port), "--rate", "0"]
    return _wait(_begin("ours", command, port, "/sparql", env={**os.environ, "PYTHONPATH": path}), 120)


def find(tool: str, places: list[Path]) -> str | None:
    """A program on the path, or in one of the virtual environments given."""
    return next((str(p / "bin" / tool) for p in places if (p / "bin" / tool).exists()), shutil.which(tool))


def start(release: Path, triples: Path, work: Path, venvs: list[Path], slow: bool) -> Iterator[Peer]:
    """Start everyone, one after the other; who is not installed is passed over."""
    yield ours(release)
    oxigraph = find("oxigraph", venvs)
    if oxigraph:
        port = free_port()
        peer = _begin("Oxigraph, memory", [oxigraph, "serve", "--bind", f"127.0.0.1:{port}"], port, "/query")
        _wait(peer, 30)
        _post(port, "/store?default", triples, "application/n-triples")
        yield peer
        disk = work / "oxigraph"
        if not disk.exists():
            load = [oxigraph, "load", "--location", str(disk), "--file", str(triples)]
            subprocess.run(load, check=True, capture_output=True)
        port = free_port()
        command = [oxigraph, "serve-read-only", "--location", str(disk), "--bind", f"127.0.0.1:{port}"]
        yield _wait(_begin("Oxigraph, disk", command, port, "/query"), 60)
    endpoint = find("rdflib-endpoint", venvs)
    if endpoint and slow:
        port = free_port()
        command = [endpoint, "serve", "--port", str(port), "--host", "127.0.0.1", str(triples)]
        yield _wait(_begin("rdflib-endpoint", command, port, "/"), 900)


def _post(port: int, path: str, file: Path, kind: str) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    with file.open("rb") as body:
        connection.request(
            "POST", path, body, {"Content-Type": kind, "Content-Length": str(file.stat().st_size)}
        )
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status >= 300:
        raise RuntimeError(f"loading failed: {answer.status}")
