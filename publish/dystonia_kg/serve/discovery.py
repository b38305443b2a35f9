"""
What there is here, for programs that look around: VoID, DCAT, profiles, link sets, the API catalogue,
OpenAPI, a site map, and a page for machines that read prose.
"""

import json
import re
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from flask import Blueprint, current_app, request
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Triple, parse
from werkzeug.exceptions import default_exceptions
from werkzeug.routing import Rule

from ..formats import GRAPHS, TABLES
from . import accounts, data, documents, handbook, jsonld, profiles, signposts, variants
from .accounts import DCTERMS
from .answers import FOR_NOW, answer, library, problem, root
from .library import TYPE, Resource
from .sparql.problem import KINDS as QUERY_KINDS
from .variants import FOR_PEOPLE, HTML

blueprint = Blueprint("discovery", __name__)

DCAT = "http://www.w3.org/ns/dcat#"
RECONCILE = "https://reconciliation-api.github.io/specs/0.2/"
QUESTION = NamedNode("http://www.w3.org/ns/shacl#SPARQLExecutable")
TARGET = NamedNode("http://www.w3.org/ns/shacl#targetClass")

#: Services that may be here: where, what they are called, to which specification.
SERVICES = (
    ("/sparql", "SPARQL endpoint", "http://www.w3.org/TR/sparql11-protocol/"),
    ("/reconcile", "Reconciliation API", RECONCILE),
)


# --- the dataset about itself


@blueprint.get("/.well-known/void")
@blueprint.get("/void")
def void():
    """What the dataset says of itself (VoID): what it is, where to ask, how much of what is in it."""
    return data.send("void", None, _void, library().dataset["dataset"])


@blueprint.get("/void.<extension>")
def void_as(extension: str):
    """The VoID description in the format that the address names."""
    return data.send("void", extension, _void, library().dataset["dataset"])


def _void() -> list[Triple]:
    shelf = library()
    counted = shelf.store.quads_for_pattern(None, None, None, NamedNode(shelf.base + "statistics"))
    own = shelf.said(shelf.dataset["dataset"])
    return accounts.in_order({q.triple: None for q in counted} | dict.fromkeys(own))


@blueprint.get("/catalog")
def catalog():
    """The catalogue (DCAT): the dataset, its files with size and checksum, its services, its releases."""
    return data.send("catalog", None, _catalog, NamedNode(library().base + "catalog"))


@blueprint.get("/catalog.<extension>")
def catalog_as(extension: str):
    """The catalogue in the format that the address names."""
    return data.send("catalog", extension, _catalog, NamedNode(library().base + "catalog"))


def _catalog() -> list[Triple]:
    from .history import _listed

    shelf = library()
    told = [q.triple for q in parse(path=shelf.folder / "catalog.ttl", format=RdfFormat.TURTLE)]
    made = dict.fromkeys([*told, *_listed()])
    catalog = NamedNode(shelf.base + "catalog")
    for path, title, conforms in services():
        service = NamedNode(shelf.base + path[1:])
        rows = [
            Triple(catalog, NamedNode(DCAT + "service"), service),
            Triple(service, TYPE, NamedNode(DCAT + "DataService")),
            Triple(service, NamedNode(DCTERMS + "title"), Literal(title, language="en")),
            Triple(service, NamedNode(DCAT + "endpointURL"), service),
            Triple(service, NamedNode(DCAT + "endpointDescription"), service),
            Triple(service, NamedNode(DCAT + "servesDataset"), shelf.dataset["dataset"]),
            Triple(service, NamedNode(DCTERMS + "conformsTo"), NamedNode(conforms)),
        ]
        made.update(dict.fromkeys(rows))
    return accounts.in_order(made)


def services() -> list[tuple[str, str, str]]:
    """The services that this server has: an address is named only if something answers there."""
    known = {rule.rule.rstrip("/") for rule in current_app.url_map.iter_rules()}
    return [row for row in SERVICES if row[0] in known or row[0] == "/sparql"]


