"""pySHACL, the validator that ours is held against; the one door to it and to rdflib."""

from collections.abc import Iterable, Iterator

import pyshacl
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from pyshacl.errors import ReportableRuntimeError, ShapeLoadError, ValidationFailure

from ...errors import BadShape
from .result import Result
from .source import Source
from .terms import sh


def validate(data: Iterable[Triple], shapes: Iterable[Triple], advanced: bool = False) -> list[Result]:
    """Every validation result that pySHACL reports, each once, in a stable order.

    `advanced` turns on what is in SHACL-AF (targets, functions, expressions). Raises BadShape where
    pySHACL can not make sense of the shapes.
    """
    try:
        answer = pyshacl.validate(graph(data), shacl_graph=graph(shapes), advanced=advanced, inplace=True)
    except (ReportableRuntimeError, ShapeLoadError, NotImplementedError) as trouble:
        raise BadShape(str(getattr(trouble, "message", trouble))) from trouble
    report = answer[1]
    if isinstance(report, ValidationFailure):
        raise BadShape(report.message)
    return sorted(set(_results(Source(_triple(*row) for row in report))), key=Result.key)


def graph(triples: Iterable[Triple]) -> rdflib.Graph:
    """The same triples for rdflib, term by term: its parsers would rewrite some literals."""
    made = rdflib.Graph()
    made.addN((_there(s), _there(p), _there(o), made) for s, p, o in triples)
    return made


def _there(term):
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, Literal):
        kind = None if term.language else rdflib.URIRef(term.datatype.value)
        if kind == rdflib.XSD.string:
            kind = None
        return rdflib.Literal(term.value, lang=term.language, datatype=kind, normalize=False)
    raise BadShape(f"{term}: rdflib has no such term")


def _back(term):
    if isinstance(term, rdflib.URIRef):
        return NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return BlankNode(str(term))
    if term.language:
        return Literal(str(term), language=term.language)
    return Literal(str(term), datatype=NamedNode(str(term.datatype))) if term.datatype else Literal(str(term))


def _triple(s, p, o) -> Triple:
    return Triple(_back(s), _back(p), _back(o))


def _results(report: Source) -> Iterator[Result]:
    """What the report has for results; results that explain another one (sh:detail) are left out."""
    for top in report.subjects(sh("conforms")):
        for node in report.all(top, sh("result")):
            path = report.one(node, sh("resultPath"))
            yield Result(
                focus=report.one(node, sh("focusNode")),
                path=report.path(path, node) if path is not None else None,
                value=report.one(node, sh("value")),
                component=report.one(node, sh("sourceConstraintComponent")),
                shape=report.one(node, sh("sourceShape")),
                severity=report.one(node, sh("resultSeverity")),
                messages=tuple(sorted(report.all(node, sh("resultMessage")), key=str)),
                cause=report.one(node, sh("sourceConstraint")),
            )
