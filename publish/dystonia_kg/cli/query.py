"""Ask a release a question in SPARQL, or one of the questions kept with the knowledge."""

import argparse
import sys
from pathlib import Path

from pyoxigraph import QueryBoolean, QueryTriples, serialize

from ..ask import ask, prefixes
from ..errors import BadInput
from ..formats import GRAPHS, TABLES, by_extension
from ..release import load_guests, open_store
from . import release_option

HELP = "ask a release a question in SPARQL"

#: What people call the formats on a command line, beside their file endings.
ALIASES = {
    "json": "srj",
    "xml": "srx",
    "turtle": "ttl",
    "json-ld": "jsonld",
    "n-triples": "nt",
    "rdfxml": "rdf",
}


def options(sub: argparse.ArgumentParser) -> None:
    release_option(sub)
    sub.add_argument(
        "text", nargs="?", metavar="SPARQL", help="the query; the prefixes of the knowledge are known"
    )
    sub.add_argument(
        "--file", type=Path, metavar="F", help="read the query from a file (- for standard input)"
    )
    sub.add_argument(
        "--example", metavar="SLUG", help="a question kept with the knowledge; 'list' lists them"
    )
    sub.add_argument(
        "--format",
        default="table",
        choices=["table", *ALIASES, *(f.extension for f in (*TABLES, *GRAPHS))],
        help="how the answer is written",
    )


def run(options: argparse.Namespace) -> int | None:
    store = open_store(options.release)
    examples = {row["example"].value.rsplit("/", 1)[-1]: row for row in ask(store, "examples")}
    if options.example == "list":
        for slug, row in examples.items():
            print(f"{slug:40} {row['title'].value}")
        return None
    query = _query(options, examples)
    names = prefixes(store)
    load_guests(store, options.release)
    try:
        results = store.query(query, prefixes=names, base_iri=next(iter(ask(store, "dataset")))["base"].value)
    except SyntaxError as trouble:
        raise BadInput(f"not SPARQL: {trouble}") from trouble
    if options.format == "table":
        _table(results, names)
        return None
    wanted = ALIASES.get(options.format, options.format)
    form = by_extension(GRAPHS if isinstance(results, QueryTriples) else TABLES, wanted)
    if form is None:
        kind = "a graph" if isinstance(results, QueryTriples) else "rows or a yes or no"
        raise BadInput(f"--format {options.format}: the answer is {kind}, which is not written so")
    if isinstance(results, QueryTriples):
        sys.stdout.buffer.write(serialize(results, format=form.syntax, prefixes=names))
    else:
        sys.stdout.buffer.write(results.serialize(format=form.syntax))
        print()
    return None


def _query(options: argparse.Namespace, examples: dict) -> str:
    given = [way for way in (options.text, options.file, options.example) if way]
    if len(given) != 1:
        raise BadInput("give the query itself, or --file F, or --example SLUG (--example list lists them)")
    if options.example:
        if options.example not in examples:
            raise BadInput(f"no question is called {options.example!r}; --example list lists them")
        return examples[options.example]["query"].value
    if options.text:
        return options.text
    try:
        return sys.stdin.read() if str(options.file) == "-" else options.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadInput(f"{options.file}: cannot be read: {trouble}") from trouble


def _table(results, names: dict[str, str]) -> None:
    """Rows in columns, with IRIs shortened; a yes or no; or a graph as Turtle."""
    if isinstance(results, QueryBoolean):
        print("yes" if results else "no")
    elif isinstance(results, QueryTriples):
        sys.stdout.buffer.write(serialize(results, format=GRAPHS[0].syntax, prefixes=names))
    else:
        heads = [v.value for v in results.variables]
        rows = [[_cell(row[head], names) for head in heads] for row in results]
        widths = [max(len(r[i]) for r in [heads, *rows]) for i in range(len(heads))]
        for row in [heads, ["-" * w for w in widths], *rows]:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        print(f"{len(rows)} row{'s' if len(rows) != 1 else ''}", file=sys.stderr)


def _cell(term, names: dict[str, str]) -> str:
    if term is None:
        return ""
    value = getattr(term, "value", str(term))
    for prefix, namespace in names.items():
        if value.startswith(namespace) and "/" not in value[len(namespace) :]:
            return f"{prefix}:{value[len(namespace) :]}"
    return value.replace("\n", " ")
