"""
The files of a release, at addresses that name their version and so never change.

Range requests, a strong ETag (the file's SHA-256), and a file name with the version in it.
"""

from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, abort, redirect, send_file
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from ..formats import DATASETS, GRAPHS
from ..release import HANDBOOK, sums
from .answers import FOR_EVER, library, top
from .library import Library

blueprint = Blueprint("downloads", __name__)

#: What the files of a release are called in HTTP, by how their names end.
TYPES = {
    **{form.extension: form.media_type for form in (*GRAPHS, *DATASETS)},
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "gz": "application/gzip",
    "zst": "application/zstd",
    "md": "text/markdown",
    "kgcl": "text/plain",
    "svg": "image/svg+xml",
}

#: Files that speak about the release; they are no distributions of it.
ABOUT = ("catalog.ttl", "validation.ttl", "ro-crate-metadata.json", "SHA256SUMS")


def media_type(name: str) -> str:
    return TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream")


def is_distribution(name: str) -> bool:
    return name not in ABOUT and not name.startswith(HANDBOOK)


def distributions(shelf: Library) -> list[str]:
    """The names of the files that hold the data, in order."""
    return [name for name in sorted(sums(shelf.folder)) if is_distribution(name)]


def iri(shelf: Library, name: str) -> str:
    """What a file of the release is called in RDF."""
    return f"{shelf.base}releases/{quote(shelf.version)}/{name}"


def address(shelf: Library, name: str) -> str:
    """Where a file of the release is, for this reader."""
    return f"{top()}releases/{quote(shelf.version)}/{name}"


@blueprint.get("/dump/<name>")
def latest(name: str):
    """A file of the newest release: one redirect to the address that names its version."""
    known = sums(library().folder)
    if name not in known:
        abort(404, "The release has no such file; it has " + ", ".join(sorted(known)) + ".")
    return redirect(address(library(), name), code=302)


def catalogued(folder: Path, first: NamedNode) -> list[Triple]:
    """What the catalogue of a release says about that release and its files."""
    told = [q.triple for q in parse(path=folder / "catalog.ttl", format=RdfFormat.TURTLE)]
    wanted, found = {first}, []
    while wanted:
        rows = [t for t in told if t.subject in wanted]
        found += rows
        done = {t.subject for t in found}
        wanted = {t.object for t in rows if str(t.object).startswith(f"<{first.value}/")} - done
    return found


def send_from(shelf: Library, name: str) -> Response | None:
    """One file of a release, whole or in ranges; None if the release has no such file."""
    digest = sums(shelf.folder).get(name)
    if name == "SHA256SUMS":
        digest = digest or f"sums-{shelf.version}"
    if digest is None:
        return None
    kind = media_type(name) if name != "SHA256SUMS" else "text/plain"
    response = send_file(
        Path(shelf.folder).resolve() / name,
        mimetype=kind,
        as_attachment=is_distribution(name),
        download_name=_named(shelf, name),
        conditional=True,
        etag=digest[:32],
        last_modified=shelf.day,
    )
    if not shelf.day:
        del response.headers["Last-Modified"]
    if kind.startswith("text/"):
        response.content_type = f"{kind}; charset=utf-8"
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Accept-Ranges"] = "bytes"
    response.headers.add("Link", f'<{top()}>; rel="collection"; type="text/html"')
    if shelf.dataset["license"]:
        response.headers.add("Link", f'<{shelf.dataset["license"].value}>; rel="license"')
    if is_distribution(name):
        response.headers.add("Link", f'<{top()}catalog.ttl>; rel="describedby"; type="text/turtle"')
    return response


def _named(shelf: Library, name: str) -> str:
    """The file name that a reader's disk gets: it says which release it is from."""
    stem, dot, rest = name.partition(".")
    title = shelf.dataset["title"].value.lower().replace(" ", "-") if shelf.dataset["title"] else "data"
    stem = title if stem == "dataset" else f"{title}-{stem}"
    return f"{stem}-{shelf.version}{dot}{rest}"
