"""Findings as people and machines read them: text, TSV, JSON, RDF (a SHACL validation report)."""

import json
from collections import Counter
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from .findings import CHECKS, ERROR, LEVELS, NOTE, WARNING, Finding
from .names import Names
from .statements import node

SH = "http://www.w3.org/ns/shacl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_SEVERITY = {ERROR: "Violation", WARNING: "Warning", NOTE: "Info"}

#: Findings of one check in one file that the text report spells out; the others have them all.
SHOWN = 20


def text(findings: list[Finding], names: Names) -> str:
    """A report to read: the worst first, and a line of totals."""
    lines: list[str] = []
    groups: dict[tuple, list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.level, finding.ontology, finding.check), []).append(finding)
    for (level, path, check), group in groups.items():
        lines.append(f"{level.upper()} {check} ({len(group)}) in {path}: {CHECKS[check]}")
        lines += [f"    {finding.sentence}" for finding in group[:SHOWN]]
        if len(group) > SHOWN:
            lines.append(f"    … and {len(group) - SHOWN} more (--format tsv has all)")
    counts = Counter(finding.level for finding in findings)
    lines.append(", ".join(f"{counts[level]} {level}{'' if counts[level] == 1 else 's'}" for level in LEVELS))
    return "\n".join(lines) + "\n"


def tsv(findings: list[Finding], names: Names) -> str:
    """One row a finding; CURIEs where there are any."""
    head = (
        "level",
        "check",
        "ontology",
        "subject_id",
        "object_id",
        "object_label",
        "successor_id",
        "message",
    )
    rows = ["\t".join(head)]
    for f in findings:
        successors = "|".join(names.compact(s) for s in f.successor.split("|") if s)
        cells = (
            f.level, f.check, f.ontology, names.compact(f.subject), names.compact(f.object), f.name,
            successors, f.sentence,
        )  # fmt: skip
        rows.append("\t".join(" ".join(cell.split()) for cell in cells))
    return "\n".join(rows) + "\n"


def as_json(findings: list[Finding], names: Names) -> str:
    counts = Counter(finding.level for finding in findings)
    told = [
        {
            "level": f.level,
            "check": f.check,
            "ontology": f.ontology,
            "subject": f.subject,
            "object": f.object,
            "objectLabel": f.name,
            "successors": [s for s in f.successor.split("|") if s],
            "message": f.sentence,
        }
        for f in findings
    ]
    whole = {"counts": {level: counts[level] for level in LEVELS}, "checks": CHECKS, "findings": told}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def rdf(findings: list[Finding], names: Names) -> str:
    """A sh:ValidationReport, so that whatever reads ours of a build reads this one."""
    return serialize(
        list(_triples(findings)),
        format=RdfFormat.TURTLE,
        prefixes={"sh": SH, "xsd": "http://www.w3.org/2001/XMLSchema#"},
    ).decode()


def _triples(findings: list[Finding]) -> Iterable[Triple]:
    report = NamedNode("urn:x-report")
    boolean = NamedNode("http://www.w3.org/2001/XMLSchema#boolean")
    conforms = "false" if any(f.level == ERROR for f in findings) else "true"
    kind = NamedNode(_RDF + "type")
    yield Triple(report, kind, NamedNode(SH + "ValidationReport"))
    yield Triple(report, NamedNode(SH + "conforms"), Literal(conforms, datatype=boolean))
    for number, f in enumerate(findings, 1):
        result = NamedNode(f"urn:x-report#{number}")
        yield Triple(report, NamedNode(SH + "result"), result)
        yield Triple(result, kind, NamedNode(SH + "ValidationResult"))
        yield Triple(result, NamedNode(SH + "resultSeverity"), NamedNode(SH + _SEVERITY[f.level]))
        yield Triple(result, NamedNode(SH + "resultMessage"), Literal(f.sentence, language="en"))
        yield Triple(result, NamedNode(SH + "sourceConstraintComponent"), NamedNode(f"urn:x-check:{f.check}"))
        for word, told in (("focusNode", f.subject), ("value", f.object)):
            if told:
                # A file may name things by what is no IRI; then its text is told.
                yield Triple(result, NamedNode(SH + word), node(told) or Literal(told))


FORMATS = {"text": text, "tsv": tsv, "json": as_json, "rdf": rdf}
