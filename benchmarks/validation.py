"""
How validation grows: our set-wise validator and pySHACL on generated graphs of growing size, in one run.

    python benchmarks/validation.py [--sizes 10000 100000 1000000] [--pyshacl-up-to 100000] [--own]

Seconds are of the processor, not of the clock, so that other work on the machine counts little. They
differ from machine to machine all the same: quote the ratios and the exponent, which is the slope of
log(seconds) over log(triples) between one size and the next. n·log n has an exponent of 1.07 to 1.09
between these sizes. A row is one JSON object; benchmarks/validation.jsonl keeps the rows of one run.
"""

import argparse
import json
import math
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "publish"))

from pyoxigraph import RdfFormat, Triple, parse, serialize

PREFIXES = """
@prefix e: <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

#: Shapes like those of a knowledge graph: names, values from lists, counts, paths, alternatives, a query.
SHAPES = (
    PREFIXES
    + """
e:Thing-S sh:targetClass e:Thing ;
    sh:property [ sh:path skos:prefLabel ; sh:minCount 1 ; sh:uniqueLang true ; sh:datatype rdf:langString ] ;
    sh:property [ sh:path skos:notation ; sh:maxCount 1 ; sh:pattern "^[A-Z]+[0-9]+$" ] ;
    sh:property [ sh:path skos:broader ; sh:class e:Thing ; sh:nodeKind sh:IRI ; sh:disjoint skos:related ] ;
    sh:property [ sh:path ( skos:broader skos:notation ) ; sh:datatype xsd:string ] ;
    sh:property [ sh:path [ sh:inversePath e:about ] ; sh:maxCount 60 ] .
e:Statement-S sh:targetClass e:Statement ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ;
    sh:property [ sh:path e:about ; sh:minCount 1 ; sh:maxCount 1 ; sh:class e:Thing ] ;
    sh:property [ sh:path e:source ; sh:minCount 1 ; sh:node e:Source-S ] ;
    sh:property [ sh:path e:grade ; sh:in ( 1 2 3 4 5 ) ] ;
    sh:property [ sh:path e:seen ; sh:datatype xsd:date ; sh:lessThanOrEquals e:told ] ;
    sh:property [ sh:path e:told ; sh:minInclusive "1900-01-01"^^xsd:date ] ;
    sh:or ( [ sh:path e:grade ; sh:minCount 1 ] [ sh:path e:told ; sh:minCount 1 ] ) ;
    sh:not [ sh:class e:Source ] .
e:Source-S sh:property [ sh:path skos:prefLabel ; sh:minCount 1 ; sh:minLength 3 ] ;
    sh:property [ sh:path [ sh:alternativePath ( skos:altLabel rdfs:label ) ] ; sh:maxCount 2 ] .
"""
)


#: A constraint in SPARQL costs pySHACL a query for each thing.
QUERY = """
e:Thing-S sh:sparql [ sh:select '''
    SELECT $this ?value WHERE {
        $this skos:broader|^skos:broader ?value .
        FILTER (?value = $this)
    }''' ; sh:prefixes e:prefixes ] .
