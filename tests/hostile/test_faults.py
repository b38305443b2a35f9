"""Something breaks under us: nothing wrong is served, nothing is lost, and what is said is clear."""

import contextlib
import os
import resource
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import TOY
from ..engine.conftest import ROOT, Server

ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT)}


def limited(which: int, most: int):
    """Set a limit of the kernel in a process that is about to start."""

    def apply():
        resource.setrlimit(which, (most, most))

    return apply


def test_a_disk_that_is_full_stops_a_build_and_the_old_release_stays(toy, tmp_path):
    out = tmp_path / "release"
    shutil.copytree(toy, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    command = [sys.executable, "-m", "dystonia_kg", "build", "--home", str(TOY), "--out", str(out)]
    said = subprocess.run(
        command,
        env=ENVIRON,
        capture_output=True,
        text=True,
        timeout=300,
        preexec_fn=limited(resource.RLIMIT_FSIZE, 20_000),
    )
    assert said.returncode == 1
    assert "cannot be written" in said.stderr and "Traceback" not in said.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


def test_a_release_that_was_copied_by_half_is_refused_at_the_start(toy, tmp_path):
    for name in ("dataset.nq", "dataset.ttl", "catalog.ttl"):
        folder = tmp_path / f"half-{name}"
        shutil.copytree(toy, folder)
        path = folder / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        command = [sys.executable, "-m", "dystonia_kg", "serve", "--release", str(folder), "--port", "0"]
        said = subprocess.run(command, env=ENVIRON, capture_output=True, text=True, timeout=120)
        assert said.returncode == 1
        assert name in said.stderr and "Traceback" not in said.stderr


def test_a_server_that_waits_serves_a_release_once_it_is_whole(toy, tmp_path):
    from ..engine.test_operations import until

    folder = tmp_path / "coming"
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "dystonia_kg",
        "serve",
        "--wait",
        "--release",
        str(folder),
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, env=ENVIRON, stderr=subprocess.DEVNULL)
    running = Server.__new__(Server)
    running.port, running.process = port, process
    try:
        until(lambda: answered(running, "/health/live") == 200)
        assert answered(running, "/health/ready") == 503
        for path in sorted(toy.iterdir(), key=lambda path: path.name == "SHA256SUMS"):
            shutil.copy(path, folder)
        until(lambda: answered(running, "/health/ready") == 200)
        assert answered(running, "/sparql?query=ASK%7B%7D") == 200
    finally:
        process.terminate()
        process.wait(60)


def answered(running, path: str) -> int:
    with contextlib.suppress(OSError):
        return running.ask("GET", path).status
    return 0


def test_a_server_without_free_descriptors_recovers_when_there_are_some(toy):
    """More connections than the server may have open: it waits for some to go, and then answers."""
    running = Server.__new__(Server)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        running.port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "dystonia_kg",
        "serve",
        "--release",
        str(toy),
        "--port",
        str(running.port),
    ]
    running.process = subprocess.Popen(
        command,
        env=ENVIRON,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=limited(resource.RLIMIT_NOFILE, 96),
    )
    try:
        assert any("ready at" in line for line in running.process.stderr)
        idle = []
        for _ in range(150):
            with contextlib.suppress(OSError):
                idle.append(socket.create_connection(("127.0.0.1", running.port), timeout=2))
        for one in idle:
            one.close()
        from ..engine.test_operations import until

        until(lambda: answered(running, "/sparql?query=ASK%7B%7D") == 200)
        until(lambda: answered(running, "/health/ready") == 200)
    finally:
        running.stop()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_log_on_a_full_disk_stops_nothing(toy):
    from ..engine.test_operations import until

    running = Server.__new__(Server)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        running.port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dystonia_kg", "serve", "--log", "requests", "--release", str(toy)]
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen([*command, "--port", str(running.port)], env=ENVIRON, stderr=full)
    running.process = process
    try:
        until(lambda: answered(running, "/health/ready") == 200)
        assert [answered(running, "/id/brie.ttl") for _ in range(20)] == [200] * 20
    finally:
        process.terminate()
        process.wait(60)


def test_a_release_that_is_taken_away_while_it_is_served_is_still_served(toy, tmp_path):
    folder = tmp_path / "going"
    shutil.copytree(toy, folder)
    running = Server(folder)
    try:
        shutil.rmtree(folder)
        assert running.ask("GET", "/id/brie.ttl").status == 200
        assert running.query("ASK { ?a ?b ?c }").json["boolean"]
        assert running.ask("GET", "/health/ready").status == 200
    finally:
        running.stop()
