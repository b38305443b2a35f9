"""
The same thing in the words of schema.org, for search engines and harvesters.

Which class is which schema.org type, and which property which, is knowledge: `skos:closeMatch` and its
like between our words and theirs. Here are only the words that every vocabulary of the web shares.
"""

from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Triple

from . import accounts, downloads
from .library import TYPE, Library, Resource

SCHEMA = "https://schema.org/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
DCAT = "http://www.w3.org/ns/dcat#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"

MATCHES = tuple(NamedNode(SKOS + m) for m in ("exactMatch", "closeMatch", "broadMatch"))
EQUIVALENT = tuple(
    NamedNode(iri)
    for iri in (
        "http://www.w3.org/2002/07/owl#equivalentClass",
        "http://www.w3.org/2002/07/owl#equivalentProperty",
    )
)
BELOW = (NamedNode(RDFS + "subClassOf"), NamedNode(RDFS + "subPropertyOf"))

#: Words of the public vocabularies, and what schema.org says for them.
SHARED = {
    SKOS + "prefLabel": "name",
    RDFS + "label": "name",
    DCTERMS + "title": "name",
    "http://xmlns.com/foaf/0.1/name": "name",
    SKOS + "altLabel": "alternateName",
    SKOS + "definition": "description",
    DCTERMS + "description": "description",
    SKOS + "exactMatch": "sameAs",
    SKOS + "inScheme": "inDefinedTermSet",
    SKOS + "notation": "termCode",
    DCTERMS + "license": "license",
    DCTERMS + "creator": "creator",
    DCTERMS + "publisher": "publisher",
    DCTERMS + "issued": "datePublished",
    DCTERMS + "modified": "dateModified",
    DCTERMS + "bibliographicCitation": "creditText",
    "http://www.w3.org/2002/07/owl#versionInfo": "version",
    DCAT + "keyword": "keywords",
    DCAT + "landingPage": "url",
}
TYPES = {
    "http://www.w3.org/2002/07/owl#Ontology": "DefinedTermSet",
    SKOS + "ConceptScheme": "DefinedTermSet",
    DCAT + "Dataset": "Dataset",
    DCAT + "Catalog": "DataCatalog",
    "http://xmlns.com/foaf/0.1/Organization": "Organization",
    "http://xmlns.com/foaf/0.1/Person": "Person",
    "http://www.w3.org/ns/shacl#SPARQLExecutable": "SoftwareSourceCode",
}
#: What a concept is when nothing more exact is known.
CONCEPT = "DefinedTerm"


def tell(library: Library, resource: Resource) -> list[Triple]:
    """The resource, its page and what it points at, as schema.org says it; nothing if it has no word."""
    thing = resource.iri
    types = types_of(library, thing)
    if not types:
        return []
    made = _about(library, thing, types)
    for value in {t.object for t in made if isinstance(t.object, NamedNode) and t.predicate != TYPE}:
        near = types_of(library, value) if value.value.startswith(library.base) else []
        made += [
            t
            for t in _about(library, value, near)
            if near and t.predicate.value in (TYPE.value, SCHEMA + "name")
        ]
    if not resource.is_document:
        page = NamedNode(accounts.document_of(library, resource).value)
        made += [
            Triple(page, TYPE, NamedNode(SCHEMA + "WebPage")),
            Triple(page, NamedNode(SCHEMA + "mainEntity"), thing),
            Triple(page, NamedNode(SCHEMA + "isPartOf"), library.dataset["dataset"]),
        ]
        if library.dataset["license"]:
            made.append(Triple(page, NamedNode(SCHEMA + "license"), library.dataset["license"]))
    if thing == library.dataset["dataset"]:
        made += _distributions(library)
    return accounts.in_order(dict.fromkeys(made))


def _distributions(library: Library) -> list[Triple]:
    """The files of the release, for harvesters of data sets."""
    made = []
    for name in downloads.distributions(library):
        file = NamedNode(downloads.iri(library, name))
        made += [
            Triple(library.dataset["dataset"], NamedNode(SCHEMA + "distribution"), file),
            Triple(file, TYPE, NamedNode(SCHEMA + "DataDownload")),
            Triple(file, NamedNode(SCHEMA + "name"), Literal(name)),
            Triple(file, NamedNode(SCHEMA + "contentUrl"), file),
            Triple(file, NamedNode(SCHEMA + "encodingFormat"), Literal(downloads.media_type(name))),
        ]
    return made


def _about(library: Library, thing: NamedNode, types: list[str]) -> list[Triple]:
    made = [Triple(thing, TYPE, NamedNode(t)) for t in types]
    made.append(Triple(thing, NamedNode(SCHEMA + "identifier"), Literal(thing.value)))
    for t in library.said(thing):
        word = property_of(library, t.predicate)
        if word and (isinstance(t.object, Literal | NamedNode)):
            made.append(Triple(thing, NamedNode(word), _bare(t.object)))
    if not any(t.predicate.value == SCHEMA + "name" for t in made):
        made.append(Triple(thing, NamedNode(SCHEMA + "name"), Literal(library.label(thing))))
    return made


def _bare(term):
    """schema.org's own examples tag no language; English, ours by default, is not tagged either."""
    return (
        Literal(term.value) if isinstance(term, Literal) and (term.language or "").startswith("en") else term
    )


def types_of(library: Library, thing: NamedNode) -> list[str]:
    """The schema.org types of a thing: those of its classes, the nearest first to have one."""
    found = [
        t for cls in library.said(thing, TYPE) if isinstance(cls, NamedNode) for t in _type_of(library, cls)
    ]
    exact = sorted({t for t in found if t != SCHEMA + CONCEPT})
    return exact or sorted(set(found))


@lru_cache(maxsize=4096)
def _type_of(library: Library, cls: NamedNode) -> tuple[str, ...]:
    level, seen = [cls], {cls}
    while level:
        found = [w for c in level for w in _matched(library, c, TYPES)]
        if found:
            return tuple(sorted(set(found)))
        level = [
            p for c in level for p in library.said(c, BELOW[0]) if isinstance(p, NamedNode) and p not in seen
        ]
        seen.update(level)
    return (SCHEMA + CONCEPT,) if NamedNode(SKOS + "Concept") in seen else ()


@lru_cache(maxsize=4096)
def property_of(library: Library, predicate: NamedNode) -> str | None:
    """The schema.org property for one of ours, if the knowledge or the web at large knows one."""
    found = _matched(library, predicate, SHARED)
    return found[0] if found else None


def _matched(library: Library, term: NamedNode, shared: dict[str, str]) -> list[str]:
    if term.value.startswith(SCHEMA):
        return [term.value]
    told = [
        o.value
        for p in (*MATCHES, *EQUIVALENT, *BELOW)
        for o in library.said(term, p)
        if isinstance(o, NamedNode) and o.value.startswith(SCHEMA)
    ]
    known = shared.get(term.value)
    return told or ([SCHEMA + known] if known else [])
