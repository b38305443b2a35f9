"""What a validation finds, before and after it is put in words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from pyoxigraph import NamedNode

from .paths import Path, Step
from .terms import VIOLATION


class Result(NamedTuple):
    """One validation result (SHACL §3.6.2), in RDF terms."""

    focus: object
    path: Path | None
    value: object
    component: NamedNode
    shape: object
    severity: NamedNode
    messages: tuple
    cause: object = None

    def key(self, place: Callable = str) -> tuple[str, ...]:
        """For sorting."""
        return (*self.core(place), place(self.cause), *map(str, self.messages))

    def core(self, place: Callable = str) -> tuple[str, ...]:
        """All but the words, to tell whether two validators found the same."""
        path = self.path.text() if self.path else ""
        terms = (self.focus, self.value, self.component, self.shape, self.severity)
        return (path, *("" if term is None else place(term) for term in terms))


@dataclass(frozen=True, order=True)
class Finding:
    """One result of a SHACL validation report, in plain terms (all IRIs in full)."""

    severity: str
    focus: str
    path: str
    value: str
    shape: str
    message: str
    component: str = ""

    @property
    def is_violation(self) -> bool:
        return self.severity == VIOLATION.value

    @classmethod
    def of(cls, result: Result) -> "Finding":
        path = result.path
        return cls(
            severity=result.severity.value,
            focus=_plain(result.focus),
            path=path.predicate.value
            if isinstance(path, Step) and not path.back
            else path.text()
            if path
            else "",
            value=_plain(result.value),
            shape=_plain(result.shape),
            message=" ".join(sorted(m.value for m in result.messages)),
            component=result.component.value,
        )


def _plain(term) -> str:
    if term is None:
        return ""
    return term.value if isinstance(term, NamedNode) or hasattr(term, "datatype") else str(term)
