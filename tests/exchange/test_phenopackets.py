"""Phenopackets and HPO terms as descriptions, on the command line."""

import csv
import io
import json

import pytest

from dystonia_kg.cli import main

LEG, ARM, NECK, AXIAL = "HP:0031959", "HP:0031960", "HP:0000473", "HP:0002530"
RIGHT = "HP:0012834"


@pytest.fixture
def packet(tmp_path):
    """Write a phenopacket: terms that are present, terms that are excluded, and what qualifies them."""

    def write(name: str, present=(), absent=(), onset="", disease="", side=""):
        features = [{"type": {"id": term, "label": "a"}} for term in present]
        for feature in features:
            feature |= {"modifiers": [{"id": side, "label": "s"}]} if side else {}
            feature |= {"onset": {"age": {"iso8601duration": onset}}} if onset else {}
        features += [{"type": {"id": term, "label": "a"}, "excluded": True} for term in absent]
        made = {"id": name, "subject": {"id": "Ada L."}, "phenotypicFeatures": features, "metaData": {}}
        if disease:
            made["diseases"] = [{"term": {"id": disease, "label": "d"}}]
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(made))
        return path

    return write


def classified(ours, capsys, *words) -> tuple[int, str, str]:
    code = main(["classify", "--release", str(ours), *map(str, words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def result(ours, capsys, *words) -> dict:
    code, out, err = classified(ours, capsys, *words, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_present_and_excluded_features_and_onset_are_read(ours, capsys, packet):
    path = packet("open", [LEG, ARM], [NECK, AXIAL], "P1Y6M")
    assert result(ours, capsys, "--phenopacket", path)["classes"] == ["hemidystonia", "multifocal"]
    charity = result(ours, capsys, "--phenopacket", path, "--scheme", "charity-lay")
    assert charity["classes"] == ["not-covered"]


def test_a_side_that_is_recorded_is_used(ours, capsys, packet):
    path = packet("right", [LEG, ARM], side=RIGHT)
    assert result(ours, capsys, "--phenopacket", path)["classes"] == ["hemidystonia"]


def test_torticollis_alone_is_not_enough_and_with_a_dystonia_it_counts(ours, capsys, packet):
    alone = result(ours, capsys, "--phenopacket", packet("alone", [NECK]))
    assert (alone["classes"], alone["determinate"]) == ([], False)
    assert "not enough to assert dystonia" in alone["checks"][0]["text"]
    both = result(ours, capsys, "--hpo", f"{NECK},HP:0000643,HP:0012048")
    assert both["classes"] == ["segmental"]
    known = result(ours, capsys, "--phenopacket", packet("known", [NECK], disease="OMIM:159900"))
    assert known["classes"] == ["focal"]


def test_an_unspecified_limb_leaves_the_answer_open(ours, capsys):
    found = result(ours, capsys, "--hpo", f"{NECK},HP:0002451")
    assert found["classes"] == ["multifocal", "segmental"]


def test_hemifacial_spasm_never_enters(ours, capsys):
    assert result(ours, capsys, "--hpo", "HP:0010828")["classes"] == ["not-a-dystonia"]


def test_a_dystonia_without_a_site_is_not_called_none(ours, capsys):
    found = result(ours, capsys, "--hpo", "HP:0001332")
    assert (found["classes"], found["determinate"]) == ([], False)


def test_one_bad_file_does_not_stop_the_rest(ours, capsys, packet, tmp_path):
    packet("good", ["HP:0000643"])
    (tmp_path / "broken.json").write_text('{"phenotypicFeatures": [')
    (tmp_path / "foreign.json").write_text('{"resourceType": "Patient"}')
    (tmp_path / "list.json").write_text("[1, 2]")
    code, out, err = classified(ours, capsys, "--phenopacket", tmp_path)
    rows = {row["file"].rpartition("/")[2]: row for row in csv.DictReader(io.StringIO(out))}
    assert code == 1 and rows["good.json"]["classes"] == "focal"
    assert all(rows[name]["error"] for name in ("broken.json", "foreign.json", "list.json"))
    assert "broken.json:1:" in err and "Traceback" not in err


def test_nothing_that_names_a_person_is_read(ours, capsys, packet):
    path = packet("named", ["HP:0000643"])
    code, out, _ = classified(ours, capsys, "--phenopacket", path, "--all", "--json")
    assert code == 0 and "Ada" not in out


@pytest.mark.parametrize("key", ["@context", "@id", "@graph"])
def test_json_ld_in_a_phenopacket_is_not_obeyed(ours, capsys, tmp_path, key):
    path = tmp_path / "sly.json"
    sly = {
        "phenotypicFeatures": [{"type": {"id": "HP:0000643"}, key: "http://127.0.0.1:9/x"}],
        key: "http://127.0.0.1:9/x",
    }
    path.write_text(json.dumps(sly))
    assert result(ours, capsys, "--phenopacket", path)["classes"] == ["focal"]


@pytest.mark.parametrize("terms", ["", "torticollis", "HP:", ",!,"])
def test_terms_that_are_none_are_told_so(ours, capsys, terms):
    code, out, err = classified(ours, capsys, f"--hpo={terms}")
    assert (code, out) in ((2, ""), (0, out)) and (code == 2 or terms == "")
