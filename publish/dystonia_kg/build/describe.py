"""Let the dataset count itself (VoID), and let the release list its files (DCAT, SPDX)."""

from collections import Counter, defaultdict
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, serialize

from ..ask import ask
from ..formats import DATASETS, GRAPHS
from ..release import checksum

VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"
SPDX = "http://spdx.org/rdf/terms#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def describe(quads: list[Quad], base: str) -> list[Quad]:
    """VoID statistics of the merged dataset, themselves counted: what a SPARQL COUNT would say.

    The statistics are part of what they count, so they are made again until they agree with
    themselves; their number of triples settles after two or three rounds.
    """
    graph = NamedNode(base + "statistics")
    statistics: list[Quad] = []
    for _ in range(20):
        made = _statistics({q.triple for q in (*quads, *statistics)}, base, graph)
        if made == statistics:
            return statistics
        statistics = made
    raise AssertionError("the statistics do not settle")


def _statistics(triples, base: str, graph: NamedNode) -> list[Quad]:
    predicates: Counter = Counter()
    subjects: defaultdict = defaultdict(set)
    objects: defaultdict = defaultdict(set)
    members: defaultdict = defaultdict(set)
    for t in triples:
        predicates[t.predicate] += 1
        subjects[t.predicate].add(t.subject)
        objects[t.predicate].add(t.object)
        if t.predicate == TYPE and isinstance(t.object, NamedNode):
            members[t.object].add(t.subject)
    dataset = NamedNode(base)
    made: list[Quad] = []

    def say(subject, predicate, value):
        made.append(Quad(subject, NamedNode(VOID + predicate), value, graph))

    say(dataset, "triples", _number(len(triples)))
    say(dataset, "entities", _number(len({t.subject for t in triples if isinstance(t.subject, NamedNode) and t.subject.value.startswith(base)})))
    say(dataset, "classes", _number(len(members)))
    say(dataset, "properties", _number(len(predicates)))
    say(dataset, "distinctSubjects", _number(len({t.subject for t in triples})))
    say(dataset, "distinctObjects", _number(len({t.object for t in triples})))
    for number, cls in enumerate(sorted(members, key=str), 1):
        part = NamedNode(f"{base}statistics/class/{number}")
        say(dataset, "classPartition", part)
        say(part, "class", cls)
        say(part, "entities", _number(len(members[cls])))
    for number, predicate in enumerate(sorted(predicates, key=str), 1):
        part = NamedNode(f"{base}statistics/property/{number}")
        say(dataset, "propertyPartition", part)
        say(part, "property", predicate)
        say(part, "triples", _number(predicates[predicate]))
        say(part, "distinctSubjects", _number(len(subjects[predicate])))
        say(part, "distinctObjects", _number(len(objects[predicate])))
    return made


def catalogue(store, folder: Path, base: str, names: dict[str, str]) -> bytes:
    """The release's files as DCAT distributions, each with size, media type, licence and SHA-256."""
    dataset = NamedNode(base)
    about = next(iter(ask(store, "dataset")))
    quads: list[Quad] = []

    def say(subject, predicate, value):
        quads.append(Quad(subject, NamedNode(predicate), value))

    say(dataset, TYPE.value, NamedNode(DCAT + "Dataset"))
    say(dataset, TYPE.value, NamedNode(VOID + "Dataset"))
    for row in store.quads_for_pattern(dataset, None, None, None):
        say(row.subject, row.predicate.value, row.object)
    for form in (*GRAPHS, *DATASETS):
        path = folder / f"dataset.{form.extension}"
        file = NamedNode(f"{base}dump/{path.name}")
        digest = BlankNode(f"sum{form.extension}")
        say(dataset, DCAT + "distribution", file)
        say(dataset, VOID + "dataDump", file)
        say(file, TYPE.value, NamedNode(DCAT + "Distribution"))
        say(file, DCTERMS + "title", Literal(form.name, language="en"))
        say(file, DCAT + "downloadURL", file)
        say(file, DCAT + "mediaType", NamedNode(f"https://www.iana.org/assignments/media-types/{form.media_type}"))
        say(file, DCAT + "byteSize", Literal(str(path.stat().st_size), datatype=NamedNode(XSD + "nonNegativeInteger")))
        if about["license"] is not None:
            say(file, DCTERMS + "license", about["license"])
        say(file, SPDX + "checksum", digest)
        say(digest, TYPE.value, NamedNode(SPDX + "Checksum"))
        say(digest, SPDX + "algorithm", NamedNode(SPDX + "checksumAlgorithm_sha256"))
        say(digest, SPDX + "checksumValue", Literal(checksum(path), datatype=NamedNode(XSD + "hexBinary")))
    triples = list(dict.fromkeys(q.triple for q in quads))
    return serialize(triples, format=RdfFormat.TURTLE, prefixes=names)


def _number(count: int) -> Literal:
    return Literal(count)
