"""What is written for others says what the graph says, and the same bytes each time."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from dystonia_kg.cli import main
from dystonia_kg.exchange.edition import Edition
from dystonia_kg.exchange.readers import read
from dystonia_kg.exchange.writers import exports, writers

C = "http://cheese.example/id/"
W = "http://cheese.example/words#"
MB = "http://purl.obolibrary.org/obo/MB_"


@pytest.fixture(scope="module")
def edition(larder) -> Edition:
    return Edition(larder)


@pytest.fixture(scope="module")
def out(larder, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    exports(larder, folder)
    return folder


def test_every_file_is_the_same_when_written_again(larder, out, tmp_path):
    code = "import sys; from pathlib import Path; from dystonia_kg.exchange.writers import exports;"
    code += "exports(Path(sys.argv[1]), Path(sys.argv[2]))"
    subprocess.run(
        [sys.executable, "-c", code, str(larder), str(tmp_path / "again")],
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[2] / "publish")},
    )
    assert {p.name for p in out.iterdir()} == {p.name for p in (tmp_path / "again").iterdir()}
    for path in out.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_every_format_is_a_verb_away(larder, tmp_path, capsysbinary):
    for name in writers():
        assert main(["export", name, "--release", str(larder), "--out", str(tmp_path / name)]) == 0
    assert main(["export", "obo", "--release", str(larder)]) == 0
    assert capsysbinary.readouterr().out.startswith(b"format-version: 1.4")
    assert main(["export", "fhir", "--release", str(larder)]) == 2


@pytest.mark.parametrize("name", ["ontology.owl", "ontology.obo", "ontology.json"])
def test_our_own_readers_read_what_we_write(name, out, edition):
    index = read(out / name, edition.names)
    brie = index.terms[C + "brie"]
    assert brie.name == "Brie" and brie.definition == "soft cheese with a white rind"
    assert brie.parents == [C + "soft-cheese"]
    assert (W + "madeFrom", C + "cow") in brie.relations
    assert "Brie de Meaux" in brie.names()
    assert index.terms[C + "old-tomme"].obsolete
    assert index.terms[C + "old-tomme"].successors == [C + "tomme"]
    assert index.terms[C + "tomme"].definition == '"hard" cheese, {pressed}\\ground'
    assert (brie.iri, MB + "2") in {(m.subject, m.object) for m in index.matches}
    assert index.terms[C + "crottin"].parents == [W + "Cheese"]


def test_parts_define_the_whole(out):
    triples = list(parse(path=out / "ontology.owl", format=RdfFormat.RDF_XML))
    by = {}
    for t in triples:
        by.setdefault((t.subject, t.predicate.value.rpartition("#")[2]), []).append(t.object)
    (whole,) = by[(NamedNode(C + "half-and-half"), "equivalentClass")]
    cell, parts = by[(whole, "intersectionOf")][0], []
    while (cell, "first") in by:
        parts.append(by[(cell, "first")][0])
        cell = by[(cell, "rest")][0]
    assert parts[0] == NamedNode(C + "soft-cheese")
    assert {by[(p, "someValuesFrom")][0].value for p in parts[1:]} == {C + "brie", C + "crottin"}
    assert "intersection_of: cat:mixtureOf c:brie" in (out / "ontology.obo").read_text()
    (graph,) = json.loads((out / "ontology.json").read_text())["graphs"]
    (axiom,) = graph["logicalDefinitionAxioms"]
    assert axiom["genusIds"] == [C + "soft-cheese"] and len(axiom["restrictions"]) == 2


def test_every_property_of_the_owl_view_is_declared(out):
    triples = list(parse(path=out / "ontology.owl", format=RdfFormat.RDF_XML))
    declared = {
        t.subject.value for t in triples if t.object.value.endswith("Property") and "owl#" in t.object.value
    }
    own = ("http://www.w3.org/2002/07/owl#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#")
    plain = {"http://www.w3.org/2000/01/rdf-schema#" + w for w in ("label", "comment", "subClassOf")}
    assert {t.predicate.value for t in triples if not t.predicate.value.startswith(own)} <= declared | plain


def test_sssom_has_a_row_for_each_mapping_and_a_header_that_says_enough(out, edition):
    (path,) = out.glob("*.sssom.tsv")
    lines = path.read_text().splitlines()
    header = [line for line in lines if line.startswith("#")]
    head, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(rows) == len(edition.ours.mappings) == 4
    assert {len(row) for row in rows} == {len(head)}
    assert len({tuple(row[:4]) for row in rows}) == len(rows)
    told = "\n".join(header)
    for word in ("mapping_set_id", "license", "curie_map", "mapping_set_version"):
        assert f"{word}:" in told
    prefixes = {line.split(":")[0].strip("# ") for line in header if line.startswith("#   ")}
    for row in rows:
        for cell, column in zip(row, head, strict=True):
            if column.endswith("_id") or column in ("mapping_justification", "mapping_source"):
                assert not cell or "|" not in cell and cell.split(":")[0] in prefixes, (column, cell)


def test_kgx_edges_have_their_nodes(out):
    def rows(name):
        head, *body = [line.split("\t") for line in (out / name).read_text().splitlines()]
        return [dict(zip(head, row, strict=True)) for row in body]

    nodes, edges = rows("nodes.tsv"), rows("edges.tsv")
    ids = Counter(node["id"] for node in nodes)
    assert max(ids.values()) == 1
    assert {edge[end] for edge in edges for end in ("subject", "object")} <= ids.keys()
    assert ("c:brie", "biolink:derives_from", "c:cow") in {
        (e["subject"], e["predicate"], e["object"]) for e in edges
    }
    assert {e["primary_knowledge_source"] for e in edges} == {"infores:cheeses"}


@pytest.mark.parametrize("version", ["r4b", "r5"])
def test_fhir_holds_together_where_its_validators_do_not_look(version, out):
    system = json.loads((out / f"fhir-{version}-codesystem.json").read_text())
    codes = [c["code"] for c in system["concept"]]
    assert len(codes) == len(set(codes)) == system["count"]
    assert system["status"] in ("draft", "active", "retired")
    known = {p["code"] for p in system["property"]}
    for concept in system["concept"]:
        for value in concept.get("property", ()):
            assert value["code"] in known
            assert value.get("valueCode", codes[0]) in codes
    maps = json.loads((out / f"fhir-{version}-conceptmaps.json").read_text())["entry"]
    sets = json.loads((out / f"fhir-{version}-valuesets.json").read_text())["entry"]
    urls = [e["resource"]["url"] for e in (*maps, *sets)] + [system["url"]]
    assert len(urls) == len(set(urls)) and all(url.startswith("http://cheese.example/fhir/") for url in urls)
    (group,) = maps[0]["resource"]["group"]
    assert group["target"] == "http://milk.example/codes" and group["source"] == system["url"]
    relation = "equivalence" if version == "r4b" else "relationship"
    told = {e["code"]: e["target"][0][relation] for e in group["element"]}
    assert told["brie"] == "equivalent"
    assert told["crottin"] == ("wider" if version == "r4b" else "source-is-narrower-than-target")
    for element in group["element"]:
        assert element["code"] in codes
        for target in element["target"]:
            assert target["code"].startswith("MB:")
            assert target[relation] != "narrower" or target["comment"]


def test_bridges_say_equivalent_only_where_we_say_exact(out):
    triples = {
        (t.subject.value, t.predicate.value.rpartition("#")[2], t.object.value)
        for t in parse(path=out / "bridge-mb.owl", format=RdfFormat.RDF_XML)
    }
    assert (C + "brie", "equivalentClass", MB + "2") in triples
    assert (C + "crottin", "subClassOf", MB + "3") in triples
    assert (MB + "4", "subClassOf", C + "tomme") in triples
    assert sum(p == "equivalentClass" for _, p, _ in triples) == 2


def test_skos_is_skos_alone(toy, tmp_path):
    exports(toy, tmp_path)
    triples = list(parse(path=tmp_path / "concepts.skos.ttl", format=RdfFormat.TURTLE))
    kinds = {t.object.value.rpartition("#")[2] for t in triples if t.predicate.value.endswith("#type")}
    assert kinds <= {"Concept", "ConceptScheme"} and triples


def test_a_release_without_alignments_still_writes_what_it_can(toy, tmp_path):
    made = exports(toy, tmp_path)
    assert {"ontology.owl", "ontology.obo", "ontology.json", "nodes.tsv"} <= {f.name for f in made}
