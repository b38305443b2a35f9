"""
Where a release lies in an engine, which release is the current one, and what each holds.

Below the base B of a dataset nothing is ever replaced: a release R has a folder of graphs of its own,
`B store/R/`, and the journal `B store/journal` says by one triple for each switch which release readers
see. Adding one triple is atomic in every engine; putting, moving or copying over a graph in use is not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ..errors import Altered, Foreign, NoRelease
from ..release import DATASET, GUEST, sums
from ..releases import read

DCTERMS = "http://purl.org/dc/terms/"
VOID = "http://rdfs.org/ns/void#"
SPDX = "http://spdx.org/rdf/terms#"
PROV = "http://www.w3.org/ns/prov#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
VERSION = "http://www.w3.org/2002/07/owl#versionInfo"

REFERENCES = DCTERMS + "references"
IS_VERSION_OF = DCTERMS + "isVersionOf"
IDENTIFIER = DCTERMS + "identifier"
WITHDRAWN = PROV + "wasInvalidatedBy"
REOPENED = PROV + "wasGeneratedBy"
TRIPLES = VOID + "triples"
CHECKSUM = SPDX + "checksum"
VALUE = SPDX + "checksumValue"

#: Predicates that the journal uses; anything else in it is not ours.
SPOKEN = (REFERENCES, WITHDRAWN, REOPENED, RDF_TYPE)

#: Names in the folder of a release that are not graphs of the knowledge.
RESERVED = ("default", "index")

Term = NamedNode | BlankNode | Literal


def release_id(folder: Path) -> str:
    """What a release is called in engines: its version, and twelve digits of the SHA-256 of its dataset.

    Where ontologies of others were imported into the release, the digits are of the dataset and them.
    Raises NoRelease where the folder is not a release.
    """
    stated = sums(folder)
    if DATASET not in stated:
        raise NoRelease(f"{folder}: the release has no {DATASET}; build it again")
    digest = stated[DATASET]
    guests = [f"{digest}  {name}" for name, digest in sorted(stated.items()) if is_guest(name)]
    if guests:
        digest = sha256("\n".join([digest, *guests]).encode()).hexdigest()
    return f"{quote(read(folder).version, safe='')}-{digest[:12]}"


def is_guest(name: str) -> bool:
    """Whether a file of a release holds somebody else's ontology."""
    return name.startswith(GUEST[0]) and name.endswith(GUEST[1])


def top(base: str) -> str:
    """Everything that we keep in an engine has a name that begins so."""
    return base + "store/"


def journal(base: str) -> str:
    return top(base) + "journal"


@dataclass(frozen=True)
class Layout:
    """The names of one release in an engine.

    `keeps` says of a literal whether the engine gives it back with an equal value; one that it would damage
    is held under a datatype of ours and gets its own back when it is read. Reading needs no `keeps`.
    """

    base: str
    release: str
    keeps: Callable[[Literal], bool] = lambda literal: True

    @cached_property
    def folder(self) -> str:
        return f"{top(self.base)}{self.release}/"

    @property
    def default(self) -> str:
        """The merge of all graphs of the release: the default graph of its readers."""
        return self.folder + "default"

    @property
    def index(self) -> str:
        """The graph that says which graphs there are, how long each is, and its checksum."""
        return self.folder + "index"

    @cached_property
    def _nodes(self) -> str:
        return f"{self.base}.well-known/genid/{self.release}/"

    @cached_property
    def _kinds(self) -> str:
        return f"{self.base}.well-known/literal/"

    def held(self, graph: str) -> str:
        """The name under which a graph of the knowledge is held."""
        rest = graph[len(self.base) :] if graph.startswith(self.base) else ""
        if not rest or rest in RESERVED or rest.startswith("~/"):
            return f"{self.folder}~/{quote(graph, safe='')}"
        return self.folder + rest

    def plain(self, held: str) -> str | None:
        """The graph of the knowledge that is held under this name; None where it is none."""
        if not held.startswith(self.folder):
            return None
        rest = held[len(self.folder) :]
        if not rest or rest in RESERVED:
            return None
        return unquote(rest[2:]) if rest.startswith("~/") else self.base + rest

    def skolem(self, term: Term) -> Term:
        """The term as it is sent: a blank node becomes an IRI (RDF 1.1 Concepts, section 3.5)."""
        if isinstance(term, BlankNode):
            return NamedNode(self._nodes + term.value)
        if isinstance(term, Literal) and not term.language and not self.keeps(term):
            return Literal(term.value, datatype=NamedNode(self._kinds + quote(term.datatype.value, safe="")))
        return term

    def unskolem(self, term: Term) -> Term:
        """The term as the knowledge has it."""
        if isinstance(term, NamedNode):
            if term.value.startswith(self._nodes):
                return BlankNode(term.value[len(self._nodes) :])
        elif isinstance(term, Literal) and term.datatype.value.startswith(self._kinds):
            return Literal(term.value, datatype=NamedNode(unquote(term.datatype.value[len(self._kinds) :])))
        return term

    def to_send(self, triple: Triple) -> Triple:
        return Triple(self.skolem(triple.subject), triple.predicate, self.skolem(triple.object))

    def as_said(self, triple: Triple) -> Triple:
        return Triple(self.unskolem(triple.subject), triple.predicate, self.unskolem(triple.object))


@dataclass(frozen=True, order=True)
class Entry:
    """One switch: from then on readers see `release`, unless it was withdrawn."""

    number: int
    release: str
    withdrawn: bool = False


