"""Pages without any dress, for errors and until there are better ones."""

from html import escape

from flask import request


def problem_page(facts: dict) -> str:
    near = "".join(
        f'<li><a href="{escape(row["href"])}">{escape(row["label"])}</a></li>'
        for row in facts.get("suggestions", ())
    )
    forms = "".join(
        f'<li><a href="{escape(row["href"])}">{escape(row["name"])}</a></li>'
        for row in facts.get("variants", ())
    )
    return _frame(
        facts["title"],
        f"<h1>{escape(facts['title'])}</h1><p>{escape(facts['detail'])}</p>"
        + (f"<h2>Did you mean</h2><ul>{near}</ul>" if near else "")
        + (f"<h2>It can be had as</h2><ul>{forms}</ul>" if forms else "")
        + '<p><a href="/">To the beginning</a></p>',
    )


def thing_page(library, iri, triples) -> str:
    name = escape(library.label(iri))
    return _frame(name, f"<h1>{name}</h1>" + statements(library, [t for t in triples if t.subject == iri]))


def statements(library, triples) -> str:
    """Statements as a table, thing by thing."""

    def cell(term) -> str:
        text = escape(library.label(term))
        if not str(term).startswith("<http"):
            return text
        path = library.path(term)
        return f'<a href="{escape(at(path) if path.startswith("/") else path)}">{text}</a>'

    rows = "".join(
        f"<tr><td>{cell(t.subject)}<td>{cell(t.predicate)}<td>{cell(t.object)}</tr>" for t in triples
    )
    return f"<table>{rows}</table>"


def at(path: str) -> str:
    return request.script_root + path


def dressed(library, title: str, body: str) -> str:
    """A page with these words: in the dress of the site, where it has one."""
    try:
        from .pages import simple
    except ImportError:
        return _frame(escape(title), f"<h1>{escape(title)}</h1>{body}")
    return simple(library, title, body)


def _frame(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{title}</title>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'