@blueprint.get("/context.jsonld")
def context():
    """The JSON-LD context: every key of our documents, and what it stands for."""
    return answer(jsonld.published(library()), "application/ld+json")


@blueprint.get("/profile/<token>")
def profile(token: str):
    """What a profile is: the words in which a document can be told."""
    stem, _, extension = token.rpartition(".")
    form = variants.of_extension(FOR_PEOPLE, extension)
    token, extension = (stem, extension) if stem and form else (token, None)
    one = next((p for p in profiles.PROFILES if p.token == token), None)
    if not one:
        return problem(
            404, "Not Found", "The profiles are " + ", ".join(p.token for p in profiles.PROFILES) + "."
        )
    first = NamedNode(one.iri(library()))
    triples = [t for t in profiles.described(library()) if t.subject == first]
    return data.send(f"profile/{token}", extension, lambda: triples, first)


@blueprint.get("/incoming/<path:path>")
def incoming(path: str):
    """Every statement that points at something, where its document lists only the first of them."""
    shelf = library()
    found, extension = shelf.resource(path), None
    if not found:
        path, _, extension = path.rpartition(".")
        found = shelf.resource(path)
    if not found:
        return documents.missing(path)

    def told() -> list[Triple]:
        links = accounts.incoming(shelf, found.iri)
        return accounts.in_order(dict.fromkeys([*links, *accounts.names(shelf, links)]))

    return data.send(f"incoming/{quote(path)}", extension, told, found.iri)


# --- links as documents


@blueprint.get("/linkset/<path:path>")
def linkset(path: str):
    """The typed links of a document and of its other forms, as a link set (RFC 9264)."""
    shelf = library()
    stem, _, ending = path.rpartition(".")
    found = documents.dataset(shelf) if stem == "index" else shelf.resource(stem)
    edition = None if found else current_app.extensions["archive"].of_ontology(shelf.base + stem)
    if edition:
        shelf = current_app.extensions["archive"].library(edition)
        found = shelf.resource(stem)
    if not found or ending not in ("json", "txt"):
        return documents.missing(path)
    first = profiles.PROFILES[0]
    address = root() + signposts.stem(shelf, found)
    made = [
        (f"{address}.{form.extension}", signposts.links(shelf, found, form, first))
        for form in (HTML, *GRAPHS)
    ]
    if ending == "json":
        return answer(signposts.linkset(made), "application/linkset+json")
    return answer(signposts.linkset_text(made), "application/linkset")


@blueprint.get("/.well-known/api-catalog")
def api_catalog():
    """Where the interfaces are and where they are described (RFC 9727)."""
    rows = [
        {
            "anchor": root(),
            "service-desc": [{"href": root() + "openapi.json", "type": "application/vnd.oai.openapi+json"}],
            "service-doc": [
                {"href": root(), "type": "text/html"},
                {"href": root() + "llms.txt", "type": "text/markdown"},
            ],
            "service-meta": [{"href": root() + "catalog.ttl", "type": "text/turtle"}],
            "status": [{"href": root() + "status", "type": "application/json"}],
            "item": [{"href": root() + path[1:], "title": title} for path, title, _ in services()],
        }
    ]
    kind = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    response = answer(json.dumps({"linkset": rows}, indent=1) + "\n", kind)
    response.headers.add("Link", f'<{root()}.well-known/api-catalog>; rel="api-catalog"')
    return response


@blueprint.get("/status")
def status():
    """That the server is well, and which release it serves."""
    shelf = library()
    facts = {
        "status": "pass",
        "version": shelf.version,
        "released": shelf.day.date().isoformat() if shelf.day else None,
        "dataset": shelf.dataset["dataset"].value,
    }
    return answer(json.dumps(facts) + "\n", "application/json", cache_control="no-cache")


