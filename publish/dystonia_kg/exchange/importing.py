"""
Other people's ontologies beside our graph: each becomes a named graph of the release.

RDF is kept as it is; other formats become the statements of `statements.py`. The dataset itself is not
touched: an import is a file of its own (`imported-<name>.nq`), listed in the checksums. All is written
beside the release and takes its place in one rename, so a file that stops making sense half way leaves
everything as it was.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from ..errors import BadInput, Unreadable, Unwritable
from ..release import GUEST, SUMS, is_release, sums
from ..replace import beside, seal, swap
from . import source
from .names import COMMON
from .ours import Ours
from .readers import reader_of
from .readers.rdf import KIND as RDF
from .readers.rdf import quads
from .statements import node, statements

_SLUG = re.compile(r"[^a-z0-9]+")
_XSD = COMMON["xsd"]
_DCTERMS = COMMON["dcterms"]

#: Statements between two words about progress.
STRIDE = 20_000


@dataclass(frozen=True)
class Guest:
    """One import: its name, its graph, where it came from, how many statements it has."""

    name: str
    graph: str
    path: Path
    kind: str
    count: int


def slug(path: Path) -> str:
    """What a file's import is called: its name without endings, in small letters."""
    stem = path.name.removesuffix(".gz").partition(".")[0]
    found = _SLUG.sub("-", stem.lower()).strip("-")
    if not found:
        raise BadInput(f"{path}: its name has no letter or digit to call the import by; rename the file")
    return found


def import_into(
    release: Path,
    paths: list[Path],
    tell: Callable[[str], None] = lambda _: None,
    progress: Callable[[Path, int, int], None] = lambda *_: None,
) -> list[Guest]:
    """Import these files; those imported before under the same name are replaced.

    `progress` hears the file, how much is done and how much there is. Raises Unreadable for a file that
    is wrong or cut short, BadInput when two files would have one name; the release is as it was then.
    """
    ours = Ours(release)
    named = {slug(path): path for path in paths}
    before = sums(release)
    if len(named) != len(paths):
        raise BadInput("two of the files would be imported under one name; rename one")
    with beside(release) as folder:
        for path in sorted(release.iterdir()):
            _copy(path, folder / path.name)
        guests = []
        for name, path in named.items():
            tell(f"reading {path}")
            guests.append(_write(ours, folder, name, path, progress))
        seal(folder)
        _put(folder, release, before)
    return guests


def remove(release: Path, names: list[str]) -> None:
    """Send imports away again. Raises BadInput for a name that is not there."""
    for name in names:
        if not (release / _file(name)).is_file():
            raise BadInput(f"{release}: nothing is imported under the name {name}")
    before = sums(release)
    with beside(release) as folder:
        for path in sorted(release.iterdir()):
            if path.name not in {_file(name) for name in names}:
                _copy(path, folder / path.name)
        seal(folder)
        _put(folder, release, before)


def _put(folder: Path, release: Path, before: dict[str, str]) -> None:
    """Take the place of the release, unless somebody else has changed it since."""
    if sums(release) != before:
        raise Unwritable(f"{release}: the release was changed meanwhile by somebody else; import again")
    swap(folder, release)


def _file(name: str) -> str:
    return f"{GUEST[0]}{name}{GUEST[1]}"


def _copy(path: Path, to: Path) -> None:
    if path.name == SUMS:
        return
    if path.is_dir():
        raise Unwritable(f"{path}: a folder in a release is not understood")
    try:
        os.link(path, to)
    except OSError:
        shutil.copy2(path, to)


def _write(ours: Ours, folder: Path, name: str, path: Path, progress) -> Guest:
    reader = reader_of(path)
    graph = NamedNode(f"{ours.base}imported/{name}")
    total = path.stat().st_size
    target = folder / _file(name)
    target.unlink(missing_ok=True)

    count = 0
    origin = ""
    version = ""
    header = NamedNode(COMMON["owl"] + "Ontology")

    def told() -> Iterator[Triple]:
        nonlocal origin, version
        if reader.KIND == RDF:
            for quad in quads(path):
                if quad.object == header and isinstance(quad.subject, NamedNode) and not origin:
                    origin = quad.subject.value
                yield quad.triple
        else:
            index = reader.read(path, ours.names)
            origin, version = index.name, index.version
            yield from statements(index)

    def watched(triples: Iterable[Triple]) -> Iterator[Quad]:
        nonlocal count
        for triple in triples:
            count += 1
            if count % STRIDE == 0:
                progress(path, min(source.position(), total), total)
            yield Quad(triple.subject, triple.predicate, triple.object, graph)

    with target.open("wb") as file:
        serialize(watched(told()), file, RdfFormat.N_QUADS)
        if not count:
            raise Unreadable(f"{path}: read as {reader.KIND}, and it says nothing")
        file.write(serialize(_about(graph, path, origin, version, count), format=RdfFormat.N_QUADS))
    progress(path, total, total)
    return Guest(name, graph.value, path, reader.KIND, count)


def _about(graph: NamedNode, path: Path, origin: str, version: str, count: int) -> list[Quad]:
    """What a graph says of itself: where it came from, and how large it is."""

    def row(word: str, value) -> Quad:
        return Quad(graph, NamedNode(word), value, graph)

    rows = [
        row(_DCTERMS + "title", Literal(path.name)),
        row("http://rdfs.org/ns/void#triples", Literal(str(count), datatype=NamedNode(_XSD + "integer"))),
    ]
    if origin:
        link = node(origin) if "://" in origin else None
        rows.append(row(_DCTERMS + "source", link or Literal(origin)))
    if version:
        rows.append(row(COMMON["owl"] + "versionInfo", Literal(version)))
    return rows


def guests(release: Path) -> list[str]:
    """The names of what is imported."""
    if not is_release(release):
        return []
    return sorted(
        path.name[len(GUEST[0]) : -len(GUEST[1])]
        for path in release.iterdir()
        if path.name.startswith(GUEST[0]) and path.name.endswith(GUEST[1])
    )
