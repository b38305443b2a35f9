"""Candidates come in tiers, are measured, and are never called matches."""

import pytest

from dystonia_kg.cli import main
from dystonia_kg.exchange.index import Index, Term
from dystonia_kg.exchange.ours import CLOSE, EXACT_MATCH, Mapping
from dystonia_kg.exchange.readers import read
from dystonia_kg.exchange.suggest import scores, suggest

from .conftest import OBO

MB = "http://purl.obolibrary.org/obo/MB_"
C = "http://cheese.example/id/"


def index_of(*terms: Term) -> Index:
    return Index("x", "test", terms={term.iri: term for term in terms})


def test_each_tier_is_what_it_says(cheeses):
    index = index_of(
        Term(MB + "1", "Tomme", defined=True),
        Term(MB + "2", "other", synonyms=[("EXACT", "Crottin")], defined=True),
        Term(MB + "3", "another", synonyms=[("EXACT", "brie DE Meaux")], defined=True),
        Term(MB + "4", "cheese, soft", defined=True),
        Term(MB + "5", "obsolete Tomme", deprecated=True, defined=True),
        Term(MB + "6", "Tomme 2", defined=True),
    )
    told = {(c.tier, c.subject.removeprefix(C), c.object.removeprefix(MB)) for c in suggest(cheeses, index)}
    assert {(1, "tomme", "1"), (2, "crottin", "2"), (3, "brie", "3"), (4, "soft-cheese", "4")} == told


def test_number_spelling_and_words_that_name_no_thing_make_no_difference(cheeses):
    index = index_of(
        Term(MB + "1", "Crottins", defined=True),
        Term(MB + "2", "Tomme disease", defined=True),
        Term(MB + "3", "colour of Brie", defined=True),
        Term(MB + "4", "Soft cheeses syndrome", defined=True),
        Term(MB + "5", "syndrome", defined=True),
    )
    told = {(c.tier, c.subject.removeprefix(C), c.object.removeprefix(MB)) for c in suggest(cheeses, index)}
    assert told == {(4, "crottin", "1"), (5, "tomme", "2"), (5, "soft-cheese", "4")}


def test_abbreviations_are_not_offered_and_short_words_are(cheeses, altered):
    index = index_of(
        Term(MB + "1", "Cow", defined=True),
        Term(MB + "2", "gold atomic number", synonyms=[("EXACT", "GOAT")], defined=True),
        Term(MB + "3", "caprine", synonyms=[("EXACT", "goat")], defined=True),
    )
    altered.append(Mapping(C + "goat", CLOSE, MB + "9"))
    told = {(c.tier, c.subject.removeprefix(C), c.object.removeprefix(MB)) for c in suggest(cheeses, index)}
    assert told == {(1, "cow", "1"), (2, "goat", "3")}


def test_what_has_a_surer_partner_is_no_candidate_for_another(cheeses):
    index = index_of(
        Term(MB + "1", "Brie", synonyms=[("EXACT", "Crottin")], defined=True),
    )
    assert [(c.subject, c.tier) for c in suggest(cheeses, index)] == [(C + "brie", 1)]


def test_kinds_that_are_mapped_elsewhere_are_not_offered_to_a_vocabulary(cheeses, altered):
    index = index_of(Term(MB + "1", "cow", defined=True), Term(MB + "2", "Tomme", defined=True))
    altered.append(Mapping(C + "cow", EXACT_MATCH, "http://animals.example/1"))
    assert [c.subject for c in suggest(cheeses, index)] == [C + "tomme"]
    altered.append(Mapping(C + "cow", EXACT_MATCH, MB + "1"))
    assert {c.subject for c in suggest(cheeses, index)} == {C + "tomme", C + "cow"}


@pytest.mark.filterwarnings("ignore")
def test_candidates_are_a_mapping_set_of_the_field(larder, tmp_path, capsys):
    path = tmp_path / "elsewhere.ttl"
    path.write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        '<http://elsewhere.example/x/9> a owl:Class ; rdfs:label "Tomme" .\n'
    )
    assert main(["suggest-mappings", str(path), "--release", str(larder)]) == 0
    told = tmp_path / "candidates.sssom.tsv"
    told.write_text(capsys.readouterr().out)
    assert '#   ns1: "http://elsewhere.example/x/"' in told.read_text()
    assert "c:tomme\tTomme\tskos:closeMatch\tns1:9" in told.read_text()
    parsers = pytest.importorskip("sssom.parsers")
    assert len(parsers.parse_sssom_table(str(told)).df) == 1


def test_a_file_that_cannot_be_read_leaves_no_half_of_a_set(larder, tmp_path, capsys):
    good, bad = tmp_path / "mb.obo", tmp_path / "bad.obo"
    good.write_text(OBO)
    bad.write_text("[Term]\nid")
    assert main(["suggest-mappings", str(good), str(bad), "--release", str(larder)]) == 1
    assert capsys.readouterr().out == ""


def test_precision_and_recall_are_counted(cheeses, tmp_path):
    path = tmp_path / "mb.obo"
    path.write_text(OBO + "\n[Term]\nid: MB:7\nname: Brie\n")
    index = read(path, cheeses.names)
    found = scores(cheeses, index, suggest(cheeses, index))
    total = next(s for s in found if s.tier == 0)
    assert (total.right, total.decidable, total.curated, total.recall) == (2, 3, 2, 1.0)


def test_a_suggestion_is_never_an_exact_match(larder, tmp_path, capsys):
    path = tmp_path / "mb.obo"
    path.write_text(OBO)
    assert main(["suggest-mappings", str(path), "--release", str(larder), "--all"]) == 0
    told = capsys.readouterr()
    rows = [line.split("\t") for line in told.out.splitlines() if not line.startswith("#")]
    assert rows[0][:4] == ["subject_id", "subject_label", "predicate_id", "object_id"]
    assert {row[2] for row in rows[1:]} == {"skos:closeMatch"}
    assert "precision 1.000" in told.err
