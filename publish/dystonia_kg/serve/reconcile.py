"""
The Reconciliation API 0.2, for spreadsheets: names to things, with the same ranking as search.

Types are the shelves, properties the lines of their shapes (by `sh:codeIdentifier`, else by local name).
Identifiers are what follows the namespace of our things. A candidate is `match: true` only when it is the
one thing, of the types asked for, that goes by that whole name or code, and all properties given agree.
"""

import json
from functools import lru_cache

from flask import Blueprint, Response, jsonify, render_template, request
from pyoxigraph import Literal

from .answers import answer, library, problem, root
from .desk import MOST, USUAL, Desk
from .frame import asset
from .library import Library
from .parameters import takes
from .search import fold

blueprint = Blueprint("reconcile", __name__)

#: Questions in one request; more is refused whole (413), so that nobody thinks half an answer is all.
BATCH = 50
#: What can be set when a column is added.
SETTING = {
    "name": "limit",
    "label": "Limit",
    "type": "number",
    "default": 0,
    "help_text": "Values for each cell at most; 0 for all",
}
#: Bytes of one request.
LARGEST = 1_000_000


@lru_cache(maxsize=4)
def _desk(shelf: Library) -> Desk:
    return Desk(shelf)


def desk() -> Desk:
    return _desk(library())


@blueprint.route("/reconcile", methods=["GET", "POST"])
@blueprint.route("/reconcile/", methods=["GET", "POST"])
def reconcile() -> Response:
    """The manifest; with `queries`, candidates; with `extend`, values."""
    if request.content_length and request.content_length > LARGEST:
        return problem(413, "Content Too Large", f"At most {LARGEST} bytes in one request.")
    for parameter, work in (("queries", _reconciled), ("extend", _extended)):
        body = request.values.get(parameter)
        if body is not None:
            try:
                asked = json.loads(body)
            except (ValueError, RecursionError):
                return problem(400, "Bad Request", f"The parameter {parameter} is not JSON.")
            try:
                return work(asked)
            except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
                return problem(
                    400, "Bad Request", f"The parameter {parameter} is not of the form the API asks for."
                )
    return jsonify(manifest(desk()))


reconcile.parameters = takes(
    queries="what is looked for, as JSON: an object of query objects (Reconciliation API)",
    extend="which properties of which things are wanted, as JSON (data extension)",
)


def manifest(at: Desk) -> dict:
    """What this service offers."""
    dataset = at.shelf.dataset
    here = f"{root()}reconcile"
    things = at.space.removeprefix(at.shelf.base)

    def service(path: str) -> dict:
        return {"service_url": root().rstrip("/"), "service_path": path}

    return {
        "versions": ["0.2"],
        "name": dataset["title"].value if dataset["title"] else at.shelf.base,
        "identifierSpace": at.space,
        "schemaSpace": at.schema,
        "documentation": "https://reconciliation-api.github.io/specs/0.2/",
        "serviceVersion": at.shelf.version,
        "batchSize": BATCH,
        "defaultTypes": [{"id": t["id"], "name": t["name"]} for t in at.all_types()],
        "view": {"url": f"{root()}{things}{{{{id}}}}"},
        "preview": {"url": f"{here}/preview?id={{{{id}}}}", "width": 420, "height": 260},
        "suggest": {
            "entity": service("/reconcile/suggest/entity"),
            "property": service("/reconcile/suggest/property"),
            "type": service("/reconcile/suggest/type"),
        },
        "extend": {
            "propose_properties": service("/reconcile/properties"),
            "property_settings": [SETTING],
        },
    }


def _reconciled(questions: dict) -> Response:
    if len(questions) > BATCH:
        return problem(413, "Content Too Large", f"At most {BATCH} questions in one request.")
    asked = {key: _question(question) for key, question in questions.items()}
    at = desk()
    return jsonify({key: {"result": at.candidates(question)} for key, question in asked.items()})


