"""
Things and the documents about them (Cool URIs; RFC 9110 negotiation).

A thing in the world can not be sent, so it answers 303 with the address of the document that suits the
reader. A document (a graph, an ontology, a page of ours) answers 200, and so does every address that
names a format: `/id/x.ttl`, `/ontology.jsonld`, …
"""

import difflib
from functools import lru_cache
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from pyoxigraph import Literal, NamedNode

from ..formats import GRAPHS
from . import accounts, history, plain, profiles, schema, signposts, variants, writing
from .answers import answer, library, problem, root
from .library import Library, Resource
from .parameters import takes
from .profiles import Profile
from .search import index
from .variants import FOR_PEOPLE, FOR_PROGRAMS, HTML, Choice

blueprint = Blueprint("documents", __name__)

JSON_LD = next(form for form in GRAPHS if form.extension == "jsonld")

DEPRECATED = NamedNode("http://www.w3.org/2002/07/owl#deprecated")
STATUS = NamedNode("http://www.w3.org/ns/adms#status")
WITHDRAWN = NamedNode("http://purl.org/adms/status/Withdrawn")
SUCCESSORS = (
    NamedNode("http://purl.obolibrary.org/obo/IAO_0100001"),
    NamedNode("http://purl.org/dc/terms/isReplacedBy"),
)
REASONS = tuple(
    NamedNode(iri)
    for iri in (
        "http://www.w3.org/2004/02/skos/core#historyNote",
        "http://www.w3.org/2004/02/skos/core#changeNote",
        "http://www.w3.org/2000/01/rdf-schema#comment",
    )
)


@blueprint.get("/")
def beginning():
    """The dataset itself: the home page, or its description as data."""
    return document(dataset(library()))


@blueprint.get("/doc/<path:path>")
def about(path: str):
    """The document about a thing, in the form that suits the reader."""
    found = library().resource(path)
    return document(found) if found else missing(path)


@blueprint.get("/<path:path>")
def dereference(path: str):
    """Whatever an IRI of ours names: 303 to the document for a thing, the document itself otherwise."""
    return respond(path)


for _view in (beginning, about, dereference):
    _view.parameters = takes(
        _profile="a profile by its short name; `alt` lists those that there are",
        _mediatype="the format, instead of the header Accept",
    )


def respond(path: str) -> Response:
    """The answer for a path below the root: a thing, a document, or a document in a named format."""
    shelf = library()
    dated = history.ontology(path)
    if dated:
        return dated
    found = shelf.resource(path)
    if found:
        return document(found) if found.is_document else see_other(found)
    stem, dot, extension = path.rpartition(".")
    form = variants.of_extension(FOR_PEOPLE, extension) if dot else None
    found = shelf.resource(stem) if form else None
    if form and stem == "index" and not found:
        found = dataset(shelf)
    if found:
        return fixed(found, form)
    found = shelf.resource(path.rstrip("/")) if path.endswith("/") else None
    if found:
        return redirect(root() + signposts.stem(shelf, found) + _asked_with(), code=308)
    found = shelf.resource(f"page/{path}")
    if found:
        # What people type who remember the name of a page.
        return redirect(root() + signposts.stem(shelf, found), code=303)
    if path.endswith("/") and any(one.startswith(path) for one in shelf.paths):
        # A namespace is not a thing; whoever asks for it wants to see what there is.
        return redirect(root(), code=303)
    return missing(path)


def dataset(shelf: Library) -> Resource:
    """The dataset as a whole: it is at our root, and its documents are called `index`."""
    return Resource(shelf.dataset["dataset"], True)


def offers(resource: Resource):
    """In which order of preference something is offered: pages first, but vocabularies as data first."""
    return FOR_PROGRAMS if resource.is_document and resource != dataset(library()) else FOR_PEOPLE


def see_other(resource: Resource) -> Response:
    """A thing is not a document: one redirect to the document that suits the reader."""
    gone = withdrawn(library(), resource.iri)
    if gone:
        return problem(410, "Gone", gone)
    choice = variants.asked(offers(resource))
    if choice is None:
        return not_acceptable(resource)
    response = redirect(
        f"{root()}{signposts.stem(library(), resource)}.{choice.form.extension}{_asked_with(resource)}",
        code=303,
    )
    response.vary.update(("Accept", "Accept-Profile"))
    chosen = profiles.asked(library(), resource)
    response.headers.add("Link", f'<{chosen.iri(library())}>; rel="profile"')
    return response


def document(resource: Resource) -> Response:
    """The document in the form that the reader likes best."""
    gone = withdrawn(library(), resource.iri)
    if gone:
        return problem(410, "Gone", gone)
    if request.args.get("_profile") == "alt":
        return signposts.alternates(resource)
    choice = variants.asked(offers(resource))
    if choice is None:
        return not_acceptable(resource)
    response = send(resource, choice)
    response.vary.update(("Accept",))
    stem = signposts.stem(library(), resource)
    response.headers["Content-Location"] = f"{root()}{stem}.{choice.form.extension}"
    return response