e:prefixes sh:declare [ sh:prefix 'skos' ; sh:namespace 'http://www.w3.org/2004/02/skos/core#' ] .
"""


def generated(triples: int, seed: int = 7) -> bytes:
    """About so many triples, as N-Triples: a hierarchy, its names and notes, and dated statements about it.

    One statement in a thousand breaks its shape.
    """
    rng, lines = random.Random(seed), [PREFIXES.replace("\n", " ")]
    things, sources = max(triples // 40, 10), max(triples // 2000, 3)
    for n in range(sources):
        lines.append(f'e:source{n} a e:Source ; skos:prefLabel "source {n}"@en ; skos:altLabel "s{n}"@en .')
    for n in range(things):
        kind = "e:Thing" if n % 3 else "e:Kind"
        above = f" ; skos:broader e:thing{rng.randrange(n)}" if n else ""
        lines.append(
            f'e:thing{n} a {kind} ; skos:prefLabel "thing {n}"@en , "Ding {n}"@de ;'
            f' skos:notation "T{n}" ; skos:related e:thing{things + n}{above} .'
        )
    lines.append("e:Kind rdfs:subClassOf e:Thing .")
    written, number = things * 6, 0
    while written < triples:
        day, number = rng.randrange(1, 28), number + 1
        grade = 9 if number % 1000 == 0 else rng.randrange(1, 6)
        lines.append(
            f"e:statement{number} a e:Statement ; e:about e:thing{rng.randrange(things)} ;"
            f" e:source e:source{rng.randrange(sources)} ; e:grade {grade} ;"
            f' e:seen "2001-02-{day:02}"^^xsd:date ; e:told "2001-02-{day + 1:02}"^^xsd:date .'
        )
        written += 6
    return serialize(
        (q.triple for q in parse("\n".join(lines), format=RdfFormat.TURTLE)), format=RdfFormat.N_TRIPLES
    )


def measure(engine: str, size: int, rules: str) -> dict:
    """One validation in this process: parse, then validate."""
    from dystonia_kg.build import shacl
    from dystonia_kg.build.shacl import reference

    data = generated(size)
    start = time.process_time()
    triples: list[Triple] = [q.triple for q in parse(data, format=RdfFormat.N_TRIPLES)]
    parsed = time.process_time() - start
    del data
    before = _peak()
    results, seconds = timed(engine, shacl, reference, triples, read_shapes(rules))
    return {
        "engine": engine,
        "shapes": rules,
        "triples": len(triples),
        "parse_s": round(parsed, 3),
        "validate_s": round(seconds, 3),
        "results": len(results),
        "peak_mb": round(_peak()),
        "peak_before_mb": round(before),
    }


def measure_own() -> list[dict]:
    """Our own knowledge with its conclusions and its own shapes, by both."""
    from dystonia_kg.build import shacl
    from dystonia_kg.build.infer import infer
    from dystonia_kg.build.load import load
    from dystonia_kg.build.shacl import reference
    from dystonia_kg.build.validate import shapes_of
    from dystonia_kg.home import home

    knowledge = load(home())
    triples = [t for page in knowledge.pages.values() for t in page]
    triples += [q.triple for q in infer(knowledge.store(), knowledge.base)]
    shapes, rows, found = shapes_of(knowledge), [], []
    for engine in ("ours", "ours", "pyshacl"):
        results, seconds = timed(engine, shacl, reference, triples, shapes)
        found.append({r.core() for r in results})
        rows.append(
            {"engine": engine, "graph": "own", "triples": len(triples), "validate_s": round(seconds, 3)}
        )
        rows[-1]["results"] = len(results)
    rows[-1]["same_results"] = found[-1] == found[0]
    return rows


def timed(engine: str, shacl, reference, triples: list[Triple], shapes: list[Triple]) -> tuple[list, float]:
    start = time.process_time()
    results = (shacl.validate if engine == "ours" else reference.validate)(triples, shapes)
    return results, time.process_time() - start


def read_shapes(rules: str) -> list[Triple]:
    text = SHAPES + (QUERY if rules == "core and a query" else "")
    return [q.triple for q in parse(text, format=RdfFormat.TURTLE)]


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    options.add_argument("--pyshacl-up-to", type=int, default=100_000, metavar="TRIPLES")
    options.add_argument("--own", action="store_true", help="also our own graph, by both validators")
    options.add_argument("--one", nargs=3, metavar=("ENGINE", "SIZE", "SHAPES"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        engine, size, rules = given.one
        print(json.dumps(measure(engine, int(size), rules)))
        return
    for rules, limit in (("core", given.pyshacl_up_to), ("core and a query", given.pyshacl_up_to // 10)):
        compare(rules, given.sizes, limit)
    # Last, because a process that is started by a large one is told the large one's peak.
    for row in measure_own() if given.own else []:
        print(json.dumps(row), flush=True)


def compare(rules: str, sizes: list[int], limit: int) -> None:
    """Rows for all sizes; pySHACL takes part as far as `limit`."""
    last: dict[str, dict] = {}
    for size in sizes:
        for engine in ("ours", "pyshacl") if size <= limit else ("ours",):
            # Each in a process of its own, so that peaks of memory are its own too.
            command = [sys.executable, "-W", "ignore", __file__, "--one", engine, str(size), rules]
            row = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            row["times_parsing"] = round(row["validate_s"] / row["parse_s"], 2)
            if engine in last:
                growth = math.log(row["validate_s"] / last[engine]["validate_s"])
                row["exponent"] = round(growth / math.log(row["triples"] / last[engine]["triples"]), 2)
            if engine == "pyshacl":
                row["times_ours"] = round(row["validate_s"] / last["ours"]["validate_s"], 1)
                row["same_results"] = row["results"] == last["ours"]["results"]
            last[engine] = row
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