def _question(question: dict) -> dict:
    """A question with what is null left out, as some clients write what they do not ask."""
    found = {key: value for key, value in question.items() if value is not None}
    if not isinstance(found.get("query", ""), str) or not ("query" in found or found.get("properties")):
        raise KeyError("query")
    for one in found.get("properties", []):
        if not isinstance(one["pid"], str) or "v" not in one:
            raise KeyError("v")
    return found


def _extended(wish: dict) -> Response:
    at = desk()
    ids, wanted = wish["ids"], wish["properties"]
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise TypeError("ids")
    if len(ids) * max(len(wanted), 1) > 20 * BATCH:
        return problem(413, "Content Too Large", f"At most {20 * BATCH} cells in one request.")
    known = at.properties()
    meta = []
    for one in wanted:
        line = known.get(one["id"])
        told = {"id": one["id"], "name": line.name if line else one["id"]}
        if line and line.of_class and line.of_class in at.shelves.by_target:
            told["type"] = at._type(line.of_class)
        meta.append(told)
    rows: dict[str, dict] = {}
    for identifier in ids:
        thing = at.thing(identifier)
        rows[identifier] = {}
        for one in wanted:
            stated = int((one.get("settings") or {}).get("limit") or 0)
            limit = stated if stated > 0 else MOST
            rows[identifier][one["id"]] = at.cells(thing, one["id"], limit) if thing else []
    return jsonify({"meta": meta, "rows": rows})


@blueprint.get("/reconcile/suggest/<what>")
def suggest(what: str) -> Response:
    """Completions of what somebody has begun to type."""
    at = desk()
    typed = fold(request.args.get("prefix", "")[:200])
    start = max(0, request.args.get("cursor", 0, type=int))
    if what == "entity":
        hits = [hit for hit in at.index.search(typed, 100) if at.id(hit.thing)] if typed else []
        found = [
            {"id": at.id(h.thing), "name": h.label, "description": h.lead, "notable": at.types(h.thing)}
            for h in hits
        ]
    elif what == "type":
        found = [
            t for t in at.all_types() if fold(t["name"]).startswith(typed) or f" {typed}" in fold(t["name"])
        ]
    elif what == "property":
        found = [
            {"id": key, "name": line.name, "description": line.description}
            for key, line in sorted(at.properties().items(), key=lambda row: row[1].name)
            if fold(line.name).startswith(typed)
            or f" {typed}" in fold(line.name)
            or fold(key).startswith(typed)
        ]
    else:
        return problem(404, "Not Found", "Entities, types and properties can be suggested.")
    return jsonify({"result": found[start : start + USUAL * 2]})


suggest.parameters = takes(prefix="what was typed", cursor="#how many to leave out")


@blueprint.get("/reconcile/properties")
def propose() -> Response:
    """The properties that things of a type have."""
    at = desk()
    kind = request.args.get("type", "")
    limit = request.args.get("limit", MOST, type=int)
    found = [{"id": key, "name": line.name} for key, line in at.properties(kind).items()]
    told: dict = {"properties": found[: max(1, min(limit, MOST))], "limit": limit}
    return jsonify(told | ({"type": kind} if kind else {}))


propose.parameters = takes(type="the type", limit="#properties at most")


@blueprint.get("/reconcile/preview")
def preview() -> Response:
    """A thing in a box of the size that the manifest states."""
    at = desk()
    thing = at.thing(request.args.get("id", ""))
    if thing is None:
        return problem(404, "Not Found", "No thing of ours has this identifier.")
    lead = at.index.read.lead(thing)
    kinds = ", ".join(t["name"] for t in at.types(thing))
    lines = []
    for line in at.shelves.lines_of(at.shelves.types(thing)):
        told = [v.value if isinstance(v, Literal) else at.shelf.label(v) for v in at.values(thing, line)]
        if line.is_key and told:
            lines.append((line.name, ", ".join(told[:6])))
    body = render_template(
        "preview.html",
        name=at.shelf.label(thing),
        href=root() + at.shelf.path(thing).lstrip("/"),
        kinds=kinds,
        lead=lead.text if lead else "",
        lines=lines[:4],
        style=asset("site.css"),
    )
    return answer(body, "text/html; charset=utf-8")


preview.parameters = takes(id="the identifier of the thing")
