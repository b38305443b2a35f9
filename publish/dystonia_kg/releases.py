"""Releases side by side: which there are in a folder, which version each is, and of which day."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, parse

from .errors import NoRelease
from .release import is_release

ADMS = "http://www.w3.org/ns/adms#"
DCAT = "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"
OWL = "http://www.w3.org/2002/07/owl#"


@dataclass(frozen=True)
class Edition:
    """One release among others: its version, its day, the IRI of its version of the ontology, its folder."""

    version: str
    day: datetime | None
    version_iri: str
    folder: Path
    #: What its makers say of it.
    notes: str = ""

    @property
    def rank(self) -> tuple:
        """Older before newer: by day, then by the numbers in the version."""
        numbers = tuple(
            (int(p), "") if p.isdigit() else (-1, p) for p in self.version.replace("-", ".").split(".")
        )
        return (self.day or datetime.min.replace(tzinfo=UTC), numbers)


def editions(*folders: Path | None) -> list[Edition]:
    """Every release that is one of these folders or lies in one of them, oldest first, each version once.

    Of two folders with the same version the one named first counts.
    """
    found: dict[str, Edition] = {}
    for folder in folders:
        if folder is None or not folder.is_dir():
            continue
        inner = [folder] if is_release(folder) else sorted(p for p in folder.iterdir() if p.is_dir())
        for one in inner:
            if is_release(one) and not one.name.startswith("."):
                edition = read(one)
                found.setdefault(edition.version, edition)
    return sorted(found.values(), key=lambda one: one.rank)


def read(folder: Path) -> Edition:
    """What the catalogue of a release says of its version; a release without one is version 0."""
    path = folder / "catalog.ttl"
    rows: dict[str, list] = {}
    if path.is_file():
        try:
            for quad in parse(path=path, format=RdfFormat.TURTLE):
                rows.setdefault(quad.predicate.value, []).append(quad.object)
        except (SyntaxError, ValueError) as trouble:
            raise NoRelease(
                f"{path}: cut short, or not what was released; copy or build it again"
            ) from trouble

    def first(*predicates: str) -> str:
        return next((o.value for p in predicates for o in rows.get(p, ())), "")

    version_iri = next((o.value for o in rows.get(OWL + "versionIRI", ()) if isinstance(o, NamedNode)), "")
    return Edition(
        version=first(DCAT + "version") or "0",
        day=_day(first(DCTERMS + "modified", DCTERMS + "issued")),
        version_iri=version_iri,
        folder=folder,
        notes=first(ADMS + "versionNotes"),
    )


def _day(text: str) -> datetime | None:
    try:
        day = datetime.fromisoformat(text)
    except ValueError:
        return None
    return day.replace(tzinfo=day.tzinfo or UTC)
