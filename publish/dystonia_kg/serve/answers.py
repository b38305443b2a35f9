"""
What all our answers share: validators, compression, CORS, safety headers, and errors a program can read.

One hook finishes every response, so that no route can forget. A strong ETag is the hash of the body, and
names the coding when the body is compressed (RFC 9110 §8.8.3); `Last-Modified` is the day of the release.
"""

import gzip
import hashlib
from collections.abc import Iterable
from functools import lru_cache

import zstandard
from flask import Flask, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from ..negotiate import ranges

PROBLEM = "application/problem+json"

#: Answers that change with the next release; asked again, a validator is enough.
FOR_NOW = "public, max-age=300"
#: Answers at an address that names their version.
FOR_EVER = "public, max-age=31536000, immutable"

#: Where a request keeps the release it is about, when that is not the newest.
SHELF = "publisher.library"
#: Where it keeps the address above which no release is mounted.
TOP = "publisher.top"

#: Less than this is not worth compressing.
SMALL = 600

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer-when-downgrade",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Disposition, Content-Location, ETag, Link, Location, "
    "Memento-Datetime, Retry-After",
}

_SQUEEZED = (
    "text/",
    "application/json",
    "application/ld+json",
    "application/rdf+xml",
    "application/n-",
    "image/svg",
)


def library():
    """The release that this request is about."""
    return request.environ.get(SHELF) or current_app.extensions["library"]


def root() -> str:
    """The address of our root as the reader sees it, with a slash at the end; of an old release, its own."""
    return request.url_root


def top() -> str:
    """The address of our root, also where an old release is mounted below it."""
    return request.environ.get(TOP) or request.url_root


def answer(
    body, content_type: str, *, vary: Iterable[str] = (), links: Iterable[str] = (), **headers
) -> Response:
    """A finished answer; keyword `content_location` becomes the header Content-Location, and so on."""
    response = Response(body, content_type=content_type)
    for key, value in headers.items():
        if value:
            response.headers[key.replace("_", "-").title()] = value
    response.vary.update(vary)
    for link in links:
        response.headers.add("Link", link)
    return response


def install(app: Flask) -> None:
    """Let the app finish its answers and report its errors our way."""
    app.before_request(_preflight)
    app.after_request(_finish)
    app.register_error_handler(Exception, _error)


def _preflight() -> Response | None:
    if request.method != "OPTIONS":
        return None
    response = current_app.make_default_options_response()
    response.status_code = 204
    response.headers["Access-Control-Allow-Methods"] = (
        ", ".join(sorted(response.allow)) or "GET, HEAD, OPTIONS"
    )
    response.headers["Access-Control-Allow-Headers"] = request.headers.get(
        "Access-Control-Request-Headers", "*"
    )
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _finish(response: Response) -> Response:
    for key, value in {**SAFE, **OPEN}.items():
        response.headers.setdefault(key, value)
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or response.direct_passthrough:
        return response
    response.headers.setdefault("Cache-Control", FOR_NOW)
    if response.is_streamed:
        return response
    body = response.get_data()
    tag, given = response.get_etag()[0], response.get_etag()[0] is not None
    if not given:
        tag = hashlib.sha256(body).hexdigest()[:32]
    if response.mimetype.startswith(_SQUEEZED) and "Content-Encoding" not in response.headers:
        response.vary.add("Accept-Encoding")
        coding = _coding() if len(body) >= SMALL else None
        if coding:
            response.set_data(_squeeze(coding, body))
            response.headers["Content-Encoding"] = coding
            tag = f"{tag}-{coding}"
    response.set_etag(tag)
    if response.last_modified is None and library().day:
        response.last_modified = library().day
    return response.make_conditional(request)


def _coding() -> str | None:
    wanted = request.accept_encodings
    best = max(("zstd", "gzip"), key=lambda name: wanted.quality(name))
    return best if request.headers.get("Accept-Encoding") and wanted.quality(best) > 0 else None


@lru_cache(maxsize=256)
def _squeeze(coding: str, body: bytes) -> bytes:
    if coding == "gzip":
        return gzip.compress(body, compresslevel=6, mtime=0)
    return zstandard.ZstdCompressor(level=6).compress(body)


# --- errors (RFC 9457)


def wants_html() -> bool:
    """Is the reader a person with a browser? Whoever does not name HTML is a program."""
    header = request.headers.get("Accept", "")
    named = {one.media_type: one.quality for one in ranges(header)}
    html = max(named.get("text/html", 0), named.get("application/xhtml+xml", 0))
    others = [q for name, q in named.items() if ("json" in name or "rdf" in name or "turtle" in name)]
    return html > 0 and html >= max(others, default=0)


def problem(status: int, title: str, detail: str, **more) -> Response:
    """An error as a program reads it (problem+json), or as a page where HTML is preferred."""
    slug = title.lower().replace(" ", "-")
    facts = {
        "type": f"{root()}problem/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        **more,
    }
    if wants_html():
        response = Response(_page(facts), content_type="text/html; charset=utf-8")
    else:
        response = jsonify(facts)
        response.content_type = PROBLEM
    response.status_code = status
    response.vary.add("Accept")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _page(facts: dict) -> str:
    try:
        from . import pages

        return pages.problem(library(), facts)
    except (ImportError, AttributeError):
        from .plain import problem_page

        return problem_page(facts)


def _error(trouble: Exception) -> Response:
    """Any error, in our way; what went wrong inside is for the log alone."""
    if isinstance(trouble, HTTPException) and trouble.response is not None:
        return trouble.response
    if not isinstance(trouble, HTTPException):
        current_app.logger.error("unexpected", exc_info=trouble)
        trouble = InternalServerError("Something went wrong here; the fault is ours, and it is in our log.")
    code = trouble.code or 500
    if code < 400:
        return trouble.get_response()
    response = problem(code, trouble.name, trouble.description or trouble.name)
    if isinstance(trouble, MethodNotAllowed) and trouble.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(set(trouble.valid_methods)))
    if code in (429, 503):
        response.headers["Retry-After"] = "10"
    return response
