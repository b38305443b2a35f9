"""
The account that a document gives: which statements belong in it.

One list of triples, whatever the format, so all formats of a document say the same.
"""

from collections.abc import Iterable

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from .library import TYPE, Library, Resource

DCTERMS = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
VOID = "http://rdfs.org/ns/void#"
XSD = "http://www.w3.org/2001/XMLSchema#"
PROV = "http://www.w3.org/ns/prov#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"

#: Incoming links that a document lists; it states how many there are.
MOST_INCOMING = 200


def document_of(library: Library, resource: Resource) -> NamedNode:
    """The IRI of the document about something: its own when it is one, else below `doc/`."""
    if resource.is_document:
        return resource.iri
    return NamedNode(f"{library.base}doc/{resource.iri.value.removeprefix(library.base)}")


def own(library: Library, resource: Resource) -> list[Triple]:
    """What is said about it and its parts as it stands; of a named graph, what that graph says."""
    if resource.iri in library.graphs:
        quads = library.store.quads_for_pattern(None, None, None, resource.iri)
        return closed(library, [*(q.triple for q in quads), *library.said(resource.iri)])
    start = resource.iri
    if start in library.versions:
        start = library.dataset["ontology"]
    subjects = [start, *library.parts(start)]
    return closed(library, [t for s in subjects for t in library.said(s)])


def closed(library: Library, triples: Iterable[Triple]) -> list[Triple]:
    """These triples and what they say through blank nodes, each once, in a stable order."""
    kept: dict[Triple, None] = {}
    queue = list(triples)
    while queue:
        triple = queue.pop()
        if triple not in kept:
            kept[triple] = None
            if isinstance(triple.object, BlankNode):
                queue += library.said(triple.object)
    return in_order(kept)


def in_order(triples: Iterable[Triple]) -> list[Triple]:
    return sorted(
        triples, key=lambda t: (str(t.subject), t.predicate != TYPE, str(t.predicate), str(t.object))
    )


def incoming(library: Library, iri: NamedNode) -> list[Triple]:
    """Every statement of a named thing that points at this one."""
    quads = library.store.quads_for_pattern(None, None, iri, DefaultGraph())
    return in_order(q.triple for q in quads if isinstance(q.subject, NamedNode))


def full(library: Library, resource: Resource) -> list[Triple]:
    """The account as a reader wants it: statements, incoming links, names of what is spoken of, terms."""
    said = own(library, resource)
    if not resource.is_document or resource.iri not in library.graphs:
        said = said + _incoming_part(library, resource, said)
    return in_order(dict.fromkeys([*said, *names(library, said), *about_itself(library, resource)]))


def _incoming_part(library: Library, resource: Resource, said: list[Triple]) -> list[Triple]:
    known = set(said)
    links = [t for t in incoming(library, resource.iri) if t not in known]
    if not links:
        return []
    document = document_of(library, resource)
    part = NamedNode(document.value + "#incoming")
    made = [
        *links[:MOST_INCOMING],
        Triple(document, NamedNode(DCTERMS + "hasPart"), part),
        Triple(part, TYPE, NamedNode(VOID + "Dataset")),
        Triple(part, NamedNode(DCTERMS + "title"), Literal("statements that point here", language="en")),
        Triple(part, NamedNode(VOID + "triples"), Literal(len(links))),
    ]
    if len(links) > MOST_INCOMING:
        rest = f"{document.value.replace('/doc/', '/incoming/', 1)}"
        made.append(Triple(part, NamedNode(RDFS + "seeAlso"), NamedNode(rest)))
    return made


def names(library: Library, triples: Iterable[Triple]) -> list[Triple]:
    """What everything in these statements is called, by the predicate that its own account uses."""
    from .library import NAMES

    terms = {
        term for t in triples for term in (t.subject, t.predicate, t.object) if isinstance(term, NamedNode)
    }
    return [t for term in terms for p in NAMES[:3] for t in library.said(term) if t.predicate == p]


def about_itself(library: Library, resource: Resource) -> list[Triple]:
    """What every document says of itself: its subject, its terms of use, its dataset, where it comes from."""
    document = document_of(library, resource)
    row = library.dataset
    made = [
        Triple(document, TYPE, NamedNode(FOAF + "Document")),
        Triple(document, NamedNode(FOAF + "primaryTopic"), resource.iri),
    ]
    if row["license"]:
        made.append(Triple(document, NamedNode(DCTERMS + "license"), row["license"]))
    if document != row["dataset"]:
        made.append(Triple(document, NamedNode(VOID + "inDataset"), row["dataset"]))
    if library.day:
        day = Literal(library.day.date().isoformat(), datatype=NamedNode(XSD + "date"))
        made.append(Triple(document, NamedNode(DCTERMS + "modified"), day))
    if resource.iri not in library.graphs and document != row["dataset"]:
        told = (t for one in (resource.iri, *library.parts(resource.iri)) for t in library.sources(one))
        made += [Triple(document, NamedNode(PROV + "wasDerivedFrom"), graph) for graph in dict.fromkeys(told)]
    return made