@blueprint.get("/problem/<slug>")
def explained(slug: str):
    """What a kind of error means."""
    known = (kind() for kind in default_exceptions.values())
    one = next((e for e in known if e.description and e.name.lower().replace(" ", "-") == slug), None)
    of_queries = next((k for k in QUERY_KINDS if k.lower().replace(" ", "-") == slug), None)
    if of_queries:
        facts = dict(zip(("title", "status", "detail"), (of_queries, *QUERY_KINDS[of_queries]), strict=True))
    elif one:
        facts = {"title": one.name, "status": one.code, "detail": one.description}
    else:
        return problem(404, "Not Found", "No error of ours is called that.")
    choice = variants.best([HTML, _JSON], request.headers.get("Accept"))
    if choice and choice.form is _JSON:
        return answer(json.dumps(facts), "application/json", vary=["Accept"])
    from . import plain

    body = f"<p>{escape(facts['detail'])}</p>"
    return answer(plain.dressed(library(), facts["title"], body), HTML.content_type, vary=["Accept"])


_JSON = variants.Format("JSON", "json", "application/json", None)


# --- the interface as a document


@blueprint.get("/openapi.json")
def openapi():
    """Every address here, what it takes and in which forms it answers (OpenAPI 3.1)."""
    shelf = library()
    paths: dict[str, dict] = {}
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda r: r.rule):
        if rule.endpoint != "static":
            paths.setdefault(_template(rule), {}).update(_operations(rule))
    paths["/sparql"] = _sparql()
    row = shelf.dataset
    made = {
        "openapi": "3.1.0",
        "info": {
            "title": row["title"].value if row["title"] else shelf.base,
            "version": shelf.version,
            "description": row["description"].value if row["description"] else "",
            "license": {"name": shelf.label(row["license"]), "url": row["license"].value},
        }
        if row["license"]
        else {"title": shelf.base, "version": shelf.version},
        "servers": [{"url": root().rstrip("/")}],
        "paths": paths,
        "components": {"schemas": {"Problem": _PROBLEM}},
    }
    return answer(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "application/vnd.oai.openapi+json")


_PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457)",
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
    },
    "required": ["type", "title", "status"],
}


def _template(rule: Rule) -> str:
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)


def _operations(rule: Rule) -> dict:
    view = current_app.view_functions[rule.endpoint]
    summary = (view.__doc__ or rule.endpoint).strip().splitlines()[0]
    forms = getattr(view, "variants", FOR_PEOPLE if rule.endpoint.startswith("documents.") else ())
    content = {form.media_type: {} for form in forms} or {"*/*": {}}
    problems = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    made = {}
    for method in sorted((rule.methods or set()) & {"GET", "POST"}):
        made[method.lower()] = {
            "operationId": f"{method.lower()}-{_slug(rule.rule)}",
            "summary": summary,
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in sorted(rule.arguments)
            ]
            + getattr(view, "parameters", list)(),
            "responses": {
                "200": {"description": "the answer", "content": content},
                "default": {"description": "an error, as problem+json or as a page", **problems},
            },
        }
    return made


def _slug(text: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in text)


def _sparql() -> dict:
    forms = {f.media_type: {} for f in (*TABLES, *GRAPHS)}
    answers = {
        "200": {"description": "the results", "content": forms},
        "400": {"description": "the query can not be understood"},
        "503": {"description": "the query took too long"},
    }
    query = {
        "name": "query",
        "in": "query",
        "schema": {"type": "string"},
        "description": "a SPARQL 1.1 query",
    }
    graphs = [
        {
            "name": name,
            "in": "query",
            "schema": {"type": "array", "items": {"type": "string"}},
            "description": what,
        }
        for name, what in (
            ("default-graph-uri", "a graph that is asked where none is named; may be given more than once"),
            ("named-graph-uri", "a graph that may be named; may be given more than once"),
        )
    ]
    body = {
        "content": {
            "application/sparql-query": {"schema": {"type": "string"}},
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": {"query": {"type": "string"}}}
            },
        }
    }
    return {
        "get": {
            "operationId": "sparql-get",
            "summary": "Ask a query",
            "parameters": [query, *graphs],
            "responses": answers,
        },
        "post": {
            "operationId": "sparql-post",
            "summary": "Ask a query",
            "parameters": graphs,
            "requestBody": body,
            "responses": answers,
        },
    }


