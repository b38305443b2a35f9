"""Serve a release over HTTP: things and documents, pages, downloads, and what describes them."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from flask import Flask

from . import answers
from .library import Library

#: Modules that bring a `blueprint`, in the order in which they are asked.
ROOMS = ("documents", "discovery", "downloads", "history", "pages", "search", "sparql.form")


def create_app(folder: Path, archive: Path | None = None) -> Flask:
    """An app that knows one release, and (beside it, for comparison) those in the folder `archive`.

    Raises NoRelease when the folder is not a whole release.
    """
    app = Flask(__name__)
    app.extensions["library"] = Library(Path(folder), archive)
    answers.install(app)
    for room in ROOMS:
        module = import_module(f".{room}", __package__) if find_spec(f".{room}", __package__) else None
        if hasattr(module, "blueprint"):
            app.register_blueprint(module.blueprint)
    return app