@dataclass(frozen=True)
class Journal:
    """What was done so far: every switch, oldest first, and every release that was ever begun.

    A release that is withdrawn is not seen whatever the switches say, until it was published again and found
    whole; while that is being done it is reopened, too. Of two switches with the same number the one whose
    release has the higher name counts, for everybody.
    """

    entries: tuple[Entry, ...]
    begun: frozenset[str]
    withdrawn: frozenset[str]
    reopened: frozenset[str]

    @property
    def current(self) -> str | None:
        """The release that readers see."""
        return next((entry.release for entry in reversed(self.entries) if not entry.withdrawn), None)

    @property
    def recent(self) -> list[str]:
        """Every release that readers saw, the one they saw last first."""
        return list(dict.fromkeys(entry.release for entry in reversed(self.entries) if not entry.withdrawn))

    @property
    def next(self) -> int:
        return max((entry.number for entry in self.entries), default=0) + 1


def journalled(connection, base: str) -> Journal:
    """Read the journal. Raises Foreign where the graph of that name is something else."""
    graph = journal(base)
    rows = list(connection.query(f"SELECT ?s ?p ?o WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"))
    told: dict[str, set[str]] = {predicate: set() for predicate in SPOKEN}
    switches = []
    for row in rows:
        predicate = row["p"].value
        switch = predicate == REFERENCES
        release = _release(row["o" if switch else "s"], base)
        number = row["s"].value.removeprefix(graph + "#") if switch else "0"
        if predicate not in SPOKEN or release is None or not (number.isascii() and number.isdigit()):
            raise Foreign(
                f"the graph <{graph}> says something that is not ours ({row['s']} {row['p']} {row['o']}); "
                "nothing is done in an engine that uses this name for something else"
            )
        told[predicate].add(release)
        if switch:
            switches.append((int(number), release))
    withdrawn = frozenset(told[WITHDRAWN])
    return Journal(
        tuple(Entry(number, release, release in withdrawn) for number, release in sorted(switches)),
        frozenset(told[RDF_TYPE] | told[REFERENCES]),
        withdrawn,
        frozenset(told[REOPENED]),
    )


def history(connection, base: str) -> list[Entry]:
    """Every switch, oldest first."""
    return list(journalled(connection, base).entries)


def _release(term, base: str) -> str | None:
    """R, from <B store/R/>."""
    start = top(base)
    value = term.value if isinstance(term, NamedNode) else ""
    name = value[len(start) : -1]
    return name if value.startswith(start) and value.endswith("/") and name and "/" not in name else None


def current(connection, base: str) -> str | None:
    """The release that readers see; None where none was published."""
    return journalled(connection, base).current


@dataclass(frozen=True)
class Held:
    """A graph in an engine: its name there, whose version it is (None: the merge), its length, its checksum."""

    held: str
    graph: str | None
    triples: int
    checksum: str


@dataclass(frozen=True)
class Index:
    """What a release in an engine says of itself."""

    release: str
    version: str
    default: Held
    graphs: tuple[Held, ...]

    @property
    def triples(self) -> int:
        return self.default.triples + sum(graph.triples for graph in self.graphs)

    def to_triples(self, layout: Layout) -> list[Triple]:
        """The index graph."""
        whole = NamedNode(layout.folder)
        rows = [
            Triple(whole, NamedNode(RDF_TYPE), NamedNode(VOID + "Dataset")),
            Triple(whole, NamedNode(IDENTIFIER), Literal(self.release)),
            Triple(whole, NamedNode(VERSION), Literal(self.version)),
            Triple(whole, NamedNode(TRIPLES), Literal(self.triples)),
        ]
        for number, graph in enumerate((self.default, *self.graphs)):
            held, checksum = NamedNode(graph.held), NamedNode(f"{layout.index}#checksum-{number}")
            if graph.graph is not None:
                rows.append(Triple(held, NamedNode(IS_VERSION_OF), NamedNode(graph.graph)))
            rows += [
                Triple(held, NamedNode(TRIPLES), Literal(graph.triples)),
                Triple(held, NamedNode(CHECKSUM), checksum),
                Triple(checksum, NamedNode(SPDX + "algorithm"), NamedNode(SPDX + "checksumAlgorithm_sha256")),
                Triple(checksum, NamedNode(VALUE), Literal(graph.checksum)),
            ]
        return rows


def contents(connection, layout: Layout) -> Index | None:
    """What the index of a release says; None where there is no index.

    Raises Altered where the index is not whole, which is so while it is being written.
    """
    rows: dict[str, dict[str, Term]] = {}
    for triple in connection.read(layout.index):
        rows.setdefault(triple.subject.value, {})[triple.predicate.value] = triple.object
    if not rows:
        return None
    whole = rows.get(layout.folder, {})
    graphs, default = [], None
    try:
        for held, said in sorted(rows.items()):
            if CHECKSUM not in said:
                continue
            checksum = rows[said[CHECKSUM].value][VALUE].value
            graph = said[IS_VERSION_OF].value if held != layout.default else None
            one = Held(held, graph, int(said[TRIPLES].value), checksum)
            if graph is None:
                default = one
            else:
                graphs.append(one)
        index = Index(whole[IDENTIFIER].value, whole[VERSION].value, default, tuple(graphs))
        stated = int(whole[TRIPLES].value)
    except (KeyError, ValueError, AttributeError) as trouble:
        raise _half(layout) from trouble
    if default is None or index.triples != stated or index.release != layout.release:
        raise _half(layout)
    return index


def _half(layout: Layout) -> Altered:
    return Altered(
        f"the index <{layout.index}> is not whole: the release was not published to its end; publish it again"
    )
