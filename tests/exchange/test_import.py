"""An import is whole or not at all, and stands beside the graph without mixing with it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dystonia_kg.cli import main
from dystonia_kg.errors import BadInput, NoRelease, Unreadable, Unwritable
from dystonia_kg.exchange.importing import import_into, remove
from dystonia_kg.release import checksum, load_guests, open_store, sums

from .conftest import OBO, TURTLE

GRAPH = "http://cheese.example/imported/mb"


@pytest.fixture
def release(larder, tmp_path):
    return shutil.copytree(larder, tmp_path / "release")


@pytest.fixture
def mb(tmp_path):
    path = tmp_path / "mb.obo"
    path.write_text(OBO)
    return path


def everything(folder):
    return {path.name: checksum(path) for path in folder.iterdir()}


def test_what_is_imported_can_be_asked_together_with_ours(release, mb):
    before = everything(release)
    (guest,) = import_into(release, [mb])
    assert (guest.name, guest.graph, guest.kind) == ("mb", GRAPH, "OBO")
    store = open_store(release)
    ours = len(list(store.quads_for_pattern(None, None, None, None)))
    assert load_guests(store, release) == {GRAPH: guest.count + 4}
    rows = store.query(
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
        f"SELECT ?above WHERE {{ ?x skos:prefLabel 'Brie'@en ; skos:exactMatch ?m ."
        f" GRAPH <{GRAPH}> {{ ?m rdfs:subClassOf+/rdfs:label ?above }} }}"
    )
    assert [row["above"].value for row in rows] == ["soft cheese"]
    after = everything(release)
    assert {name for name in after if after[name] != before.get(name)} == {"imported-mb.nq", "SHA256SUMS"}
    assert sums(release)["imported-mb.nq"] == after["imported-mb.nq"]
    assert len(list(store.quads_for_pattern(None, None, None, None))) == ours + guest.count + 4


def test_the_default_graph_stays_ours(release, mb):
    import_into(release, [mb])
    store = open_store(release)
    load_guests(store, release)
    assert not list(store.query("SELECT ?p WHERE { <http://purl.obolibrary.org/obo/MB_9> ?p ?o }"))


def test_rdf_is_kept_as_it_is(release, tmp_path):
    path = tmp_path / "mb.ttl"
    path.write_text(TURTLE)
    import_into(release, [path])
    store = open_store(release)
    load_guests(store, release)
    rows = store.query(
        f"SELECT ?x WHERE {{ GRAPH <{GRAPH}> {{ ?x a <http://www.w3.org/2002/07/owl#Restriction> }} }}"
    )
    assert len(list(rows)) == 1


@pytest.mark.parametrize(
    "body",
    [OBO[:-250], OBO[:90], "no ontology", OBO.replace("EXACT []", "EXACT", 1).replace('" EXACT', " EXACT")],
)
def test_a_wrong_file_leaves_everything_as_it_was(release, mb, tmp_path, body):
    before = everything(release)
    bad = tmp_path / "bad.obo"
    bad.write_text(body.rstrip("\n"))
    with pytest.raises(Unreadable):
        import_into(release, [mb, bad])
    assert everything(release) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.obo", "mb.obo", "release"]


def test_importing_again_replaces_and_removing_restores(release, mb):
    before = everything(release)
    import_into(release, [mb])
    mb.write_text(OBO.replace("name: cow", "name: cattle"))
    import_into(release, [mb])
    assert b"cattle" in (release / "imported-mb.nq").read_bytes()
    remove(release, ["mb"])
    assert everything(release) == before
    with pytest.raises(BadInput):
        remove(release, ["mb"])


def test_an_import_that_was_altered_is_not_loaded(release, mb):
    import_into(release, [mb])
    path = release / "imported-mb.nq"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(NoRelease, match="imported-mb.nq"):
        load_guests(open_store(release), release)


def test_the_verb_is_called_import(release, mb, capsys):
    assert main(["import", str(mb), "--into", str(release)]) == 0
    assert f"<{GRAPH}>" in capsys.readouterr().err
    assert main(["import", str(mb.with_name("absent.obo")), "--into", str(release)]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_an_import_that_is_told_to_stop_leaves_nothing_behind(release, tmp_path):
    before = everything(release)
    never = tmp_path / "never.obo"
    os.mkfifo(never)  # Reading waits for a writer who never comes.
    command = [sys.executable, "-m", "dystonia_kg", "import", str(never), "--into", str(release)]
    places = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "publish")}
    with subprocess.Popen(command, env=places, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr.readline() == f"reading {never}\n"
        assert [p for p in tmp_path.iterdir() if p.name.startswith(".release-")]
        time.sleep(0.2)
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 143
    assert {p.name for p in tmp_path.iterdir()} == {"release", "never.obo"}
    assert everything(release) == before


def test_a_release_that_somebody_else_changed_meanwhile_is_left_to_them(release, mb, tmp_path):
    other = tmp_path / "other.obo"
    other.write_text(OBO)

    def meanwhile(sentence):
        if sentence.endswith("mb.obo"):
            import_into(release, [other])

    with pytest.raises(Unwritable, match="changed meanwhile"):
        import_into(release, [mb], meanwhile)
    assert (release / "imported-other.nq").exists() and not (release / "imported-mb.nq").exists()


def test_nothing_to_do_is_misuse(release, capsys):
    assert main(["import", "--into", str(release)]) == 2
    assert "name a file to import" in capsys.readouterr().err
