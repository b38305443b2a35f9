"""
The query page: a form that works without script, the answer as a table, examples with their questions.

Examples are sh:SPARQLExecutable things. Queries run through the endpoint's own workers and limits; the
rows that are shown are cut short, the files are whole.
"""

import json
import re
import time
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, jsonify, request
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from ..formats import GRAPHS, TABLES
from .answers import answer, library
from .frame import has_asset, shown
from .library import TYPE, Library
from .search import TERMS, fold, index
from .shelves import RDFS
from .view import Value
from .words import SCHEMA

blueprint = Blueprint("asking", __name__)

SH = "http://www.w3.org/ns/shacl#"
QUESTION = NamedNode(SH + "SPARQLExecutable")
TEXTS = tuple(NamedNode(SH + end) for end in ("select", "ask", "construct"))
KEYWORDS = NamedNode(SCHEMA + "keywords")
COMMENT = NamedNode(RDFS + "comment")
EDITOR = "vendor/editor.js"

#: Rows that the page shows; files have all of them.
SHOWN = 500
#: Triples text that the page shows.
SHOWN_TEXT = 60_000
#: Bars of a chart.
BARS = 40
#: Things that the editor suggests.
SUGGESTED = 3000

_PREFIXED = re.compile(r"(?<![\w<:/#-])([A-Za-z][\w-]*):(?!//)")
_DECLARED = re.compile(r"\bprefix\s+([A-Za-z][\w-]*)\s*:", re.IGNORECASE)


@dataclass(frozen=True)
class Example:
    """A question in plain words and in SPARQL."""

    iri: NamedNode
    slug: str
    question: str
    comment: str
    topic: str
    query: str


@lru_cache(maxsize=8)
def examples(shelf: Library) -> tuple[Example, ...]:
    """Every example query of the release, by topic and question."""
    made = []
    for quad in shelf.store.quads_for_pattern(None, TYPE, QUESTION, DefaultGraph()):
        text = next((o.value for p in TEXTS for o in shelf.said(quad.subject, p)), "")
        if text:
            topic = next(iter(sorted(o.value for o in shelf.said(quad.subject, KEYWORDS))), "")
            comment = next((o.value for o in shelf.said(quad.subject, COMMENT)), "")
            iri = quad.subject
            slug = iri.value.rpartition("/")[2]
            made.append(Example(iri, slug, shelf.label(iri), comment, topic, complete(shelf, text)))
    return tuple(sorted(made, key=lambda e: (e.topic, e.question)))


def complete(shelf: Library, query: str) -> str:
    """A query with the PREFIX lines that it uses and does not have, so that it runs anywhere."""
    bare = re.sub(r'"[^"\n]*"|<[^>\s]*>|#[^\n]*', " ", query)
    used = {p for p in _PREFIXED.findall(bare) if p in shelf.prefixes} - set(_DECLARED.findall(query))
    lines = [f"PREFIX {p}: <{shelf.prefixes[p]}>\n" for p in sorted(used)]
    return "".join(lines) + ("\n" if lines else "") + query.strip("\n")


@blueprint.route("/sparql", methods=("GET", "POST"))
def query_page() -> Response:
    """The form, with a query in it and what it answers."""
    shelf = library()
    chosen = next((e for e in examples(shelf) if e.slug == request.args.get("example")), None)
    query = request.values.get("query", "")
    if request.mimetype == "application/sparql-query":
        query = request.get_data(as_text=True)
    html, status = page(shelf, chosen, query)
    response = answer(html, "text/html; charset=utf-8", vary=("Accept",))
    response.status_code = status
    response.headers["Link"] = f'<{request.url_root}sparql?_format=ttl>; rel="alternate"; type="text/turtle"'
    if status == 503:
        response.headers["Retry-After"] = "60"
    if query:
        response.headers["Cache-Control"] = "no-cache"
    return response


def page(shelf: Library, chosen: Example | None = None, query: str = "") -> tuple[str, int]:
    """The page and its status."""
    text = query or (chosen.query if chosen else "")
    outcome = run(shelf, text) if text else None
    first = examples(shelf)[0] if examples(shelf) else None
    topics: dict[str, list[Example]] = {}
    for example in examples(shelf):
        topics.setdefault(example.topic, []).append(example)
    params = urlencode({"query": text})
    html = shown(
        shelf,
        "query.html",
        "query",
        query=text or (first.query if first else "SELECT * WHERE { ?s ?p ?o } LIMIT 10"),
        chosen=chosen,
        topics=topics,
        outcome=outcome,
        tables=TABLES,
        graphs=GRAPHS,
        params=params,
        share=f"{request.url_root}sparql?{params}",
        editor=EDITOR if has_asset(EDITOR) else "",
        curl=_curl(text),
    )
    return html, (outcome or {}).get("status", 200)


