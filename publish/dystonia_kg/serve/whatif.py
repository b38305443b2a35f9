"""
What would follow from a description given in the address: as a page, as JSON, or as RDF.

`GET /<action>?…` for the action that the release describes; its parameters are the lines of its form.
The same question gives the same answer for as long as the release lasts, so answers are cached and have
validators like every document.
"""

import json
from collections.abc import Iterable
from functools import lru_cache

from flask import Blueprint, Response, request

from ..errors import BadInput, Trouble
from ..formats import GRAPHS, Format
from ..whatif import Answer, Asker
from . import variants
from .answers import answer as finished
from .answers import library, problem
from .library import Library
from .variants import HTML
from .writing import write

blueprint = Blueprint("whatif", __name__)

JSON = Format("JSON", "json", "application/json", None)
OFFERS = (JSON, HTML, *GRAPHS)

#: Parameters of the service itself, beside those of the form.
OWN = ("all", "_format", "_mediatype", "_profile")

#: Answers kept; one is a few kilobytes.
KEPT = 2048

_YES = ("", "1", "true", "yes", "on", "all")


@lru_cache(maxsize=4)
def asker(shelf: Library) -> Asker:
    """The forms and rules of a release, read once."""
    return Asker(shelf.store, "classify")


def answer(shelf: Library, arguments) -> list[dict]:
    """The results for request arguments (a MultiDict), by every scheme unless one is named.

    Arguments that the form does not know are passed over: an address may carry others. Raises BadInput.
    """
    known = {line.key for line in asker(shelf).question}
    given = [(key, value) for key, value in arguments.items(multi=True) if key in known]
    return _answer(shelf, tuple(given), False).results


@blueprint.get("/classify")
def classify() -> Response:
    """Work out what follows from a description, with the reasons."""
    shelf = library()
    choice = variants.asked(OFFERS)
    if choice is None:
        return problem(
            406,
            "Not Acceptable",
            "This can be had as JSON, as a page, or as RDF.",
            variants=[{"name": form.name, "type": form.media_type} for form in OFFERS],
        )
    if choice.form is HTML:
        return _page(shelf)
    given = tuple((k, v) for k, v in request.args.items(multi=True) if k not in OWN)
    everything = request.args.get("all", "no").lower() in _YES or ("scheme", "all") in given
    given = tuple(pair for pair in given if pair != ("scheme", "all"))
    try:
        found = _answer(shelf, given, not everything)
    except BadInput as trouble:
        return problem(400, "Bad Request", str(trouble))
    except Trouble as trouble:
        return problem(422, "Unprocessable Content", str(trouble))
    if choice.form is JSON:
        told = found.results if everything or len(found.results) != 1 else found.results[0]
        body = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    else:
        body = write(shelf, found.triples, choice.form)
    return finished(body, choice.content_type, vary=("Accept",))


def _parameters() -> list[dict]:
    """The lines of the form and our own two, as OpenAPI describes parameters."""
    made = []
    try:
        lines = asker(library()).question
    except BadInput:
        # A release need not let anybody ask.
        return []
    for line in lines:
        kind = (
            {"type": "boolean"} if line.is_flag else {"type": "string"} if line.kind else {"type": "number"}
        )
        if line.least is not None and line.most is not None:
            kind |= {"minimum": float(line.least), "maximum": float(line.most)}
        schema = kind if line.single else {"type": "array", "items": kind}
        described = ". ".join(text for text in (line.title, line.description) if text)
        made.append({"name": line.key, "in": "query", "description": described, "schema": schema})
    own = "leave defaults open: a list with a result for each"
    made.append({"name": "all", "in": "query", "description": own, "schema": {"type": "boolean"}})
    endings = [form.extension for form in OFFERS]
    made.append({"name": "_format", "in": "query", "schema": {"type": "string", "enum": endings}})
    return made


classify.variants = OFFERS
classify.parameters = _parameters


def _answer(shelf: Library, given: Iterable[tuple[str, str]], use_defaults: bool) -> Answer:
    return _kept(shelf, tuple(sorted(given)), use_defaults)


@lru_cache(maxsize=KEPT)
def _kept(shelf: Library, given: tuple, use_defaults: bool) -> Answer:
    said: dict[str, list[str]] = {}
    for key, value in given:
        said.setdefault(key, []).append(value)
    return asker(shelf).answer(said, use_defaults)


def _page(shelf: Library) -> Response:
    """The home page is where a question is put and its answer shown."""
    from . import pages

    made = pages.home(shelf)
    response = made if isinstance(made, Response) else finished(made, HTML.content_type)
    response.vary.add("Accept")
    return response
