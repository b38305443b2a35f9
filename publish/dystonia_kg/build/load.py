"""Read the knowledge: each file becomes a named graph, and the graph is named after the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from ..errors import Nameless, Unreadable
from ..home import FOLDERS

URI_SPACE = NamedNode("http://rdfs.org/ns/void#uriSpace")


@dataclass
class Knowledge:
    """What the files say, file by file, exactly as they say it, and what their IRIs begin with.

    The Oxigraph store rewrites some literals (`1.50`, `xsd:nonNegativeInteger`, tags in capitals);
    so dumps and validation read from here, and the store is for asking.
    """

    folder: Path
    base: str
    pages: dict[Path, list[Triple]]

    def graph(self, path: Path) -> NamedNode:
        return NamedNode(self.base + path.relative_to(self.folder).with_suffix("").as_posix())

    def told(self) -> Iterator[tuple[NamedNode, list[Triple]]]:
        """Each graph with what its file says."""
        return ((self.graph(path), page) for path, page in self.pages.items())

    @cached_property
    def quads(self) -> list[Quad]:
        return list(self._quads())

    def _quads(self) -> Iterator[Quad]:
        return (
            Quad(t.subject, t.predicate, t.object, graph) for graph, triples in self.told() for t in triples
        )

    def store(self) -> Store:
        store = Store()
        store.bulk_extend(self._quads())
        return store

    def path(self, graph: NamedNode) -> Path | None:
        return next((path for path in self.pages if self.graph(path) == graph), None)


def load(home: Path) -> Knowledge:
    """Read every Turtle file of the knowledge folders below `home`.

    Raises Unreadable with file, line and column where a file is not Turtle, and Nameless where no
    dataset says what its IRIs begin with.
    """
    folders = [home / name for name in FOLDERS if (home / name).is_dir()]
    if not folders:
        raise Unreadable(
            f"{home}: none of the folders {', '.join(FOLDERS)} is here; --home names the folder that holds them"
        )
    pages = {path: read(path) for folder in folders for path in sorted(folder.rglob("*.ttl"))}
    return Knowledge(home, uri_space(pages, home), pages)


def read(path: Path) -> list[Triple]:
    try:
        return [q.triple for q in parse(path=path, format=RdfFormat.TURTLE, rename_blank_nodes=True)]
    except SyntaxError as trouble:
        where = f"{path}:{trouble.lineno}:{trouble.offset}" if trouble.lineno else str(path)
        raise Unreadable(f"{where}: not Turtle: {trouble.msg}") from trouble
    except (ValueError, UnicodeDecodeError) as trouble:
        raise Unreadable(f"{path}: not Turtle: {trouble}") from trouble
    except OSError as trouble:
        raise Unreadable(f"{path}: cannot be read: {trouble.strerror}") from trouble


def uri_space(pages: dict[Path, list[Triple]], home: Path) -> str:
    for triples in pages.values():
        for triple in triples:
            if triple.predicate == URI_SPACE:
                return triple.object.value
    raise Nameless(f"{home / 'data'}: no dataset says what its IRIs begin with (void:uriSpace)")
