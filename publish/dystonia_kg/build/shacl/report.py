"""Results as an sh:ValidationReport in Turtle (SHACL §3.6), the same bytes for the same results."""

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, RdfFormat, Triple, serialize

from .result import Result
from .terms import FALSE, SHACL, TRUE, TYPE, VIOLATION, XSD, sh


def turtle(results: list[Result]) -> bytes:
    """The report; results are told in the order in which they come."""
    return serialize(triples(results), format=RdfFormat.TURTLE, prefixes={"sh": SHACL, "xsd": XSD})


def triples(results: list[Result]) -> Iterator[Triple]:
    """A report conforms unless it holds a violation.

    SHACL 1.0 lets every result spoil it; 1.2 lets a report say which severities do, and this one does
    where it makes a difference.
    """
    report, labels = BlankNode("report"), {}
    broken = any(result.severity == VIOLATION for result in results)
    yield Triple(report, TYPE, sh("ValidationReport"))
    yield Triple(report, sh("conforms"), FALSE if broken else TRUE)
    if results and not broken:
        yield Triple(report, sh("conformanceDisallows"), VIOLATION)
    for number, result in enumerate(results, 1):
        node = BlankNode(f"result{number}")
        yield Triple(report, sh("result"), node)
        yield from _facts(node, f"path{number}", result, labels)


def _facts(node: BlankNode, label: str, result: Result, labels: dict) -> Iterable[Triple]:
    def named(term):
        """Blank nodes of the input, by the order in which the report names them."""
        if not isinstance(term, BlankNode):
            return term
        return labels.setdefault(term, BlankNode(f"node{len(labels) + 1}"))

    facts = [
        Triple(node, TYPE, sh("ValidationResult")),
        Triple(node, sh("resultSeverity"), result.severity),
        Triple(node, sh("focusNode"), named(result.focus)),
    ]
    if result.path:
        parts: list[Triple] = []
        facts.append(Triple(node, sh("resultPath"), result.path.triples(label, parts)))
        facts += parts
    if result.value is not None:
        facts.append(Triple(node, sh("value"), named(result.value)))
    facts += [Triple(node, sh("resultMessage"), m) for m in result.messages]
    facts.append(Triple(node, sh("sourceConstraintComponent"), result.component))
    facts.append(Triple(node, sh("sourceShape"), named(result.shape)))
    if result.cause is not None:
        facts.append(Triple(node, sh("sourceConstraint"), named(result.cause)))
    return facts
