"""
Generated graphs of the shape of our own: made-up documents, conditions, claims, cases and mappings, laid
beside the knowledge itself, so that our own ontology, rules and shapes are what is measured.

What the generated things say is read off the knowledge: the properties that claims use and the values they
give them, the places that cases name, the vocabularies that mappings lead to. Nothing made up here means
anything, and the same numbers give the same files.
"""

import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import RdfFormat, parse

ROOT = Path(__file__).resolve().parents[1]
ID = "https://w3id.org/dystonia/id/"
WORDS = "https://w3id.org/dystonia/ontology#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"

#: What one batch of some 1,100 statements holds, in about the proportions of the knowledge; a case is what
#: inference works for, and some hundred conclusions follow from it.
CONDITIONS, CLAIMS, CASES, MAPPINGS = 12, 100, 1, 20

#: Conditions that are described by place, and the places that each has. New diseases come, new places of the
#: body do not: cases are compared with these, so what follows from a case does not grow with the graph.
PLACED, EACH = 60, 2

#: Properties that the example queries of the knowledge count, so their answers stay as they are expected.
SPARED = {f"<{WORDS}{name}>" for name in ("combinationOf", "mayHerald", "hasSymptom", "rarity")}

#: Where made-up mappings lead: identifiers of this form are what its vocabulary asks for.
MAPPED = ("disease-ontology", "http://purl.obolibrary.org/obo/DOID_")

PREFIXES = f"""\
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix dyo: <{WORDS}> .
@prefix dys: <{ID}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix pav: <http://purl.org/pav/> .
@prefix rdf: <{RDF}> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix semapv: <https://w3id.org/semapv/vocab/> .
@prefix skos: <{SKOS}> .
@prefix sssom: <https://w3id.org/sssom/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""

SYLLABLES = [consonant + vowel for consonant in "bdklmnrstv" for vowel in "aeiou"]


@dataclass
class Pattern:
    """What the knowledge itself says, to be said again of made-up things."""

    #: (predicate, object, modality) of every claim about a condition whose object is a thing but no place.
    claims: list[tuple[str, str, str]] = field(default_factory=list)
    #: (predicate, modality) of those whose object is a place.
    placing: list[tuple[str, str]] = field(default_factory=list)
    #: Places that cases may name, and those that documents say something of.
    places: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    mapped: str = ""


def pattern() -> Pattern:
    """Read off the knowledge in data/."""
    told: dict[str, dict[str, str]] = {}
    for path in sorted((ROOT / "data").rglob("*.ttl")):
        for quad in parse(path=path, format=RdfFormat.TURTLE):
            if hasattr(quad.subject, "value"):
                told.setdefault(quad.subject.value, {})[quad.predicate.value] = str(quad.object)
    made, regions = Pattern(), {f"<{WORDS}{kind}>" for kind in ("BodyRegion", "ClassificationRegion")}
    for iri, facts in sorted(told.items()):
        kind = facts.get(RDF + "type", "")
        if kind in regions and SKOS + "notation" in facts:
            made.places.append(f"<{iri}>")
        if facts.get("https://w3id.org/sssom/object_source") == f"<{ID}{MAPPED[0]}>" and "MappingSet" in kind:
            made.mapped = f"<{iri}>"
        if kind != f"<{WORDS}Claim>" or facts.get(WORDS + "polarity") != f"<{ID}affirmed>":
            continue
        says, of, about = (facts.get(RDF + part, "") for part in ("predicate", "object", "subject"))
        if told.get(about[1:-1], {}).get(RDF + "type") != f"<{WORDS}Condition>" or says in SPARED:
            continue
        sort = told.get(of[1:-1], {}).get(RDF + "type")
        if "share" in facts[WORDS + "modality"] or "causes" in says or "Cause" in says:
            continue
        if sort in regions:
            made.placing.append((says, facts[WORDS + "modality"]))
            made.named += [of] if of not in made.named else []
        elif sort and not {WORDS + "labelType", WORDS + "inUnit"} & facts.keys():
            made.claims.append((says, of, facts[WORDS + "modality"]))
    return made


def extend(home: Path, triples: int, seed: int = 1) -> int:
    """Copy the knowledge to `home` and add generated files of about so many triples; the number added."""
    for name in ("ontology", "data", "shapes"):
        shutil.copytree(ROOT / name, home / name)
    like, chance = pattern(), random.Random(seed)
    folder = home / "data" / "generated"
    folder.mkdir()
    added = number = 0
    while added < triples:
        for name, text in _batch(number, like, chance):
            (folder / f"{name}-{number:05}.ttl").write_text(PREFIXES + text, encoding="utf-8")
            added += text.count(" ;\n") + text.count(" .\n")
        number += 1
    return added


def _batch(n: int, like: Pattern, chance: random.Random) -> list[tuple[str, str]]:
    source = f"dys:made-up-document-{n}"
    document = f"""\
{source} a dyo:SourceDocument ;
    skos:prefLabel "made-up document {n}"@en ;
    dcterms:title "made-up document {n}"@en ;
    dcterms:description "Document number {n} that nobody wrote, for measuring."@en ;
    dcterms:publisher dys:dystonia-graph-curators ;
    dcterms:type <http://purl.org/dc/dcmitype/Text> ;
    <http://xmlns.com/foaf/0.1/page> <http://other.example/document/{n}> ;
    dcterms:license <https://creativecommons.org/licenses/by/4.0/> .
