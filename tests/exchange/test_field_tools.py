"""
The field's own tools accept what we write: of the toy graph, and of ours.

They are heavy, so they are no dependency of ours; a tool that is not installed skips its test and says so
(`pip install sssom sssom-pydantic fhir.resources pronto fastobo py-horned-owl obographs bmt biolink-model
owlready2 bioregistry`). Several of them let defects pass, or report them and exit 0: what they miss is
checked in test_export.py, and here rows in are compared with rows read.
"""

import csv
import importlib
import importlib.util
import json
import shutil
import tempfile
from pathlib import Path

import pytest

from dystonia_kg.exchange.writers import exports

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module", params=["larder", "ours"])
def out(request, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tools")
    exports(request.getfixturevalue(request.param), folder)
    return folder


def rows_in(path: Path) -> int:
    return sum(not line.startswith("#") for line in path.read_text().splitlines()) - 1


def test_sssom_pydantic_reads_every_row_without_an_error(out):
    library = pytest.importorskip("sssom_pydantic")
    for path in out.glob("*.sssom.tsv"):
        mappings, *_, errors = library.read(path, return_errors=True)
        assert not errors and len(mappings) == rows_in(path), path.name


def test_sssom_reads_every_row_and_has_no_complaint(out):
    pytest.importorskip("sssom")
    from sssom.parsers import parse_sssom_table
    from sssom.validators import validate

    for path in out.glob("*.sssom.tsv"):
        told = parse_sssom_table(str(path))
        assert len(told.df) == rows_in(path), path.name
        assert not [r for report in (validate(told) or {}).values() for r in report.results]


@pytest.mark.parametrize("name", ["ontology.obo", "ontology.owl", "ontology.json"])
def test_pronto_reads_every_class(out, name):
    library = pytest.importorskip("pronto")
    expected = (out / "ontology.obo").read_text().count("[Term]")
    assert len(library.Ontology(str(out / name)).terms()) == expected


def test_fastobo_reads_every_stanza(out):
    library = pytest.importorskip("fastobo")
    text = (out / "ontology.obo").read_text()
    stanzas = text.count("[Term]") + text.count("[Typedef]")
    assert len(library.load(str(out / "ontology.obo"))) == stanzas
    assert len(library.load_graph(str(out / "ontology.json"))) == stanzas


def test_horned_owl_reads_the_view_and_the_bridges(out):
    library = pytest.importorskip("pyhornedowl")
    expected = (out / "ontology.obo").read_text().count("[Term]")
    assert len(library.open_ontology((out / "ontology.owl").read_text(), "rdf").get_classes()) == expected
    for path in out.glob("bridge-*.owl"):
        assert library.open_ontology(path.read_text(), "rdf").get_axioms()


def test_obographs_accepts_the_shape(out):
    library = pytest.importorskip("obographs")
    (graph,) = library.read(str(out / "ontology.json"), squeeze=False).graphs
    assert len(graph.nodes) == len(json.loads((out / "ontology.json").read_text())["graphs"][0]["nodes"])


@pytest.mark.parametrize("version, package", [("r4b", "fhir.resources.R4B"), ("r5", "fhir.resources")])
def test_fhir_resources_accepts_every_resource(out, version, package):
    pytest.importorskip("fhir.resources")
    for kind, name in (("codesystem", "CodeSystem"), ("valuesets", "Bundle"), ("conceptmaps", "Bundle")):
        model = getattr(importlib.import_module(f"{package}.{name.lower()}"), name)
        model.model_validate(json.loads((out / f"fhir-{version}-{kind}.json").read_text()))


def test_biolink_knows_every_category_and_predicate(out):
    pytest.importorskip("bmt")
    spec = importlib.util.find_spec("biolink_model")
    if spec is None:
        pytest.skip("biolink-model is not installed")
    from bmt.toolkit import Toolkit

    # The toolkit downloads its model when it is not given one; the wheel has it.
    here = Path(next(iter(spec.submodule_search_locations)))
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "predicate_mapping.yaml"
        empty.write_text("predicate mappings: []\n")
        tool = Toolkit(schema=str(here / "schema/biolink_model.yaml"), predicate_map=str(empty))

    def rows(name: str):
        with (out / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))

    def enum(name: str):
        return set(tool.view.get_enum(name).permissible_values)

    kinds: dict[str, set[str]] = {}
    for node in rows("nodes.tsv"):
        assert all(tool.is_category(c) for c in node["category"].split("|")), node
        for category in node["category"].split("|"):
            kinds.setdefault(node["id"], set()).update(tool.get_ancestors(category, mixin=True))
    for edge in rows("edges.tsv"):
        assert tool.is_predicate(edge["predicate"]), edge
        word = tool.get_element(edge["predicate"])
        # A mixin is a heading for predicates; statements are made with those below it.
        assert not word.mixin, edge
        assert not word.domain or word.domain in kinds[edge["subject"]], edge
        assert not word.range or word.range in kinds[edge["object"]], edge
        assert edge["knowledge_level"] in enum("KnowledgeLevelEnum")
        assert edge["agent_type"] in enum("AgentTypeEnum")


def test_prefixes_are_those_of_the_bioregistry(ours, tmp_path):
    library = pytest.importorskip("bioregistry")
    from dystonia_kg.exchange.edition import Edition

    edition = Edition(ours)
    for vocabulary in edition.vocabularies.values():
        known = library.normalize_prefix(vocabulary.prefix)
        assert known, f"{vocabulary.prefix} is not known to the Bioregistry"
        for mapping in edition.mappings_into(vocabulary):
            local = mapping.object.removeprefix(vocabulary.namespace)
            assert library.is_valid_identifier(known, local), f"{known}:{local}"


def plain(path: Path, folder: Path, form: str) -> str:
    """As N-Triples without imports, which the reasoner's own loader would try to fetch."""
    from pyoxigraph import RdfFormat, parse, serialize

    kept = [
        t.triple
        for t in parse(path=path, format=getattr(RdfFormat, form))
        if "owl#imports" not in str(t.predicate)
    ]
    target = folder / f"{path.stem}.nt"
    serialize(kept, target, RdfFormat.N_TRIPLES)
    return target.as_uri()


def test_a_reasoner_finds_the_view_consistent_and_concludes_what_parts_imply(out, tmp_path):
    library = pytest.importorskip("owlready2")
    if shutil.which("java") is None:
        pytest.skip("the reasoner needs Java")
    (graph,) = json.loads((out / "ontology.json").read_text())["graphs"]
    world = library.World()
    view = world.get_ontology(plain(out / "ontology.owl", tmp_path, "RDF_XML")).load()
    for path in out.glob("bridge-*.owl"):
        world.get_ontology(plain(path, tmp_path, "RDF_XML")).load()
    wanted = {}
    with view:
        for axiom in graph["logicalDefinitionAxioms"]:
            for part in axiom["restrictions"]:
                query = type(f"Q{len(wanted)}", (library.Thing,), {"namespace": view})
                query.equivalent_to = [world[part["propertyId"]].some(world[part["fillerId"]])]
                wanted[query] = axiom["definedClassId"]
        for edge in [e for e in graph["edges"] if e["pred"] != "is_a"][:20]:
            query = type(f"Q{len(wanted)}", (library.Thing,), {"namespace": view})
            query.equivalent_to = [world[edge["pred"]].some(world[edge["obj"]])]
            wanted[query] = edge["sub"]
    library.sync_reasoner(world, debug=0)
    assert not list(world.inconsistent_classes())
    assert wanted
    for query, iri in wanted.items():
        assert world[iri] in query.descendants()
