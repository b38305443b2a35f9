"""
Figures whose parts stand for things of the graph.

A figure is a schema:ImageObject with SVG in schema:text. Its parts (schema:hasPart, over as many levels
as it likes) are IRIs that continue the figure's with `#` and the id of an element. A part's schema:about
is the thing that choosing it chooses; schema:mentions and rdfs:seeAlso are things that light it too, the
latter faintly. `<view id="…-view">` in the SVG frames the group of that id for small pictures.
"""

import copy
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from .library import Library
from .words import SCHEMA, text

SVG = "http://www.w3.org/2000/svg"
SEE_ALSO = NamedNode("http://www.w3.org/2000/01/rdf-schema#seeAlso")
NOTATION = NamedNode("http://www.w3.org/2004/02/skos/core#notation")

ET.register_namespace("", SVG)


@dataclass(frozen=True)
class Part:
    """An element of a figure, what it stands for, and what lights it fully or faintly."""

    id: str
    about: NamedNode | None
    key: str
    label: str
    full: frozenset[NamedNode]
    faint: frozenset[NamedNode]
    drawn: bool


@dataclass(frozen=True)
class Group:
    """Parts under one heading, for the list beside the figure."""

    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Figure:
    """One figure, ready to be lit."""

    iri: NamedNode
    name: str
    caption: str
    svg: ET.Element
    parts: tuple[Part, ...]
    groups: tuple[Group, ...]

    def by_key(self) -> dict[str, Part]:
        return {part.key: part for part in self.parts if part.about}

    def knows(self, things) -> bool:
        """Does any of these things light a part?"""
        return any(self.state(part, things, ()) for part in self.parts if part.drawn)

    def state(self, part: Part, full, faint) -> str:
        """on, may (faintly on) or nothing."""
        full, faint = frozenset(full), frozenset(faint)
        if not part.full.isdisjoint(full):
            return "on"
        return (
            "may" if not part.faint.isdisjoint(full) or not (part.full | part.faint).isdisjoint(faint) else ""
        )

    def lit(self, full, faint=()) -> dict[str, str]:
        """Element id → state, for the parts that are lit."""
        states = {part.id: self.state(part, full, faint) for part in self.parts if part.drawn}
        return {key: state for key, state in states.items() if state}

    def chooser(self, full, links: dict[str, str]) -> Markup:
        """The figure with every part that can be chosen as a link; `links` are by part id."""
        svg = copy.deepcopy(self.svg)
        states = self.lit(full)
        _light(svg, states)
        parts = {part.id: part for part in self.parts if part.about and part.id in links}
        for parent in list(svg.iter()):
            for number, child in enumerate(list(parent)):
                part = parts.get(child.get("id", ""))
                if part is None:
                    continue
                link = ET.Element(
                    f"{{{SVG}}}a", {"href": links[part.id], "data-key": part.key, **child.attrib}
                )
                on = ", chosen" if states.get(part.id) else ""
                link.set("aria-label", part.label + on)
                link.set("data-name", part.label)
                link.extend(list(child))
                parent.remove(child)
                parent.insert(number, link)
        svg.set("role", "group")
        svg.set("aria-label", self.name)
        svg.set("data-figure", "")
        ET.SubElement(svg, f"{{{SVG}}}path", {"class": "bm-focus", "hidden": ""})
        return _markup(svg)

    def picture(self, full, faint=(), label: str = "", whole: bool = False) -> Markup | str:
        """A small picture with these things lit, framed as closely as the figure's views allow.

        Empty when nothing would be lit. Without a label it is decoration.
        """
        states = self.lit(full, faint)
        if not states:
            return ""
        svg = copy.deepcopy(self.svg)
        frame = None if whole else self._frame(svg, states)
        _strip(svg, frame)
        _light(svg, states)
        _, _, width, height = svg.get("viewBox", "0 0 1 2").split()
        svg.set("class", "bodymap mini round" if width == height else "bodymap mini")
        if label:
            svg.set("role", "img")
            svg.set("aria-label", label)
        else:
            svg.set("aria-hidden", "true")
        return _markup(svg, ids=False)

    def _frame(self, svg: ET.Element, states: dict[str, str]) -> str:
        """The id of the smallest framed group that draws every lit part as a part of its own."""
        by_id = {e.get("id"): e for e in svg.iter() if e.get("id")}
        views = [key.removesuffix("-view") for key in by_id if key.endswith("-view")]
        fits = []
        for key in views:
            group = by_id.get(key)
            inside = (
                {e.get("id") for e in group.iter()} | {e.get("data-part") for e in group.iter()}
                if group is not None
                else set()
            )
            own = {e.get("id") for e in group.iter()} if group is not None else set()
            if states.keys() <= inside:
                fits.append((-len(states.keys() & own), len(inside), key))
        frame = min(fits)[2] if fits else ""
        if frame:
            svg.set("viewBox", by_id[f"{frame}-view"].get("viewBox"))
        return frame


