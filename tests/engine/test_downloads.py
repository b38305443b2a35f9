"""Files of a release: the same bytes every time, in every packing, listed with size and checksum."""

import csv
import gzip
import hashlib
import importlib.util
import json
import subprocess
import sys
from functools import partial

import pytest
import zstandard
from pyoxigraph import NamedNode, RdfFormat, parse

from dystonia_kg.build import build
from dystonia_kg.compare import as_triples, compare, in_words
from dystonia_kg.release import open_store
from dystonia_kg.releases import editions

from .. import stores

BASE = "http://cheese.example/"
DCAT = "http://www.w3.org/ns/dcat#"
FILES = [f"dataset.{e}{p}" for e in ("ttl", "jsonld", "nt", "rdf", "trig", "nq") for p in ("", ".gz", ".zst")]


@pytest.fixture(scope="module")
def client(board):
    made = stores.app(board).test_client()
    made.open = partial(made.open, buffered=True)
    return made


@pytest.fixture(scope="module")
def release(board):
    return board / "1.3.0"


@pytest.mark.parametrize("name", FILES)
def test_every_format_is_there_plain_and_packed(client, release, name):
    response = client.get(f"/releases/1.3.0/{name}")
    assert response.status_code == 200
    assert response.data == (release / name).read_bytes()
    assert "immutable" in response.headers["Cache-Control"]
    stem, _, rest = name.partition(".")
    assert f"filename=cheeses-1.3.0.{rest}" in response.headers["Content-Disposition"]


@pytest.mark.parametrize("extension", ["ttl", "jsonld", "nt", "rdf", "trig", "nq"])
def test_packed_files_hold_the_plain_ones(release, extension):
    plain = (release / f"dataset.{extension}").read_bytes()
    assert gzip.decompress((release / f"dataset.{extension}.gz").read_bytes()) == plain
    assert (
        zstandard.ZstdDecompressor().decompress((release / f"dataset.{extension}.zst").read_bytes()) == plain
    )


def test_a_release_is_the_same_bytes_every_time(release, tmp_path):
    again = build(release.parents[1] / "home", tmp_path / "again")
    assert {p.name for p in again.iterdir()} == {p.name for p in release.iterdir()}
    for path in release.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_the_catalogue_lists_every_file_with_its_size_licence_and_checksum(client, release):
    told = [q.triple for q in parse(path=release / "catalog.ttl", format=RdfFormat.TURTLE)]

    def first(subject, predicate):
        found = [t.object for t in told if t.subject == subject and t.predicate.value == predicate]
        assert len(found) == 1, (subject, predicate)
        return found[0]

    files = {t.object for t in told if t.subject.value == BASE and t.predicate.value == DCAT + "distribution"}
    names = {p.name for p in release.iterdir() if p.name.startswith(("dataset.", "table-"))}
    assert {f.value.rsplit("/", 1)[1] for f in files} == names
    for file in files:
        response = client.get("/" + first(file, DCAT + "downloadURL").value.removeprefix(BASE))
        assert response.status_code == 200
        assert int(first(file, DCAT + "byteSize").value) == int(response.headers["Content-Length"])
        digest = first(file, "http://spdx.org/rdf/terms#checksum")
        value = first(digest, "http://spdx.org/rdf/terms#checksumValue").value
        assert value == hashlib.sha256(response.data).hexdigest()
        assert first(file, "http://purl.org/dc/terms/license")
        kind = first(file, DCAT + "mediaType").value.split("media-types/")[1]
        packed = [
            t.object.value for t in told if t.subject == file and t.predicate.value == DCAT + "compressFormat"
        ]
        assert response.mimetype == (packed[0].split("media-types/")[1] if packed else kind)


def test_the_dump_holds_what_the_store_holds(release):
    store = open_store(release)
    dumped = {q.triple for q in parse(path=release / "dataset.nt", format=RdfFormat.N_TRIPLES)}
    assert len(dumped) == sum(1 for _ in store.quads_for_pattern(None, None, None, None)) - sum(
        1 for graph in store.named_graphs() for _ in store.quads_for_pattern(None, None, None, graph)
    )


