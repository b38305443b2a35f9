"""
The words of our own pages: schema:WebPage and its parts, read from the graph.

`<base>page/<slug>` is a page: schema:name is its place in the menu, dcterms:title its heading,
schema:abstract the lead, schema:text what follows (Markdown), schema:position its turn in the menu,
schema:hasPart its sections. `<base>page/words#<key>` is a small word of the interface (schema:name).
Where the graph is silent the templates' own plain English is used, so that any graph has pages.
"""

from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from .library import TYPE, Library

SCHEMA = "https://schema.org/"

#: Stands for the address of the root until a page is sent (frame.py).
MOUNT = "\ufdd0"

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Page:
    """A page, or a section of one, in words."""

    iri: NamedNode
    slug: str
    name: str
    headline: str
    abstract: str
    text: Markup
    position: float
    parts: tuple["Page", ...] = ()
    slot: str = ""


def rendered(text: str) -> Markup:
    """Markdown as HTML."""
    return dressed(_markdown.render(text))


def dressed(html: str) -> Markup:
    """Rendered HTML; tables may be wider than a phone, so they can be scrolled by themselves."""
    # Our own addresses are below the place where the site is mounted, which only a request knows.
    html = html.replace('href="/', f'href="{MOUNT}/')
    html = html.replace("<pre>", '<pre tabindex="0">')
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )
    return Markup(html)


def text(library: Library, subject: NamedNode, term: str) -> str:
    """One schema.org text of a subject, English first."""
    found = [o for o in library.said(subject, NamedNode(SCHEMA + term)) if isinstance(o, Literal)]
    best = min(found, key=lambda o: (o.language not in ("en", None), o.value), default=None)
    return best.value if best else ""


@lru_cache(maxsize=16)
def pages(library: Library) -> dict[str, Page]:
    """Every page by its slug, in the order of the menu."""
    rows = library.store.quads_for_pattern(None, TYPE, NamedNode(SCHEMA + "WebPage"))
    found = {q.subject for q in rows if isinstance(q.subject, NamedNode)}
    made = sorted((_page(library, iri) for iri in found), key=lambda page: (page.position, page.slug))
    return {page.slug: page for page in made}


def page(library: Library, slug: str, name: str = "") -> Page:
    """The words of one page; a page that the graph does not have is called by its slug."""
    known = pages(library).get(slug)
    if known:
        return known
    name = name or slug.replace("-", " ").capitalize()
    return Page(NamedNode(f"{library.base}page/{slug}"), slug, name, name, "", Markup(""), 999)


@lru_cache(maxsize=16)
def small_words(library: Library) -> dict[str, str]:
    """Key → word, from the parts of the page `words`."""
    start = f"{library.base}page/words#"
    quads = library.store.quads_for_pattern(None, NamedNode(SCHEMA + "name"), None)
    named = {
        q.subject for q in quads if isinstance(q.subject, NamedNode) and q.subject.value.startswith(start)
    }
    return {iri.value.removeprefix(start): text(library, iri, "name") for iri in named}


def _title(library: Library, iri: NamedNode) -> str:
    found = library.said(iri, NamedNode("http://purl.org/dc/terms/title"))
    best = min(found, key=lambda o: (o.language not in ("en", None), o.value), default=None)
    return best.value if best else ""


def _page(library: Library, iri: NamedNode) -> Page:
    parts = [o for o in library.said(iri, NamedNode(SCHEMA + "hasPart")) if isinstance(o, NamedNode)]
    position = text(library, iri, "position")
    name = text(library, iri, "name")
    return Page(
        iri=iri,
        slug=iri.value.rstrip("/").rpartition("#")[2].rpartition("/")[2],
        name=name,
        headline=_title(library, iri) or name,
        abstract=text(library, iri, "abstract"),
        text=rendered(text(library, iri, "text")),
        position=float(position) if position else 999.0,
        parts=tuple(sorted((_page(library, part) for part in parts), key=lambda p: (p.position, p.slug))),
        slot=text(library, iri, "identifier"),
    )
