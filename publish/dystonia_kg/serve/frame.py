"""What every page has around it: menu, footer, words, addresses."""

import hashlib
from functools import cache, lru_cache
from importlib.resources import files

from flask import render_template, request
from jinja2.bccache import Bucket, BytecodeCache
from markupsafe import Markup

from ..formats import GRAPHS
from . import words
from .library import Library

#: Pages that are more than words, and where they are.
PLACES = {
    "home": "/",
    "browse": "/browse",
    "relations": "/relations",
    "search": "/search",
    "query": "/sparql",
    "downloads": "/downloads",
    "vocabulary": "/ontology",
    "releases": "/releases/",
    "documents": "/docs/",
}

#: Pages with a place up to this one are in the menu; later ones are in the footer.
MENU = 50
END_MENU = 900


class Compiled(BytecodeCache):
    """Templates that were compiled once in this process, whichever app asked for them."""

    def __init__(self):
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


def at(path: str) -> str:
    """A path of ours, wherever the site is mounted; other addresses as they are."""
    return request.script_root + path if path.startswith("/") else path


@cache
def _fingerprint(name: str) -> str:
    path = files(__package__) / "static" / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else ""


def has_asset(name: str) -> bool:
    return (files(__package__) / "static" / name).is_file()


def asset(name: str) -> str:
    """The address of a static file, which changes when the file does."""
    return f"{request.script_root}/static/{name}?v={_fingerprint(name)}"


def page_url(page: words.Page) -> str:
    return at(PLACES.get(page.slug, f"/page/{page.slug}"))


@lru_cache(maxsize=8)
def _menus(library: Library) -> tuple[list, list]:
    known = list(words.pages(library).values())
    if not known:
        known = [words.page(library, slug) for slug in ("browse", "relations", "query")]
        return known, []
    return (
        [p for p in known if p.position < MENU],
        [p for p in known if MENU <= p.position < END_MENU],
    )


def license_name(iri: str) -> str:
    """A licence by its short name, where its address says it."""
    parts = iri.rstrip("/").split("/")
    if "creativecommons.org" in iri and len(parts) > 2:
        zero = "publicdomain" in parts
        return f"{'CC0' if zero else 'CC ' + parts[-2].upper()} {parts[-1]}"
    return iri


def shown(library: Library, template: str, slug: str, **more) -> str:
    """A page from a template, with everything that its frame needs."""
    small = words.small_words(library)
    menu, end_menu = _menus(library)
    dataset = library.dataset

    def of(key):
        return dataset[key].value if dataset[key] else ""

    context = {
        "site": of("title") or library.base,
        "about": of("description"),
        "rights": of("rights"),
        "license": of("license"),
        "license_name": license_name(of("license")),
        "version": library.version if library.version != "0" else "",
        "day": f"{library.day.day} {library.day:%B %Y}" if library.day else "",
        "base": library.base,
        "here": slug,
        "menu": menu,
        "end_menu": end_menu,
        "words": words.page(library, slug),
        "say": lambda key, default: small.get(key, default),
        "at": at,
        "asset": asset,
        "page_url": page_url,
        "forms": GRAPHS,
        "href": lambda iri: at(library.path(iri)),
        "label": library.label,
        "curie": library.curie,
        "root": request.url_root.rstrip("/"),
        **more,
    }
    return render_template(template, **context).replace(words.MOUNT, request.script_root)


def simple(library: Library, title: str, body: str) -> str:
    """A page with a heading and finished HTML, in the dress of the site."""
    body = body.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )
    return shown(library, "simple.html", "simple", title=title, body=Markup(body))