def test_a_part_of_a_file_can_be_had(client, release):
    whole = (release / "dataset.nt").read_bytes()
    part = client.get("/releases/1.3.0/dataset.nt", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, whole[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    end = client.get("/releases/1.3.0/dataset.nt", headers={"Range": "bytes=-5"})
    assert end.data == whole[-5:]
    assert (
        client.get("/releases/1.3.0/dataset.nt", headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    )
    tag = part.headers["ETag"]
    assert client.get("/releases/1.3.0/dataset.nt", headers={"If-None-Match": tag}).status_code == 304
    stale = client.get("/releases/1.3.0/dataset.nt", headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert (stale.status_code, stale.data) == (200, whole)


def test_a_file_without_a_version_leads_to_the_newest(client):
    response = client.get("/dump/dataset.ttl")
    assert (response.status_code, response.headers["Location"]) == (
        302,
        "http://localhost/releases/1.3.0/dataset.ttl",
    )
    assert client.get("/dump/passwd").status_code == 404


@pytest.mark.parametrize("path", ["../../home/data/cheeses.ttl", "%2e%2e/1.2.3/dataset.ttl", "nothing.ttl"])
def test_only_files_of_the_release_are_sent(client, path):
    assert client.get(f"/releases/1.3.0/{path}").status_code == 404


def test_each_graph_can_be_downloaded_alone(client):
    response = client.get("/data/news.ttl?_profile=plain")
    assert len(list(parse(response.data, format=RdfFormat.TURTLE))) == 4


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_shape_becomes_a_table(release):
    table = {row["iri"]: row for row in rows(release / "table-cheese.csv")}
    brie = table[BASE + "id/brie"]
    assert brie["name"] == "Brie"
    assert (brie["milk"], brie["milk_name"]) == (BASE + "id/cow", "cow")
    assert brie["ripensWeeks"] == "4"


def test_the_graph_is_nodes_edges_and_mappings(release):
    nodes = {row["iri"] for row in rows(release / "table-nodes.csv")}
    edges = rows(release / "table-edges.csv")
    assert BASE + "id/gouda" in nodes
    assert {"from": BASE + "id/gouda", "property": BASE + "words#madeFrom", "to": BASE + "id/cow"} in edges
    assert all(row["from"] in nodes for row in edges)
    assert [
        row["theirs"] for row in rows(release / "table-mappings.csv") if row["iri"] == BASE + "id/brie"
    ] == ["http://food.example/brie"]


@pytest.mark.skipif(not importlib.util.find_spec("pyarrow"), reason="Parquet needs pyarrow")
def test_tables_are_parquet_too(release):
    from pyarrow import parquet

    table = parquet.read_table(release / "table-cheese.parquet").to_pylist()
    assert table == rows(release / "table-cheese.csv")


def test_the_research_object_lists_every_file_with_its_checksum(release):
    crate = json.loads((release / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    whole = next(row for row in crate if row["@id"] == "./")
    assert whole["version"] == "1.3.0" and whole["datePublished"].startswith("2021-05-06")
    for part in whole["hasPart"]:
        row = next(r for r in crate if r["@id"] == part["@id"])
        content = (release / part["@id"]).read_bytes()
        assert row["contentSize"] == str(len(content))
        assert row["sha256"] == hashlib.sha256(content).hexdigest()


# --- two releases


def test_releases_are_ordered_by_their_day_and_never_by_a_clock(board):
    assert [one.version for one in editions(board)] == ["1.2.3", "1.3.0"]
    assert [one.day.isoformat()[:10] for one in editions(board)] == ["2020-02-03", "2021-05-06"]


def test_a_comparison_names_what_was_added_removed_and_changed(board):
    older, newer = open_store(board / "1.2.3"), open_store(board / "1.3.0")
    there = compare(older, newer)
    assert [c.thing for c in there.of("added") if "/id/" in c.thing] == [BASE + "id/gouda"]
    assert [c.thing for c in compare(newer, older).of("removed") if "/id/" in c.thing] == [BASE + "id/gouda"]
    assert BASE + "words" in [c.thing for c in there.of("changed")]
    assert not compare(older, older).changes
    assert NamedNode(BASE + "id/gouda") in {t.object for t in as_triples(there)}
    assert next(iter(in_words(there))).startswith("from 1.2.3 to 1.3.0: ")


def test_the_command_compares_two_folders(board):
    command = [sys.executable, "-m", "dystonia_kg", "diff", "--brief"]
    folders = [str(board / "1.2.3"), str(board / "1.3.0")]
    told = subprocess.run([*command, *folders], capture_output=True, text=True, check=True)
    assert "added: Gouda" in told.stdout
    turtle = subprocess.run([*command, "--rdf", *folders], capture_output=True, check=True)
    assert list(parse(turtle.stdout, format=RdfFormat.TURTLE))
    wrong = subprocess.run([*command, str(board), folders[0]], capture_output=True, text=True)
    assert wrong.returncode == 1 and "no release is here" in wrong.stderr
