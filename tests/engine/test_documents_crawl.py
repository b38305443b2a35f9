"""A crawler for tests: from one address, along every link, header and IRI, to everything there is."""

import html
import json
import re
from collections import defaultdict
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin

import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, parse
from werkzeug.test import Client

from dystonia_kg.serve import create_app

ORIGIN = "http://localhost/"

SYNTAXES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}
#: Addresses that take a question are asked a few, not all that could be thought of.
MOST_QUESTIONS = 40

_LINK = re.compile(r"<([^>]*)>")
_ANCHOR = re.compile(r'anchor="([^"]*)"')


def canonical(quads) -> tuple[str, ...]:
    """The statements with canonical blank nodes: equal for isomorphic graphs."""
    rows = [Quad(q.subject, q.predicate, q.object) for q in quads]
    if not any(isinstance(term, BlankNode) for q in rows for term in (q.subject, q.object)):
        return tuple(sorted({str(q) for q in rows}))
    dataset = Dataset(rows)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return tuple(sorted(str(q) for q in dataset))


class Hrefs(HTMLParser):
    """The addresses that a page links to, the ids that it has, and the data inside it."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()
        self.data: list[str] = []
        self._in_data = False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "id" in given:
            self.ids.add(given["id"])
        for key in ("href", "src", "action"):
            if given.get(key) and tag != "form" or key == "action" and given.get(key):
                self.found.append(given[key])
        self._in_data = tag == "script" and given.get("type") == "application/ld+json"

    def handle_data(self, data):
        if self._in_data:
            self.data.append(data)
            self._in_data = False


class Crawl:
    """Everything that can be reached from `start`; `broken` says what could not."""

    def __init__(self, application, base: str, starts=("",), skip=lambda path: False):
        self.client = Client(application)
        self.base, self.skip = base, skip
        self.seen: dict[str, str] = {}
        self.broken: list[str] = []
        self.graphs: dict[str, tuple[str, ...]] = {}
        self.embedded: dict[str, tuple[str, ...]] = {}
        self.anchors: dict[str, set[str]] = defaultdict(set)
        self.ids: dict[str, set[str]] = {}
        self._questions: defaultdict = defaultdict(int)
        self._queue: list[tuple[str, str]] = [(start, "the start") for start in starts]
        while self._queue:
            self._visit(*self._queue.pop())

    def local(self, address: str, here: str = "") -> str | None:
        """The path below our root that an address or IRI means; None if it is not ours."""
        address = urljoin(ORIGIN + here, address) if here is not None else address
        for space in (ORIGIN, self.base):
            if address.startswith(space):
                return address.removeprefix(space)
        return None

    def follow(self, address: str, origin: str) -> None:
        """Remember to look at an address, if it is ours."""
        path = self.local(address, origin)
        if path is None or "{" in path:
            return
        path, _, fragment = path.partition("#")
        if fragment:
            self.anchors[path].add(fragment)
        stem, question, _ = path.partition("?")
        if path in self.seen or self.skip(path):
            return
        if question and "_profile" not in path and "_mediatype" not in path:
            self._questions[stem] += 1
            if self._questions[stem] > MOST_QUESTIONS:
                return
        self.seen[path] = origin
        self._queue.append((path, origin))

    def _visit(self, path: str, origin: str) -> None:
        response = self.client.get("/" + path)
        if response.status_code >= 400:
            self.broken.append(f"/{path} is {response.status} (linked from /{origin})")
            return
        for name in ("Location", "Content-Location"):
            if name in response.headers:
                self.follow(response.headers[name], path)
        for header in response.headers.getlist("Link"):
            for target in (*_LINK.findall(header), *_ANCHOR.findall(header)):
                self.follow(target, path)
        if response.status_code == 200:
            self._read(path, response)
        response.close()

    def _read(self, path: str, response) -> None:
        kind, body = response.mimetype, response.get_data()
        try:
            if kind in SYNTAXES:
                self._rdf(path, list(parse(body, format=SYNTAXES[kind], base_iri=ORIGIN + path)))
            elif kind == "text/html":
                self._html(path, body.decode())
            elif kind.endswith("json"):
                for found in _strings(json.loads(body)):
                    self.follow(found, path) if found.startswith((ORIGIN, self.base)) else None
            elif kind.startswith("text/") and kind not in ("text/csv", "text/css", "text/javascript"):
                # What a document shows as code may be made up.
                words = re.sub(r"(?ms)^```.*?^```|`[^`\n]*`", "", body.decode())
                for found in re.findall(r"https?://[^\s\"'<>)|]+", words):
                    self.follow(found.rstrip(".,;"), path)
            elif kind in ("application/xml", "application/linkset", "application/link-format"):
                for found in re.findall(r"https?://[^\s\"'<>|]+", html.unescape(body.decode())):
                    self.follow(found, path)
        except (ValueError, SyntaxError) as trouble:
            self.broken.append(f"/{path} is not {kind}: {trouble}")

    def _rdf(self, path: str, quads) -> None:
        if not path.endswith((".trig", ".nq")) and "/dataset." not in path:
            self.graphs[path] = canonical(quads)
        terms = {term for quad in quads for term in (quad.subject, quad.predicate, quad.object)}
        for term in terms:
            if isinstance(term, NamedNode) and term.value.startswith(self.base):
                self.follow(term.value, path)

    def _html(self, path: str, text: str) -> None:
        page = Hrefs()
        page.feed(text)
        self.ids[path] = page.ids
        for found in page.found:
            self.follow(found, path)
        for data in page.data:
            quads = list(parse(data, format=RdfFormat.JSON_LD))
            self.embedded[path] = canonical(quads)
            self._rdf("", quads)

    def forms(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Each document with the graphs of its forms: address without extension → extension → graph."""
        found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
        for path, graph in self.graphs.items():
            plain, _, question = path.partition("?")
            stem, dot, extension = plain.rpartition(".")
            if dot and extension in ("ttl", "jsonld", "nt", "rdf"):
                found[f"{stem}?{question}"][extension] = graph
        return found


