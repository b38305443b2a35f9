"""The site as files: every link leads to a file, and nothing needs a service or a network."""

import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from dystonia_kg.serve.offline import write

LINK = re.compile(r'\s(?:href|src|action)="([^"]*)"')
LOADED = re.compile(
    r'<(?:script|img|iframe|source)[^>]*\ssrc="([^"]*)"|<link[^>]*rel="(?:stylesheet|icon)"[^>]*href="([^"]*)"'
)


@pytest.fixture(scope="module")
def site(toy, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("site") / "www"
    out.mkdir()
    write(toy, out)
    return out


def test_every_link_of_every_page_leads_to_a_file_of_the_copy(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 15
    lost = []
    for page in pages:
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            to = urlsplit(unescape(link))
            if to.scheme or to.netloc or not to.path:
                continue
            if not (page.parent / unquote(to.path)).resolve().is_file():
                lost.append(f"{page.relative_to(site)} → {link}")
    assert lost == []


def test_a_page_loads_nothing_from_elsewhere(site):
    for page in site.rglob("*.html"):
        for found in LOADED.findall(page.read_text(encoding="utf-8")):
            assert not urlsplit("".join(found)).netloc, page


def test_no_page_says_where_it_was_written(site):
    told = [path for path in site.rglob("*") if path.is_file() and b"site.invalid" in path.read_bytes()]
    assert told == []


def test_what_needs_the_service_says_so(site):
    page = (site / "id" / "brie.html").read_text(encoding="utf-8")
    assert 'id="service"' in page
    assert "/sparql" not in page


def test_the_documents_of_a_thing_lie_beside_its_page(site):
    for ending in ("html", "ttl", "jsonld", "nt", "rdf"):
        assert (site / "id" / f"brie.{ending}").is_file()


def test_the_search_page_lists_every_page_by_its_title(site):
    page = (site / "search.html").read_text(encoding="utf-8")
    assert ">Brie<" in page and 'href="id/brie.html"' in page


def test_a_folder_with_other_things_in_it_is_left_alone(toy, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    command = [sys.executable, "-m", "dystonia_kg", "site", "--release", str(toy), "--out", str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert said.returncode == 1 and "not a site" in said.stderr
    assert (tmp_path / "mine.txt").read_text() == "mine"
