"""
Minutes of attack while a normal client goes about its business: `python tests/hostile/soak.py RELEASE [--minutes 10]`.

Told at the end, as JSON: what the normal client saw (errors, median and 99th percentile), how memory went, what
became of the attacks, how often the release was changed. Exit code 1 when the normal client saw an error, its
99th percentile is above a second, the front grew by more than a half after the first fifth of the time, or the
workers took more than they are allowed together (they are bombed, so they come near it).
"""

import argparse
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote, urlencode

BOMBS = (
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "SELECT (COUNT(*) AS ?n) { ?a (!<a>|^!<a>)* ?b . ?c (!<a>|^!<a>)* ?d }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?f",
    "ASK { FILTER(" + "!" * 50_000 + "true) }",
    "ASK { SERVICE <http://169.254.169.254/> { ?a ?b ?c } }",
    "SELECT * FROM <file:///etc/passwd> { ?a ?b ?c }",
    "ASK " + "{" * 5000,
)
STRANGE = (
    "/../../etc/passwd",
    "/id/%00",
    "/search?q=" + "a" * 3000,
    "/dump/..%2f..%2fx",
    "/classify?unrecorded-unknown=true&age=%d",
    "/" + "x" * 5000,
)


#: MiB that a query may take here, and all that can run or stand still at once, with the graph itself.
MEMORY = 128
ALLOWED = MEMORY * (max(2, os.cpu_count() or 1) + 2 + 4) + 400


def mib(size: float) -> int:
    return round(size / (1 << 20))


class Client:
    """One connection that is opened again when it breaks."""

    def __init__(self, port: int):
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, path: str, **headers: str) -> tuple[int, bytes]:
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def close(self) -> None:
        self.connection.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [
        "serve",
        "--release",
        str(options.release),
        "--port",
        str(port),
        "--timeout",
        "3",
        "--rate",
        "0",
        "--memory",
        str(MEMORY),
    ]
    server = subprocess.Popen(
        [sys.executable, "-m", "dystonia_kg", *words], stderr=subprocess.PIPE, text=True
    )
    for line in server.stderr:
        if "ready at" in line:
            break
    threading.Thread(target=lambda: [None for _ in server.stderr], daemon=True).start()
    end = time.monotonic() + options.minutes * 60
    told: Counter = Counter()
    spans: list[float] = []
    wrong: list[str] = []
    memory: list[float] = []
    workers: list[float] = []

    def normal() -> None:
        client, chance = Client(port), random.Random(1)
        pages = [
            "/",
            "/browse",
            "/search?q=neck",
            "/sitemap.xml",
            "/sparql?query=" + quote("SELECT * { ?s a ?c } LIMIT 20"),
        ]
        text = client.ask("/sitemap.xml")[1].decode()
        pages += [
            re.sub(r"^https?://[^/]+", "", one) for one in re.findall(r"<loc>([^<]+)</loc>", text)[:300]
        ]
        while time.monotonic() < end:
            path, began = chance.choice(pages), time.perf_counter()
            try:
                status, _ = client.ask(path, Accept="text/html")
                if status not in (200, 303, 304):
                    wrong.append(f"{path}: {status}")
            except (OSError, http.client.HTTPException) as trouble:
                wrong.append(f"{path}: {trouble!r}")
                client = Client(port)
            spans.append(time.perf_counter() - began)
            time.sleep(0.05)
        client.close()

    def attack(number: int) -> None:
        chance, client = random.Random(number), Client(port)
        while time.monotonic() < end:
            if chance.random() < 0.6:
                path = "/sparql?" + urlencode({"query": f"{chance.choice(BOMBS)} #{chance.random()}"})
            else:
                path = chance.choice(STRANGE).replace("%d", str(chance.randrange(1, 90)))
            try:
                told[str(client.ask(path)[0])] += 1
            except (OSError, http.client.HTTPException):
                told["broken"] += 1
                client = Client(port)
        client.close()

    def dawdle() -> None:
        while time.monotonic() < end:
            with socket.create_connection(("127.0.0.1", port)) as slow:
                slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
                time.sleep(2)

    def watch() -> None:
        client = Client(port)
        while time.monotonic() < end:
            text = client.ask("/metrics")[1].decode()
            held = dict(re.findall(r'memory_bytes\{part="(\w+)"\} (\S+)', text))
            memory.append(float(held["front"]))
            workers.append(float(held["workers"]))
            time.sleep(5)
            if len(memory) % 6 == 0:
                server.send_signal(signal.SIGHUP)
                told["reloads"] += 1
        client.close()

    jobs = [normal, dawdle, dawdle, watch, *(lambda n=n: attack(n) for n in range(6))]
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.send_signal(signal.SIGTERM)
    server.wait(60)
    spans.sort()
    settled = memory[max(1, len(memory) // 5) :]
    result = {
        "minutes": options.minutes,
        "normal": {
            "requests": len(spans),
            "errors": len(wrong),
            "median": round(spans[len(spans) // 2], 4),
            "p99": round(spans[int(len(spans) * 0.99)], 4),
        },
        "memory in MiB": {
            "front, first": mib(memory[0]),
            "front, settled": mib(settled[0]),
            "front, last": mib(memory[-1]),
            "front, minute by minute": [
                mib(one) for one in memory[:: max(1, round(len(memory) / options.minutes))]
            ],
            "workers, most": mib(max(workers)),
            "workers, allowed": ALLOWED,
        },
        "attacks": dict(told),
        "first errors": wrong[:5],
    }
    print(json.dumps(result, indent=1))
    bad = wrong or result["normal"]["p99"] > 1 or memory[-1] > 1.5 * settled[0] or mib(max(workers)) > ALLOWED
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
