"""The query page without any dress: until there is a better one at the same address."""

from html import escape

from flask import Blueprint, Response, current_app, request

from ...formats import GRAPHS, TABLES
from .problem import Problem

blueprint = Blueprint("query_form", __name__)


@blueprint.route("/sparql", methods=("GET", "POST"))
def query_form() -> Response:
    """A form with the query in it and, below, what it answers."""
    query = request.values.get("query", "")
    shown, status = "", 200
    endpoint = current_app.extensions.get("sparql")
    if query and endpoint is not None:
        try:
            form, body = endpoint.run(query, TABLES[3], GRAPHS[0])
            shown = body.decode()
        except Problem as trouble:
            shown, status = f"{trouble.title}\n\n{trouble.detail}", trouble.status
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>SPARQL</title>'
        '<link rel="alternate" type="text/turtle" href="/sparql?_format=ttl"></head><body><h1>SPARQL</h1>'
        '<form action="/sparql"><p><label for="query">Query</label></p>'
        f'<p><textarea id="query" name="query" rows="15" cols="80">{escape(query)}</textarea></p>'
        f"<p><button>Ask</button></p></form><pre>{escape(shown)}</pre></body></html>"
    )
    response = Response(page, status, content_type="text/html; charset=utf-8")
    response.headers["Link"] = '</sparql?_format=ttl>; rel="alternate"; type="text/turtle"'
    response.vary.add("Accept")
    if status != 200:
        response.headers["Retry-After" if status == 503 else "Cache-Control"] = (
            "60" if status == 503 else "no-cache"
        )
    return response
