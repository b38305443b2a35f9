"""Let the release list its files: DCAT and SPDX for catalogues, RO-Crate for archives."""

import json
from collections.abc import Mapping
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from ..ask import ask
from ..formats import DATASETS, GRAPHS
from ..release import checksum

VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"
SPDX = "http://spdx.org/rdf/terms#"
XSD = "http://www.w3.org/2001/XMLSchema#"
OWL = "http://www.w3.org/2002/07/owl#"
MEDIA = "https://www.iana.org/assignments/media-types/"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SERVICE = "http://www.w3.org/TR/sparql11-protocol/"

#: What the catalogue keeps of what the ontology says about its version, so that releases can be compared.
VERSION_WORDS = (
    OWL + "versionIRI",
    OWL + "versionInfo",
    OWL + "priorVersion",
    DCTERMS + "issued",
    DCTERMS + "modified",
)
PACKED = {"gz": "application/gzip", "zst": "application/zstd"}
KINDS = {
    **{form.extension: (form.name, form.media_type) for form in (*GRAPHS, *DATASETS)},
    "csv": ("CSV", "text/csv"),
    "parquet": ("Parquet", "application/vnd.apache.parquet"),
    "md": ("Markdown", "text/markdown"),
    "svg": ("SVG", "image/svg+xml"),
}


def version_of(store) -> str:
    """The version that the ontology states, as it stands in addresses."""
    row = next(iter(ask(store, "dataset")))
    return row["version"].value if row["version"] else "0"


#: Files that others wrote into the release: file name → what it is, and its media type.
Others = Mapping[str, tuple[str, str]]


def distributions(folder: Path, others: Others) -> list[Path]:
    """The files of a release folder that hold data, in order."""
    return sorted([*folder.glob("dataset.*"), *folder.glob("table-*"), *(folder / name for name in others)])


def catalogue(store, folder: Path, base: str, names: dict[str, str], others: Others) -> bytes:
    """The release's files as DCAT distributions, each with size, media type, licence and SHA-256."""
    row = next(iter(ask(store, "dataset")))
    version = version_of(store)
    dataset, edition = NamedNode(base), NamedNode(f"{base}releases/{version}")
    triples: list[Triple] = []

    def say(subject, predicate: str, value) -> None:
        if value is not None:
            triples.append(Triple(subject, NamedNode(predicate), value))

    _catalog(say, row, base, dataset)
    say(dataset, TYPE.value, NamedNode(DCAT + "Dataset"))
    say(dataset, TYPE.value, NamedNode(VOID + "Dataset"))
    for quad in store.quads_for_pattern(dataset, None, None, None):
        say(quad.subject, quad.predicate.value, quad.object)
    say(dataset, DCAT + "version", Literal(version))
    say(dataset, DCAT + "hasVersion", edition)
    say(dataset, DCAT + "hasCurrentVersion", edition)
    say(edition, TYPE.value, NamedNode(DCAT + "Dataset"))
    say(edition, DCAT + "isVersionOf", dataset)
    say(edition, DCAT + "version", Literal(version))
    say(edition, DCTERMS + "title", row["title"])
    say(edition, DCTERMS + "description", row["description"])
    say(edition, DCTERMS + "license", row["license"])
    say(edition, DCTERMS + "issued", row["day"])
    if row["ontology"]:
        for word in VERSION_WORDS:
            for quad in store.quads_for_pattern(row["ontology"], NamedNode(word), None, None):
                say(row["ontology"], word, quad.object)
    for path in distributions(folder, others):
        _file(say, path, _kind(path.name, others), row, edition.value, (dataset, edition))
    return serialize(list(dict.fromkeys(triples)), format=RdfFormat.TURTLE, prefixes=names)


