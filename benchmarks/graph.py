"""The graphs to measure on: a generated one that looks like an ontology, or any N-Triples file."""

import hashlib
import random
from pathlib import Path

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SHACL = "http://www.w3.org/ns/shacl#"
BASE = "http://bench.example/"

SYLLABLES = [consonant + vowel for consonant in "bdklmnrs" for vowel in "aeio"]


def generate(path: Path, triples: int, seed: int = 1) -> Path:
    """Write an N-Triples file of about so many triples: a hierarchy with names, synonyms, notes and links.

    The same number gives the same file.
    """
    chance = random.Random(seed)

    def word() -> str:
        return "".join(chance.choice(SYLLABLES) for _ in range(chance.randint(2, 4)))

    written, number = 0, 0
    with path.open("w", encoding="utf-8") as file:

        def say(s: str, p: str, o: str) -> None:
            nonlocal written
            file.write(f"<{s}> <{p}> {o} .\n")
            written += 1

        while written < triples:
            thing = f"{BASE}id/T{number:07}"
            say(thing, RDF + "type", f"<{OWL}Class>")
            name = " ".join(word() for _ in range(chance.randint(1, 4)))
            say(thing, RDFS + "label", f'"{name}"@en')
            say(thing, SKOS + "notation", f'"T:{number:07}"')
            say(thing, SKOS + "definition", f'"a {name} that is {" ".join(word() for _ in range(12))}"@en')
            for _ in range(chance.randint(0, 3)):
                say(thing, SKOS + "altLabel", f'"{word()} {word()}"@en')
            for _ in range(1 if number else 0):
                parent = chance.randint(max(0, number // 7 - 3), max(0, number // 5))
                if parent < number:
                    say(thing, RDFS + "subClassOf", f"<{BASE}id/T{parent:07}>")
            for _ in range(chance.randint(0, 4)):
                say(thing, SKOS + "exactMatch", f"<http://other.example/{chance.randint(1, 10**6)}>")
            if number % 4 == 0:
                note = f"{BASE}note/{number}"
                say(note, RDF + "type", f"<{BASE}words#Note>")
                say(note, BASE + "words#about", f"<{thing}>")
                say(
                    note,
                    BASE + "words#weight",
                    f'"{chance.randint(1, 9999)}"^^<{XSD}integer>',
                )
                say(note, BASE + "words#by", f"<{BASE}person/{chance.randint(1, 200)}>")
            number += 1
    return path


def as_release(triples: Path, folder: Path) -> Path:
    """Wrap N-Triples as a release: one named graph, a line about the dataset, checksums."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "dataset.nq"
    with triples.open(encoding="utf-8") as source, target.open("w", encoding="utf-8") as file:
        for line in source:
            if line.strip() and not line.startswith("#"):
                file.write(f"{line.rstrip().removesuffix('.').rstrip()} <{BASE}graph> .\n")
        file.write(f'<{BASE}> <http://rdfs.org/ns/void#uriSpace> "{BASE}" <{BASE}graph> .\n')
    report = folder / "validation.ttl"
    report.write_text(f"[] a <{SHACL}ValidationReport> ; <{SHACL}conforms> true .\n", encoding="utf-8")
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in (target, report)]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    return folder
