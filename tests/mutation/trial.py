"""Does anybody notice? A spoilt knowledge goes the way of every build, and is then asked what we know by heart."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from book import Mutant
from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryResultsFormat, RdfFormat, Store, parse

from dystonia_kg.ask import prefixes
from dystonia_kg.build.infer import infer
from dystonia_kg.build.load import Knowledge, read
from dystonia_kg.build.validate import judge
from dystonia_kg.errors import Trouble
from dystonia_kg.whatif import Asker

CASES = Path(__file__).parents[1] / "knowledge" / "cases"
SH = "http://www.w3.org/ns/shacl#"
SELECT = NamedNode(SH + "select")
EXECUTABLE = NamedNode(SH + "SPARQLExecutable")
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
QUERIES = "https://w3id.org/dystonia/query/"
ASKING = {SELECT, NamedNode(SH + "construct"), NamedNode(SH + "ask")}
#: Patterns beside those of the table: what is asked, by which scheme, and its classes.
MORE = (
    ({"r": ["arm:L", "leg:L", "eyes:L"]}, "mds2013", ["hemidystonia"]),
    ({"r": ["arm:R", "leg:R", "eyes:R"]}, "mds2013", ["hemidystonia"]),
    ({"r": ["arm:L", "leg:L", "jaw"]}, "mds2013", ["multifocal"]),
)
GIVEN = NamedNode("urn:given")


@dataclass
class Verdict:
    """Who noticed (reading, conclusions, shapes, questions, patterns, cases, ledger), and what was said."""

    by: str
    said: str = ""


SURVIVED = Verdict("")


def try_out(knowledge: Knowledge, mutant: Mutant) -> Verdict:
    """The first to notice."""
    path = knowledge.folder / mutant.path
    try:
        page = [q.triple for q in parse(mutant.text, format=RdfFormat.TURTLE, rename_blank_nodes=True)]
    except (SyntaxError, ValueError) as trouble:
        return Verdict("reading", str(trouble))
    spoilt = Knowledge(knowledge.folder, knowledge.base, knowledge.pages | {path: page})
    store = spoilt.store()
    try:
        inferred = infer(store, spoilt.base)
    except Trouble as trouble:
        return Verdict("conclusions", str(trouble))
    try:
        broken = [f for f in judge(spoilt, inferred).findings if f.is_violation]
    except Trouble as trouble:
        return Verdict("shapes", str(trouble))
    if broken:
        return Verdict("shapes", f"{broken[0].message} ({broken[0].focus} {broken[0].value or ''})")
    for by, notice in (
        ("words of queries", words),
        ("ledger", ledger),
        ("questions", questions),
        ("patterns", patterns),
        ("cases of rules", rule_cases),
        ("cases of shapes", shape_cases),
    ):
        try:
            said = notice(spoilt, inferred)
        except (Trouble, SyntaxError, StopIteration, KeyError) as trouble:
            said = str(trouble) or repr(trouble)
        if said:
            return Verdict(by, said)
    return SURVIVED


def whole(knowledge: Knowledge, inferred: list[Quad]) -> Store:
    """Everything, each triple once, as a reader of the release asks it."""
    store = Store()
    store.bulk_extend(Quad(*q.triple, DefaultGraph()) for q in (*knowledge.quads, *inferred))
    return store


def words(knowledge: Knowledge, inferred: list[Quad]) -> str:
    """Every word and thing of ours that a rule or query speaks of is described."""
    described = {_short(t.subject) for page in knowledge.pages.values() for t in page}
    for page in knowledge.pages.values():
        for t in page:
            if t.predicate in ASKING:
                for word in re.findall(r"\bdy[os]:[\w-]*\w", t.object.value):
                    if word not in described:
                        return f"{t.subject} speaks of {word}, which is nowhere described"
    return ""


def _short(term) -> str:
    iri = getattr(term, "value", "")
    return iri.replace("https://w3id.org/dystonia/ontology#", "dyo:").replace(
        "https://w3id.org/dystonia/id/", "dys:"
    )


def questions(knowledge: Knowledge, inferred: list[Quad]) -> str:
    """The example queries run and find something; what the first documents answer is among it."""
    for slug, answer in answers(knowledge, inferred).items():
        if not answer:
            return f"{slug} finds nothing"
        lost = expected().get(slug, set()) - answer
        if lost:
            return f"{slug} no longer finds {' '.join(min(lost))}"
    unasked = expected().keys() - answers(knowledge, inferred).keys()
    return f"nobody asks {min(unasked)} any more" if unasked else ""


def answers(knowledge: Knowledge, inferred: list[Quad]) -> dict[str, set[tuple[str, ...]]]:
    """Example query → rows of its answer."""
    store = whole(knowledge, inferred)
    names = prefixes(store)
    found = {}
    for quad in store.quads_for_pattern(None, TYPE, EXECUTABLE, None):
        asked = next(store.quads_for_pattern(quad.subject, SELECT, None, None), None)
        if asked is None:
            continue
        text = (
            store.query(asked.object.value, prefixes=names).serialize(format=QueryResultsFormat.CSV).decode()
        )
        rows = list(csv.reader(text.splitlines()))
        found[quad.subject.value.removeprefix(QUERIES)] = {tuple(row) for row in rows[1:]}
    return found


_EXPECTED: dict[str, set[tuple[str, ...]]] = {}


def expected() -> dict[str, set[tuple[str, ...]]]:
    """Example query → rows that its answer must have."""
    if not _EXPECTED:
        for path in (CASES / "queries").glob("*.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                _EXPECTED[path.stem] = {tuple(row) for row in list(csv.reader(file))[1:]}
    return _EXPECTED


def ledger(knowledge: Knowledge, inferred: list[Quad]) -> str:
    """What the claims and mappings say is written down a second time."""
    import ledger as book

    return next(iter(book.differences(knowledge)), "")


def patterns(knowledge: Knowledge, inferred: list[Quad], learning: bool = False) -> str:
    """Every pattern of regions has the classes that each scheme gives it."""
    with (CASES / "distribution.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    schemes = [name for name in rows[0] if name not in ("id", "regions", "age", "contested")]
    asker = Asker(whole(knowledge, inferred), "classify")
    for asked, scheme, classes in MORE:
        found = next(r for r in asker.answer(asked, use_defaults=False).results if r["scheme"] == scheme)[
            "classes"
        ]
        if found != classes:
            return f"{asked} is {found} by {scheme}"
    for row in rows:
        asked = {"r": [name for name in row["regions"].split("|") if name]}
        asked |= {"age": [row["age"]]} if row["age"] else {}
        results = {r["scheme"]: r for r in asker.answer(asked, use_defaults=False).results}
        for scheme in schemes:
            found = results[scheme]["classes"] if scheme in results else None
            if found != sorted(row[scheme].split("+")) and (row["id"], scheme) not in _UNSETTLED:
                if learning:
                    _UNSETTLED.add((row["id"], scheme))
                    continue
                return f"pattern {row['id']} is {found} by {scheme}"
    return ""


def rule_cases(knowledge: Knowledge, inferred: list[Quad], learning: bool = False) -> str:
    store = knowledge.store()
    cases = sorted(path.name.removesuffix(".given.ttl") for path in (CASES / "rules").glob("*.given.ttl"))
    for case in cases:
        store.extend(Quad(*t, GIVEN) for t in read(CASES / "rules" / f"{case}.given.ttl"))
    infer(store, knowledge.base)
    held = {quad.triple for quad in store}
    for case in cases:
        if case not in _UNSETTLED and not set(read(CASES / "rules" / f"{case}.then.ttl")) <= held:
            if learning:
                _UNSETTLED.add(case)
                continue
            return f"the case of {case} no longer holds"
    return ""


def shape_cases(knowledge: Knowledge, inferred: list[Quad]) -> str:
    """Each bad case still breaks the shape it is named after."""
    found = broken_by_cases(knowledge, inferred)
    lost = sorted(known_to_break() - found)
    return f"the bad case of {lost[0]} is accepted" if lost else ""


def broken_by_cases(knowledge: Knowledge, inferred: list[Quad]) -> set[str]:
    """Names of shapes that complain of the bad cases, all given at once."""
    bad = {path: read(path) for path in sorted((CASES / "shapes").glob("*.bad.ttl"))}
    beside = Knowledge(knowledge.folder, knowledge.base, knowledge.pages | bad)
    return {f.shape.rpartition("#")[2] for f in judge(beside, inferred).findings}


#: Patterns and cases that sound knowledge does not keep; other tests complain of them, and nothing is measured by them.
_UNSETTLED: set = set()

_KNOWN: set[str] = set()


def known_to_break() -> set[str]:
    """The cases that break their shape in sound knowledge when all are given at once (found once)."""
    return _KNOWN


def learn(knowledge: Knowledge) -> str:
    """Look at sound knowledge: nothing may be noticed there. What is, is returned."""
    inferred = infer(knowledge.store(), knowledge.base)
    broken = [f for f in judge(knowledge, inferred).findings if f.is_violation]
    if broken:
        return f"{broken[0].message} ({broken[0].focus})"
    for slug, rows in answers(knowledge, inferred).items():
        # Rows that sound knowledge does not give are for another test to complain of.
        expected().get(slug, set()).intersection_update(rows)
    names = {path.name.removesuffix(".bad.ttl") for path in (CASES / "shapes").glob("*.bad.ttl")}
    _KNOWN.update(names & broken_by_cases(knowledge, inferred))
    patterns(knowledge, inferred, learning=True)
    rule_cases(knowledge, inferred, learning=True)
    for notice in (words, questions, ledger):
        said = notice(knowledge, inferred)
        if said:
            return f"{notice.__name__}: {said}"
    return ""
