"""An HTTP client with as little in it as can be, so that servers are measured and not clients."""

import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

ACCEPT = "application/sparql-results+json, text/turtle;q=0.9"


class Slow(Exception):
    """No answer within the time given."""


class Client:
    """One connection that is kept; `ask` gives the seconds and bytes that an answer took."""

    def __init__(self, port: int, path: str, patience: float = 20):
        self.port, self.path, self.patience = port, path, patience
        self.socket: socket.socket | None = None

    def ask(self, query: str) -> tuple[float, bytes]:
        request = (
            f"GET {self.path}{'' if '?' in self.path else '?'}query={quote(query, safe='')} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Accept: {ACCEPT}\r\n\r\n"
        ).encode()
        fresh = self.socket is None
        if fresh:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=self.patience)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begun = time.perf_counter()
        try:
            self.socket.sendall(request)
            data = self._receive()
        except (TimeoutError, ConnectionError) as trouble:
            self.close()
            if isinstance(trouble, ConnectionError) and not fresh:
                # A connection that was kept too long: the server may close it at any time.
                return self.ask(query)
            raise Slow(trouble) from trouble
        return time.perf_counter() - begun, data

    def _receive(self) -> bytes:
        data = bytearray()
        while b"\r\n\r\n" not in data:
            data += self._part()
        head, _, body = bytes(data).partition(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        if status != 200:
            self.close()
            raise Slow(status)
        low = head.lower()
        body = bytearray(body)
        if b"transfer-encoding: chunked" in low:
            while not body.endswith(b"0\r\n\r\n"):
                body += self._part()
        else:
            length = int(low.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            while len(body) < length:
                body += self._part()
        if b"connection: close" in low:
            self.close()
        return bytes(body)

    def _part(self) -> bytes:
        part = self.socket.recv(1 << 18)
        if not part:
            raise ConnectionError
        return part

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def throughput(port: int, path: str, query: str, fresh: bool, seconds: float, connections: int = 8) -> float:
    """Requests per second with several connections, by `wrk`. Fresh: no text is sent twice."""
    number = ' .. "%20%23" .. n' if fresh else ""
    told = _wrk(port, [f"{path}?query={quote(query, safe='')}"], number, seconds, connections)
    return float(told.partition("Requests/sec:")[2].split()[0]) if told else 0.0


def crowd(port: int, path: str, queries: list[str], seconds: float, connections: int = 8) -> float:
    """Milliseconds that half of the answers take at most when several clients ask everything in turn."""
    told = _wrk(
        port,
        [f"{path}?query={quote(q, safe='')}" for q in queries],
        ' .. "%20%23" .. n',
        seconds,
        connections,
    )
    if not told:
        return 0.0
    figure, unit = re.search(r"\n\s+50%\s+([\d.]+)(us|ms|s)", told).groups()
    return float(figure) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def _wrk(port: int, targets: list[str], number: str, seconds: float, connections: int) -> str:
    wrk = shutil.which("wrk")
    if wrk is None:
        return ""
    listed = ", ".join(f'"{target}"' for target in targets)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "load.lua"
        script.write_text(
            f'local n = {int(time.time() * 1000) % 10**9}000000\nlocal h = {{["Accept"] = "{ACCEPT}"}}\n'
            f"local all = {{{listed}}}\n"
            f'request = function() n = n + 1; return wrk.format("GET", all[n % #all + 1]{number}, h) end\n'
        )
        command = [
            wrk,
            "--latency",
            "-t1",
            f"-c{connections}",
            f"-d{seconds}s",
            "--timeout",
            "20s",
            "-s",
            str(script),
        ]
        told = subprocess.run(
            [*command, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True
        )
    if "Non-2xx" in told.stdout:
        raise Slow(told.stdout)
    return told.stdout
