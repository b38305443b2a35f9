"""
Names that files of other formats carry for themselves: each leads to the file of the release that holds it.

`/fhir/<Kind>/<name>` is a name for a resource; the resource itself is a file among the downloads.
"""

from flask import Blueprint, Response, redirect

from .answers import library, problem, root
from .documents import respond

blueprint = Blueprint("canonical", __name__)


@blueprint.get("/fhir/<kind>/<name>")
def resource(kind: str, name: str) -> Response:
    """See the file that holds the FHIR resource of this name."""
    shelf = library()
    canonical = f'"{shelf.base}fhir/{kind}/{name}"'.encode()
    for path in sorted(shelf.folder.glob("fhir-*.json"), reverse=True):
        if (
            kind.isalpha()
            and path.stem.split("-")[-1].startswith(kind.lower())
            and canonical in path.read_bytes()
        ):
            return redirect(f"{root()}dump/{path.name}", code=303)
    return problem(404, "Not Found", "No FHIR resource of this release has that address.")


@blueprint.get("/dump/<version>/<name>")
def dated(version: str, name: str) -> Response:
    """A file of a release by version; the address of the file is below the release."""
    return redirect(f"{root()}releases/{version}/{name}", code=302)


@blueprint.get("/mappings/<name>")
def mappings(name: str) -> Response:
    """A mapping set: what the graph says of it, or else the file that holds it."""
    shelf = library()
    file = f"mappings-{name}.sssom.tsv"
    if shelf.resource(f"mappings/{name}") is None and (shelf.folder / file).is_file():
        return redirect(f"{root()}dump/{file}", code=303)
    return respond(f"mappings/{name}")
