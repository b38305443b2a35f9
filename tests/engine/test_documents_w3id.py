"""The redirect rules for w3id.org, held against a running server through a small rewriting front."""

import http.client
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from .. import stores

RULES = Path(__file__).parents[2] / "publish" / "w3id" / ".htaccess"
BASE = "http://cheese.example/"


class Quiet(WSGIRequestHandler):
    def log(self, *_):
        pass


class Rules:
    """What Apache does with the few directives that the file uses; anything else is an error."""

    def __init__(self, text: str):
        self.headers: dict[str, str] = {}
        self.rules: list[tuple[re.Pattern, str, list[str]]] = []
        for line in text.splitlines():
            words = line.split()
            if not words or words[0].startswith("#") or words[0] in ("Options", "RewriteEngine"):
                continue
            if words[:2] == ["Header", "set"]:
                self.headers[words[2]] = " ".join(words[3:])
            elif words[0] == "RewriteRule":
                self.rules.append((re.compile(words[1]), words[2], words[3].strip("[]").split(",")))
            else:
                raise AssertionError(f"not understood: {line}")

    def answer(self, path: str, query: str) -> tuple[int, str]:
        for pattern, target, flags in self.rules:
            match = pattern.search(path)
            if match:
                status = next(int(flag.partition("=")[2]) for flag in flags if flag.startswith("R"))
                address = re.sub(r"\$(\d)", lambda m, found=match: found[int(m[1])], target)
                return status, address + (f"?{query}" if query else "")
        return 404, ""


@pytest.fixture(scope="module")
def names(board):
    """The port of a front that knows the rules, with the server behind it in the place of the real host."""
    site = make_server("127.0.0.1", 0, stores.app(board), threaded=True, request_handler=Quiet)
    text = RULES.read_text(encoding="utf-8")
    host = re.search(r"https://[\w.-]+/\$1", text)[0].removesuffix("/$1")
    rules = Rules(text.replace(host, f"http://127.0.0.1:{site.port}"))

    class Front(BaseHTTPRequestHandler):
        def do_GET(self):
            path, _, query = self.path.partition("?")
            status, address = rules.answer(path.removeprefix("/dystonia/"), query)
            self.send_response(status)
            for key, value in rules.headers.items():
                self.send_header(key, value)
            self.send_header("Location", address)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    front = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    threads = [threading.Thread(target=server.serve_forever) for server in (site, front)]
    for thread in threads:
        thread.start()
    yield front.server_address[1]
    for server in (site, front):
        server.shutdown()
        server.server_close()
    for thread in threads:
        thread.join()


def ask(port: int, path: str, accept: str):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Accept": accept})
        response = connection.getresponse()
        headers: dict[str, str] = {}
        for key, value in response.getheaders():
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        return response.status, headers, response.read()
    finally:
        connection.close()


def follow(port: int, path: str, accept: str):
    """The statuses on the way, and the last answer."""
    statuses = []
    while True:
        status, headers, body = ask(port, path, accept)
        statuses.append(status)
        if status not in (301, 302, 303, 307, 308):
            return statuses, headers, body
        parts = urlsplit(headers["Location"])
        port, path = parts.port, parts.path + (f"?{parts.query}" if parts.query else "")


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("", [302, 200]),
        ("words", [302, 200]),
        ("words/1.2.3", [302, 200]),
        ("id/brie", [302, 303, 200]),
        ("id/blue%20cow", [302, 303, 200]),
        ("id/k%C3%A4se", [302, 303, 200]),
        ("shapes", [302, 200]),
        ("query/young", [302, 303, 200]),
        ("data/cheeses", [302, 200]),
        ("releases/1.2.3/dataset.ttl", [302, 200]),
        ("doc/id/brie", [302, 200]),
        ("id/nothing", [302, 404]),
        ("id/plastic", [302, 410]),
    ],
)
def test_a_name_leads_to_its_document(names, name, statuses):
    assert follow(names, f"/dystonia/{name}", "text/turtle")[0] == statuses


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "application/rdf+xml", "text/html"])
def test_the_accept_header_counts_at_the_end_of_the_way(names, accept):
    _, headers, body = follow(names, "/dystonia/id/brie", accept)
    assert headers["Content-Type"].startswith(accept)
    assert body


def test_the_query_string_goes_along(names):
    _, headers, _ = follow(names, "/dystonia/id/brie?_profile=skos", "text/turtle")
    assert f'<{BASE}profile/skos>; rel="profile"' in headers["Link"]


def test_browsers_of_other_sites_may_follow_the_redirect(names):
    _, headers, _ = ask(names, "/dystonia/id/brie", "text/turtle")
    assert headers["Access-Control-Allow-Origin"] == "*"
