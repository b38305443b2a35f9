"""Other people's ontologies are read by how they begin, all to the same terms, and never half."""

import gzip
import json

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from dystonia_kg.errors import Unreadable
from dystonia_kg.exchange import source
from dystonia_kg.exchange.readers import read
from dystonia_kg.exchange.readers.rdf import quads

from .conftest import FUNCTIONAL, OBO, TURTLE, graph

C = "http://cheese.example/id/"
MB = "http://purl.obolibrary.org/obo/MB_"
FORMATS = {
    "mb.obo": OBO,
    "mb.ttl": TURTLE,
    "mb.ofn": FUNCTIONAL,
    "mb.json": json.dumps(graph()),
    "mb.nt": serialize(parse(TURTLE, format=RdfFormat.TURTLE), format=RdfFormat.N_TRIPLES).decode(),
    "mb.owl": serialize(parse(TURTLE, format=RdfFormat.TURTLE), format=RdfFormat.RDF_XML).decode(),
    "mb.jsonld": serialize(parse(TURTLE, format=RdfFormat.TURTLE), format=RdfFormat.JSON_LD).decode(),
}


@pytest.fixture
def written(tmp_path):
    def write(name: str, body: str | bytes):
        path = tmp_path / name
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        return path

    return write


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_ontology_is_the_same_in_every_format(name, written, cheeses):
    index = read(written(name, FORMATS[name]), cheeses.names)
    assert {t.iri.removeprefix(MB): t.name for t in index.live()} == {
        "1": "soft cheese", "2": "Brie", "3": "goat cheese", "4": "obsolete Tomme", "5": "Tomme", "9": "cow",
    }  # fmt: skip
    brie = index.terms[MB + "2"]
    assert brie.definition == 'A "soft" cheese.'
    assert brie.parents == [MB + "1"]
    assert brie.synonyms == [("RELATED", "Brie de Meaux")]
    assert brie.xrefs == ["WD:Q1"]
    assert brie.relations == [("http://purl.obolibrary.org/obo/RO_0001000", MB + "9")]
    assert index.merged == {MB + "20": MB + "2"}
    assert index.terms[MB + "1"].synonyms == [("EXACT", "spreading cheese")]
    assert index.terms[MB + "4"].obsolete and index.terms[MB + "4"].successors == [MB + "5"]
    assert index.whole


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_known_by_how_it_begins_even_when_compressed_or_renamed(name, written, cheeses):
    plain = read(written(name, FORMATS[name]), cheeses.names)
    other = "thing.nt.gz" if name == "mb.nt" else "thing.gz"
    packed = read(written(other, gzip.compress(FORMATS[name].encode())), cheeses.names)
    assert packed.terms.keys() == plain.terms.keys()


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"mb.nt"}))
def test_a_file_that_is_cut_short_is_refused_with_its_place(name, written, cheeses):
    whole = FORMATS[name].encode()
    for share in (0.55, 0.7, 0.97):
        path = written(name, whole[: int(len(whole) * share)].rstrip(b"\n"))
        with pytest.raises(Unreadable, match=name):
            read(path, cheeses.names)


