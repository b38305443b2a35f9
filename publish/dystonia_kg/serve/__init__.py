"""Serve a release over HTTP: things and documents, pages, downloads, and what describes them."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from flask import Flask
from pyoxigraph import Store

from . import answers
from .archive import Archive
from .frame import COMPILED

#: Modules that bring a `blueprint`, in the order in which they are asked.
ROOMS = (
    "whatif",
    "canonical",
    "documents",
    "discovery",
    "downloads",
    "history",
    "pages",
    "search",
    "browse",
    "relations",
    "asking",
    "papers",
    "handbook",
    "reconcile",
)


def create_app(folder: Path, archive: Path | None = None, store: Store | None = None) -> Flask:
    """An app that knows one release, and beside it those in the folder `archive`.

    `folder` may itself be a folder of releases: then the newest of them is the one that is served. `store` is
    the release where it was read from elsewhere, for instance from an engine.

    Raises NoRelease when the folder is not a whole release.
    """
    app = Flask(__name__)
    app.jinja_env.bytecode_cache = COMPILED
    app.extensions["archive"] = archived = Archive(Path(folder), archive, store)
    app.extensions["library"] = archived.current
    answers.install(app)
    for room in ROOMS:
        module = import_module(f".{room}", __package__) if find_spec(f".{room}", __package__) else None
        if hasattr(module, "blueprint"):
            app.register_blueprint(module.blueprint)
    return app
