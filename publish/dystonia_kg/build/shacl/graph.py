"""
The data, laid out for questions about sets: terms are numbers, and each predicate is a table.

Exact: a term is what the file said, not what a store makes of it (`1.50` stays `1.50`). Numbers are
given in the order in which terms appear, so the same input has the same numbers.
"""

from collections.abc import Iterable
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from .terms import SUBCLASS, TYPE

Table = dict[int, list[int]]

_PROBE = NamedNode("urn:x-probe:literal")


class Graph:
    """A set of triples. Tables are made when somebody asks for them, and kept."""

    def __init__(self, triples: Iterable[Triple] = ()):
        self.ids: dict = {}
        self._distinct = False
        self._forward: dict[int, Table] = {}
        self._backward: dict[int, Table] = {}
        self._instances: dict[int, set[int]] = {}
        ids, columns = self.ids, {}
        number = ids.setdefault
        for s, p, o in triples:
            column = columns.get(p)
            if column is None:
                column = columns[p] = ([], [])
            column[0].append(number(s, len(ids)))
            column[1].append(number(o, len(ids)))
        self.terms: list = list(ids)
        self._columns = {self.id(p): column for p, column in columns.items()}

    @classmethod
    def of_lines(cls, lines: Iterable[bytes], store: Store | None = None) -> "Graph":
        """The same from canonical N-Triples, each line once: terms are made once each, not once a line.

        `store` has the same triples as its default graph, where there is one.
        """
        numbers: dict[bytes, int] = {}
        columns: dict[bytes, tuple[list[int], list[int]]] = {}
        number = numbers.setdefault
        for line in lines:
            s, p, o = line.split(b" ", 2)
            column = columns.get(p)
            if column is None:
                column = columns[p] = ([], [])
            column[0].append(number(s, len(numbers)))
            column[1].append(number(o[:-2], len(numbers)))
        for p in columns:
            number(p, len(numbers))
        made = cls()
        probe = f"{_PROBE} ".encode()
        rows = b"".join(probe + probe + term + b" .\n" for term in numbers)
        made.terms = [row.object for row in parse(rows, format=RdfFormat.N_TRIPLES)]
        made.ids = {term: n for n, term in enumerate(made.terms)}
        made._columns = {numbers[p]: column for p, column in columns.items()}
        made._distinct = True
        if store is not None:
            made.store = store
        return made

    def id(self, term) -> int:
        """The number of a term; one that the data does not have gets a number too."""
        found = self.ids.get(term)
        if found is None:
            found = self.ids[term] = len(self.terms)
            self.terms.append(term)
        return found

    @property
    def predicates(self) -> list[int]:
        return list(self._columns)

    def rows(self, predicate: int) -> Iterable[tuple[int, int]]:
        """Subject and object of each triple with this predicate; said twice is still one triple."""
        rows = zip(*self._columns.get(predicate, ((), ())), strict=True)
        return list(rows) if self._distinct else dict.fromkeys(rows)

    def forward(self, predicate: int) -> Table:
        """Subject → its objects."""
        return self._table(self._forward, predicate, 0)

    def backward(self, predicate: int) -> Table:
        """Object → its subjects."""
        return self._table(self._backward, predicate, 1)

    def _table(self, kept: dict[int, Table], predicate: int, key: int) -> Table:
        if predicate not in kept:
            table: Table = {}
            for row in self.rows(predicate):
                known = table.get(row[key])
                if known is None:
                    table[row[key]] = [row[1 - key]]
                else:
                    known.append(row[1 - key])
            kept[predicate] = table
        return kept[predicate]

    def instances(self, cls: int) -> set[int]:
        """SHACL instances of a class (SHACL §1.1): of the class itself or of any class below it."""
        if cls not in self._instances:
            below, kinds = self.backward(self.id(SUBCLASS)), self.backward(self.id(TYPE))
            classes, queue = {cls}, [cls]
            while queue:
                new = set(below.get(queue.pop(), ())) - classes
                classes |= new
                queue += new
            self._instances[cls] = set().union(*(kinds.get(c, ()) for c in classes))
        return self._instances[cls]

    def is_iri(self, number: int) -> bool:
        return isinstance(self.terms[number], NamedNode)

    def is_blank(self, number: int) -> bool:
        return isinstance(self.terms[number], BlankNode)

    def literal(self, number: int) -> Literal | None:
        term = self.terms[number]
        return term if isinstance(term, Literal) else None

    @cached_property
    def store(self) -> Store:
        """The same triples for SPARQL."""
        store = Store()
        terms = self.terms
        store.extend(
            Quad(terms[s], terms[p], terms[o])
            for p, column in self._columns.items()
            for s, o in zip(*column, strict=True)
        )
        return store

    def exact(self, term) -> int:
        """The number of the term that the data has where the store says `term`."""
        if isinstance(term, Literal) and term not in self.ids:
            return self._normal.get(term) or self.id(term)
        return self.id(term)

    @cached_property
    def _normal(self) -> dict:
        """What the store makes of each literal → the literal that stood there (the first one)."""
        literals = [(n, t) for n, t in enumerate(self.terms) if isinstance(t, Literal) and not t.language]
        store = Store()
        store.extend(Quad(NamedNode(f"{_PROBE.value}:{n}"), _PROBE, t) for n, t in literals)
        made: dict = {}
        for quad in store:
            number = int(quad.subject.value.rpartition(":")[2])
            made[quad.object] = min(number, made.get(quad.object, number))
        return made