"""
    names = [f"made-up-condition-{n}-{i}" for i in range(CONDITIONS)]
    conditions = "\n".join(_condition(slug, n, i, source, chance) for i, slug in enumerate(names))
    claims = "\n".join(_claim(f"{n}-{i}", i, names, source, like, chance) for i in range(CLAIMS))
    cases = "\n".join(_case(f"{n}-{i}", source, like, chance) for i in range(CASES))
    mappings = "\n".join(
        _mapping(f"{n}-{i}", names[i % CONDITIONS], source, like, chance) for i in range(MAPPINGS)
    )
    return [
        ("document", document),
        ("conditions", conditions),
        ("claims", claims),
        ("cases", cases),
        ("mappings", mappings),
    ]


def _words(chance: random.Random, few: int) -> str:
    return " ".join("".join(chance.choice(SYLLABLES) for _ in range(3)) for _ in range(few))


def _condition(slug: str, n: int, i: int, source: str, chance: random.Random) -> str:
    above = f"dys:made-up-condition-{n}-{chance.randrange(i)}" if i else "dys:dystonia"
    return f"""\
dys:{slug} a dyo:Condition ;
    skos:broader {above} ;
    skos:prefLabel "{_words(chance, 2)} {n} {i}"@en ;
    skos:altLabel "{_words(chance, 2)} {n} {i} too"@en ;
    skos:definition "{_words(chance, 9)}"@en ;
    dcterms:source {source} ;
    dyo:noRegionReason "made up for measuring"@en ;
    dyo:dystoniaStatus dys:is-dystonia .
"""


def _claim(slug: str, i: int, names: list[str], source: str, like: Pattern, chance: random.Random) -> str:
    """One in ten is about the place of one of the conditions that are described by place."""
    about = chance.choice(names)
    says, of, modality = chance.choice(like.claims)
    if i % 10 == 0:
        number = chance.randrange(PLACED)
        about = f"made-up-condition-{number // CONDITIONS}-{number % CONDITIONS}"
        says, modality = chance.choice(like.placing)
        of = like.named[(number * EACH + chance.randrange(EACH)) % len(like.named)]
    return f"""\
dys:made-up-claim-{slug} a dyo:Claim ;
    rdf:subject dys:{about} ;
    rdf:predicate {says} ;
    rdf:object {of} ;
    dyo:modality {modality} ;
    dyo:polarity dys:affirmed ;
    dcterms:source {source} .
"""


def _case(slug: str, source: str, like: Pattern, chance: random.Random) -> str:
    places = chance.sample(like.places, chance.choice((1, 1, 2, 2, 3, 4)))
    rows = "".join(f"    dyo:affects {place} ;\n" for place in places)
    return f"""\
dys:made-up-case-{slug} a dyo:DescribedCase ;
    skos:prefLabel "made-up case {slug}"@en ;
    skos:definition "made-up case {slug} of {_words(chance, 4)}"@en ;
    dcterms:source {source} ;
{rows}    dyo:ageAtOnsetYears {chance.randrange(1, 90)} .
"""


def _mapping(slug: str, about: str, source: str, like: Pattern, chance: random.Random) -> str:
    number = 10_000_000 + 100 * int(slug.partition("-")[0]) + int(slug.partition("-")[2])
    return f"""\
dys:made-up-mapping-{slug} a sssom:Mapping ;
    dcterms:isPartOf {like.mapped} ;
    dcterms:source {source} ;
    owl:annotatedSource dys:{about} ;
    owl:annotatedProperty skos:closeMatch ;
    owl:annotatedTarget <{MAPPED[1]}{number}> ;
    sssom:object_label "{_words(chance, 2)}" ;
    sssom:mapping_justification semapv:ManualMappingCuration ;
    sssom:object_source dys:{MAPPED[0]} ;
    pav:authoredBy dys:dystonia-graph-curators ;
    dcterms:created "2026-11-21"^^xsd:date .
"""
