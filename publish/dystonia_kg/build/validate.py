"""
Hold data against shapes.

* `judge`: the knowledge against its own
* `judge_beside`: files as if they were part of the knowledge
* `judge_against`: any data against any shapes
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from ..errors import BadInput, BadShape, Unreadable
from . import shacl
from .infer import infer
from .load import Knowledge, load
from .locate import Places
from .shacl import Finding, Result
from .shacl.graph import Graph


@dataclass
class Verdict:
    """What validation found, and where the data came from; `files` are those that were asked about."""

    results: list[Result]
    pages: dict[Path, list[Triple]]
    folder: Path
    files: tuple[Path, ...] = ()

    @cached_property
    def findings(self) -> list[Finding]:
        return [Finding.of(result) for result in self.results]

    @property
    def conforms(self) -> bool:
        """Is nothing a violation? Warnings and notes are told, and do no harm."""
        return not any(finding.is_violation for finding in self.findings)

    @cached_property
    def places(self) -> Places:
        return Places(self.pages, self.files)

    def place(self, finding: Finding) -> tuple[str | None, int | None]:
        """File and line that a finding is about; (None, None) for what only the rules conclude.

        A constraint on everything has one focus node and says with its value what is wrong, so that is
        looked for first.
        """
        found, focus, places = None, finding.focus, self.places
        if finding.value and finding.value != focus and not finding.path:
            found = places.describing(finding.value) or places.naming(finding.value)
        found = found or places.describing(focus, finding.path, finding.value) or places.naming(focus)
        if found is None:
            return None, None
        path, line = found
        inside = path.is_relative_to(self.folder)
        return str(path.relative_to(self.folder) if inside else path), line

    def complaint(self, finding: Finding) -> str:
        """A finding as a person reads it: file, line, what it is about, which shape, what is wrong."""
        path, line = self.place(finding)
        where = f"{path}:{line}" if path else "concluded"
        value = f"\n    value  {finding.value}" if finding.value and finding.value != finding.focus else ""
        return f"{where}: {finding.message}\n    about  {finding.focus}{value}\n    shape  {finding.shape}"


def judge(
    knowledge: Knowledge, inferred: Iterable[Quad] | Graph, shapes: list[Triple] | None = None
) -> Verdict:
    """The knowledge together with its conclusions, held against its own shapes unless others are given.

    Who has both laid out as a graph already gives that in the place of the conclusions.
    """
    data = (
        inferred
        if isinstance(inferred, Graph)
        else [*_triples(knowledge.pages), *(q.triple for q in inferred)]
    )
    results = shacl.validate(data, shapes_of(knowledge) if shapes is None else shapes)
    return Verdict(results, knowledge.pages, knowledge.folder)


def judge_beside(home: Path, files: list[Path]) -> Verdict:
    """Files laid beside the knowledge, rules and all; only what is about things in them is told.

    Without files: all the knowledge. A file that is part of the knowledge is not read twice.
    """
    knowledge = load(home)
    ours = {path.resolve(): path for path in knowledge.pages}
    store, wanted = knowledge.store(), {}
    for file in files:
        path = ours.get(file.resolve(), file)
        wanted[path] = knowledge.pages.get(path) or read_any(path)
        if path not in knowledge.pages:
            graph = NamedNode(path.resolve().as_uri())
            store.extend(Quad(t.subject, t.predicate, t.object, graph) for t in wanted[path])
    whole = Knowledge(knowledge.folder, knowledge.base, knowledge.pages | wanted)
    verdict = judge(whole, infer(store, knowledge.base), shapes_of(knowledge))
    if files:
        verdict.results = list(_about(verdict.results, wanted))
        verdict.files = tuple(wanted)
    return verdict


def judge_against(
    home: Path, files: list[Path], shapes: list[Path], tell: Callable[[str], None] = lambda _: None
) -> Verdict:
    """Files (or, without any, the knowledge and its conclusions) against these shapes alone.

    Shapes that ask for more than SHACL Core and SPARQL constraints are left to pySHACL.
    """
    rules = [t for path in shapes for t in read_any(path)]
    if files:
        pages, folder, more = {path: read_any(path) for path in files}, Path.cwd(), []
    else:
        knowledge = load(home)
        pages, folder = knowledge.pages, knowledge.folder
        more = [q.triple for q in infer(knowledge.store(), knowledge.base)]
    data = [*_triples(pages), *more]
    try:
        results = shacl.validate(data, rules)
    except BadShape as trouble:
        from .shacl import reference

        tell(f"{trouble}; pySHACL validates instead")
        results = reference.validate(data, rules, advanced=True)
    return Verdict(results, pages, folder, tuple(files))


def _triples(pages: dict[Path, list[Triple]]) -> list[Triple]:
    return [t for page in pages.values() for t in page]


def _about(results: list[Result], pages: dict[Path, list[Triple]]) -> Iterator[Result]:
    """Results about what the files describe, or that give as their value something the files say."""
    described = {t.subject for t in _triples(pages)}
    said = described.union(*({t.predicate, t.object} for t in _triples(pages)))
    return (r for r in results if r.focus in described or (r.value is not None and r.value in said))


def shapes_of(knowledge: Knowledge) -> list[Triple]:
    """Shapes, and the ontology with them for its class hierarchy."""
    return [
        t
        for path, page in knowledge.pages.items()
        if path.relative_to(knowledge.folder).parts[0] in ("shapes", "ontology")
        for t in page
    ]


def read_any(path: Path) -> list[Triple]:
    """The triples of an RDF file in the format that its extension names; named graphs are merged.

    Raises BadInput for a file that is not there or has no RDF extension, Unreadable for one that is not
    what its name says.
    """
    syntax = RdfFormat.from_extension(path.suffix.lstrip("."))
    if syntax is None:
        raise BadInput(
            f"{path}: which RDF format is this? Known by their extension are .ttl .nt .nq .trig .rdf .jsonld"
        )
    if not path.is_file():
        raise BadInput(f"{path}: no such file")
    try:
        base = path.resolve().as_uri()
        return [q.triple for q in parse(path=path, format=syntax, base_iri=base, rename_blank_nodes=True)]
    except SyntaxError as trouble:
        where = f"{path}:{trouble.lineno}:{trouble.offset}" if trouble.lineno else str(path)
        raise Unreadable(f"{where}: not {syntax.name}: {trouble.msg}") from trouble
    except (ValueError, OSError) as trouble:
        raise Unreadable(f"{path}: not {syntax.name}: {trouble}") from trouble
