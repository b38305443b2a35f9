"""Documents beside the knowledge travel with the release, and are pages of the site."""

import re
import shutil

import pytest

from dystonia_kg.release import sums
from dystonia_kg.serve.offline import write

from .. import stores
from ..conftest import TOY


@pytest.fixture(scope="module")
def site(toy):
    return stores.app(toy).test_client()


def page(site, path: str) -> str:
    answer = site.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, path
    assert answer.mimetype == "text/html"
    return answer.get_data(as_text=True)


def test_a_release_carries_the_documents_with_their_checksums(toy):
    carried = {name for name in sums(toy) if name.startswith("document-")}
    assert carried == {f"document-{path.name}" for path in (TOY / "docs").iterdir()}


def test_a_document_is_a_page_with_its_heading_lead_and_sections(site):
    text = page(site, "/docs/tasting")
    assert "<title>How to taste – " in text
    assert re.findall(r"<h1>(.*?)</h1>", text) == ["How to taste"]
    assert '<meta name="description" content="Slowly, twice, and from the mild to the strong.">' in text
    assert re.findall(r'<h2 id="([^"]+)"', text) == ["with-bread", "with-bread-1", "without--alone"]
    for anchor in ("with-bread", "with-bread-1", "without--alone"):
        assert f'<a href="#{anchor}">' in text
    assert "<pre tabindex" in text and '<div class="scroll" tabindex="0"><table>' in text


def test_a_document_brings_no_markup_of_its_own(site):
    text = page(site, "/docs/tasting")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert 'href="javascript:' not in text


def test_links_lead_to_pages_or_are_words(site):
    text = page(site, "/docs/")
    assert '<a href="/docs/tasting">How to taste</a>' in text
    assert '<a href="/docs/tasting#with-bread">' in text
    assert '<a href="/id/brie">' in text and '<a href="/sparql?query=ASK%7B%7D">' in text
    assert '<a href="https://example.org/cheese">' in text
    assert "The folder it comes from" in text and "../data" not in text
    told = page(site, "/docs/tasting")
    assert "missing.md" not in told and "passwd" not in told


def test_a_document_is_there_as_it_was_written_and_with_its_pictures(site):
    answer = site.get("/docs/tasting.md")
    assert answer.mimetype == "text/markdown"
    assert answer.data == (TOY / "docs" / "tasting.md").read_bytes()
    assert '<img src="/docs/row.svg" alt="Three cheeses in a row"' in page(site, "/docs/tasting")
    assert site.get("/docs/row.svg").mimetype == "image/svg+xml"


@pytest.mark.parametrize(
    "name", ["nothing", "nothing.md", "row", "row.png", "..%2fdataset.ttl", "SHA256SUMS"]
)
def test_what_is_no_document_is_not_found(site, name):
    answer = site.get(f"/docs/{name}")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_site_map_and_text_for_models_list_every_document(site):
    told = site.get("/sitemap.xml").get_data(as_text=True)
    assert "http://localhost/docs/</loc>" in told and "http://localhost/docs/tasting</loc>" in told
    assert (
        "- [How to taste](http://localhost/docs/tasting.md): Slowly, twice, and from the mild to the strong."
        in site.get("/llms.txt").get_data(as_text=True)
    )


def test_documents_are_no_distributions_of_the_data(site):
    assert "document-tasting" not in site.get("/").headers.get("Link", "")
    assert "document-tasting" not in page(site, "/downloads")
    assert "document-tasting" not in site.get("/catalog.ttl").get_data(as_text=True)


def test_an_old_release_keeps_its_own_documents(board, toy, tmp_path):
    mounted = stores.app(board).test_client()
    assert '<a href="/releases/1.2.3/docs/tasting">' in page(mounted, "/releases/1.2.3/docs/")


def test_documents_are_in_the_site_of_files(toy, tmp_path):
    write(toy, tmp_path)
    text = (tmp_path / "docs" / "index.html").read_text(encoding="utf-8")
    assert 'href="tasting.html"' in text and 'href="tasting.html#with-bread"' in text
    assert (tmp_path / "docs" / "tasting.md").read_bytes() == (TOY / "docs" / "tasting.md").read_bytes()
    assert (tmp_path / "docs" / "row.svg").is_file()
    assert 'src="row.svg"' in (tmp_path / "docs" / "tasting.html").read_text(encoding="utf-8")


def test_a_graph_without_documents_says_that_there_are_none(toy, tmp_path):
    from dystonia_kg.replace import seal

    bare = tmp_path / "bare"
    shutil.copytree(toy, bare)
    for path in bare.glob("document-*"):
        path.unlink()
    seal(bare)
    site = stores.app(bare).test_client()
    assert site.get("/docs/").status_code == 404
    assert "/docs/" not in site.get("/sitemap.xml").get_data(as_text=True)
