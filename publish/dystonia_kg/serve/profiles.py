"""
Content negotiation by profile (dx-connegp): the same thing, told in the words of one community.

A profile is a function from a resource to triples. What it can not tell is not offered: a profile is
listed for a resource only when it has something to say about it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from flask import request
from pyoxigraph import Literal, NamedNode, Triple

from . import accounts, schema
from .library import TYPE, Library, Resource

SKOS = "http://www.w3.org/2004/02/skos/core#"
OWL = "http://www.w3.org/2002/07/owl#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"

SUBCLASS = NamedNode(RDFS + "subClassOf")
CONCEPT = NamedNode(SKOS + "Concept")
INDIVIDUAL = NamedNode(OWL + "NamedIndividual")
CLASS = NamedNode(OWL + "Class")


@dataclass(frozen=True)
class Profile:
    token: str
    title: str
    tells: Callable[[Library, Resource], list[Triple]]

    def iri(self, library: Library) -> str:
        return f"{library.base}profile/{self.token}"


def plain(library: Library, resource: Resource) -> list[Triple]:
    """The statements as they are stored, and nothing else."""
    if resource.iri in library.graphs:
        return accounts.closed(
            library, (q.triple for q in library.store.quads_for_pattern(None, None, None, resource.iri))
        )
    return accounts.own(library, resource)


def skos(library: Library, resource: Resource) -> list[Triple]:
    """Only SKOS: concepts, their labels, notes, schemes and relations."""
    made = []
    for t in plain(library, resource):
        if t.predicate.value.startswith(SKOS):
            made.append(t)
        elif t.predicate == TYPE and isinstance(t.object, NamedNode):
            if t.object.value.startswith(SKOS):
                made.append(t)
            elif CONCEPT in above(library, t.object):
                made.append(Triple(t.subject, TYPE, CONCEPT))
    concepts = {t.subject for t in made if t.predicate == TYPE}
    return accounts.in_order(dict.fromkeys(t for t in made if t.subject in concepts))


def owl(library: Library, resource: Resource) -> list[Triple]:
    """What an OWL tool needs to open it alone: statements, and declarations of the words that they use."""
    said = plain(library, resource)
    if not any(t.predicate == TYPE for t in said):
        return []
    made = dict.fromkeys(said)
    words = {t.predicate for t in said} | {t.object for t in said if t.predicate == TYPE}
    declared = {
        word: [t for t in library.said(word) if t.predicate == TYPE and t.object.value.startswith(OWL)]
        for word in words
        if isinstance(word, NamedNode)
    }
    made.update(dict.fromkeys(t for rows in declared.values() for t in rows))
    for t in said:
        if t.predicate == TYPE and declared.get(t.object):
            made[Triple(t.subject, TYPE, INDIVIDUAL)] = None
    return accounts.in_order(made) if any(declared.values()) else []


@lru_cache(maxsize=4096)
def above(library: Library, cls: NamedNode) -> frozenset[NamedNode]:
    """The classes that a class is below, itself included."""
    found, queue = {cls}, [cls]
    while queue:
        for parent in library.said(queue.pop(), SUBCLASS):
            if isinstance(parent, NamedNode) and parent not in found:
                found.add(parent)
                queue.append(parent)
    return frozenset(found)


LABELLED = Profile("labelled", "with incoming links and the names of what is spoken of", accounts.full)

#: Every profile; the first is what a reader gets who asks for none.
PROFILES = (
    LABELLED,
    Profile("plain", "as it is stored", plain),
    Profile("skos", "SKOS concepts only", skos),
    Profile("owl", "with the declarations that OWL tools need", owl),
    Profile("schema", "in the words of schema.org", schema.tell),
)


@lru_cache(maxsize=4096)
def available(library: Library, resource: Resource) -> tuple[Profile, ...]:
    """The profiles that have something to say about this."""
    return tuple(p for p in PROFILES if p is LABELLED or p.tells(library, resource))


def asked(library: Library, resource: Resource) -> Profile:
    """The profile that the request asks for and we have: `_profile`, else Accept-Profile, else the first."""
    can = available(library, resource)
    given = request.args.get("_profile")
    if given:
        return _named(library, can, given) or can[0]
    best, chosen = 0.0, can[0]
    for name, quality in wishes(request.headers.get("Accept-Profile", "")):
        found = _named(library, can, name)
        if found and quality > best:
            best, chosen = quality, found
    return chosen


def _named(library: Library, can, name: str) -> Profile | None:
    return next((p for p in can if name in (p.token, p.iri(library))), None)


_WISH = re.compile(r"(?:<([^<>]*)>|([\w-]+))\s*((?:;[^,]*)?)(?:,|\Z)")
_QUALITY = re.compile(r"(?i);\s*q\s*=\s*\"?(1(?:\.0{0,3})?|0(?:\.\d{0,3})?)\"?\s*(?:;|\Z)")


def wishes(header: str) -> list[tuple[str, float]]:
    """The profiles of an Accept-Profile header, each with how much it is wanted."""
    found = []
    for iri, token, parameters in _WISH.findall(header[:4096]):
        quality = _QUALITY.search(parameters)
        found.append((iri or token, float(quality[1]) if quality else 1.0))
    return found


def described(library: Library) -> list[Triple]:
    """The profiles as data: what they are called, in which tokens they can be asked for."""
    prof = "http://www.w3.org/ns/dx/prof/"
    made = []
    for profile in PROFILES:
        iri = NamedNode(profile.iri(library))
        made += [
            Triple(iri, TYPE, NamedNode(prof + "Profile")),
            Triple(iri, NamedNode(RDFS + "label"), Literal(profile.title, language="en")),
            Triple(iri, NamedNode(prof + "hasToken"), Literal(profile.token)),
        ]
    return accounts.in_order(made)
