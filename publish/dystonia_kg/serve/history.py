"""Releases side by side: the files and documents of each, and what was in force on a day (Memento)."""

from flask import Blueprint, abort

from . import downloads
from .answers import library

blueprint = Blueprint("history", __name__)


@blueprint.get("/releases/<version>/<path:path>")
def from_release(version: str, path: str):
    """A file of one release."""
    shelf = library()
    found = downloads.send(shelf, path) if version == shelf.version else None
    return found or abort(404, f"There is no {path} in release {version}.")
