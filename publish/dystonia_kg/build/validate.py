"""Hold the knowledge against its shapes."""

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Triple

from . import shacl
from .load import Knowledge
from .locate import line_of
from .shacl import Finding


def validate(knowledge: Knowledge, inferred: Iterable[Quad]) -> tuple[list[Finding], bytes]:
    """Findings about the knowledge together with its conclusions, and the report (Turtle)."""
    triples = [t for page in knowledge.pages.values() for t in page]
    triples += [q.triple for q in inferred]
    results = shacl.validate(triples, shapes_of(knowledge))
    return [Finding.of(result) for result in results], shacl.turtle(results)


def shapes_of(knowledge: Knowledge) -> list[Triple]:
    """Shapes, and the ontology with them for its class hierarchy."""
    return [
        t
        for path, page in knowledge.pages.items()
        if path.relative_to(knowledge.folder).parts[0] in ("shapes", "ontology")
        for t in page
    ]


def complaint(knowledge: Knowledge, finding: Finding) -> str:
    """A finding as a person reads it: file, line, what it is about, which shape, what is wrong."""
    path, line = place(knowledge, finding)
    where = f"{path.relative_to(knowledge.folder)}:{line}" if path else "concluded"
    value = f"\n    value  {finding.value}" if finding.value and finding.value != finding.focus else ""
    return f"{where}: {finding.message}\n    about  {finding.focus}{value}\n    shape  {finding.shape}"


def place(knowledge: Knowledge, finding: Finding) -> tuple[Path | None, int | None]:
    """The file and line that a finding is about: where the value is given, or else the thing."""
    told: list[tuple[int, Path]] = []
    for path, page in knowledge.pages.items():
        ranks = [_rank(t, finding) for t in page if isinstance(t.subject, NamedNode) and t.subject.value == finding.focus]
        if ranks:
            told.append((max(ranks), path))
    if not told:
        return _mention(knowledge, finding)
    _, path = max(told, key=lambda row: (row[0], -len(row[1].parts)))
    return path, line_of(path, finding.focus, finding.path, finding.value) or 1


def _rank(triple: Triple, finding: Finding) -> int:
    said = getattr(triple.object, "value", "")
    return 2 * (triple.predicate.value == finding.path) + (bool(finding.value) and said == finding.value)


def _mention(knowledge: Knowledge, finding: Finding) -> tuple[Path | None, int | None]:
    """A thing that no file describes may still be named by one."""
    for path, page in knowledge.pages.items():
        for t in page:
            if getattr(t.object, "value", None) == finding.focus and isinstance(t.subject, NamedNode):
                return path, line_of(path, t.subject.value, t.predicate.value, finding.focus) or 1
    return None, None
