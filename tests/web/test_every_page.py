"""What holds on every page type: accessible, no sideways scrolling, nothing from elsewhere, small."""

import gzip
import re
import urllib.request

import pytest

AXE = pytest.importorskip("axe_playwright_python.sync_playwright")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

PAGES = {
    "home": "/",
    "result": "/?r=eyes&r=jaw&r=neck",
    "condition": "/id/meige-syndrome",
    "plain condition": "/id/cervical-dystonia",
    "region": "/id/left-hand",
    "gene": "/id/gene-tor1a",
    "source": "/id/dystonia-society-foot",
    "scheme": "/id/mds2013",
    "claim": "/id/ss113",
    "vocabulary": "/ontology",
    "kinds": "/browse",
    "shelf": "/browse/Condition",
    "tree": "/browse/Condition?view=tree",
    "side by side": "/compare/DistributionScheme",
    "relations": "/relations",
    "search": "/search?q=neck",
    "query": "/query/combinations",
    "query error": "/sparql?query=SELECT+%3Fx+WHERE+%7B+%3Fx+%7D",
    "downloads": "/downloads",
    "releases": "/releases/",
    "about": "/page/about",
    "checks": "/page/checks",
    "documents": "/docs/",
    "tutorial": "/docs/ask",
    "reasons": "/docs/architecture",
    "reference": "/docs/reference-addresses",
    "accessibility": "/page/accessibility",
    "missing": "/id/nothing-of-the-kind",
}


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_fault_and_nothing_scrolls_sideways(visit, site, name, width):
    page = visit(site + PAGES[name], width=width)
    page.wait_for_load_state("load")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = (
            AXE.Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
        )
        assert not found, [(scheme, v["id"], [n["html"][:160] for n in v["nodes"]][:4]) for v in found]
    assert page.outside == []
    assert page.troubles == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_without_script(visit, site, name):
    page = visit(site + PAGES[name], width=390, java_script_enabled=False)
    assert page.locator("h1").count() == 1
    assert page.locator("main").inner_text().strip()
    assert page.locator("header nav a").first.is_visible()


def fetched(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def packed(body: bytes) -> int:
    return len(gzip.compress(body, 6))


@pytest.mark.parametrize("name", ["home", "condition", "shelf", "source"])
def test_pages_are_small(site, name):
    html = fetched(site + PAGES[name])
    assert packed(html) < 20_000


def test_styles_and_scripts_of_a_condition_page_are_small(site):
    html = fetched(site + PAGES["condition"]).decode()
    assets = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|css)[^"]*)"', html))
    assert assets
    assert sum(packed(fetched(site + asset)) for asset in assets) < 30_000


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(site):
    request = urllib.request.Request(site + "/id/meige-syndrome.html")
    with urllib.request.urlopen(request) as answer:
        policy, html = answer.headers["Content-Security-Policy"], answer.read().decode()
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert " style=" not in html
    assert not re.search(r"<script(?![^>]*(?:src=|application/ld\+json))", html)
    assert not re.search(r"\son\w+=", html)


def test_what_is_chosen_shows_in_forced_colours(visit, site):
    page = visit(site + "/?r=neck", forced_colors="active")
    fill = "e => getComputedStyle(e).fill"
    chosen = page.locator('a[data-key="neck"] .bm-shape').evaluate(fill)
    other = page.locator('a[data-key="trunk"] .bm-shape').evaluate(fill)
    assert chosen != other


def test_paper_shows_what_is_folded_and_leaves_the_menu_out(visit, site):
    page = visit(site + PAGES["condition"])
    page.emulate_media(media="print")
    assert page.locator(".print-only").is_visible()
    assert not page.locator("header nav").is_visible()
    assert len(page.pdf()) > 10_000


def test_a_graph_about_something_else_has_the_same_pages(visit, toy_site):
    page = visit(toy_site + "/id/brie")
    assert page.locator("h1").inner_text() == "Brie"
    assert page.get_by_role("link", name="cow").count()
    page.goto(toy_site + "/browse")
    page.locator("main").get_by_role("link", name="Cheeses").click()
    assert page.get_by_role("link", name="Crottin").count()
    assert page.troubles == []
