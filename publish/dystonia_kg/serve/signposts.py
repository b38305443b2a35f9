"""
Signposting (FAIR, levels 1 and 2), profiles and alternates: the typed links of a document.

One list of links serves the `Link` header, the head of the page and the link set (RFC 9264), so they
say the same. What makes the header too long stays in the link set.
"""

import json
from dataclasses import dataclass
from html import escape

from flask import Response
from pyoxigraph import NamedNode

from ..formats import GRAPHS, Format
from ..release import sums
from . import documents, downloads, history, profiles, schema
from .accounts import DCTERMS
from .answers import answer, library, root
from .library import Library, Resource
from .profiles import Profile
from .variants import HTML

#: A header longer than this is cut by some servers on the way.
LONGEST = 3800

CREATOR = NamedNode(DCTERMS + "creator")
PROF = "http://www.w3.org/ns/dx/prof/Profile"


@dataclass(frozen=True)
class Link:
    """One typed link: from `anchor` (the document itself, if empty) to `target`."""

    target: str
    rel: str
    more: tuple[tuple[str, str], ...] = ()
    anchor: str = ""

    @property
    def header(self) -> str:
        more = "".join(f'; {key}="{value}"' for key, value in self.more)
        anchor = f'; anchor="{self.anchor}"' if self.anchor else ""
        return f'<{self.target}>; rel="{self.rel}"{more}{anchor}'

    @property
    def element(self) -> str:
        more = "".join(
            f' {key}="{escape(value)}"' for key, value in self.more if key in ("type", "title", "media")
        )
        return f'<link rel="{escape(self.rel)}" href="{escape(self.target)}"{more}>'


def stem(shelf: Library, resource: Resource) -> str:
    """The path of a document without the extension of its format."""
    return shelf.path(resource.iri).lstrip("/") or "index"


def links(shelf: Library, resource: Resource, form: Format, profile: Profile) -> list[Link]:
    """All links of the document about something, in this form."""
    here = root() + stem(shelf, resource)
    made = (
        [Link(resource.iri.value, "cite-as")]
        if form == HTML
        else [Link(f"{here}.html", "describes", (("type", "text/html"),))]
    )
    if form == HTML:
        made += [
            Link(
                f"{here}.{f.extension}",
                "describedby",
                (("type", f.media_type), ("profile", profile.iri(shelf))),
            )
            for f in GRAPHS
        ]
        made.append(Link(schema.SCHEMA + "AboutPage", "type"))
        made += [Link(iri, "type") for iri in schema.types_of(shelf, resource.iri)]
    if shelf.dataset["license"]:
        made.append(Link(shelf.dataset["license"].value, "license"))
    made += [Link(o.value, "author") for o in shelf.said(shelf.dataset["dataset"], CREATOR) if _is_web(o)]
    if resource.iri != shelf.dataset["dataset"]:
        made.append(Link(root(), "collection", (("type", "text/html"),)))
    made += [
        Link(f"{root()}linkset/{stem(shelf, resource)}.{ending}", "linkset", (("type", kind),))
        for ending, kind in (("json", "application/linkset+json"), ("txt", "application/linkset"))
    ]
    if not history.is_past():
        path = shelf.path(resource.iri).lstrip("/")
        made += [Link(root() + path, "original"), Link(f"{root()}timegate/{path}", "timegate")]
        made.append(Link(f"{root()}timemap/{path}", "timemap", (("type", "application/link-format"),)))
    made += [Link(o.value, "successor-version") for o in documents.successors(shelf, resource.iri)]
    made += _profile_links(shelf, resource, form, profile, here)
    if resource.iri == shelf.dataset["dataset"]:
        made += _items(shelf)
        made += [
            Link(root() + "openapi.json", "service-desc", (("type", "application/vnd.oai.openapi+json"),)),
            Link(root() + ".well-known/api-catalog", "api-catalog"),
            Link(root() + "catalog.ttl", "describedby", (("type", "text/turtle"),)),
        ]
    return made


def _is_web(term) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith(("http://", "https://"))