# --- for crawlers


@blueprint.get("/robots.txt")
def robots():
    """What crawlers may read, and where the site map is."""
    lines = ["User-agent: *", "Disallow: /sparql?", "Disallow: /*?_profile=", "Disallow: /timegate/"]
    return answer("\n".join([*lines, "", f"Sitemap: {root()}sitemap.xml", ""]), "text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
def sitemap():
    """Every page, with the day on which it last changed."""
    shelf = library()
    day = f"<lastmod>{shelf.day.date().isoformat()}</lastmod>" if shelf.day else ""
    rows = [root()]
    for path in sorted({iri.partition("#")[0] for iri in shelf.ours}):
        found = shelf.resource(unquote(path.removeprefix(shelf.base)))
        if found and path != shelf.base and _spoken_of(found) and not documents.withdrawn(shelf, found.iri):
            rows.append(f"{root()}{signposts.stem(shelf, found)}.html")
    told = handbook.names(shelf)
    rows += [root() + handbook.address(name)[1:] for name in ([handbook.INDEX, *told] if told else ())]
    body = "".join(f"<url><loc>{escape(one)}</loc>{day}</url>\n" for one in rows[:50_000])
    whole = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SITEMAP}">\n{body}</urlset>\n'
    return answer(whole, "application/xml", cache_control=FOR_NOW)


def _spoken_of(found: Resource) -> bool:
    shelf = library()
    return found.iri in shelf.graphs or bool(shelf.said(found.iri) or shelf.parts(found.iri))


SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


@blueprint.get("/llms.txt")
def llms():
    """What is here and how to ask for it, for language models (llmstxt.org)."""
    shelf = library()
    row, here = shelf.dataset, root()

    def text(key: str) -> str:
        return row[key].value if row[key] else ""

    lines = [f"# {text('title') or shelf.base}", "", f"> {text('description')}", ""]
    if text("rights"):
        lines += [text("rights"), ""]
    lines += [
        f"Version {shelf.version}. Licence: {text('license')}. Everything has an IRI below {shelf.base}; add "
        ".ttl, .jsonld, .nt or .rdf to the address of a thing for data.",
        "",
        "## Interfaces",
        "",
        f"- [SPARQL endpoint]({here}sparql): SPARQL 1.1, read only; `query` by GET or POST",
        f"- [OpenAPI]({here}openapi.json): every address",
        f"- [JSON-LD context]({here}context.jsonld): the keys of the JSON documents",
        f"- [Catalogue]({here}catalog.ttl): files to download, with checksums",
        f"- [VoID]({here}void.ttl): what is in the dataset, counted",
        f"- [Site map]({here}sitemap.xml): every page",
        "",
        "## Kinds of things",
        "",
    ]
    for quad in sorted(shelf.store.quads_for_pattern(None, TARGET, None, DefaultGraph()), key=str):
        name = shelf.name(quad.subject) if isinstance(quad.subject, NamedNode) else None
        if name:
            lines.append(f"- {name.value}: <{quad.object.value}>")
    if handbook.names(shelf):
        lines += ["", "## Documents", ""]
    for name in handbook.names(shelf):
        found = handbook.read(shelf, name)
        lines.append(f"- [{found.title}]({here}docs/{name}.md): {found.lead}")
    lines += ["", "## Questions to ask", ""]
    for quad in sorted(shelf.store.quads_for_pattern(None, TYPE, QUESTION, DefaultGraph()), key=str):
        address = f"{here}{signposts.stem(shelf, documents.Resource(quad.subject, False))}.ttl"
        lines.append(f"- [{shelf.label(quad.subject)}]({address})")
    return answer("\n".join([*lines, ""]), "text/markdown; charset=utf-8")