def _strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


START = ("", "robots.txt", ".well-known/void", ".well-known/api-catalog")

#: Files of a release exist in one format only; the context is no graph.
ONE_FORM = ("catalog?", "validation?", "context?", "concepts.skos?")


def differing(crawl: Crawl) -> list[str]:
    """The documents whose forms are missing or say different things."""
    return [
        f"{stem} {sorted(forms)}"
        for stem, forms in crawl.forms().items()
        if not stem.endswith(ONE_FORM) and (len(forms) < 4 or len(set(forms.values())) > 1)
    ]


def unreached(crawl: Crawl, library) -> list[str]:
    """IRIs of ours in the release that the crawl did not come to."""
    seen = {unquote(path) for path in crawl.seen}
    paths = {unquote(iri.partition("#")[0].removeprefix(library.base)) for iri in library.ours}
    return sorted(path for path in paths - seen - {"", "sparql"} if path + ".html" not in seen)


def gone(path: str) -> bool:
    """The one thing of the toy that answers 410, as it must; queries have tests of their own."""
    return "id/plastic" in path or path.partition("?")[0] == "sparql"


@pytest.fixture(scope="module")
def toy_crawl(board):
    app = create_app(board)
    return Crawl(app, "http://cheese.example/", START, gone), app.extensions["library"]


def test_a_crawler_finds_no_broken_link_header_or_iri(toy_crawl):
    crawl, _ = toy_crawl
    assert not crawl.broken
    assert len(crawl.seen) > 2000


def test_a_crawler_comes_to_every_iri_of_the_release(toy_crawl):
    crawl, library = toy_crawl
    assert [p for p in unreached(crawl, library) if p != "id/plastic"] == []


def test_every_form_of_every_document_says_the_same(toy_crawl):
    crawl, _ = toy_crawl
    assert differing(crawl) == []


def test_the_data_in_a_page_is_the_schema_profile_of_its_thing(toy_crawl):
    crawl, _ = toy_crawl
    pairs = [
        (crawl.embedded[path], crawl.graphs[path.removesuffix("html") + "jsonld?_profile=schema"])
        for path in crawl.embedded
        if path.endswith(".html") and path.removesuffix("html") + "jsonld?_profile=schema" in crawl.graphs
    ]
    assert len(pairs) > 5
    assert all(embedded == profile for embedded, profile in pairs)


def test_the_same_holds_for_our_own_graph(ours):
    app = create_app(ours)
    library = app.extensions["library"]

    def elsewhere(path: str) -> bool:
        """What is the same code again, and took the toy long enough: dates, old releases, profiles."""
        old = path.startswith("releases/") and path.count("/") > 1 and "." not in path.rsplit("/", 1)[-1]
        mount = re.match(r"releases/[^/]+/.+/", path)
        rare = "_profile=" in path
        return (
            path.startswith(("sparql", "timegate", "timemap", "linkset", "doc/"))
            or old
            or rare
            or bool(mount)
        )

    crawl = Crawl(app, library.base, START, elsewhere)
    assert not crawl.broken
    assert unreached(crawl, library) == []
    assert differing(crawl) == []
