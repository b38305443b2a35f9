"""`dystonia-kg validate` says what is wrong, where, and by which shape."""

import json
from pathlib import Path

import pytest

from dystonia_kg.cli import main

TOY = Path(__file__).parents[1] / "toy"
PREFIXES = """@prefix c: <http://cheese.example/id/> .
@prefix cat: <http://cheese.example/words#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

"""
NAMELESS = PREFIXES + "c:tomme a cat:Cheese ;\n    cat:ripensWeeks 9 ;\n    cat:madeFrom c:brie .\n"
RIPE = PREFIXES + "<#Ripe> sh:targetClass cat:Cheese ; sh:property <#long> .\n"
RIPE += "<#long> sh:path cat:ripensWeeks ; sh:minInclusive 10 ; sh:message 'Too young.' .\n"


@pytest.fixture
def said(capsys):
    """Runs the verb on the toy graph; gives its exit code, what it answered and what it remarked."""

    def run(*words: object) -> tuple[int, str, str]:
        code = main(["validate", "--home", str(TOY), *map(str, words)])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def written(tmp_path):
    def write(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_the_knowledge_itself_is_validated_when_no_file_is_given(said):
    assert said() == (0, "nothing is wrong\n", "")


def test_a_file_beside_the_knowledge_is_told_its_mistakes_with_file_line_and_shape(said, written):
    file = written("tomme.ttl", NAMELESS)
    code, out, _ = said(file)
    assert code == 1
    assert f"{file}:6: A cheese has a name.\n    about  http://cheese.example/id/tomme" in out
    assert f"{file}:8: A cheese is made from the milk of an animal that we know." in out
    assert (
        "    value  http://cheese.example/id/brie\n    shape  http://cheese.example/shapes#Cheese-madeFrom"
        in out
    )
    assert out.endswith("2 violation(s), 0 note(s)\n")


def test_a_file_that_adds_nothing_wrong_is_fine(said, written):
    file = written(
        "good.ttl", PREFIXES + 'c:tomme a cat:Cheese ; skos:prefLabel "Tomme"@en ; cat:ripensWeeks 9 .'
    )
    assert said(file)[:2] == (0, "nothing is wrong\n")


def test_a_file_of_the_knowledge_is_not_read_twice(said):
    assert said(TOY / "data" / "cheeses.ttl")[:2] == (0, "nothing is wrong\n")


def test_json_has_a_row_for_each_finding(said, written):
    file = written("tomme.ttl", NAMELESS)
    code, out, _ = said(file, "--format", "json")
    told = json.loads(out)
    assert (code, told["conforms"]) == (1, False)
    assert told["results"][0] == {
        "severity": "http://www.w3.org/ns/shacl#Violation",
        "focusNode": "http://cheese.example/id/tomme",
        "path": "http://cheese.example/words#madeFrom",
        "value": "http://cheese.example/id/brie",
        "sourceShape": "http://cheese.example/shapes#Cheese-madeFrom",
        "message": "A cheese is made from the milk of an animal that we know.",
        "file": str(file),
        "line": 8,
    }


def test_turtle_is_a_validation_report(said, written):
    _, out, _ = said(written("tomme.ttl", NAMELESS), "--format", "turtle")
    assert "sh:ValidationReport" in out
    assert "sh:conforms false" in out


def test_data_is_validated_against_other_shapes_alone(said, written):
    number = '"9"^^<http://www.w3.org/2001/XMLSchema#integer>'
    lines = f"<http://e/t> <http://cheese.example/words#ripensWeeks> {number} .\n"
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://cheese.example/words#Cheese>"
    data = written("tomme.nt", f"{lines}<http://e/t> {kind} .\n")
    code, out, _ = said(data, "--shapes", written("ripe.ttl", RIPE))
    assert code == 1
    assert f"{data}:1: Too young." in out


def test_the_knowledge_is_validated_against_other_shapes(said, written):
    code, out, _ = said("--shapes", written("ripe.ttl", RIPE))
    assert code == 1
    assert "about  http://cheese.example/id/brie" in out


def test_json_ld_is_read_by_its_extension(said, written):
    words = "http://cheese.example/words#"
    text = json.dumps({"@id": "http://e/t", "@type": words + "Cheese", words + "ripensWeeks": 3})
    code, out, _ = said(written("t.jsonld", text), "--shapes", written("ripe.ttl", RIPE), "--format", "json")
    assert code == 1
    assert json.loads(out)["results"][0]["value"] == "3"


def test_warnings_are_told_and_do_no_harm(said, written):
    shapes = written("mild.ttl", RIPE.replace("sh:minInclusive", "sh:severity sh:Warning ; sh:minInclusive"))
    code, out, _ = said("--shapes", shapes)
    assert code == 0
    assert "note: " in out


@pytest.mark.filterwarnings("ignore")
def test_shapes_that_ask_for_more_are_left_to_pyshacl(said, written):
    """A target that is a query is beyond SHACL Core; pySHACL knows it."""
    shapes = PREFIXES + "<#S> a sh:NodeShape ; sh:property [ sh:path skos:altLabel ; sh:minCount 1 ] ;\n"
    query = "SELECT ?this WHERE { ?this a <http://cheese.example/words#Cheese> }"
    shapes += f" sh:target [ a sh:SPARQLTarget ; sh:select '{query}' ] ."
    code, out, err = said("--shapes", written("more.ttl", shapes))
    assert code == 1
    assert "http://cheese.example/id/brie" in out
    assert "pySHACL validates instead" in err


def test_misuse_is_exit_code_two(said, written):
    assert said("missing.ttl")[0] == 2
    assert said(written("data.xyz", ""))[0] == 2


def test_a_file_that_is_not_what_its_name_says_is_told_with_its_line(said, written):
    file = written("broken.ttl", "c:a c:b c:c .")
    code, _, err = said(file)
    assert code == 1
    assert f"{file}:1:" in err
