"""Candidates come in tiers, are measured, and are never called matches."""

from dystonia_kg.cli import main
from dystonia_kg.exchange.index import Index, Term
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


def test_precision_and_recall_are_counted_and_short_names_are_not_offered(cheeses, tmp_path):
    path = tmp_path / "mb.obo"
    path.write_text(OBO)
    index = read(path, cheeses.names)
    found = scores(cheeses, index, suggest(cheeses, index))
    total = next(s for s in found if s.tier == 0)
    assert (total.right, total.curated, total.recall, total.precision) == (1, 2, 0.5, 1.0)


def test_a_suggestion_is_never_an_exact_match(larder, tmp_path, capsys):
    path = tmp_path / "mb.obo"
    path.write_text(OBO)
    assert main(["suggest-mappings", str(path), "--release", str(larder), "--all"]) == 0
    told = capsys.readouterr()
    rows = [line.split("\t") for line in told.out.splitlines()]
    assert rows[0][:4] == ["subject_id", "subject_label", "predicate_id", "object_id"]
    assert {row[2] for row in rows[1:]} == {"skos:closeMatch"}
    assert "precision 1.000" in told.err