@pytest.mark.parametrize(
    "name, body, said",
    [
        (
            "a.obo",
            'format-version: 1.2\n\n[Term]\nid: X:1\nname: a\nsynonym: "b EXACT []\n',
            ":6: .*quotation",
        ),
        ("a.obo", "format-version: 1.2\n\n[Term]\nname: a\n", ":4: .*before the term's id"),
        ("a.obo", "format-version: 1.2\n\n[Term\n", ":3: .*not closed"),
        ("a.obo", "format-version: 1.2\n\n[Term]\nid: X:1\nwhat is this\n", ":5: .*tag: value"),
        ("a.obo", b"format-version: 1.2\n\n[Term]\nid: X:1\nname: \xff\n", ":5: not UTF-8"),
        ("a.obo", "format-version: 1.2\n\n[Term]\nid: X:1\nname: \0\n", ":5: .*NUL"),
        ("a.json", '{"graphs": [{"nodes": [{"lbl": "x"}]}]}', "node 0 has no id"),
        ("a.json", '{"graphs": 7}', "graphs is not a list"),
        ("a.json", '{"graphs": [{"nodes": [\n{"id": "x",}]}]}', ":2:"),
        ("a.json", '{"graphs": ' + "[" * 50_000, "nested too deeply|not JSON"),
        ("a.ttl", "@prefix a: <http://a/> .\na:b a:c .\n", ":2:"),
        ("a.ofn", "Prefix(a:=<http://a/>)\nOntology(<http://a/>\nDeclaration(Class(a:b))\n", "cut short"),
        ("a.ofn", "Ontology(" + "ObjectUnionOf(" * 5_000, "nested more than"),
        (
            "a.owl",
            '<?xml version="1.0"?>\n<Ontology xmlns="http://www.w3.org/2002/07/owl#"></Ontology>',
            "OWL/XML",
        ),
        (
            "a.tsv",
            "subject_id\tpredicate_id\tobject_id\na:b\tskos:exactMatch\n",
            ":2: the row has no|:2: 2 cells",
        ),
        ("a.tsv", "id\tlabel\nx:1\ta\tb\n", ":2: 3 cells under 2"),
        ("a.txt", "Dear Sir or Madam,\n", "not a format that we read"),
        ("a.obo", "", "empty"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(name, body, said, written, cheeses):
    with pytest.raises(Unreadable, match=said) as caught:
        read(written(name, body), cheeses.names)
    assert name in str(caught.value)


def bomb(levels: int) -> str:
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels)
    )
    return (
        f'<?xml version="1.0"?><!DOCTYPE rdf:RDF [{entities}]>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
        f'<rdf:Description rdf:about="http://e/x"><e:p>&a{levels - 1};</e:p></rdf:Description></rdf:RDF>'
    )


def test_entities_that_grow_without_end_are_refused_before_they_grow(written):
    with pytest.raises(Unreadable, match="a.owl"):
        list(quads(written("a.owl", bomb(12))))
    assert len(list(quads(written("b.owl", bomb(2))))) == 1


def test_entities_from_elsewhere_are_not_fetched(written, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    body = bomb(2).replace('<!ENTITY a0 "ha">', f'<!ENTITY a0 SYSTEM "{secret.as_uri()}">')
    with pytest.raises(Unreadable):
        list(quads(written("a.owl", body)))


def test_elements_nested_without_end_are_refused(written):
    body = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    with pytest.raises(Unreadable, match="deep"):
        list(quads(written("a.owl", body + "<e:A><e:p>" * 100_000)))


def test_a_file_that_unpacks_to_more_than_we_read_is_refused(written):
    path = written("a.obo.gz", gzip.compress(b"format-version: 1.2\n" + b"! \n" * 1_000_000))
    with pytest.raises(Unreadable, match="larger than we read"):
        source.text(path, largest=10_000)
    with pytest.raises(Unreadable, match="cut short"):
        source.text(written("b.gz", path.read_bytes()[:60]))


def test_sssom_and_tables_are_read_by_their_columns(written, cheeses):
    sssom = (
        "# curie_map:\n#   MB: http://purl.obolibrary.org/obo/MB_\n#   W: http://w.example/\n"
        "# mapping_set_id: http://w.example/set\n"
        "subject_id\tsubject_label\tpredicate_id\tobject_id\tobject_label\tmapping_justification\n"
        "MB:2\tBrie\tskos:exactMatch\tW:9\tbrie\tsemapv:ManualMappingCuration\n"
    )
    index = read(written("m.sssom.tsv", sssom), cheeses.names)
    assert [(m.subject, m.object) for m in index.matches] == [(MB + "2", "http://w.example/9")]
    assert not index.whole
    edges = "subject\tsubject_label\trelation\tobject\nMB:2\tBrie\trdfs:subClassOf\tMB:1\n"
    assert read(written("e.tsv", edges), cheeses.names).terms[MB + "2"].parents == [MB + "1"]
    terms = "id\tlabel\tparents\nMILK:2\tBrie\tMB:1|MB:9\n"
    assert read(written("t.tsv", terms), cheeses.names).terms[MB + "2"].parents == [MB + "1", MB + "9"]
    hpoa = "#version: 1\ndatabase_id\tdisease_name\tqualifier\thpo_id\nW:1\tx\t\tMB:2\nW:1\tx\tNOT\tMB:3\n"
    assert [o for _, o in read(written("p.hpoa", hpoa), cheeses.names).terms[
        "http://purl.obolibrary.org/obo/W_1"].relations] == [MB + "2"]  # fmt: skip


def test_other_spellings_of_an_identifier_are_the_same_identifier(cheeses):
    names = cheeses.names
    spellings = (
        "MB:2",
        "mb:2",
        "MILK:2",
        "MB_2030_12_31:2",
        "http://milk.example/2",
        MB + "2",
        MB.replace("http:", "https:") + "2",
        "http://identifiers.org/mb/2",
        "https://identifiers.org/MB:2",
        "https://bioregistry.io/milk:2",
    )
    for spelling in spellings:
        assert names.expand(spelling) == MB + "2", spelling
    assert names.expand("http://purl.obolibrary.org/obo/C_brie") == C + "brie"
    assert names.expand("https://cheese.example/id/brie") == C + "brie"
    for other in ("https://bioregistry.io/unknown:2", "http://purl.obolibrary.org/obo/XX_2", "https://x/"):
        assert names.expand(other) == other
    assert names.compact(MB + "2") == "MB:2"
    assert names.expand("http://elsewhere.example/x") == "http://elsewhere.example/x"


def test_relations_that_obo_writes_as_words_are_what_their_definitions_refer_to(written, cheeses):
    body = OBO.replace("relationship: RO:0001000", "relationship: derives_from").replace(
        "id: RO:0001000\nname: derives from", "id: derives_from\nxref: RO:0001000\nname: derives from"
    ).replace("is_a: MB:9 ! cow thing", "relationship: likes MB:9")  # fmt: skip
    terms = read(written("mb.obo", body), cheeses.names).terms
    assert terms[MB + "2"].relations == [("http://purl.obolibrary.org/obo/RO_0001000", MB + "9")]
    assert terms[MB + "5"].relations == [("http://purl.obolibrary.org/obo/mb#likes", MB + "9")]
