"""
The documents of a release: guides, references and reasons, written in Markdown, shown in our frame.

`/docs/` is their index, `/docs/<name>` a document as a page, `/docs/<name>.md` the same as it was written.
What they say is content: nothing here knows what they are about. Links from one to another lead to the
other's page; links to a server that somebody tries things out with lead into this site; links to the
folders of a source tree, which a release has not got, lose their link and keep their words.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, Response, abort, request
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from ..release import HANDBOOK, sums
from . import words
from .answers import answer, library
from .frame import at, shown
from .library import Library

blueprint = Blueprint("handbook", __name__)

INDEX = "README"
PICTURES = {"svg": "image/svg+xml"}
#: Where documents say that a server is which a reader has started.
TRIED = re.compile(r"https?://localhost:8000(?=/|$)")
#: How deep the table of contents goes.
CONTENTS = "h2"

_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Document:
    """A document, ready to be shown: its heading, its first paragraph as plain text, its body, its sections."""

    name: str
    title: str
    lead: str
    body: Markup
    contents: tuple[tuple[str, str], ...]


def names(shelf: Library) -> list[str]:
    """The documents of a release, without the index, in order."""
    found = (name.removeprefix(HANDBOOK) for name in sums(shelf.folder) if name.startswith(HANDBOOK))
    return sorted(
        name.removesuffix(".md") for name in found if name.endswith(".md") and name != f"{INDEX}.md"
    )


def address(name: str) -> str:
    """Where a document is on the site."""
    return "/docs/" if name == INDEX else f"/docs/{name}"


@blueprint.get("/docs/")
def index() -> str:
    """The index of the documents: guides, references, reasons."""
    return _page(INDEX)


@blueprint.get("/docs/<name>")
def document(name: str) -> str | Response:
    """A document as a page; with .md behind its name as it was written."""
    shelf = library()
    stem, _, extension = name.rpartition(".")
    if extension == "md" and (text := source(shelf, stem)) is not None:
        return answer(text, "text/markdown; charset=utf-8")
    if extension in PICTURES and (picture := _file(shelf, name)) is not None:
        return answer(picture, PICTURES[extension])
    return _page(name)


def _page(name: str) -> str:
    shelf = library()
    found = read(shelf, name)
    if not found:
        abort(404, "There is no such document; there are " + (", ".join(names(shelf)) or "none") + ".")
    return shown(
        shelf,
        "document.html",
        "documents",
        document=found,
        is_index=name == INDEX,
        index=at(address(INDEX)),
        written=f"{request.script_root}/docs/{name}.md",
    )


def source(shelf: Library, name: str) -> str | None:
    """A document as it was written; None if the release has no such document."""
    found = _file(shelf, f"{name}.md")
    return found.decode("utf-8", errors="replace") if found is not None else None


def _file(shelf: Library, name: str) -> bytes | None:
    # Only what the release lists is opened, so no name leads out of it.
    if HANDBOOK + name not in sums(shelf.folder):
        return None
    return (shelf.folder / (HANDBOOK + name)).read_bytes()


@lru_cache(maxsize=64)
def read(shelf: Library, name: str) -> Document | None:
    """A document of a release as HTML; None if there is no such document."""
    text = source(shelf, name)
    if text is None:
        return None
    tokens = _markdown.parse(text)
    sections = _name_sections(tokens)
    _turn_links(tokens, set(names(shelf)) | {INDEX})
    title, lead, tokens = _beginning(tokens)
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return Document(name, title or name, lead, words.dressed(html), tuple(sections))


def _beginning(tokens: list[Token]) -> tuple[str, str, list[Token]]:
    """The heading and the first paragraph as plain text, and the document without its heading."""
    title = lead = ""
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        title, tokens = _plain(tokens[1]), tokens[3:]
    if tokens and tokens[0].type == "paragraph_open":
        lead = _plain(tokens[1])
    return title, lead, tokens


def _plain(inline: Token) -> str:
    return "".join(
        " " if one.type.endswith("break") else one.content for one in inline.children or ()
    ).strip()


def slug(heading: str) -> str:
    """The anchor of a heading, as code hosts make it: lower case, hyphens, letters and digits."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _name_sections(tokens: list[Token]) -> list[tuple[str, str]]:
    """Give every heading an anchor; anchor and words of those that a table of contents shows."""
    sections, used = [], set()
    for i, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        heading = _plain(tokens[i + 1])
        anchor, number = slug(heading) or "section", 1
        while anchor in used:
            anchor, number = f"{slug(heading)}-{number}", number + 1
        used.add(anchor)
        token.attrSet("id", anchor)
        if token.tag == CONTENTS:
            sections.append((anchor, heading))
    return sections


def _turn_links(tokens: list[Token], known: set[str]) -> None:
    for token in tokens:
        children, dropped = [], 0
        for child in token.children or ():
            if child.type == "link_open":
                to = turned(str(child.attrGet("href")), known)
                if to is None:
                    dropped += 1
                    continue
                child.attrSet("href", to)
            elif child.type == "link_close" and dropped:
                dropped -= 1
                continue
            elif child.type == "image":
                child.attrSet("src", turned(str(child.attrGet("src")), known) or "")
                child.attrSet("loading", "lazy")
            children.append(child)
        if token.children:
            token.children = children


def turned(link: str, known: set[str]) -> str | None:
    """Where a link of a document leads on the site; None where there is nothing for it to lead to.

    `known` are the names of the documents. Our own addresses are below the place where the site is
    mounted, which only a request knows (frame.py).
    """
    if TRIED.match(link):
        return words.MOUNT + (TRIED.sub("", link) or "/")
    if re.match(r"[a-z][a-z0-9+.-]*:|#", link):
        return link
    path, mark, anchor = link.partition("#")
    if "/" in path:
        return None
    stem, _, extension = path.rpartition(".")
    if extension == "md" and stem in known:
        return words.MOUNT + address(stem) + mark + anchor
    return f"{words.MOUNT}/docs/{path}" if extension in PICTURES else None
