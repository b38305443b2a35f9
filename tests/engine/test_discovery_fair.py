"""What F-UJI and FOOPS! ask of a site and an ontology, as far as it can be asked without the internet."""

import json
import re
from functools import partial

import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, parse

from .. import stores

DCTERMS = "http://purl.org/dc/terms/"
OWL = "http://www.w3.org/2002/07/owl#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
VANN = "http://purl.org/vocab/vann/"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@pytest.fixture(scope="module")
def app(ours):
    return stores.app(ours)


@pytest.fixture(scope="module")
def library(app):
    return app.extensions["library"]


@pytest.fixture(scope="module")
def client(app):
    made = app.test_client()
    made.open = partial(made.open, buffered=True)
    return made


def place(library, iri: str) -> str:
    return library.path(NamedNode(iri))


@pytest.fixture(scope="module")
def ontology(client, library):
    response = client.get(place(library, library.dataset["ontology"].value))
    return [q.triple for q in parse(response.data, format=RdfFormat.TURTLE)]


@pytest.mark.parametrize(
    "predicate",
    [
        OWL + "versionIRI",
        OWL + "versionInfo",
        DCTERMS + "license",
        DCTERMS + "title",
        DCTERMS + "description",
        DCTERMS + "creator",
        DCTERMS + "contributor",
        DCTERMS + "publisher",
        DCTERMS + "created",
        DCTERMS + "issued",
        DCTERMS + "modified",
        DCTERMS + "source",
        DCTERMS + "bibliographicCitation",
        VANN + "preferredNamespacePrefix",
        VANN + "preferredNamespaceUri",
        "http://purl.org/ontology/bibo/status",
        "https://schema.org/includedInDataCatalog",
    ],
)
def test_the_ontology_says_who_when_and_under_which_terms(library, ontology, predicate):
    said = [
        t.object
        for t in ontology
        if t.subject == library.dataset["ontology"] and t.predicate.value == predicate
    ]
    assert said
    if predicate.endswith(("license", "versionIRI")):
        assert isinstance(said[0], NamedNode)


def test_every_term_has_a_label_a_definition_and_names_its_ontology(library, ontology):
    kinds = {OWL + kind for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")}
    space = library.dataset["ontology"].value + "#"
    terms = {
        t.subject
        for t in ontology
        if t.predicate == TYPE
        and getattr(t.object, "value", "") in kinds
        and t.subject.value.startswith(space)
    }
    assert len(terms) > 20
    for predicate in (RDFS + "label", SKOS + "definition", RDFS + "isDefinedBy"):
        told = {t.subject for t in ontology if t.predicate.value == predicate}
        assert not [t.value for t in terms - told]


@pytest.mark.parametrize(
    "media_type",
    ["application/rdf+xml", "text/turtle", "application/ld+json", "application/n-triples", "text/html"],
)
def test_ontology_version_and_things_answer_in_every_form(client, library, media_type):
    row = library.dataset
    example = next(
        q.object
        for q in library.store.quads_for_pattern(
            row["dataset"], NamedNode("http://rdfs.org/ns/void#exampleResource"), None, DefaultGraph()
        )
    )
    for iri, status in ((row["ontology"], 200), (row["versionIri"], 200), (example, 303)):
        response = client.get(place(library, iri.value), headers={"Accept": media_type})
        assert response.status_code == status
        if status == 200:
            assert response.mimetype == media_type
        else:
            final = client.get(response.headers["Location"], headers={"Accept": media_type})
            assert (final.status_code, final.mimetype) == (200, media_type)


def test_what_the_dataset_names_as_examples_answers(client, library):
    examples = library.said(library.dataset["dataset"], NamedNode("http://rdfs.org/ns/void#exampleResource"))
    assert examples
    for example in examples:
        assert client.get(place(library, example.value), follow_redirects=True).status_code == 200


def test_the_home_page_is_a_data_set_for_harvesters_of_schema_org(client, library):
    page = client.get("/", headers={"Accept": "text/html"}).text
    inside = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])
    whole = next(row for row in inside["@graph"] if row["@id"] == library.base)
    assert whole["@type"] == "Dataset"
    for key in (
        "name",
        "description",
        "identifier",
        "license",
        "creator",
        "publisher",
        "distribution",
        "keywords",
    ):
        assert whole[key], key
    assert len(whole["distribution"]) > 18


def test_identifiers_are_persistent_and_resolve_at_home(library):
    assert library.base.startswith("https://w3id.org/")


def test_the_licence_is_one_that_machines_know(library):
    assert library.dataset["license"].value.startswith("https://creativecommons.org/licenses/")


def test_metadata_stays_without_javascript(client):
    page = client.get("/", headers={"Accept": "text/html"}).text
    assert re.search(r'<link rel="cite-as" href="https://w3id.org/', page)
    assert re.search(r'<link rel="license" href="https://creativecommons.org/', page)