def _catalog(say, row, base: str, dataset: NamedNode) -> None:
    catalog, service = NamedNode(base + "catalog"), NamedNode(base + "sparql")
    say(catalog, TYPE.value, NamedNode(DCAT + "Catalog"))
    say(catalog, DCTERMS + "title", row["title"])
    say(catalog, DCTERMS + "description", row["description"])
    say(catalog, DCTERMS + "license", row["license"])
    say(catalog, DCTERMS + "publisher", row["publisher"])
    say(catalog, DCTERMS + "issued", row["day"])
    say(catalog, DCAT + "dataset", dataset)
    say(catalog, DCAT + "service", service)
    say(service, TYPE.value, NamedNode(DCAT + "DataService"))
    say(service, DCTERMS + "title", Literal("SPARQL endpoint", language="en"))
    say(service, DCAT + "endpointURL", service)
    say(service, DCAT + "endpointDescription", service)
    say(service, DCAT + "servesDataset", dataset)
    say(service, DCTERMS + "conformsTo", NamedNode(SERVICE))
    say(service, DCTERMS + "license", row["license"])


def _file(say, path: Path, kind_of, row, where: str, holders) -> None:
    file = NamedNode(f"{where}/{path.name}")
    digest = NamedNode(f"{file.value}#sha256")
    name, kind, packed = kind_of
    for holder in holders:
        say(holder, DCAT + "distribution", file)
    if path.name.startswith("dataset."):
        say(holders[0], VOID + "dataDump", file)
    say(file, TYPE.value, NamedNode(DCAT + "Distribution"))
    say(file, DCTERMS + "title", Literal(f"{path.name} ({name})", language="en"))
    say(file, DCAT + "accessURL", file)
    say(file, DCAT + "downloadURL", file)
    say(file, DCAT + "mediaType", NamedNode(MEDIA + kind))
    if packed:
        say(file, DCAT + "compressFormat", NamedNode(MEDIA + packed))
    size = Literal(str(path.stat().st_size), datatype=NamedNode(XSD + "nonNegativeInteger"))
    say(file, DCAT + "byteSize", size)
    say(file, DCTERMS + "license", row["license"])
    say(file, SPDX + "checksum", digest)
    say(digest, TYPE.value, NamedNode(SPDX + "Checksum"))
    say(digest, SPDX + "algorithm", NamedNode(SPDX + "checksumAlgorithm_sha256"))
    say(digest, SPDX + "checksumValue", Literal(checksum(path), datatype=NamedNode(XSD + "hexBinary")))


def _kind(name: str, others: Others) -> tuple[str, str, str | None]:
    """What a file is: the name of its format, its media type, and how it is packed, if it is."""
    if name in others:
        return *others[name], None
    inner, _, last = name.rpartition(".")
    if last in PACKED:
        name, kind, _ = _kind(inner, others)
        return f"{name}, {'gzip' if last == 'gz' else 'zstd'}", kind, PACKED[last]
    return *KINDS[last], None


def crate(store, folder: Path, base: str, others: Others) -> bytes:
    """The release as a research object (RO-Crate 1.1): one entry for each file."""
    row = next(iter(ask(store, "dataset")))
    files = [p for p in sorted(folder.iterdir()) if p.name != "SHA256SUMS"]

    def text(key: str) -> str:
        return row[key].value if row[key] else ""

    whole = {
        "@id": "./",
        "@type": "Dataset",
        "name": text("title"),
        "description": text("description"),
        "identifier": f"{base}releases/{version_of(store)}",
        "version": version_of(store),
        "datePublished": text("day"),
        "license": {"@id": text("license")},
        "isBasedOn": {"@id": base},
        "hasPart": [{"@id": p.name} for p in files],
    }
    graph = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        {key: value for key, value in whole.items() if value not in ("", {"@id": ""})},
        *(_crate_file(p, _kind(p.name, others)) for p in files),
    ]
    if text("license"):
        graph.append({"@id": text("license"), "@type": "CreativeWork", "name": text("license")})
    made = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def _crate_file(path: Path, kind_of) -> dict:
    name, kind, packed = kind_of
    return {
        "@id": path.name,
        "@type": "File",
        "name": f"{path.name} ({name})",
        "encodingFormat": packed or kind,
        "contentSize": str(path.stat().st_size),
        "sha256": checksum(path),
    }
