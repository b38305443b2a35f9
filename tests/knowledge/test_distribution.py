"""Patterns of regions and the classes that each scheme gives them (cases/distribution.tsv)."""

import csv
from pathlib import Path

import pytest

from dystonia_kg.errors import BadInput
from dystonia_kg.release import open_store
from dystonia_kg.whatif import Asker

TABLE = Path(__file__).parent / "cases" / "distribution.tsv"
with TABLE.open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file, delimiter="\t"))
SCHEMES = [name for name in ROWS[0] if name not in ("id", "regions", "age", "contested")]


@pytest.fixture(scope="module")
def asker(ours) -> Asker:
    return Asker(open_store(ours), "classify")


def given(row: dict) -> dict[str, list[str]]:
    asked = {"r": [name for name in row["regions"].split("|") if name]}
    return asked | ({"age": [row["age"]]} if row["age"] else {})


def by_scheme(asker: Asker, asked: dict) -> dict[str, dict]:
    return {result["scheme"]: result for result in asker.answer(asked, use_defaults=False).results}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_scheme_gives_the_classes_expected_of_it(row, asker):
    results = by_scheme(asker, given(row))
    expected = {scheme: sorted(row[scheme].split("+")) for scheme in SCHEMES}
    assert {scheme: results[scheme]["classes"] for scheme in SCHEMES} == expected


@pytest.mark.parametrize("row", [r for r in ROWS if r["contested"] == "yes"], ids=lambda row: row["id"])
def test_a_contested_pattern_says_on_what_it_rests(row, asker):
    results = by_scheme(asker, given(row)).values()
    anatomical = {"P17", "P18"}  # contested only because no document was read, which the adjacency says
    assert row["id"] in anatomical or any(result["contested"] for result in results)


def test_the_default_scheme_comes_first_and_alone(asker):
    assert [r["scheme"] for r in asker.answer({"r": ["neck"]}).results] == ["mds2013"]
    assert asker.answer({"r": ["neck"]}, use_defaults=False).results[0]["scheme"] == "mds2013"


def test_what_is_unknown_widens_the_answer_and_what_is_absent_narrows_it(asker):
    alone = asker.answer({"r": ["neck"], "unknown": ["trunk"]}).results[0]
    assert (alone["classes"], alone["determinate"]) == (["focal", "segmental"], False)
    free = ["eyes", "mouth", "larynx", "trunk", "arm", "leg"]
    rest = {"r": ["neck"], "unrecorded-unknown": ["true"]}
    assert len(asker.answer(rest).results[0]["classes"]) > 2
    assert asker.answer(rest | {"absent": free}).results[0]["classes"] == ["focal"]


def test_an_unknown_side_leaves_both_answers_open(asker):
    result = asker.answer({"r": ["arm:L", "leg"]}).results[0]
    assert (result["classes"], result["determinate"]) == (["hemidystonia", "multifocal"], False)
    assert asker.answer({"r": ["arm:L", "leg"], "absent": ["leg:R"]}).results[0]["classes"] == [
        "hemidystonia"
    ]


def test_the_face_of_an_unknown_side_leaves_hemidystonia_open(asker):
    assert asker.answer({"r": ["arm:L", "leg:L", "eyes"]}).results[0]["classes"] == [
        "hemidystonia",
        "multifocal",
    ]
    assert asker.answer({"r": ["arm:L", "leg:L", "eyes:L"]}).results[0]["classes"] == ["hemidystonia"]
    assert asker.answer({"r": ["arm:L", "leg:L", "jaw"]}).results[0]["classes"] == ["multifocal"]


@pytest.mark.parametrize(
    "name", ["neck", "cervical region", "https://w3id.org/dystonia/id/neck", "dys:neck", "NECK"]
)
def test_a_region_goes_by_any_of_its_names(name, asker):
    assert asker.answer({"r": [name]}).results[0]["regions"] == ["neck"]


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"r": ["nek"]}, "did you mean neck"),
        ({"r": ["neck:L"]}, "nothing here is called"),
        ({"q": ["neck"]}, "no parameter is called"),
        ({"age": ["old"]}, "is not a number"),
        ({"age": ["-3"]}, "is not between"),
        ({"age": ["NaN"]}, "is not between"),
        ({"age": ["1", "2"]}, "at most 1"),
        ({"r": ["neck"], "absent": ["neck"]}, "affected and not affected at once"),
        ({"unrecorded-unknown": ["perhaps"]}, "neither true nor false"),
    ],
)
def test_what_cannot_be_understood_is_told_so(asked, complaint, asker):
    with pytest.raises(BadInput, match=complaint):
        asker.answer(asked)


def test_matches_are_exact_partial_or_wider(asker):
    found = asker.answer({"r": ["eyes", "jaw"]}).results[0]["matches"]
    assert found["exactly"] == ["meige-syndrome"]
    assert {"blepharospasm", "oromandibular-dystonia"} <= set(found["part"])
    assert "meige-syndrome" in asker.answer({"r": ["eyes"]}).results[0]["matches"]["more"]
    assert "foot-dystonia" not in asker.answer({"r": ["leg:L"]}).results[0]["matches"]["part"]


@pytest.mark.parametrize("site", ["face", "face:L", "hand", "limb", "neck"])
def test_one_site_and_nothing_known_of_the_rest_leaves_all_but_none_possible(site, asker):
    [result] = asker.answer({"r": [site], "unrecorded-unknown": ["true"]}).results
    assert {"focal", "segmental", "multifocal", "generalised"} <= set(result["classes"])
    assert "none" not in result["classes"]
    assert result["determinate"] is False


def test_naming_as_unknown_what_is_unknown_anyway_changes_nothing(asker):
    asked = {"r": ["neck"], "absent": ["leg", "trunk", "larynx"], "unrecorded-unknown": ["true"]}
    [plain] = asker.answer(asked).results
    [named] = asker.answer(asked | {"unknown": ["hand", "face"]}).results
    assert named["classes"] == plain["classes"]
