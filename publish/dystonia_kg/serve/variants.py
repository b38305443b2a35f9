"""
One table of the forms in which a document can be had.

Negotiation, `Vary`, `Link`, the body of a 406 and the description of the interface all read this table,
so they cannot disagree. The order is our preference among equals.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import request

from ..formats import GRAPHS, Format
from ..negotiate import choose, quality, ranges

HTML = Format("HTML", "html", "text/html", None, ("application/xhtml+xml",))

#: What a thing's document can be had as: a page first.
FOR_PEOPLE = (HTML, *GRAPHS)
#: What a vocabulary can be had as: programs ask for it without saying what they like.
FOR_PROGRAMS = (*GRAPHS, HTML)


@dataclass(frozen=True)
class Choice:
    """The form that was chosen, and the media type under which the reader asked for it."""

    form: Format
    content_type: str


def best(offers: Iterable[Format], header: str | None) -> Choice | None:
    """The form that suits the Accept header; a name that we only answer for is kept as the reader's own."""
    form = choose(header, list(offers))
    if form is None:
        return None
    wanted = ranges(header or "")
    named = {one.media_type: one.quality for one in wanted}
    if quality(wanted, [form.media_type]) < max((named.get(a, 0) for a in form.aliases), default=0):
        alias = max(form.aliases, key=lambda a: named.get(a, 0))
        return Choice(form, replace(form, media_type=alias).content_type)
    return Choice(form, form.content_type)


def of_extension(offers: Iterable[Format], extension: str) -> Format | None:
    return next((form for form in offers if form.extension == extension), None)


def asked(offers: Iterable[Format]) -> Choice | None:
    """What the request asks for: `_mediatype` or `_format` in the query string, else the Accept header."""
    offers = list(offers)
    given = request.args.get("_mediatype") or request.args.get("_format")
    if not given:
        return best(offers, request.headers.get("Accept"))
    given = given.replace(" ", "+")
    form = of_extension(offers, given) or next(
        (f for f in offers if given in (f.media_type, *f.aliases)), None
    )
    return Choice(form, form.content_type) if form else None


def listed(offers: Iterable[Format], address: str) -> list[dict[str, str]]:
    """The variants of the document at `address`, for the body of a 406."""
    return [{"name": f.name, "type": f.media_type, "href": f"{address}.{f.extension}"} for f in offers]
