"""What changed between two releases is told in words, in tables, and in the forms that curation tools take."""

import csv
import shutil
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from dystonia_kg.build import build
from dystonia_kg.changes import KINDS
from dystonia_kg.cli import main
from dystonia_kg.exchange.changes import FORMS

#: What the newer release says otherwise: (file, what it said, what it says).
EDITS = (
    ("ontology/words.ttl", 'owl:versionInfo "1.2.3"', 'owl:versionInfo "1.3.0"'),
    ("data/cheeses.ttl", "animal that gives little milk", "animal that gives the farmer's milk"),
    ("data/cheeses.ttl", '"Crottin"@en', '"Crottin de Chavignol"@en'),
    ("data/cheeses.ttl", '"cattle"@en', '"kine"@en'),
    ("data/cheeses.ttl", "cat:madeFrom c:goat", "cat:madeFrom c:cow"),
    ("data/mappings.ttl", "owl:annotatedTarget mb:4", "owl:annotatedTarget mb:5"),
    (
        "data/mappings.ttl",
        "c:half-and-half a cat:Mixture ;",
        "c:half-and-half a cat:Mixture ;\n    owl:deprecated true ;\n    dcterms:isReplacedBy c:brie ;",
    ),
    (
        "data/mappings.ttl",
        "c:to-milkbase a sssom:MappingSet",
        'c:comte a cat:Cheese ;\n    skos:prefLabel "Comté"@fr ;\n    skos:prefLabel "Comte"@en ;\n'
        "    cat:ripensWeeks 60 ;\n    skos:broader c:tomme .\n\nc:to-milkbase a sssom:MappingSet",
    ),
)


def edit(home: Path) -> None:
    for name, before, after in EDITS:
        path = home / name
        assert path.read_text().count(before) == 1, before
        path.write_text(path.read_text().replace(before, after))


@pytest.fixture(scope="module")
def newer(larder_home, tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("newer") / "home"
    shutil.copytree(larder_home, home)
    edit(home)
    return build(home, tmp_path_factory.mktemp("newer") / "release")


@pytest.fixture
def told(larder, newer, tmp_path):
    def ask(form: str) -> str:
        assert main(["diff", str(larder), str(newer), "--format", form, "--out", str(tmp_path / form)]) == 0
        return (tmp_path / form).read_text()

    return ask


def test_a_report_in_words_names_the_shelf_the_kind_and_what_was_said_before(told):
    text = told("markdown")
    assert text.startswith("# Changes from 1.2.3 to 1.3.0\n")
    cheeses = text.partition("## Cheeses")[2]
    new, _, rest = cheeses.partition("### Changed")
    changed, _, obsoleted = rest.partition("### Obsoleted")
    assert "[Comte](<http://cheese.example/id/comte>)" in new
    assert "milk of: goat → cow" in changed and "name: “Crottin” → “Crottin de Chavignol”" in changed
    assert "[half and half](<http://cheese.example/id/half-and-half>): use Brie" in obsoleted
    assert "“animal that gives little milk” → “animal that gives the farmer's milk”" in text


def test_a_table_has_a_row_for_each_line_that_differs(told):
    rows = list(csv.DictReader(told("tsv").splitlines(), delimiter="\t"))
    assert {row["change"] for row in rows} <= set(KINDS)
    (milk,) = [row for row in rows if row["property"] == "milk of"]
    assert (milk["name"], milk["before"], milk["after"]) == ("Crottin de Chavignol", "goat", "cow")
    assert {row["name"] for row in rows if row["change"] == "obsoleted"} == {"half and half"}


def test_kgcl_has_a_command_for_each_change_of_the_owl_view(told):
    assert told("kgcl").splitlines() == [
        "create node c:comte 'Comte'",
        "rename c:crottin from 'Crottin' to 'Crottin de Chavignol'",
        "remove synonym 'cattle' for c:cow",
        "create exact synonym 'kine' for c:cow",
        "change definition of c:goat from 'animal that gives little milk' to 'animal that gives the farmer’s milk'",
        "delete edge c:crottin cat:madeFrom c:goat",
        "delete edge c:half-and-half cat:mixtureOf c:brie",
        "delete edge c:half-and-half cat:mixtureOf c:crottin",
        "delete edge c:half-and-half rdfs:subClassOf c:soft-cheese",
        "delete edge c:tomme skos:narrowMatch MB:4",
        "create edge c:comte rdfs:subClassOf c:tomme",
        "create edge c:crottin cat:madeFrom c:cow",
        "create edge c:tomme skos:narrowMatch MB:5",
        "obsolete c:half-and-half with replacement c:brie",
    ]


def test_kgcl_is_parsed_by_the_library_of_kgcl(told):
    parser = pytest.importorskip("kgcl_schema.grammar.parser")
    lines = told("kgcl").splitlines()
    assert len([parser.parse_statement(line) for line in lines]) == len(lines)


def test_mappings_that_changed_are_a_mapping_set(told):
    text = told("sssom")
    rows = list(csv.DictReader([r for r in text.splitlines() if not r.startswith("#")], delimiter="\t"))
    assert [(row["object_id"], row["comment"]) for row in rows] == [
        ("MB:4", "UNIQUE_1"),
        ("MB:5", "UNIQUE_2"),
    ]
    assert '# mapping_set_id: "http://cheese.example/mappings/changes/1.2.3/1.3.0"' in text


def test_change_sets_say_which_statements_came_and_went(told):
    triples = list(parse(told("rdf"), format=RdfFormat.TURTLE))
    assert {t.predicate.value.rpartition("#")[2] for t in triples} >= {
        "addition",
        "removal",
        "subjectOfChange",
    }


def test_the_exit_code_tells_whether_anything_changed_when_asked(larder, newer, capsys):
    for form in ("text", *FORMS):
        words = ["diff", str(larder), str(newer), "--format", form]
        assert main(words) == 0 and main([*words, "--exit-code"]) == 1
        assert main(["diff", str(larder), str(larder), "--format", form, "--exit-code"]) == 0
    capsys.readouterr()
    assert main(["diff", str(larder), str(larder), "--format", "markdown"]) == 0
    assert capsys.readouterr().out == "# Changes from 1.2.3 to 1.2.3\n\nNothing changed.\n"


def test_a_release_tells_what_changed_since_an_earlier_one_and_lists_it(larder, larder_home, tmp_path, told):
    home = tmp_path / "home"
    shutil.copytree(larder_home, home)
    edit(home)
    words = ["build", "--home", str(home), "--out", str(tmp_path / "out"), "--since"]
    assert main([*words, str(larder)]) == 0
    for form, (name, _, _) in FORMS.items():
        assert (tmp_path / "out" / name).read_text() == told(form)
        assert name in (tmp_path / "out" / "SHA256SUMS").read_text()
        assert name in (tmp_path / "out" / "catalog.ttl").read_text()


def test_a_folder_that_is_no_release_is_refused_before_anything_is_built(larder_home, tmp_path, capsys):
    words = ["build", "--home", str(larder_home), "--out", str(tmp_path / "out"), "--since"]
    assert main([*words, str(tmp_path / "absent")]) == 1
    assert "no release is here" in capsys.readouterr().err and not (tmp_path / "out").exists()