def _curl(text: str) -> str:
    quoted = text.replace("'", "'\\''")
    return f"curl -H 'Accept: text/csv' --data-urlencode 'query={quoted}' {request.url_root}sparql"


def run(shelf: Library, query: str) -> dict | None:
    """What a query answers, ready for the page: rows, text, a yes or no, or what went wrong.

    None where there is no endpoint (an app without the server around it).
    """
    endpoint = current_app.extensions.get("sparql")
    if endpoint is None:
        return None
    from .sparql.problem import Problem

    began = time.perf_counter()
    try:
        form, body = endpoint.run(query, TABLES[0], GRAPHS[0])
    except Problem as trouble:
        line = trouble.facts.get("line") or _line(trouble.detail)
        return {"status": trouble.status, "trouble": trouble.title, "detail": trouble.detail, "line": line}
    took = {"status": 200, "milliseconds": max(1, round((time.perf_counter() - began) * 1000))}
    if form.extension != TABLES[0].extension:
        text = body.decode()
        return {**took, "text": text[:SHOWN_TEXT], "cut": len(text) > SHOWN_TEXT}
    told = json.loads(body)
    if "boolean" in told:
        return {**took, "boolean": told["boolean"]}
    names, rows = told["head"].get("vars", []), told["results"]["bindings"]
    cells = [[_cell(shelf, row.get(name)) for name in names] for row in rows[:SHOWN]]
    return {
        **took,
        "names": names,
        "rows": cells,
        "total": len(rows),
        "bars": _bars(cells) if len(names) == 2 else [],
    }


def _line(detail: str) -> int:
    found = re.search(r"(?:line |at )(\d+)", detail)
    return int(found.group(1)) if found else 0


def _cell(shelf: Library, term: dict | None) -> Value | None:
    if term is None:
        return None
    if term["type"] == "uri":
        iri = NamedNode(term["value"])
        named = shelf.name(iri) if term["value"].startswith(shelf.base) else None
        return Value(
            iri, named.value if named else shelf.curie(iri), shelf.path(iri), "", "" if named else "mono"
        )
    if term["type"] == "bnode":
        return Value(BlankNode(term["value"]), "_:" + term["value"][:8], "", "", "mono")
    if term["type"] == "triple":
        return Value(None, json.dumps(term["value"])[:200], "", "", "mono")
    is_number = term.get("datatype", "").rpartition("#")[2] in ("integer", "decimal", "double", "float")
    return Value(
        Literal(term["value"]), term["value"], "", term.get("xml:lang", ""), "num" if is_number else "text"
    )


def _bars(cells: list) -> list[dict]:
    """A chart, where the answer is a name and a number."""
    if not 1 < len(cells) <= BARS:
        return []
    for name, number in ((0, 1), (1, 0)):
        if all(
            row[name] and row[number] and row[number].kind == "num" and row[name].kind != "num"
            for row in cells
        ):
            values = [float(row[number].text) for row in cells]
            top = max(values)
            if min(values) < 0 or top <= 0:
                return []
            return [
                {"text": row[name].text, "number": row[number].text, "width": round(100 * v / top, 1)}
                for row, v in zip(cells, values, strict=True)
            ]
    return []


@blueprint.get("/completion.json")
def completion() -> Response:
    """What the editor suggests: prefixes, terms of the vocabularies, and things, with their names."""
    return jsonify(_completion(library()))


@lru_cache(maxsize=8)
def _completion(shelf: Library) -> dict:
    terms = []
    for kind in (
        *TERMS,
        NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#Property"),
        NamedNode(RDFS + "Class"),
    ):
        sort = "class" if kind.value.endswith("Class") else "property"
        for quad in shelf.store.quads_for_pattern(None, TYPE, kind, DefaultGraph()):
            if isinstance(quad.subject, NamedNode):
                terms.append({"c": shelf.curie(quad.subject), "l": shelf.label(quad.subject), "k": sort})
    known = {row["c"] for row in terms}
    ranked = sorted(index(shelf).kinds, key=lambda t: (-index(shelf).weight[t], fold(shelf.label(t))))
    for thing in ranked[:SUGGESTED]:
        curie = shelf.curie(thing)
        if curie not in known and ":" in curie and not curie.startswith("http") and "/" not in curie:
            terms.append({"c": curie, "l": shelf.label(thing), "k": "constant"})
    terms = [row for row in terms if not row["c"].startswith("http")]
    return {
        "prefixes": shelf.prefixes,
        "terms": sorted(terms, key=lambda row: (row["k"] == "constant", row["c"])),
    }


def example_of(shelf: Library, iri: NamedNode) -> Example | None:
    return next((e for e in examples(shelf) if e.iri == iri), None)
