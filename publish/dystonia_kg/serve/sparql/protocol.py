"""
A request, read as the SPARQL 1.1 Protocol says (§2.1): what is asked, on which dataset.

GET, POST of a form, POST of the query itself, and the QUERY method of the 1.2 draft with the query as
its content. Parameters that we do not know are passed over: editors and proxies add their own.
"""

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from .limits import Limits
from .problem import bad_request, not_allowed, read_only, too_long

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
ALLOWED = "GET, HEAD, POST, QUERY, OPTIONS"

VERSIONS = ("1.0", "1.1", "1.2", "1.2-basic")


@dataclass(frozen=True)
class Request:
    """A query (None when only the service is asked for), its dataset, and a format asked for by name."""

    query: str | None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    format: str | None = None


def read(environ: dict, limits: Limits) -> Request:
    """What the request asks for. Raises Problem where the protocol says that it asks wrongly."""
    method = environ["REQUEST_METHOD"]
    pairs = _pairs(environ.get("QUERY_STRING", ""))
    if method in ("GET", "HEAD"):
        return _request(pairs, None, limits)
    if method not in ("POST", "QUERY"):
        raise not_allowed(method, ALLOWED)
    kind, parameters = _content_type(environ.get("CONTENT_TYPE", ""))
    charset = parameters.get("charset", "utf-8")
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise bad_request(f"A query is sent in UTF-8, not in {charset}.", 415, "Unsupported media type")
    if kind == UPDATE:
        raise read_only()
    if kind not in (QUERY, FORM) or (kind == FORM and method == "QUERY"):
        raise bad_request(
            f"Send a query as {QUERY}, or as the field `query` of a form ({FORM}).",
            415,
            "Unsupported media type",
        )
    text = _text(_body(environ, limits))
    if kind == FORM:
        return _request(_pairs(text) + [p for p in pairs if p[0] == "_format"], None, limits, form=True)
    if "version" in parameters:
        pairs.append(("version", parameters["version"]))
    return _request(pairs, text, limits)


def _request(pairs: list[tuple[str, str]], sent: str | None, limits: Limits, form: bool = False) -> Request:
    queries = [value for key, value in pairs if key == "query"] + ([] if sent is None else [sent])
    if any(key == "update" for key, _ in pairs):
        raise read_only()
    if len(queries) > 1:
        raise bad_request("There is more than one query in the request; send one.")
    if form and not queries:
        raise bad_request("The form has no field `query`.")
    for version in (value for key, value in pairs if key == "version"):
        if version not in VERSIONS:
            raise bad_request(
                f"Version {version[:20]} is not one that is known here: {', '.join(VERSIONS)} are."
            )
    if queries and len(queries[0]) > limits.length:
        raise too_long(limits)
    defaults = tuple(value for key, value in pairs if key == "default-graph-uri")
    named = tuple(value for key, value in pairs if key == "named-graph-uri")
    for graph in (*defaults, *named):
        if ":" not in graph or any(c in graph for c in '<>"{}|^`\\ \n\r\t'):
            raise bad_request(f"A graph is named by an absolute IRI; this is none: {graph[:200]}")
    chosen = next((value for key, value in pairs if key == "_format"), None)
    if defaults or named:
        return Request(queries[0] if queries else None, defaults, named, chosen)
    return Request(queries[0] if queries else None, format=chosen)


def _pairs(text: str) -> list[tuple[str, str]]:
    """The pairs of a query string, each percent-decoded exactly once."""
    pairs = []
    for part in text.split("&"):
        if part:
            key, _, value = part.partition("=")
            pairs.append((_decoded(key), _decoded(value)))
    return pairs


def _decoded(text: str) -> str:
    return _text(unquote_to_bytes(text.replace("+", " ")))


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as trouble:
        raise bad_request("The request is not in UTF-8.") from trouble
    if "\0" in text:
        raise bad_request("The request is not in UTF-8, or contains the character NUL.")
    return text.removeprefix("\ufeff")


def _content_type(header: str) -> tuple[str, dict[str, str]]:
    kind, *rest = header.split(";")
    pairs = (part.partition("=") for part in rest)
    return kind.strip().lower(), {k.strip().lower(): v.strip().strip('"').lower() for k, _, v in pairs}


def _body(environ: dict, limits: Limits) -> bytes:
    # A form may write three characters for each byte, and names its graphs besides.
    most = limits.length * 3 + 65536
    stated = environ.get("CONTENT_LENGTH") or ""
    if stated.isdecimal() and int(stated) > most:
        raise too_long(limits)
    source = environ["wsgi.input"]
    data = source.read(int(stated)) if stated.isdecimal() else source.read(most + 1)
    if len(data) > most:
        raise too_long(limits)
    return data
