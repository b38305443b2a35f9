"""
The whole site as files: for any web server, for a USB stick, for those who can not run a service.

The site is asked for every page and document that it links to, as a reader would, and what comes back is
written where its address says. Links between pages become relative and name the file, so that they work from
disk; what only a service can do is pointed out instead.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path, PurePosixPath
from posixpath import relpath
from urllib.parse import quote, unquote, urlsplit

from flask import Flask

from ..errors import Trouble
from . import create_app

#: Where the pages think they are while they are written; no page says so afterwards.
HERE = "http://site.invalid"

#: What only a service can do: its addresses are left out.
SERVICES = (
    "/sparql", "/classify", "/search.json", "/completion.json", "/reconcile", "/timegate", "/timemap", "/opensearch.xml",
    "/openapi.json", "/.well-known/api-catalog", "/linkset", "/incoming", "/profile", "/context.jsonld", "/compare",
)  # fmt: skip

#: Where to begin; the rest is linked from there.
STARTS = (
    "/",
    "/sitemap.xml",
    "/robots.txt",
    "/llms.txt",
    "/search",
    "/browse",
    "/relations",
    "/downloads",
    "/catalog.ttl",
    "/void.ttl",
)

_LINK = re.compile(
    r"""(?P<before>\s(?:href|src|action|data-[\w-]+)=)(?P<quote>["'])(?P<to>[^"']*)(?P=quote)"""
)
_LOC = re.compile(r"<loc>([^<]+)</loc>")
_URL = re.compile(r"""url\((["']?)(/[^"')]+)\1\)""")

#: Links in the head that only tell machines of a service's abilities.
_MACHINE = re.compile(
    r"<link rel=\"(?:linkset|original|timegate|timemap|search|profile|latest-version)\"[^>]*>\n?"
)

#: A release that is mounted below the site has all pages once more; its page and its files are enough.
_AGAIN = re.compile(r"/releases/[^/]+/.")

_NOTICE = (
    '<p class="notice"><strong>This copy of the site is files alone.</strong> '
    "Searching, asking and queries need the service; everything there is to read is here.</p>"
)


class Offline:
    """Copies one release of the site to a folder."""

    def __init__(self, app: Flask, out: Path, tell: Callable[[str], None] = lambda _: None):
        self.client = app.test_client()
        self.out = out
        self.tell = tell
        self.files: dict[str, str] = {}
        self.titles: dict[str, str] = {}

    def write(self) -> int:
        """Write everything that can be reached; the number of files."""
        queue, seen = deque(STARTS), set(STARTS)
        pages: dict[str, str] = {}
        while queue:
            path = queue.popleft()
            found = self._fetch(path)
            if found is None:
                continue
            name, kind, body = found
            if kind == "text/html" and _AGAIN.match(path):
                continue
            if name in self.files.values():
                self.files[path] = name
                continue
            self.files[path] = name
            if kind == "text/html":
                pages[name] = text = body.decode("utf-8")
                title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
                self.titles[name] = unescape(title[1]).rpartition(" – ")[0] if title else name
            elif path not in ("/sitemap.xml", "/robots.txt", "/llms.txt"):
                # Those three speak of the address of a service, which a copy has not.
                self._save(name, body)
            for link in self._links(kind, path, body):
                if link not in seen:
                    seen.add(link)
                    queue.append(link)
            if len(self.files) % 500 == 0:
                self.tell(f"{len(self.files)} files")
        for name, text in pages.items():
            self._save(name, self._page(name, text).encode())
        self._style()
        return sum(1 for path in self.out.rglob("*") if path.is_file())

    def _fetch(self, path: str) -> tuple[str, str, bytes] | None:
        """Name of the file, its media type and its bytes; redirects within the site are followed."""
        for _ in range(5):
            answer = self.client.get(path, base_url=HERE, headers={"Accept": "text/html, */*;q=0.5"})
            if answer.status_code in (301, 302, 303, 307, 308):
                path = self._inside(answer.headers["Location"], path)
                if path is None or _served(path):
                    return None
                continue
            if answer.status_code != 200:
                return None
            kind, body = answer.mimetype, answer.get_data()
            answer.close()
            return self._name(urlsplit(path).path, kind), kind, body
        raise Trouble(f"{path}: leads in a circle")

    @staticmethod
    def _name(path: str, kind: str) -> str:
        """The file for an address: pages end in .html, folders have an index, and nothing leaves the folder."""
        parts = [part for part in unquote(path).split("/") if part not in ("", ".", "..")]
        name = "/".join(re.sub(r'[<>:"|?*\\\x00-\x1f]', "_", part) for part in parts) or "index"
        if kind == "text/html":
            if path.endswith("/") and parts:
                return f"{name}/index.html"
            return name if name.endswith(".html") else f"{name}.html"
        return name

    def _links(self, kind: str, path: str, body: bytes) -> Iterator[str]:
        if kind == "text/html":
            found = [unescape(m["to"]) for m in _LINK.finditer(body.decode("utf-8"))]
        elif path.endswith("sitemap.xml"):
            found = [unescape(one) for one in _LOC.findall(body.decode("utf-8"))]
        elif kind == "text/css":
            found = [one for _, one in _URL.findall(body.decode("utf-8"))]
        else:
            return
        for one in found:
            inside = self._inside(one, path)
            if inside is not None and not _served(inside):
                yield inside

    @staticmethod
    def _inside(link: str, _: str) -> str | None:
        """The path of a link that stays in the site, without query; None for all others."""
        if link.startswith(HERE):
            link = link.removeprefix(HERE) or "/"
        if not link.startswith("/") or link.startswith("//"):
            return None
        split = urlsplit(link)
        if split.query and not split.path.startswith("/static/"):
            return None
        return split.path

    def _page(self, name: str, text: str) -> str:
        """A page whose links work from disk."""

        def turn(match: re.Match) -> str:
            to = unescape(match["to"])
            path = self._inside(to, name)
            if path is None:
                if to.startswith(HERE) or (to.startswith("/") and not to.startswith("//")):
                    return f'{match["before"]}"#service"'
                return match[0]
            target = self.files.get(path)
            if target is None:
                return f'{match["before"]}"#service"'
            fragment = urlsplit(to).fragment
            link = quote(relpath(target, PurePosixPath(name).parent.as_posix()))
            return f'{match["before"]}"{link}{"#" + fragment if fragment else ""}"'

        text = _MACHINE.sub("", text)
        text = _LINK.sub(turn, text)
        text = text.replace(HERE, "")
        if '"#service"' in text:
            text = text.replace("</main>", f'<div id="service">{_NOTICE}</div>\n</main>', 1)
        if name == "search.html":
            text = text.replace("</main>", self._index(name) + "</main>", 1)
        return text

    def _index(self, name: str) -> str:
        """Every page by its title, in the place of a search."""
        from html import escape

        rows = sorted(
            ((title, page) for page, title in self.titles.items() if title), key=lambda r: r[0].lower()
        )
        items = (
            f'<li><a href="{quote(relpath(page, PurePosixPath(name).parent.as_posix()))}">{escape(title)}</a></li>'
            for title, page in rows
        )
        return "<ul>\n" + "\n".join(items) + "\n</ul>\n"

    def _style(self) -> None:
        """Addresses in style sheets, too, become relative."""
        for path in self.out.rglob("*.css"):
            up = "../" * (len(path.relative_to(self.out).parts) - 1)
            text = path.read_text(encoding="utf-8")
            path.write_text(
                _URL.sub(lambda m, up=up: f"url({m[1]}{up}{m[2][1:]}{m[1]})", text), encoding="utf-8"
            )

    def _save(self, name: str, body: bytes) -> None:
        path = self.out / name
        if path.is_dir():
            path = path / "index"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def _served(path: str) -> bool:
    """Is this for a service only, here or in a release that is mounted below?"""
    return re.sub(r"^/releases/[^/]+(?=/)", "", path).startswith(SERVICES)


def write(folder: Path, out: Path, tell: Callable[[str], None] = lambda _: None) -> int:
    """Write the site of a release to a folder that is empty or not there; the number of files.

    Raises NoRelease, and Trouble when the folder cannot be written.
    """
    try:
        return Offline(create_app(folder), out, tell).write()
    except OSError as trouble:
        raise Trouble(f"{out}: cannot be written: {trouble.strerror}") from trouble
