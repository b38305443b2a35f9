"""What differs between our mappings and an ontology is found, said in words, and fails CI where it should."""

import json

import pytest
from pyoxigraph import RdfFormat, parse

from dystonia_kg.cli import main
from dystonia_kg.exchange.audit import audit
from dystonia_kg.exchange.check import check
from dystonia_kg.exchange.findings import CHECKS
from dystonia_kg.exchange.index import Index, Match, Term
from dystonia_kg.exchange.ours import BROADER_MATCH, EXACT_MATCH, Mapping
from dystonia_kg.exchange.readers import read
from dystonia_kg.exchange.report import FORMATS

from .conftest import OBO

MB = "http://purl.obolibrary.org/obo/MB_"
C = "http://cheese.example/id/"


@pytest.fixture
def theirs(tmp_path, cheeses):
    path = tmp_path / "mb.obo"
    path.write_text(OBO)
    return read(path, cheeses.names)


def found(findings, *checks):
    return {
        (f.check, f.subject.removeprefix(C), f.object.removeprefix(MB)) for f in findings if f.check in checks
    }


def test_obsolete_terms_are_told_with_their_successor(cheeses, theirs):
    findings = check(cheeses, [theirs])
    (one,) = [f for f in findings if f.check == "target-obsolete"]
    assert one.level == "error" and one.successor == MB + "5"
    assert "MB:4 “obsolete Tomme” is obsolete; use MB:5 “Tomme”" in one.sentence


def test_terms_of_theirs_below_one_that_we_map_are_listed_when_we_do_not_map_them(cheeses, theirs):
    theirs.term(MB + "30").parents.append(MB + "2")
    theirs.terms[MB + "30"].defined = True
    assert found(check(cheeses, [theirs]), "not-mapped") == {("not-mapped", "brie", "30")}


def test_missing_merged_and_renamed_terms_are_errors(cheeses, theirs):
    del theirs.terms[MB + "3"]
    theirs.terms[MB + "1"].name = "spreadable"
    theirs.merged[MB + "2"] = MB + "9"
    del theirs.terms[MB + "2"]
    findings = check(cheeses, [theirs])
    assert found(findings, "target-missing", "target-merged", "name-changed") == {
        ("target-missing", "crottin", "3"),
        ("target-merged", "brie", "2"),
        ("name-changed", "soft-cheese", "1"),
    }
    assert {f.level for f in findings if f.check in ("target-missing", "target-merged", "name-changed")} == {
        "error"
    }


def test_a_name_that_became_a_synonym_is_a_warning(cheeses, theirs):
    theirs.terms[MB + "1"].name = "spreadable"
    theirs.terms[MB + "1"].synonyms.append(("EXACT", "soft cheese"))
    assert [f.level for f in check(cheeses, [theirs]) if f.check == "name-changed"] == ["warning"]


def test_a_hierarchy_the_other_way_round_is_reported_and_not_an_error(cheeses, theirs):
    theirs.terms[MB + "2"].parents.clear()
    theirs.terms[MB + "1"].parents.append(MB + "2")
    (one,) = [f for f in check(cheeses, [theirs]) if f.check == "hierarchy-reversed"]
    assert one.level == "warning"


def test_circles_in_their_hierarchy_end(cheeses, theirs):
    theirs.terms[MB + "1"].parents.append(MB + "2")
    assert check(cheeses, [theirs])


def test_two_exact_matches_and_a_shared_one_are_errors(cheeses, theirs, altered):
    altered += [Mapping(C + "brie", EXACT_MATCH, MB + "3"), Mapping(C + "tomme", EXACT_MATCH, MB + "1")]
    assert found(check(cheeses, [theirs]), "two-exact", "shared-target") == {
        ("two-exact", "brie", "2"),
        ("shared-target", "soft-cheese", "1"),
    }


def test_a_broad_match_that_is_narrower_in_the_file_is_told(cheeses, theirs, altered):
    altered.append(Mapping(C + "soft-cheese", BROADER_MATCH, MB + "3"))
    assert found(check(cheeses, [theirs]), "direction") == {("direction", "soft-cheese", "3")}


def test_a_triangle_that_does_not_close_is_told(cheeses, theirs, altered):
    altered.append(Mapping(C + "brie", EXACT_MATCH, "http://w.example/1"))
    bridge = Index(
        "bridge", "SSSOM", whole=False, matches=[Match(MB + "2", EXACT_MATCH, "http://w.example/2")]
    )
    bridge.terms[MB + "2"] = Term(MB + "2", "Brie", defined=True)
    assert [f.object for f in check(cheeses, [bridge]) if f.check == "triangle"] == ["http://w.example/2"]


SET = """# curie_map:
#   MB: http://purl.obolibrary.org/obo/MB_
#   W: http://w.example/
#   c: http://cheese.example/id/
subject_id\tpredicate_modifier\tpredicate_id\tobject_id\tmapping_justification
"""


