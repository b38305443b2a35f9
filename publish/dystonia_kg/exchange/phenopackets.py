"""
Phenopackets (GA4GH, version 2) as descriptions for the rules.

A JSON-LD context kept with the knowledge is laid over the JSON; what it does not name is not read, so
nothing that identifies a person gets any further. What a finding means is for the rules to say.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store, Triple, parse

from ..ask import ask
from ..errors import BadInput

#: Bytes; the largest of 9,292 published phenopackets is far below this.
LARGEST = 20_000_000

#: How deep the JSON may nest; a phenopacket has about ten levels.
DEEPEST = 60

#: At least one of these makes a JSON document a phenopacket.
SECTIONS = ("phenotypicFeatures", "diseases", "interpretations", "subject", "metaData")


def context(store: Store) -> dict:
    """What the release lays over a phenopacket: a JSON-LD context, and the class of what is described."""
    for row in ask(store, "context"):
        if row["document"].value.endswith("/phenopacket"):
            return json.loads(row["text"].value)
    raise BadInput("this release does not say how phenopackets are read")


def files(paths: list[Path]) -> Iterator[Path]:
    """The files themselves; of a folder, every JSON file below it, in order of name."""
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.json"))
        else:
            yield path


def read(path: Path) -> dict:
    """One phenopacket. Raises BadInput that names the file when it is not one."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path}: larger than {LARGEST} bytes; not read")
        packet = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as trouble:
        raise BadInput(f"{path}: cannot be read: {trouble.strerror}") from trouble
    except UnicodeDecodeError as trouble:
        raise BadInput(f"{path}: not text in UTF-8") from trouble
    except json.JSONDecodeError as trouble:
        raise BadInput(f"{path}:{trouble.lineno}:{trouble.colno}: not JSON: {trouble.msg}") from trouble
    except RecursionError as trouble:
        raise BadInput(f"{path}: nested too deeply to be a phenopacket") from trouble
    if not isinstance(packet, dict) or not any(name in packet for name in SECTIONS):
        raise BadInput(f"{path}: JSON, but not a phenopacket (none of {', '.join(SECTIONS)} at the top)")
    return packet


def of_terms(terms: list[str]) -> dict:
    """A phenopacket of terms alone, those with an exclamation mark excluded: HP:0000643,!HP:0002530."""
    features = []
    for term in terms:
        name = term.strip()
        if not name:
            continue
        identifier = name.lstrip("!").strip()
        if identifier.count(":") != 1 or not all(identifier.split(":")):
            raise BadInput(
                f"{name!r} is not a term; write it as HP:0000643, or !HP:0000643 when it is absent"
            )
        features.append({"type": {"id": identifier}, "excluded": name.startswith("!")})
    if not features:
        raise BadInput("no terms given; write them as HP:0000643,!HP:0002530")
    return {"phenotypicFeatures": features}


def describe(packet: dict, about: NamedNode, meaning: dict, name: str = "phenopacket") -> list[Triple]:
    """What a phenopacket says, as triples about `about`. Raises BadInput when it cannot be read as RDF."""
    document = {**_clean(packet, name), **meaning, "@id": about.value}
    document.pop("id", None)
    try:
        quads = list(parse(json.dumps(document), format=RdfFormat.JSON_LD, base_iri=about.value))
    except (SyntaxError, ValueError) as trouble:
        raise BadInput(f"{name}: not a phenopacket as version 2 has it: {trouble}") from trouble
    return [quad.triple for quad in quads]


def _clean(value, name: str, depth: int = 0):
    """Without keys that mean something to JSON-LD: a phenopacket has none, an attack may."""
    if depth > DEEPEST:
        raise BadInput(f"{name}: nested more than {DEEPEST} levels deep; not a phenopacket")
    if isinstance(value, dict):
        return {k: _clean(v, name, depth + 1) for k, v in value.items() if not k.startswith("@")}
    if isinstance(value, list):
        return [_clean(v, name, depth + 1) for v in value]
    return value
