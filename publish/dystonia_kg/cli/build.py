"""Make a release from the knowledge: load, infer, validate, describe, dump."""

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Store

from ..errors import BadInput
from . import home_option, tell

if TYPE_CHECKING:
    from ..exchange.edition import Edition

HELP = "make a release from the knowledge"


def options(sub: argparse.ArgumentParser) -> None:
    home_option(sub)
    sub.add_argument("--out", type=Path, default=Path("dist"), help="the folder that becomes the release")
    sub.add_argument(
        "--since", type=Path, metavar="RELEASE", help="an earlier release: what changed since is released too"
    )
    sub.add_argument("--watch", action="store_true", help="build again whenever a file changes, until Ctrl-C")
    sub.add_argument(
        "--serve",
        action="store_true",
        help="with --watch: show the pages as they become, and what is wrong above each of them",
    )
    sub.add_argument("--port", type=int, default=8000, help="with --serve: the port (default 8000)")


def run(options: argparse.Namespace) -> None:
    if options.watch:
        watch(options.home, options.out, options.port if options.serve else None)
    elif options.serve:
        raise BadInput("--serve shows what --watch builds: give both, or use the verb serve")
    else:
        make(options.home, options.out, options.since)


def make(home: Path, out: Path, since: Path | None = None) -> Path:
    """A release with everything in it: the dataset, and its exports in the formats of other people.

    With `since`, an earlier release, the report of what changed is among them. Raises NoRelease when it is
    none, before anything is built.
    """
    from ..build import build
    from ..exchange.edition import Edition

    earlier = Edition(since) if since else None
    return build(home, out, tell, partial(exported, earlier=earlier))


def watch(home: Path, out: Path, port: int | None) -> None:
    """Build, and again whenever a file changes; show it at this port, if one is given."""
    from ..build.watch import Watcher

    if port is None:
        Watcher(home, out, tell, complain=_complain, more=exported).watch()
        return
    from ..serve.preview import Preview, serve

    preview = Preview(out)

    def complain(text: str) -> None:
        preview.complain(text)
        _complain(text)

    def show(store: Store | None) -> None:
        preview.show(store)
        tell("the pages show it" if store is None else "the pages show it already")

    try:
        address, end = serve(preview, "127.0.0.1", port)
    except OSError as trouble:
        raise BadInput(f"port {port} cannot be listened at: {trouble.strerror}; choose another") from trouble
    tell(f"showing {out} at {address}")
    try:
        Watcher(home, out, tell, show, complain, exported).watch()
    finally:
        end()


def _complain(text: str) -> None:
    if text:
        tell(text)


def exported(folder: Path, store: Store, earlier: "Edition | None" = None) -> dict[str, tuple[str, str]]:
    """Write the exports into a release that is being made: file name → what it is, and its media type.

    `store` holds its dataset; `earlier`, if there is one, is the release to tell the changes from.
    """
    from ..exchange.changes import files
    from ..exchange.edition import Edition
    from ..exchange.writers import exports

    tell("writing it in the formats of other people")
    made = exports(folder, store=store)
    if earlier:
        tell(f"telling what changed since {earlier.version}")
        for file in files(earlier, Edition(folder, store)):
            (folder / file.name).write_bytes(file.body)
            made.append(file)
    return {file.name: (file.title, file.media_type) for file in made}
