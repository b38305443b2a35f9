"""From files to a release, on cheese."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse
from rdflib.compare import isomorphic

import dystonia_kg
from dystonia_kg.build import build
from dystonia_kg.build.describe import describe
from dystonia_kg.build.shacl.graph import Graph
from dystonia_kg.errors import Invalid, Nameless, NoRelease, Unreadable, Unwritable
from dystonia_kg.formats import DATASETS, GRAPHS
from dystonia_kg.release import open_store, sums

ROOT = Path(dystonia_kg.__file__).parents[1]


@pytest.fixture
def board(tmp_path, request) -> Path:
    """A copy of the toy knowledge, to break."""
    return Path(shutil.copytree(request.config.rootpath / "tests" / "toy", tmp_path / "board"))


def test_every_format_is_written_and_its_checksum_is_true(toy):
    stated = sums(toy)
    assert {f"dataset.{f.extension}" for f in (*GRAPHS, *DATASETS)} <= set(stated)
    for name, digest in stated.items():
        assert hashlib.sha256((toy / name).read_bytes()).hexdigest() == digest


def test_a_graph_is_named_after_its_file(toy):
    graphs = {quad.graph_name.value for quad in parse(path=toy / "dataset.nq", format=RdfFormat.N_QUADS)}
    assert {"http://cheese.example/data/cheeses", "http://cheese.example/inferred"} <= graphs


def test_all_formats_of_one_graph_say_the_same(toy):
    said = [rdflib.Graph().parse(toy / f"dataset.{f.extension}") for f in GRAPHS]
    assert all(isomorphic(said[0], other) for other in said[1:])


def test_the_same_knowledge_gives_the_same_bytes_in_any_process(toy, tmp_path, request):
    for seed in ("1", "2"):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "dystonia_kg",
                "build",
                "--home",
                request.config.rootpath / "tests" / "toy",
                "--out",
                tmp_path / seed,
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
        assert sums(tmp_path / seed) == sums(toy)


def test_the_counts_are_what_a_query_counts(toy):
    store = open_store(toy)
    void = "http://rdfs.org/ns/void#"
    stated = {
        q.predicate.value: q.object.value
        for q in store.quads_for_pattern(NamedNode("http://cheese.example/"), None, None, None)
    }
    counted = next(iter(store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")))["n"].value
    assert stated[void + "triples"] == counted


def test_a_count_of_objects_that_never_settles_is_left_out_alone():
    """With these ten numbers the statistics add one object, which makes them add one less, and so on."""
    void, base = "http://rdfs.org/ns/void#", "http://x.example/"
    for most in range(1, 30):
        given = [
            Quad(NamedNode(f"{base}t{n}"), NamedNode(f"{base}p"), Literal(n), DefaultGraph())
            for n in range(most)
        ]
        made = describe(Graph(q.triple for q in given), base, {"x": base})
        store = Store()
        store.extend(Quad(*q.triple, DefaultGraph()) for q in (*given, *made))
        stated = {
            row["p"]: int(row["n"].value)
            for row in store.query(
                f"PREFIX void: <{void}> SELECT * {{ [] void:property ?p ; void:distinctObjects ?n }}"
            )
        }
        found = {
            row["p"]: int(row["n"].value)
            for row in store.query("SELECT ?p (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o } GROUP BY ?p")
        }
        assert stated.items() <= found.items()
        assert len(found) - len(stated) == (most == 10)


def test_broken_turtle_names_file_line_and_column(board, tmp_path):
    (board / "data/bad.ttl").write_text("<urn:a> <urn:b>\n\n  oops .\n")
    with pytest.raises(Unreadable, match=r"bad\.ttl:3:\d"):
        build(board, tmp_path / "out")


def test_a_broken_shape_names_file_line_shape_and_message_and_writes_nothing(board, tmp_path):
    with (board / "data/cheeses.ttl").open("a") as file:
        file.write(
            '\nc:cheddar a cat:Cheese ;\n    skos:prefLabel "cheddar"@en ;\n    cat:ripensWeeks 9 ;\n    cat:madeFrom c:oak .\n'
        )
    line = (board / "data/cheeses.ttl").read_text().splitlines().index("    cat:madeFrom c:oak .") + 1
    with pytest.raises(Invalid) as caught:
        build(board, tmp_path / "out")
    said = str(caught.value)
    assert f"data/cheeses.ttl:{line}" in said
    assert "shapes#Cheese-madeFrom" in said and "an animal that we know" in said
    assert not (tmp_path / "out").exists() and not list(tmp_path.glob(".out*"))


def test_a_failed_build_leaves_the_old_release(board, tmp_path):
    out = build(board, tmp_path / "out")
    before = sums(out)
    (board / "data/bad.ttl").write_text("oops")
    with pytest.raises(Unreadable):
        build(board, out)
    assert sums(out) == before


def test_a_new_release_takes_the_place_of_the_old(board, tmp_path):
    out = build(board, tmp_path / "out")
    with (board / "data/cheeses.ttl").open("a") as file:
        file.write('\nc:sheep a cat:Animal ;\n    skos:prefLabel "sheep"@en .\n')
    build(board, out)
    assert "id/sheep" in (out / "dataset.nt").read_text()
    assert not list(tmp_path.glob(".out*"))


def test_a_folder_with_other_things_in_it_is_left_alone(board, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/letter.txt").write_text("dear")
    with pytest.raises(Unwritable, match="not a release"):
        build(board, tmp_path / "out")
    assert (tmp_path / "out/letter.txt").read_text() == "dear"


def test_knowledge_without_a_name_for_itself_is_told_so(board, tmp_path):
    (board / "data/cheeses.ttl").unlink()
    with pytest.raises(Nameless, match="uriSpace"):
        build(board, tmp_path / "out")


def test_a_folder_without_knowledge_is_told_so(tmp_path):
    with pytest.raises(Unreadable, match="--home"):
        build(tmp_path, tmp_path / "out")


def test_a_changed_dataset_is_not_opened(toy, tmp_path):
    copy = Path(shutil.copytree(toy, tmp_path / "copy"))
    with (copy / "dataset.nq").open("a") as file:
        file.write("<urn:a> <urn:b> <urn:c> .\n")
    with pytest.raises(NoRelease, match="SHA-256"):
        open_store(copy)
    with pytest.raises(NoRelease):
        open_store(tmp_path)


def test_a_question_answered_otherwise_than_expected_stops_the_build(board, tmp_path):
    text = (board / "data/cheeses.ttl").read_text()
    expects = (
        ' ;\n    <http://datashapes.org/dash#expectedResult> """cheese\nhttp://cheese.example/id/{}\n""" .'
    )
    end = text.rindex(" .")
    (board / "data/cheeses.ttl").write_text(text[:end] + expects.format("brie"))
    build(board, tmp_path / "out")
    (board / "data/cheeses.ttl").write_text(text[:end] + expects.format("crottin"))
    with pytest.raises(Invalid, match=r"data/cheeses\.ttl:\d+: Which cheeses are young\?.*id/crottin"):
        build(board, tmp_path / "out")


def test_a_question_that_is_not_sparql_stops_the_build(board, tmp_path):
    text = (board / "data/cheeses.ttl").read_text()
    (board / "data/cheeses.ttl").write_text(text.replace("SELECT ?cheese WHERE", "SELECT ?cheese WHEREVER"))
    with pytest.raises(Invalid, match="not SPARQL"):
        build(board, tmp_path / "out")
