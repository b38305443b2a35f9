"""
Releases side by side: the whole site as it was, what changed, and what was in force on a day.

`/releases/<version>/…` answers as the site did when that release was the newest: its files, and every
document and page. Memento (RFC 7089) leads there from a date.
"""

from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from html import escape
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, redirect, request
from pyoxigraph import Literal, NamedNode, Triple
from werkzeug.http import http_date

from ..compare import Comparison, as_triples, compare
from ..release import sums
from ..releases import Edition
from . import data, documents, downloads, variants
from .accounts import DCTERMS, XSD
from .answers import FOR_EVER, SHELF, TOP, library, problem, root, top
from .library import TYPE, Resource
from .variants import FOR_PEOPLE

blueprint = Blueprint("history", __name__)

DCAT = "http://www.w3.org/ns/dcat#"


def archive():
    return current_app.extensions["archive"]


def is_past() -> bool:
    """Is this request about an older release?"""
    return SHELF in request.environ


@blueprint.get("/releases")
def redirected():
    """The list of releases, whose address ends in a slash."""
    return redirect(f"{root()}releases/", code=308)


@blueprint.get("/releases/")
def releases():
    """All releases that are kept, newest first."""
    return data.send("releases/index", None, _listed, _iri(""), _list_page())


@blueprint.get("/releases/index.<extension>")
def releases_as(extension: str):
    """All releases that are kept, in the format that the address names."""
    return data.send("releases/index", extension, _listed, _iri(""), _list_page())


@blueprint.get("/releases/<version>")
def release(version: str):
    """What one release is: its day, its files with their sizes and checksums."""
    version, extension, edition = _edition(version)
    if not edition:
        return documents.missing(f"releases/{version}")
    first = NamedNode(f"{library().base}releases/{version}")

    def told() -> list[Triple]:
        return downloads.catalogued(edition.folder, first)

    return data.send(f"releases/{version}", extension, told, first, _files_page(edition))


@blueprint.get("/releases/<version>/")
@blueprint.get("/releases/<version>/<path:path>")
def from_release(version: str, path: str = ""):
    """A file of one release, or anything of the site as it was in that release."""
    edition = archive().edition(version)
    if not edition:
        return documents.missing(f"releases/{version}/{path}")
    file = downloads.send_from(archive().library(edition), path) if path in known_files(edition) else None
    if file:
        return file
    if path == "sparql":
        # Only the newest release is asked; an old one is there to be read and downloaded.
        return redirect(f"{top()}sparql?{request.query_string.decode('latin-1')}".rstrip("?"), code=302)
    if is_past():
        abort(404, f"There is no {path} in release {version}.")
    return _as_it_was(edition, "/" + path)


@blueprint.get("/releases/<version>/changes/<other>")
def changes(version: str, other: str):
    """What changed from one release to another: things added, removed and changed."""
    other, extension, newer = _edition(other)
    older = archive().edition(version)
    if not older or not newer:
        return documents.missing(f"releases/{version}/changes/{other}")
    found = _compared(archive().library(older), archive().library(newer))
    first = NamedNode(f"{library().base}releases/{version}/changes/{other}")
    path = f"releases/{version}/changes/{other}"
    return data.send(
        path, extension, lambda: as_triples(found), first, _changes_page(found), cache_control=FOR_EVER
    )


# --- Memento (RFC 7089)


