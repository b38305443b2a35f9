"""Send data that is made on the spot (descriptions, catalogues, comparisons) as any other document."""

from collections.abc import Callable
from html import escape

from flask import Response
from pyoxigraph import NamedNode, Triple

from . import plain, variants, writing
from .answers import answer, library, problem, root
from .shelves import local
from .variants import FOR_PROGRAMS, HTML, Choice


def send(
    path: str,
    extension: str | None,
    triples: Callable[[], list[Triple]],
    first: NamedNode,
    html: str = "",
    **headers: str,
) -> Response:
    """The triples in the form that is asked for, or that the extension names; `html` is the body of a page.

    `path` is the address below the root without any extension.
    """
    form = variants.of_extension(FOR_PROGRAMS, extension) if extension else None
    choice = Choice(form, form.content_type) if form else None if extension else variants.asked(FOR_PROGRAMS)
    if extension and not choice:
        return problem(404, "Not Found", f"There is no form {extension} of this.")
    listed = variants.listed(FOR_PROGRAMS, root() + path)
    if not choice:
        return problem(406, "Not Acceptable", "It can be had in these forms only.", variants=listed)
    made = triples()
    if choice.form == HTML:
        response = answer(_page(first, made, html, listed), HTML.content_type, **headers)
    else:
        response = answer(writing.write(library(), made, choice.form, first), choice.content_type, **headers)
    if not extension:
        response.vary.add("Accept")
        response.headers["Content-Location"] = f"{root()}{path}.{choice.form.extension}"
    for row in listed:
        response.headers.add("Link", f'<{row["href"]}>; rel="alternate"; type="{row["type"]}"')
    return response


def _page(first: NamedNode, triples: list[Triple], html: str, listed: list[dict[str, str]]) -> str:
    """A page for people: the given words, else the statements as a table; and the other forms."""
    shelf = library()
    others = " ".join(f'<a href="{escape(v["href"])}">{escape(v["name"])}</a>' for v in listed)
    body = (html or plain.statements(shelf, triples)) + f"<p>{others}</p>"
    head = "".join(f'<link rel="alternate" href="{escape(v["href"])}" type="{v["type"]}">' for v in listed)
    said = {local(t.predicate): t.object for t in triples if t.subject == first}
    title = " ".join(said[word].value for word in ("title", "version") if word in said)
    return plain.dressed(shelf, title or shelf.label(first), body).replace("</head>", head + "</head>", 1)