def fixed(resource: Resource, form) -> Response:
    """The document in the format that its address names, whatever the reader would like."""
    gone = withdrawn(library(), resource.iri)
    if gone:
        return problem(410, "Gone", gone)
    if request.args.get("_profile") == "alt":
        return signposts.alternates(resource)
    return send(resource, Choice(form, form.content_type))


def send(resource: Resource, choice: Choice) -> Response:
    """200 with the document in this form, in the profile asked for, with its typed links."""
    shelf = library()
    profile = profiles.asked(shelf, resource)
    made = signposts.links(shelf, resource, choice.form, profile)
    if choice.form == HTML:
        content = completed(page(shelf, resource), made, shelf, resource)
        response = answer(content, HTML.content_type)
    else:
        response = answer(body(shelf, resource, choice.form, profile), choice.content_type)
    for link in signposts.header(made):
        response.headers.add("Link", link)
    response.vary.add("Accept-Profile")
    return response


@lru_cache(maxsize=512)
def body(shelf: Library, resource: Resource, form, profile: Profile) -> bytes:
    words = schema.SCHEMA if profile.tells is schema.tell else ""
    return writing.write(shelf, profile.tells(shelf, resource), form, resource.iri, words)


def page(shelf: Library, resource: Resource) -> str:
    """The HTML page about something."""
    try:
        from . import pages
    except ImportError:
        return plain.thing_page(shelf, resource.iri, accounts.own(shelf, resource))
    if resource == dataset(shelf) and hasattr(pages, "home"):
        return pages.home(shelf)
    return pages.render(shelf, resource.iri)


def completed(html: str, made: list, shelf: Library, resource: Resource) -> str:
    """The page with what its head must say: the typed links, and the thing in the words of schema.org."""
    head = signposts.head(made)
    told = next((p for p in profiles.available(shelf, resource) if p.tells is schema.tell), None)
    if told:
        data = body(shelf, resource, JSON_LD, told).decode().replace("</", "<\\/")
        head += f'\n<script type="application/ld+json">\n{data}</script>'
    return html.replace("</head>", f"{head}\n</head>", 1)


# --- what can go wrong


def not_acceptable(resource: Resource) -> Response:
    """406: nothing that we have suits; the answer lists what we have, in words and in links."""
    listed = variants.listed(offers(resource), root() + signposts.stem(library(), resource))
    response = problem(
        406,
        "Not Acceptable",
        "None of the media types asked for can be had; it can be had as "
        + ", ".join(v["type"] for v in listed)
        + ".",
        variants=listed,
    )
    for row in listed:
        response.headers.add("Link", f'<{row["href"]}>; rel="alternate"; type="{row["type"]}"')
    return response


def missing(path: str) -> Response:
    """404, with the nearest things that we do know."""
    shelf = library()
    near = suggestions(shelf, path)
    return problem(
        404,
        "Not Found",
        f"Nothing is known here under the address /{path}.",
        suggestions=[{"label": shelf.label(iri), "iri": iri.value, "href": shelf.path(iri)} for iri in near],
    )


def suggestions(shelf: Library, path: str, most: int = 5) -> list[NamedNode]:
    """Things of ours whose address or name looks like what was asked for."""
    word = path.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower().replace("_", "-").replace(" ", "-")
    found = [hit.thing for hit in index(shelf).search(word.replace("-", " "), most)]
    if len(found) == most:
        return found
    rows = _words(shelf)
    keys = difflib.get_close_matches(word, rows, n=most, cutoff=0.6)
    keys += [key for key in rows if word and len(word) > 2 and (word in key) and key not in keys]
    return list(dict.fromkeys([*found, *(rows[key] for key in keys)]))[:most]


@lru_cache(maxsize=8)
def _words(shelf: Library) -> dict[str, NamedNode]:
    rows: dict[str, NamedNode] = {}
    for iri in map(NamedNode, shelf.ours):
        if "#" in iri.value or iri in shelf.graphs:
            continue
        rows.setdefault(iri.value.rsplit("/", 1)[-1].lower(), iri)
        name = shelf.name(iri)
        if name:
            rows.setdefault(name.value.lower().replace(" ", "-"), iri)
    return rows


def withdrawn(shelf: Library, iri: NamedNode) -> str:
    """Why something was withdrawn, if it was."""
    if WITHDRAWN not in shelf.said(iri, STATUS):
        return ""
    told = [o.value for p in REASONS for o in shelf.said(iri, p) if isinstance(o, Literal)]
    return told[0] if told else "This was withdrawn."


def successors(shelf: Library, iri: NamedNode) -> list[NamedNode]:
    """What to use instead of something deprecated."""
    return [o for p in SUCCESSORS for o in shelf.said(iri, p) if isinstance(o, NamedNode)]


def _asked_with(resource: Resource | None = None) -> str:
    """The query string that keeps the profile: asked for in the address, or chosen by the header."""
    given = request.args.get("_profile")
    if not given and resource and "Accept-Profile" in request.headers:
        chosen = profiles.asked(library(), resource)
        given = None if chosen is profiles.PROFILES[0] else chosen.token
    return "?" + urlencode({"_profile": given}) if given else ""