@pytest.mark.parametrize(
    "row, told",
    [
        ("c:brie\t\tskos:broadMatch\tMB:2", ("match-differs", "warning", "exactly MB:2 here, below it in")),
        ("MB:2\t\tskos:narrowMatch\tc:brie", ("match-differs", "warning", "exactly MB:2 here, below it in")),
        ("c:brie\t\tskos:closeMatch\tMB:2", ("match-differs", "note", "close to it in the file")),
        ("c:brie\t\tskos:exactMatch\tMB:9", ("match-differs", "warning", "exactly MB:2 here, MB:9 in the")),
        ("c:brie\tNot\tskos:exactMatch\tMB:2", ("match-differs", "warning", "which the file denies")),
        ("MB:2\t\tskos:broadMatch\tW:1", ("triangle", "warning", "the file has that MB:2 is below")),
        ("W:1\t\tskos:broadMatch\tMB:2", ("triangle", "warning", "the file has that http://w.example/1 is")),
        ("MB:2\tNot\tskos:exactMatch\tW:1", ("triangle", "warning", "MB:2 is not exactly")),
        ("MB:2\t\tskos:exactMatch\tW:1", None),
        ("MB:2\tNot\tskos:exactMatch\tW:7", None),
        ("c:brie\t\tskos:exactMatch\tMB:2", None),
    ],
)
def test_a_set_that_excludes_one_of_our_matches_is_told(row, told, cheeses, altered, tmp_path):
    altered.append(Mapping(C + "brie", EXACT_MATCH, "http://w.example/1"))
    path = tmp_path / "set.sssom.tsv"
    path.write_text(SET + row + "\tsemapv:ManualMappingCuration\n")
    found = check(cheeses, [read(path, cheeses.names)])
    assert [(f.check, f.level) for f in found] == ([told[:2]] if told else [])
    assert told is None or told[2] in found[0].sentence


def test_mappings_as_sssom_writes_them_in_rdf_are_read(cheeses, tmp_path):
    path = tmp_path / "set.ttl"
    path.write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        f"[] a owl:Axiom ; owl:annotatedSource <{C}brie> ; owl:annotatedProperty skos:broadMatch ;"
        f" owl:annotatedTarget <{MB}2> .\n"
        f"<http://w.example/m> a <https://w3id.org/sssom/Mapping> ; owl:annotatedSource <{C}tomme> ;"
        f" owl:annotatedProperty skos:exactMatch ; owl:annotatedTarget <{MB}3> .\n"
    )
    index = read(path, cheeses.names)
    ends = {(m.subject, m.predicate.rpartition("#")[2], m.object) for m in index.matches}
    assert ends == {(C + "brie", "broadMatch", MB + "2"), (C + "tomme", "exactMatch", MB + "3")}
    assert "http://w.example/m" not in index.terms
    assert found(check(cheeses, [index]), "match-differs") == {("match-differs", "brie", "2")}


def test_what_a_part_of_an_ontology_lacks_is_not_missing(larder, tmp_path, capsys):
    path = tmp_path / "mb.obo"
    path.write_text(OBO.partition("[Term]\nid: MB:3")[0])
    assert main(["check-mappings", str(path), "--release", str(larder)]) == 1
    assert "target-missing" in capsys.readouterr().out
    assert main(["check-mappings", str(path), "--release", str(larder), "--part"]) == 0
    assert "target-missing" not in capsys.readouterr().out


def test_a_report_that_cannot_be_written_is_said_without_a_trace(larder, tmp_path, capsys):
    path = tmp_path / "mb.obo"
    path.write_text(OBO)
    for out in (tmp_path, tmp_path / "absent" / "report.txt"):
        assert main(["check-mappings", str(path), "--release", str(larder), "--out", str(out)]) == 1
        assert f"{out}: cannot be written" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["mb.obo"]


def test_names_that_are_no_identifiers_are_told_as_text(cheeses, theirs):
    theirs.terms[MB + "2"].parents.append("no iri <at all>")
    theirs.term("no iri <at all>").defined = True
    theirs.terms["no iri <at all>"].parents.append(MB + "1")
    report = FORMATS["rdf"](check(cheeses, [theirs]), cheeses.names)
    assert '"no iri <at all>"' in report and list(parse(report, format=RdfFormat.TURTLE))


def test_the_questions_of_the_graph_are_asked_of_the_file_alone(cheeses, theirs):
    (one,) = audit(cheeses, [theirs])
    assert one.object == MB + "3" and one.level == "warning"
    assert one.sentence == "Something is called after a goat: MB:3 “goat cheese” has a goat in its name"


@pytest.mark.parametrize("form", FORMATS)
def test_reports_say_the_same_in_every_format_and_twice(form, cheeses, theirs):
    findings = [*check(cheeses, [theirs]), *audit(cheeses, [theirs])]
    report = FORMATS[form](findings, cheeses.names)
    assert report == FORMATS[form](list(findings), cheeses.names)
    if form == "json":
        told = json.loads(report)
        assert len(told["findings"]) == len(findings) and set(told["checks"]) == set(CHECKS)
    elif form == "tsv":
        rows = [line.split("\t") for line in report.splitlines()]
        assert len(rows) == len(findings) + 1 and {len(row) for row in rows} == {8}
    elif form == "rdf":
        triples = list(parse(report, format=RdfFormat.TURTLE))
        assert sum(t.predicate.value.endswith("#result") for t in triples) == len(findings)
    else:
        assert report.splitlines()[-1].startswith("1 error, ")


def test_the_exit_code_tells_ci(larder, tmp_path, capsys):
    path = tmp_path / "mb.obo"
    path.write_text(OBO)
    assert main(["check-mappings", str(path), "--release", str(larder)]) == 1
    assert "ERROR target-obsolete (1)" in capsys.readouterr().out
    path.write_text(OBO.replace("is_obsolete: true\n", "").replace("obsolete Tomme", "old"))
    assert main(["check-mappings", str(path), "--release", str(larder)]) == 0
    assert main(["check-mappings", str(path), "--release", str(larder), "--strict"]) == 1
    path.write_text("nothing of the kind")
    assert main(["check-mappings", str(path), "--release", str(larder)]) == 1
    assert "not a format that we read" in capsys.readouterr().err
