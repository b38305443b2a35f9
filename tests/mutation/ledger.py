"""
The ledger: what every claim, mapping and policy says, and whose turn a rule is, written down a second time.

Nothing else can notice that a claim was weakly stated and now is strongly stated: both are sound. So
strengths, denials, populations and matches are kept in two places, like money, and a change is made in
both: in the Turtle, and with `python tests/mutation/ledger.py` here.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import NamedNode

from dystonia_kg.build.load import Knowledge, load
from dystonia_kg.home import home

LEDGER = Path(__file__).parents[1] / "knowledge" / "cases" / "ledger.tsv"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OWL = "http://www.w3.org/2002/07/owl#"
DYO = "https://w3id.org/dystonia/ontology#"
TYPE = NamedNode(RDF + "type")
SH = "http://www.w3.org/ns/shacl#"
#: Classes whose things are entered; of those without any of the columns, that they are there.
ENTERED = {"https://w3id.org/sssom/Mapping", SH + "SPARQLRule", SH + "SPARQLExecutable"} | {
    DYO + name
    for name in ("Claim", "ConclusionPolicy", "AuditFinding", "Disagreement", "Omission", "Gene", "Adjacency")
}

#: What is entered, in the order of the columns.
COLUMNS = {
    "subject": (RDF + "subject", OWL + "annotatedSource", DYO + "forProperty"),
    "predicate": (RDF + "predicate", OWL + "annotatedProperty", DYO + "concludesProperty"),
    "object": (RDF + "object", OWL + "annotatedTarget"),
    "modality": (DYO + "modality", DYO + "sufficientModality"),
    "polarity": (DYO + "polarity",),
    "population": (DYO + "population",),
    "turn": (SH + "order",),
}


def rows(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Claim, mapping or policy → what it says."""
    said: dict[str, dict[str, list[str]]] = {}
    entered: set[str] = set()
    for page in knowledge.pages.values():
        for t in page:
            if t.predicate == TYPE and getattr(t.object, "value", "") in ENTERED:
                entered.add(t.subject.value)
            said.setdefault(t.subject.value, {}).setdefault(t.predicate.value, []).append(
                _short(t.object.value)
            )
    return {
        _short(iri): tuple(
            " ".join(sorted(v for p in predicates for v in said[iri].get(p, ())))
            for predicates in COLUMNS.values()
        )
        for iri in sorted(entered)
    }


def written() -> dict[str, tuple[str, ...]]:
    """What was entered."""
    with LEDGER.open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file, delimiter="\t"))
    return {row[0]: tuple(row[1:]) for row in table[1:]}


def differences(knowledge: Knowledge) -> Iterator[str]:
    """Each claim, mapping or policy that says something else than was entered, or is gone. New ones are welcome."""
    now = rows(knowledge)
    for name, entry in written().items():
        if now.get(name) != entry:
            yield f"{name} was {' '.join(entry)} and is {' '.join(now[name]) if name in now else 'gone'}"


def record() -> None:
    with LEDGER.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(["name", *COLUMNS])
        table.writerows([name, *entry] for name, entry in rows(load(home())).items())


def _short(text: str) -> str:
    text = text.replace("https://w3id.org/dystonia/id/", "").replace(DYO, "")
    return (
        " ".join(text.rpartition("#")[2].split())
        if text.startswith("http://www.w3.org/")
        else " ".join(text.split())
    )


if __name__ == "__main__":
    known = written() if LEDGER.exists() else {}
    for line in differences(load(home())) if known else ():
        print(line, file=sys.stderr)
    record()
