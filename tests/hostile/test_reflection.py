"""What others write is shown, never run; what they send does not get into headers, logs or caches."""

import json
import re
import shutil
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from dystonia_kg.build import build
from dystonia_kg.serve import create_app

from ..conftest import TOY

#: Markup in texts, and ways to leave the place where a text stands.
EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{7*7}}{% raw %}",
    "<!--<svg onload=alert(1)>",
    "]]><b>",
    "\u202e\u2028\u0007<i>",
]
#: Where the text of a request comes back.
MIRRORS = ["/search?q={}", "/sparql?query={}", "/?r={}", "/classify?r={}", "/compare/Cheese?id={}", "/id/{}", "/browse/{}",
           "/relations?from={}", "/problem/{}", "/timegate/{}", "/reconcile/preview?id={}", "/search?type={}"]  # fmt: skip


class Alive(HTMLParser):
    """Finds what a browser would run, or load from elsewhere, in a page."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "script" and "src" not in given and "json" not in (given.get("type") or ""):
            self.found.append("script")
        self.found += [f"{tag} {name}" for name in given if name.startswith("on")]
        for name in ("href", "src", "action", "formaction", "data", "xlink:href"):
            value = re.sub(r"[\x00-\x20]", "", given.get(name) or "").lower()
            if value.startswith(("javascript:", "vbscript:", "data:text/html")) or (
                tag == "img" and value == "x"
            ):
                self.found.append(f"{tag} {name}={value}")


def alive(text: str) -> list[str]:
    parser = Alive()
    parser.feed(text)
    return parser.found


@pytest.fixture(scope="module")
def infested(tmp_path_factory):
    """The toy with markup in every kind of text, as an imported ontology might have it."""
    home = tmp_path_factory.mktemp("infested") / "home"
    shutil.copytree(TOY, home)
    rows = []
    for number, evil in enumerate(EVIL):
        text = evil.replace("\\", "\\\\").replace('"', '\\"').replace("\u0007", "\\u0007")
        rows.append(
            f'c:evil-{number} a cat:Cheese ;\n    skos:prefLabel "{text} {number}"@en ;\n    cat:ripensWeeks 4 ;\n'
            f'    rdfs:comment "{text} of {number}"@en ;\n    cat:milkOf c:cow .\n'
        )
    head = next(home.joinpath("data").glob("*.ttl")).read_text(encoding="utf-8")
    prefixes = "\n".join(line for line in head.splitlines() if line.startswith("@prefix"))
    (home / "data" / "evil.ttl").write_text(
        prefixes
        + "\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
        + "\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> ."
        + "\n\n"
        + "\n".join(rows),
        encoding="utf-8",
    )
    try:
        release = build(home, home.parent / "release")
    except Exception as trouble:  # the toy's own shapes may change; then this test has to
        pytest.fail(f"the infested toy does not build: {trouble}")
    return create_app(release).test_client()


def test_what_a_browser_would_run_is_recognised():
    for markup in (
        "<script>a</script>",
        "<p ONCLICK=a>",
        "<a href=' java\nscript:a'>",
        "<img src=x>",
        "<svg/onload=a>",
    ):
        assert alive(markup)
    assert not alive("<script src=/a.js></script><p>&lt;svg onload=alert(1)&gt;</p>")


def test_markup_in_the_texts_of_a_graph_is_shown_and_not_run(infested):
    pages = [
        "/",
        "/browse",
        "/browse/Cheese",
        "/search?q=alert",
        "/relations",
        "/words",
        "/downloads",
        "/id/cow.html",
    ]
    pages += [f"/id/evil-{n}.html" for n in range(len(EVIL))]
    shown = 0
    for page in pages:
        text = infested.get(page, headers={"Accept": "text/html"}).get_data(as_text=True)
        assert alive(text) == [], page
        shown += "&lt;script&gt;alert" in text
    assert shown


def test_markup_in_the_texts_of_a_graph_does_not_end_data_for_programs(infested):
    for number in range(len(EVIL)):
        text = infested.get(f"/id/evil-{number}.html").get_data(as_text=True)
        for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL):
            json.loads(block)


@pytest.mark.parametrize("mirror", MIRRORS)
@pytest.mark.parametrize("evil", EVIL)
def test_markup_in_a_request_is_shown_and_not_run(site, mirror, evil):
    answer = site.get(mirror.format(quote(evil, safe="")), headers={"Accept": "text/html"})
    assert answer.status_code < 500
    if answer.mimetype == "text/html":
        text = answer.get_data(as_text=True)
        assert alive(text) == []
    answer.close()


def test_what_is_not_a_page_is_never_taken_for_one(site):
    answer = site.get("/nowhere/<script>alert(1)</script>", headers={"Accept": "application/json"})
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# --- headers


WANTED = (
    "X-Content-Type-Options",
    "Content-Security-Policy",
    "Referrer-Policy",
    "Access-Control-Allow-Origin",
)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"), ("GET", "/nowhere"), ("GET", "/id/brie"), ("GET", "/id/brie.ttl"), ("POST", "/"), ("DELETE", "/sparql"),
        ("GET", "/sparql?query=ASK%7B%7D"), ("GET", "/sparql?query=ASK%7B"), ("GET", "/health/live"), ("GET", "/health/nothing"),
        ("GET", "/metrics"), ("GET", "/static/site.css"), ("GET", "/classify?r=x"), ("OPTIONS", "/id/brie"), ("GET", "/robots.txt"),
        ("GET", "/search?q=a"), ("PUT", "/health/live"), ("GET", "/reconcile"),
    ],
)  # fmt: skip
def test_every_answer_has_the_headers_that_keep_a_browser_safe(server, method, path):
    got = server.ask(method, path)
    missing = [name for name in WANTED if name.lower() not in got.headers]
    assert missing == []
    assert "set-cookie" not in got.headers
    assert "server" not in got.headers or "/" not in got.headers["server"]


def test_a_policy_lets_only_our_own_things_run(server):
    policy = server.ask("GET", "/", headers={"Accept": "text/html"}).headers["content-security-policy"]
    assert "default-src 'self'" in policy and "object-src 'none'" in policy and "base-uri 'self'" in policy
    assert "unsafe" not in policy and "http" not in policy


@pytest.mark.parametrize("path", ["/sparql?query=ASK%7B%7D", "/id/brie.ttl", "/nowhere", "/health/live"])
def test_any_page_may_read_and_none_with_credentials(server, path):
    got = server.ask("GET", path, headers={"Origin": "https://evil.example", "Cookie": "a=b"})
    assert got.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in got.headers


@pytest.mark.parametrize(
    "path",
    ["/id/x%0d%0aSet-Cookie:%20a=b", "/search?q=%0d%0aX-Evil:1", "/timegate/%0d%0aX-Evil:1", "/sparql?query=ASK%7B%7D&_format=%0d%0aX-Evil:1",
     "/classify?r=%0d%0aX-Evil:1", "/incoming/id/%0d%0aX-Evil:1", "/dump/%0d%0aX-Evil:1"],
)  # fmt: skip
def test_line_breaks_in_a_request_do_not_become_headers(server, path):
    got = server.ask("GET", path)
    assert got.status < 500
    assert "x-evil" not in got.headers and "set-cookie" not in got.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example/x", 'a"><script>', "a b", "evil.example:99999999", ""]
)
def test_a_strange_host_does_not_get_into_a_shared_cache(server, host):
    """What is cached under our name may name another host only where the cache was asked for that host."""
    for path in ("/", "/sparql", "/id/brie"):
        server.ask("GET", path, headers={"Host": host, "Accept": "text/turtle"})
        mine = server.ask("GET", path, headers={"Accept": "text/turtle"})
        assert b"evil.example" not in mine.body
        assert "evil.example" not in mine.headers.get("location", "") + mine.headers.get("link", "")


@pytest.mark.parametrize(
    "name",
    [
        "X-Forwarded-Host",
        "X-Original-URL",
        "X-Rewrite-URL",
        "Forwarded",
        "X-Forwarded-Prefix",
        "X-HTTP-Method-Override",
    ],
)
def test_headers_that_proxies_may_pass_on_change_nothing(server, name):
    plain = server.ask("GET", "/id/brie.ttl")
    tried = server.ask("GET", "/id/brie.ttl", headers={name: "evil.example/DELETE"})
    assert tried.status == plain.status and tried.body == plain.body
    assert "evil.example" not in "".join(tried.headers.values())