@blueprint.get("/timegate/")
@blueprint.get("/timegate/<path:path>")
def timegate(path: str = ""):
    """The address as it was at the moment that Accept-Datetime names (RFC 7089)."""
    among = archive().with_path(path)
    if not among:
        return documents.missing(path)
    path, edition = quote(path), among[-1]
    wanted = request.headers.get("Accept-Datetime")
    if wanted:
        try:
            moment = parsedate_to_datetime(wanted)
        except ValueError:
            return problem(400, "Bad Request", f"Accept-Datetime is not a date of HTTP: {wanted[:60]}")
        edition = archive().in_force(among, moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    response = redirect(f"{root()}releases/{quote(edition.version)}/{path}", code=302)
    response.vary.update(("Accept-Datetime",))
    response.headers.add("Link", f'<{root()}{path}>; rel="original"')
    response.headers.add("Link", f'<{root()}timemap/{path}>; rel="timemap"; type="application/link-format"')
    return response


@blueprint.get("/timemap/")
@blueprint.get("/timemap/<path:path>")
def timemap(path: str = ""):
    """Every release of an address, with its day (RFC 7089)."""
    among = archive().with_path(path)
    if not among:
        return documents.missing(path)
    path = quote(path)
    rows = [
        f'<{root()}{path}>; rel="original"',
        f'<{root()}timegate/{path}>; rel="timegate"',
        f'<{root()}timemap/{path}>; rel="self"; type="application/link-format"',
    ]
    for one in among:
        day = f'; datetime="{http_date(one.day)}"' if one.day else ""
        rows.append(f'<{root()}releases/{quote(one.version)}/{path}>; rel="memento"{day}')
    return Response(",\n".join(rows) + "\n", content_type="application/link-format")


def ontology(path: str) -> Response | None:
    """The ontology of the release whose version IRI this is, in the form asked for; None for other paths."""
    base = library().base
    edition, form = archive().of_ontology(base + path), None
    if not edition:
        stem, _, extension = path.rpartition(".")
        form = variants.of_extension(FOR_PEOPLE, extension)
        edition = archive().of_ontology(base + stem) if form and stem else None
    if not edition:
        return None
    shelf = archive().library(edition)

    def told() -> Response:
        found = Resource(NamedNode(edition.version_iri), True)
        response = documents.fixed(found, form) if form else documents.document(found)
        if response.status_code == 200:
            response.headers["Cache-Control"] = FOR_EVER
        return response

    return told() if shelf is library() else _within(shelf, told)


def _as_it_was(edition: Edition, path: str) -> Response:
    """The answer of the site of that release: it is mounted below the address of the release."""
    mount = f"{request.script_root}/releases/{quote(edition.version)}"
    environ = {
        **request.environ,
        "SCRIPT_NAME": mount,
        "PATH_INFO": path.encode().decode("latin-1"),
        SHELF: archive().library(edition),
    }
    environ[TOP] = root()
    environ.pop("werkzeug.request", None)
    original, address = root() + quote(path[1:]), quote(path)
    with current_app.request_context(environ):
        response = current_app.full_dispatch_request()
    if response.status_code < 400 and archive().with_path(path[1:]):
        if edition.day:
            response.headers["Memento-Datetime"] = http_date(edition.day)
        response.headers.add("Link", f'<{original}>; rel="original"')
        response.headers.add("Link", f'<{root()}timegate{address}>; rel="timegate"')
        response.headers.add(
            "Link", f'<{root()}timemap{path}>; rel="timemap"; type="application/link-format"'
        )
    return response


def _within(shelf, told: Callable[[], Response]) -> Response:
    request.environ[SHELF] = shelf
    try:
        return told()
    finally:
        del request.environ[SHELF]


# --- what the pages and the data say


def known_files(edition: Edition) -> set[str]:
    return {*sums(edition.folder), "SHA256SUMS"}


def _edition(name: str) -> tuple[str, str | None, Edition | None]:
    """A version, perhaps with the extension of a format behind it."""
    found = archive().edition(name)
    if found:
        return name, None, found
    stem, _, extension = name.rpartition(".")
    if variants.of_extension(FOR_PEOPLE, extension):
        return stem, extension, archive().edition(stem)
    return name, None, None


@lru_cache(maxsize=8)
def _compared(older, newer) -> Comparison:
    return compare(older.store, newer.store)


def _iri(version: str) -> NamedNode:
    return NamedNode(f"{library().base}releases/{version}")


def _listed() -> list[Triple]:
    """The releases as DCAT: which are versions of the dataset, and which came before which."""
    dataset, here = library().dataset["dataset"], _iri("")
    made = [Triple(here, NamedNode(DCTERMS + "title"), Literal("Releases", language="en"))]
    before = None
    for one in archive().editions:
        this = _iri(one.version)
        made += [
            Triple(dataset, NamedNode(DCAT + "hasVersion"), this),
            Triple(here, NamedNode(DCTERMS + "hasPart"), this),
            Triple(this, TYPE, NamedNode(DCAT + "Dataset")),
            Triple(this, NamedNode(DCAT + "isVersionOf"), dataset),
            Triple(this, NamedNode(DCAT + "version"), Literal(one.version)),
        ]
        if one.day:
            day = Literal(one.day.date().isoformat(), datatype=NamedNode(XSD + "date"))
            made.append(Triple(this, NamedNode(DCTERMS + "issued"), day))
        if before:
            made.append(Triple(this, NamedNode(DCAT + "previousVersion"), before))
        before = this
    if before:
        made.append(Triple(dataset, NamedNode(DCAT + "hasCurrentVersion"), before))
    return made


def _list_page() -> str:
    rows = []
    here = f"{request.script_root}/releases"
    for one in reversed(archive().editions):
        link = f"{here}/{quote(one.version)}"
        day = one.day.date().isoformat() if one.day else ""
        older = archive().before(one.version)
        places = [f'<a href="{link}">files</a>', f'<a href="{link}/">the site as it was</a>']
        if older:
            changes = f"{here}/{quote(older.version)}/changes/{quote(one.version)}"
            places.append(f'<a href="{changes}">changes since {escape(older.version)}</a>')
        rows.append(
            f'<tr><th scope="row"><a href="{link}">{escape(one.version)}</a><td><time>{day}</time>'
            f"<td>{escape(one.notes)}<td>{'<br>'.join(places)}</tr>"
        )
    heads = "".join(f'<th scope="col">{word}' for word in ("Version", "Day", "What it brought", "Look at"))
    return f'<div class="scroll"><table class="stack"><thead><tr>{heads}</thead><tbody>{"".join(rows)}</table></div>'


def _files_page(edition: Edition) -> str:
    rows = []
    for name, digest in sorted(sums(edition.folder).items()):
        size = (edition.folder / name).stat().st_size
        link = f"{request.script_root}/releases/{quote(edition.version)}/{name}"
        rows.append(
            f'<tr><td><a href="{link}">{escape(name)}</a><td data-l="Bytes">{size:,}<td data-l="SHA-256"><code class="sum">{digest}</code></tr>'
        )
    heads = "".join(f'<th scope="col">{word}' for word in ("File", "Bytes", "SHA-256"))
    return f'<div class="scroll"><table class="stack files"><thead><tr>{heads}</thead><tbody>{"".join(rows)}</table></div>'


def _changes_page(found: Comparison) -> str:
    parts = [f"<p>From {escape(found.older)} to {escape(found.newer)}.</p>"]
    for kind in ("added", "removed", "changed"):
        rows = "".join(_change(change) for change in found.of(kind))
        parts.append(f"<h2>{kind} ({len(found.of(kind))})</h2><ul>{rows}</ul>")
    return "".join(parts)


def _change(change) -> str:
    shelf = library()
    link = shelf.path(NamedNode(change.thing))
    told = ""
    if change.kind == "changed":
        rows = [("−", p, v) for p, v in change.gone] + [("+", p, v) for p, v in change.new]
        told = "".join(f"<li>{sign} {escape(_word(p))} {escape(_word(v))}</li>" for sign, p, v in rows)
    name = f'<a href="{request.script_root}{escape(link)}">{escape(change.name)}</a>'
    if change.kind == "removed":
        name = escape(change.name)
    return f"<li>{name}<ul>{told}</ul></li>" if told else f"<li>{name}</li>"


def _word(written: str) -> str:
    iri = written[1:-1] if written.startswith("<") else written
    return library().label(NamedNode(iri)) if iri.startswith("http") else written