def _profile_links(shelf, resource, form, profile, here) -> list[Link]:
    made = [Link(profile.iri(shelf), "profile")]
    can = profiles.available(shelf, resource)
    for one in can:
        # A page is told in the default profile alone; the others are data.
        like = form if one is can[0] or form != HTML else GRAPHS[0]
        rel = "canonical" if one is can[0] else "alternate"
        query = "" if one is can[0] else f"?_profile={one.token}"
        more = (("type", like.media_type), ("formats", one.iri(shelf)))
        made.append(Link(f"{here}.{like.extension}{query}", rel, more))
    made += [Link(PROF, "type", (("token", p.token),), p.iri(shelf)) for p in can]
    made += [
        Link(f"{here}.{f.extension}", "alternate", (("type", f.media_type),))
        for f in (HTML, *GRAPHS)
        if f != form
    ]
    return made


def _items(shelf: Library) -> list[Link]:
    return [
        Link(downloads.address(shelf, name), "item", (("type", downloads.media_type(name)),))
        for name in sorted(sums(shelf.folder))
        if downloads.is_distribution(name)
    ]


def header(made: list[Link], longest: int = LONGEST) -> list[str]:
    """The links that fit into a header, the important ones first; plain forms of items before packed ones."""
    kept, size = [], 0
    for link in sorted(made, key=lambda one: (_rank(one), len(one.target) if one.rel == "item" else 0)):
        size += len(link.header) + len("Link: \r\n")
        if size > longest:
            break
        kept.append(link.header)
    return kept


def _rank(link: Link) -> int:
    order = (
        "cite-as",
        "describes",
        "describedby",
        "linkset",
        "license",
        "type",
        "author",
        "collection",
        "profile",
    )
    if link.anchor:
        return 20
    if link.rel == "alternate" and "formats" not in dict(link.more):
        return 30
    return order.index(link.rel) if link.rel in order else 12 if link.rel == "item" else 11


def head(made: list[Link]) -> str:
    """The same links for the head of a page."""
    return "\n".join(link.element for link in made if not link.anchor)


def linkset(made: list[tuple[str, list[Link]]]) -> str:
    """Links of several documents as `application/linkset+json` (RFC 9264)."""
    contexts: dict[str, dict] = {}
    for anchor, rows in made:
        for link in rows:
            here = contexts.setdefault(link.anchor or anchor, {"anchor": link.anchor or anchor})
            here.setdefault(link.rel, []).append({"href": link.target, **_json(link.more)})
    return json.dumps({"linkset": list(contexts.values())}, indent=1, ensure_ascii=False) + "\n"


def _json(more) -> dict:
    """Attributes that RFC 9264 does not name itself are lists."""
    return {key: value if key in ("type", "media", "title") else [value] for key, value in more}


def linkset_text(made: list[tuple[str, list[Link]]]) -> str:
    """The same as `application/linkset`: a Link header that knows what it is about."""
    rows = [
        link.header if link.anchor else f'{link.header}; anchor="{anchor}"'
        for anchor, links in made
        for link in links
    ]
    return ",\n".join(rows) + "\n"


def alternates(resource: Resource) -> Response:
    """The list of profiles and formats in which a document can be had (`_profile=alt`)."""
    shelf = library()
    here = root() + stem(shelf, resource)
    rows = [
        {
            "profile": one.iri(shelf),
            "token": one.token,
            "title": one.title,
            "default": one is profiles.PROFILES[0],
            "mediatypes": [
                {"type": f.media_type, "href": f"{here}.{f.extension}?_profile={one.token}"} for f in GRAPHS
            ],
        }
        for one in profiles.available(shelf, resource)
    ]
    made = links(shelf, resource, HTML, profiles.PROFILES[0])
    alt = '<http://www.w3.org/ns/dx/connegp/altr>; rel="profile"'
    response = answer(
        json.dumps({"resource": resource.iri.value, "profiles": rows}, indent=1), "application/json"
    )
    for link in [alt, *header([one for one in made if one.rel in ("canonical", "alternate") or one.anchor])]:
        response.headers.add("Link", link)
    return response