@lru_cache(maxsize=16)
def figures(library: Library) -> tuple[Figure, ...]:
    """Every figure of the release that is drawn as SVG, in code point order."""
    rows = library.store.quads_for_pattern(
        None, NamedNode(SCHEMA + "encodingFormat"), Literal("image/svg+xml")
    )
    found = sorted({q.subject for q in rows}, key=str)
    return tuple(
        _figure(library, iri) for iri in found if text(library, iri, "text").lstrip().startswith("<svg")
    )


def figure(library: Library) -> Figure | None:
    """The first figure on which things can be chosen."""
    return next((f for f in figures(library) if any(p.about for p in f.parts)), None)


def _figure(library: Library, iri: NamedNode) -> Figure:
    svg = ET.fromstring(text(library, iri, "text"))
    drawn = {e.get("id") for e in svg.iter()}
    parts: list[Part] = []
    groups: list[tuple[float, Group]] = []

    def position(node):
        return float(text(library, node, "position") or 999)

    def collect(node) -> list[Part]:
        found = []
        for child in sorted(_parts(library, node), key=lambda c: (position(c), c.value)):
            inner = collect(child)
            if inner:
                groups.append((position(child), Group(text(library, child, "name"), tuple(inner))))
                found += inner
            else:
                part = _part(library, child, drawn)
                parts.append(part)
                found.append(part)
        return found

    collect(iri)
    return Figure(
        iri=iri,
        name=text(library, iri, "name"),
        caption=text(library, iri, "caption"),
        svg=svg,
        parts=tuple(parts),
        groups=tuple(group for _, group in sorted(groups, key=lambda row: row[0])),
    )


def _parts(library: Library, node: NamedNode) -> list[NamedNode]:
    return [o for o in library.said(node, NamedNode(SCHEMA + "hasPart")) if isinstance(o, NamedNode)]


def _part(library: Library, node: NamedNode, drawn: set) -> Part:
    about = next((o for o in library.said(node, NamedNode(SCHEMA + "about"))), None)
    element = node.value.rpartition("#")[2]
    return Part(
        id=element,
        about=about,
        key=key_of(library, about) if about else "",
        label=library.label(about) if about else "",
        full=frozenset([*library.said(node, NamedNode(SCHEMA + "mentions")), *([about] if about else [])]),
        faint=frozenset(library.said(node, SEE_ALSO)),
        drawn=element in drawn,
    )


def key_of(library: Library, thing: NamedNode) -> str:
    """What stands for a thing in an address: its notation, or the end of its IRI."""
    stated = sorted(o.value for o in library.said(thing, NOTATION))
    return stated[0] if stated else thing.value.rstrip("/").rpartition("/")[2].rpartition("#")[2]


def _light(svg: ET.Element, states: dict[str, str]) -> None:
    for element in svg.iter():
        state = states.get(element.get("id") or "") or states.get(element.get("data-part") or "")
        if state:
            element.set("data-on", state)


def _strip(svg: ET.Element, frame: str | None) -> None:
    """Leave out what a small picture does not need: text, frames, and the groups outside the frame."""
    for parent in list(svg.iter()):
        for child in list(parent):
            tag = child.tag.rpartition("}")[2]
            away = tag in ("text", "view") or child.get("class") in ("bm-lead", "bm-text")
            if frame and parent is svg and tag == "g" and child.get("id") != frame:
                away = True
            if away:
                parent.remove(child)


def _markup(svg: ET.Element, ids: bool = True) -> Markup:
    if not ids:
        for element in svg.iter():
            element.attrib.pop("id", None)
            if element.get("clip-path"):
                element.attrib.pop("clip-path")
        for parent in list(svg.iter()):
            for child in list(parent):
                if child.tag.rpartition("}")[2] == "defs":
                    parent.remove(child)
    written = ET.tostring(svg, encoding="unicode")
    return Markup(written.replace(f' xmlns="{SVG}"', "").replace("\n", ""))
