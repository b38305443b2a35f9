"""The releases that this server knows, and the library of each (opened when somebody asks for it)."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Store

from ..release import is_release
from ..releases import Edition, editions
from .library import Library


def served(folder: Path, archive: Path | None = None) -> Path:
    """The release that a folder stands for: itself, or the newest of those in it."""
    found = [] if is_release(folder) else editions(folder, archive)
    return found[-1].folder if found else folder


class Archive:
    """Releases side by side; `current` is the one that answers where no version is named.

    `store` is the current one where it was read from elsewhere than its folder.
    """

    def __init__(self, folder: Path, archive: Path | None = None, store: Store | None = None):
        self.editions: list[Edition] = editions(folder, archive)
        self.current = Library(served(folder, archive), archive, store)
        self._open = lru_cache(maxsize=3)(Library)
        self._paths: dict[str, frozenset[str]] = {}

    def edition(self, version: str) -> Edition | None:
        return next((one for one in self.editions if one.version == version), None)

    def library(self, edition: Edition) -> Library:
        """The release of an edition, in memory."""
        if edition.version == self.current.version:
            return self.current
        return self._open(edition.folder)

    def of_ontology(self, iri: str) -> Edition | None:
        """The release whose version of the ontology has this IRI."""
        return next((one for one in self.editions if one.version_iri and one.version_iri == iri), None)

    def with_path(self, path: str) -> list[Edition]:
        """The releases in which this path (perhaps with the extension of a format) names something."""
        stem, dot, extension = path.rpartition(".")
        names = {path, stem} if dot and "/" not in extension else {path}
        return [
            one for one in self.editions if path in ("", "index") or not names.isdisjoint(self._known(one))
        ]

    def _known(self, edition: Edition) -> frozenset[str]:
        if edition.version not in self._paths:
            self._paths[edition.version] = frozenset(self.library(edition).paths)
        return self._paths[edition.version]

    @staticmethod
    def in_force(among: list[Edition], moment: datetime) -> Edition:
        """The one of these releases that was in force at a moment; the first, for a moment before it."""
        past = [one for one in among if one.day is None or one.day <= moment]
        return past[-1] if past else among[0]

    def before(self, version: str) -> Edition | None:
        """The release before this one."""
        versions = [one.version for one in self.editions]
        place = versions.index(version) if version in versions else 0
        return self.editions[place - 1] if place else None
