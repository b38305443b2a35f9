"""
Tables for people with data frames: one for each shape that describes a class, and the graph as nodes,
edges and mappings.

The shape says what the rows are (its class) and what the columns are (its properties, in their order).
CSV always; Parquet beside it where pyarrow is installed.
"""

import csv
import re
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store

from ..ask import ask

TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SUBCLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
NAMES = tuple(
    NamedNode(iri)
    for iri in (
        "http://www.w3.org/2004/02/skos/core#prefLabel",
        "http://www.w3.org/2000/01/rdf-schema#label",
        "http://purl.org/dc/terms/title",
    )
)
DEFINITION = NamedNode("http://www.w3.org/2004/02/skos/core#definition")
MATCH = re.compile(r"\Ahttp://www\.w3\.org/2004/02/skos/core#\w+Match\Z")

#: Between several values in one cell.
BETWEEN = " | "


def tables(store: Store, folder: Path, base: str) -> list[str]:
    """Write table-<name>.csv (and .parquet) files; the names of the tables.

    The default graph of the store is the merge of all.
    """
    writer = _Tables(store, base)
    made = {**writer.of_shapes(), **writer.of_the_graph()}
    for name, rows in made.items():
        if len(rows) > 1:
            _csv(folder / f"table-{name}.csv", rows)
            _parquet(folder / f"table-{name}.parquet", rows)
    return [name for name, rows in made.items() if len(rows) > 1]


class _Tables:
    def __init__(self, store: Store, base: str):
        self.store, self.base = store, base
        self._names: dict = {}

    def of_shapes(self) -> dict[str, list[list[str]]]:
        shapes: dict[str, dict] = {}
        for row in ask(self.store, "columns"):
            shape = shapes.setdefault(row["shape"].value, {"class": row["class"], "columns": {}})
            key = row["code"].value if row["code"] else re.split(r"[/#]", row["path"].value)[-1]
            shape["columns"].setdefault(row["path"], key)
        made: dict[str, list[list[str]]] = {}
        for iri in sorted(shapes):
            name = re.split(r"[/#]", iri)[-1].lower()
            made.setdefault(name, self._table(shapes[iri]["class"], shapes[iri]["columns"]))
        return made

    def _table(self, cls: NamedNode, columns: dict[NamedNode, str]) -> list[list[str]]:
        members = self._members(cls)
        told = {(m, p): values for m in members for p, values in self._facts(m, columns).items()}
        named = {
            p for p in columns if any(isinstance(o, NamedNode) for m in members for o in told.get((m, p), ()))
        }
        head = ["iri", "name"]
        for path, key in columns.items():
            head += [key, f"{key}_name"] if path in named else [key]
        rows = [head]
        for member in members:
            row = [member.value, self._name(member)]
            for path in columns:
                values = told.get((member, path), ())
                row.append(BETWEEN.join(_text(v) for v in values))
                if path in named:
                    row.append(BETWEEN.join(self._name(v) for v in values))
            rows.append(row)
        return rows

    def of_the_graph(self) -> dict[str, list[list[str]]]:
        """Nodes and edges of what we say (not of how we count it), and what others call the same."""
        nodes, edges, mappings = set(), [], []
        for quad in self.store.quads_for_pattern(None, None, None, DefaultGraph()):
            s, p, o = quad.triple
            if not (isinstance(s, NamedNode) and s.value.startswith(self.base)) or "statistics#" in s.value:
                continue
            nodes.add(s)
            if isinstance(o, NamedNode):
                (mappings if MATCH.match(p.value) else edges).append([s.value, p.value, o.value])
        about = [
            [
                n.value,
                self._name(n),
                BETWEEN.join(_text(t) for t in self._objects(n, TYPE)),
                BETWEEN.join(_text(t) for t in self._objects(n, DEFINITION)),
            ]
            for n in sorted(nodes, key=str)
        ]
        mapped = [[s, self._name(NamedNode(s)), p, o] for s, p, o in sorted(mappings)]
        return {
            "nodes": [["iri", "name", "types", "definition"], *about],
            "edges": [["from", "property", "to"], *sorted(edges)],
            "mappings": [["iri", "name", "match", "theirs"], *mapped],
        }

    def _members(self, cls: NamedNode) -> list[NamedNode]:
        classes, found = [cls], set()
        for one in classes:
            below = (q.subject for q in self.store.quads_for_pattern(None, SUBCLASS, one, DefaultGraph()))
            classes += [c for c in below if c not in classes]
            found |= {q.subject for q in self.store.quads_for_pattern(None, TYPE, one, DefaultGraph())}
        return sorted((m for m in found if isinstance(m, NamedNode)), key=str)

    def _objects(self, subject, predicate) -> list:
        quads = self.store.quads_for_pattern(subject, predicate, None, DefaultGraph())
        return sorted((q.object for q in quads if not isinstance(q.object, BlankNode)), key=str)

    def _facts(self, subject, predicates) -> dict[NamedNode, list]:
        """What is said of a thing by each of these predicates, in order, in one look at it."""
        found: dict[NamedNode, list] = {}
        for quad in self.store.quads_for_pattern(subject, None, None, DefaultGraph()):
            if quad.predicate in predicates and not isinstance(quad.object, BlankNode):
                found.setdefault(quad.predicate, []).append(quad.object)
        return {p: sorted(values, key=str) if len(values) > 1 else values for p, values in found.items()}

    def _name(self, term) -> str:
        if isinstance(term, Literal):
            return term.value
        if term not in self._names:
            self._names[term] = self._find_name(term)
        return self._names[term]

    def _find_name(self, term) -> str:
        for predicate in NAMES:
            found = self._objects(term, predicate)
            if found:
                return min(found, key=lambda o: ((o.language or "en") != "en", o.value)).value
        return ""


def _text(term) -> str:
    return term.value


def _csv(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def has_parquet() -> bool:
    """Can Parquet be written? Only where pyarrow is installed."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        return False
    return True


def _parquet(path: Path, rows: list[list[str]]) -> None:
    if not has_parquet():
        return
    import pyarrow
    from pyarrow import parquet

    head, *body = rows
    columns = {name: [row[i] for row in body] for i, name in enumerate(head)}
    parquet.write_table(pyarrow.table(columns), path, compression="zstd")
