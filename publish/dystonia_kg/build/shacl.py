"""The one door to pySHACL (and, behind it, rdflib)."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyshacl
import rdflib
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, Triple, parse, serialize
from rdflib import RDF, SH


@dataclass(frozen=True, order=True)
class Finding:
    """One result of a SHACL validation report, in plain terms (all IRIs in full)."""

    severity: str
    focus: str
    path: str
    value: str
    shape: str
    message: str

    @property
    def is_violation(self) -> bool:
        return self.severity == str(SH.Violation)


def graph(triples: Iterable[Triple]) -> rdflib.Graph:
    data = serialize(triples, format=RdfFormat.N_TRIPLES)
    return rdflib.Graph().parse(data=data, format="nt")


def check(data: Iterable[Triple], shapes: Iterable[Triple]) -> tuple[list[Finding], bytes]:
    """Validate data against shapes: the findings, in a stable order, and the report as Turtle."""
    _, report, _ = pyshacl.validate(
        graph(data), shacl_graph=graph(shapes), advanced=False, inplace=True, allow_warnings=True, allow_infos=True
    )
    return sorted(_findings(report)), _turtle(report)


def _turtle(report: rdflib.Graph) -> bytes:
    """The report as Turtle, the same bytes for the same findings."""
    lines = report.serialize(format="nt", encoding="utf-8")
    dataset = Dataset(parse(lines, format=RdfFormat.N_TRIPLES))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    triples = sorted((q.triple for q in dataset), key=str)
    return serialize(triples, format=RdfFormat.TURTLE, prefixes={"sh": str(SH)})


def _findings(report: rdflib.Graph) -> Iterable[Finding]:
    for result in report.subjects(RDF.type, SH.ValidationResult):

        def said(predicate, result=result) -> str:
            return " ".join(sorted(str(o) for o in report.objects(result, predicate)))

        yield Finding(
            said(SH.resultSeverity),
            said(SH.focusNode),
            said(SH.resultPath),
            said(SH.value),
            said(SH.sourceShape),
            said(SH.resultMessage),
        )
