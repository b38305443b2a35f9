"""Pages without any dress, for errors and until there are better ones."""

from html import escape


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
    def cell(term) -> str:
        text = escape(library.label(term))
        if not hasattr(term, "value") or not term.value.startswith(("http:", "https:")):
            return text
        return f'<a href="{escape(library.path(term))}">{text}</a>'

    rows = "".join(
        f"<tr><td>{cell(t.predicate)}</td><td>{cell(t.object)}</td></tr>" for t in triples if t.subject == iri
    )
    name = escape(library.label(iri))
    return _frame(name, f"<h1>{name}</h1><table>{rows}</table>")


def _frame(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{title}</title>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'
