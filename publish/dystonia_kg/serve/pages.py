"""The pages for people: home, a page for every thing, and pages of words."""

from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, request
from pyoxigraph import DefaultGraph, NamedNode

from . import asking, figures, frame, papers, results, words
from .frame import at, shown, simple
from .library import TYPE, Library
from .shelves import RDFS, SKOS, shelves
from .view import (
    DEFINITION,
    FROM,
    MAPS_FROM,
    MATCHES,
    NAMES,
    OBJECT,
    PREDICATE,
    SUBJECT,
    Notes,
    Reader,
    Value,
    reader,
)

blueprint = Blueprint("pages", __name__)

HTML = "text/html; charset=utf-8"
WEB_PAGE = NamedNode("https://schema.org/WebPage")
IN_SCHEME = NamedNode(SKOS + "inScheme")
SCHEME = NamedNode(SKOS + "ConceptScheme")
ONTOLOGY = NamedNode("http://www.w3.org/2002/07/owl#Ontology")
QUESTION = NamedNode("http://www.w3.org/ns/shacl#SPARQLExecutable")
DEPRECATED = NamedNode("http://www.w3.org/2002/07/owl#deprecated")
SUCCESSOR = NamedNode("http://purl.org/dc/terms/isReplacedBy")
LINKS = tuple(NamedNode(iri) for iri in ("http://xmlns.com/foaf/0.1/page", RDFS + "seeAlso"))
ABOUT = NamedNode("https://schema.org/about")

#: Kinds of link that a page tells in its own way, or that are of no use to a reader.
OWN_WAY = frozenset(
    [
        SUBJECT,
        OBJECT,
        PREDICATE,
        FROM,
        TYPE,
        IN_SCHEME,
        ABOUT,
        NamedNode("https://schema.org/mentions"),
        NamedNode(RDFS + "seeAlso"),
    ]
    + [
        NamedNode(SKOS + "topConceptOf"),
        NamedNode("http://www.w3.org/ns/shacl#targetClass"),
        NamedNode("http://www.w3.org/ns/shacl#class"),
    ]
    + [
        NamedNode("http://rdfs.org/ns/void#class"),
        NamedNode("http://rdfs.org/ns/void#property"),
        NamedNode("http://www.w3.org/ns/shacl#path"),
    ]
    + [NamedNode("http://rdfs.org/ns/void#exampleResource"), MAPS_FROM]
)


# --- home


def home(shelf: Library) -> str | Response:
    """The home page: search, the figure with what was chosen on it, and what follows from that."""
    drawn = figures.figure(shelf)
    chosen = _chosen(shelf, request.args.getlist("r"))
    context = {
        "figure": drawn,
        "chosen": [{"key": k, "text": t, "without": _address(chosen, without=k)} for k, t, _ in chosen],
        "chosen_keys": {k for k, _, _ in chosen},
        **_consequences(shelf, chosen),
    }
    if request.args.get("part") == "result":
        return shown(shelf, "result.html", "home", **context)
    known = drawn.by_key() if drawn else {}
    return shown(
        shelf,
        "home.html",
        "home",
        chooser=drawn.chooser([t for _, _, t in chosen if t], _links(drawn, chosen)) if drawn else "",
        open_list=bool(chosen) and any(not known.get(k) or not known[k].drawn for k, _, _ in chosen),
        other_keys=[(k, t) for k, t, _ in chosen if k not in known],
        counts=counts(shelf),
        **context,
    )


def _chosen(shelf: Library, keys: list[str]) -> list[tuple[str, str, NamedNode | None]]:
    """Key, name and thing for each choice; what no one knows keeps its key."""
    found = []
    for key in dict.fromkeys(keys):
        thing = by_key(shelf).get(key) or results.find(shelf, key)
        found.append((key, shelf.label(thing) if thing else key, thing))
    return found


def by_key(shelf: Library) -> dict[str, NamedNode]:
    """What stands for a thing in an address → the thing, for everything with a notation of its own."""
    drawn = figures.figure(shelf)
    kinds = {k for p in (drawn.parts if drawn else ()) if p.about for k in shelf.said(p.about, TYPE)}
    found = {}
    for kind in kinds:
        for quad in shelf.store.quads_for_pattern(None, TYPE, kind, DefaultGraph()):
            found[figures.key_of(shelf, quad.subject)] = quad.subject
    return found


def _address(chosen, without: str = "", also: str = "") -> str:
    keys = [k for k, _, _ in chosen if k != without] + ([also] if also else [])
    return at("/") + ("?" + urlencode([("r", k) for k in keys]) if keys else "")


def _links(drawn: figures.Figure, chosen) -> dict[str, str]:
    """Where each part leads: with it chosen, or without what lights it now."""
    links = {}
    for part in drawn.parts:
        if part.about and part.drawn:
            lighting = [k for k, _, thing in chosen if thing in part.full]
            keys = [k for k, _, _ in chosen if k not in lighting] + ([] if lighting else [part.key])
            links[part.id] = at("/") + ("?" + urlencode([("r", k) for k in keys]) if keys else "")
    return links


def _consequences(shelf: Library, chosen) -> dict:
    if not chosen:
        return {"results": [], "examples": _examples(shelf)}
    found, trouble = results.asked(shelf, request.args)
    query = urlencode(
        [(k, v) for k, v in request.args.items(multi=True) if not k.startswith("_") and k != "part"]
    )
    return {
        "results": found,
        "trouble": trouble,
        "results_differ": not results.alike(found),
        "share": f"{request.url_root}?{query}",
        "share_json": f"{request.url_root}classify?{query}&all=1&_format=json",
    }


def _examples(shelf: Library) -> list[dict]:
    """Choices worth trying: the parts of the home page that are marked so."""
    rows = [p for p in words.page(shelf, "home-examples").parts]
    return [
        {"text": p.name, "href": at("/") + "?" + urlencode([("r", k) for k in p.abstract.split()])}
        for p in rows
    ]


def counts(shelf: Library) -> list[tuple[int, str, str]]:
    """How much there is of each kind: those of which most is to be said first."""
    found = []
    for one in shelves(shelf).all:
        n = sum(1 for _ in shelf.store.quads_for_pattern(None, TYPE, one.target, DefaultGraph()))
        keys = sum(line.is_key for line in one.lines)
        if n and keys:
            found.append((keys, n, one.name.lower(), f"/browse/{one.slug}"))
    return [row[1:] for row in sorted(found, key=lambda row: (-row[0], -row[1]))[:8]]


# --- a thing


def render(shelf: Library, iri: NamedNode) -> str | Response:
    """The HTML page about anything that has an address here."""
    kinds = set(shelf.said(iri, TYPE))
    if WEB_PAGE in kinds:
        return words_page(shelf, iri)
    if iri.value == shelf.base:
        return home(shelf)
    if QUESTION in kinds:
        example = asking.example_of(shelf, iri)
        if example:
            return asking.page(shelf, example)[0]
    if ONTOLOGY in kinds and _defines(shelf, iri):
        return papers.vocabulary(shelf, iri)
    return thing(shelf, iri, kinds)


def _defines(shelf: Library, iri: NamedNode) -> bool:
    return next(shelf.store.quads_for_pattern(None, papers.DEFINED_BY, iri, DefaultGraph()), None) is not None


def words_page(shelf: Library, iri: NamedNode) -> str | Response:
    slug = words.text(shelf, iri, "identifier") or iri.value.rpartition("/")[2]
    if slug in frame.PLACES:
        abort(redirect(at(frame.PLACES[slug]), code=302))
    if slug == "checks":
        return shown(shelf, "checks.html", slug, check=papers.checked(shelf), rules=papers.rules(shelf))
    return shown(shelf, "words.html", slug)


def thing(shelf: Library, iri: NamedNode, kinds: set) -> str:
    """A thing laid out by its shapes."""
    read = reader(shelf)
    notes = Notes(shelf)
    lead = read.lead(iri)
    lead_notes = notes.number(sorted(shelf.said(iri, FROM), key=str)) if lead else ()
    said = read.statements_about(iri, notes)
    says = read.statements_in(iri, notes) if shelf.said(iri, TYPE) else []
    out = results.results_for(shelf, iri)
    whole = read.parts(iri)
    named = read.names(iri, said)
    leave = {
        DEFINITION,
        *([FROM] if lead else []),
        *(NamedNode(n) for n in NAMES),
        *(NamedNode(m) for m, _ in MATCHES),
    }
    leave |= {((SUBJECT, True),), ((FROM, True),), ((MAPS_FROM, True),)}
    if lead:
        leave.add(
            next(
                p
                for p in (
                    DEFINITION,
                    NamedNode("http://purl.org/dc/terms/description"),
                    NamedNode(RDFS + "comment"),
                )
                if shelf.said(iri, p)
            )
        )
    sections = read.sections(iri, said, notes, leave)
    if out:
        sections = [_unanswered(section, out) for section in sections]
    key_rows = [row for section in sections for row in section.rows if row.line.is_key]
    if key_rows:
        sections = [s for s in (_without(section, key_rows) for section in sections) if s.rows]
    name_rows = [
        row for section in sections if section.name == _names_group(read, iri) for row in section.rows
    ]
    sections = [section for section in sections if section.name != _names_group(read, iri)]
    full, faint = read.lights(iri)
    drawn = next((f for f in figures.figures(shelf) if f.knows([*full, *faint])), None)
    picture = drawn.picture(full, faint, f"{drawn.name}: {shelf.label(iri)}") if drawn else ""
    members = _members(read, iri) if SCHEME in kinds else []
    disagreements = _disagreements(read, iri, said)
    mappings = read.mappings(iri)
    context = {
        "iri": iri,
        "title": shelf.label(iri),
        "kinds": read.kinds(iri),
        "deprecated": read.values(shelf.said(iri, SUCCESSOR)) if shelf.said(iri, DEPRECATED) else (),
        "trail": _trail(read, iri),
        "lead": lead,
        "lead_notes": lead_notes,
        "aka": [
            Value(None, n["text"], language=n["language"])
            for n in named
            if n["kind"] == "other name" and n["language"] in ("en", "")
        ][:6],
        "combination": _combination(read, drawn, iri, whole, picture) if whole else None,
        "glance": key_rows,
        "picture": picture,
        "figure_caption": drawn.caption if drawn else "",
        "results": out,
        "try_it": _try_it(read, drawn, iri) if out and drawn else "",
        "sections": sections,
        "name_rows": name_rows,
        "names": named if len(named) > 1 or any(n["notes"] for n in named) else [],
        "mappings": mappings,
        "mapping_notes": [chip for _, chips in mappings for chip in chips if chip["about"]],
        "members": members,
        "compare": f"/compare/{shelves(shelf).types(iri)[0].value.rpartition('#')[2]}"
        if len(members) > 1 and _has_kin(read, iri)
        else "",
        "disagreements": disagreements,
        "statements": alike(said),
        "says": [[s] for s in says],
        "rest": read.rest(iri, {*leave, TYPE, *(d for d in OWN_WAY if isinstance(d, NamedNode))} - {None}),
        "mentions": _mentions(read, iri),
        "documents": _documents(read, notes),
        "document": at(shelf.path(iri)),
        "query_link": at("/sparql") + "?" + urlencode({"query": behind(shelf, iri)}),
        "correction": _correction(shelf, iri),
    }
    context["toc"] = _toc(context)
    return shown(shelf, "thing.html", "browse", **context)


def _names_group(read: Reader, iri) -> str | None:
    """The heading under which the shapes put names."""
    lines = read.shelves.lines_of(read.shelves.types(iri))
    return next((line.group for line in lines if line.term and line.term.value in NAMES), None)


def alike(statements: list) -> list[list]:
    """Statements that say the same in different documents, together."""
    groups: dict = {}
    for statement in statements:
        key = (statement.predicate.term, statement.object.term, statement.negated)
        groups.setdefault(key, []).append(statement)
    return list(groups.values())


def _without(section, rows):
    return type(section)(section.name, tuple(row for row in section.rows if row not in rows))


def _unanswered(section, out):
    """A section without the lines that only repeat the results shown above them."""
    told = {value.term for result in out for value in result.classes}
    rows = tuple(row for row in section.rows if not {v.term for v in row.values} <= told)
    return type(section)(section.name, rows)


def _trail(read: Reader, iri) -> list[tuple[str, str]]:
    """Shelf, broader thing, this."""
    trail = []
    types = read.shelves.types(iri)
    one = read.shelves.by_target.get(types[0]) if types else None
    if one:
        trail.append((one.name, f"/browse/{one.slug}"))
    broader = read.values(read.library.said(iri, NamedNode(SKOS + "broader")))
    if len(broader) == 1:
        trail.append((broader[0].text, broader[0].href))
    return [*trail, (read.library.label(iri), "")]


def _combination(read: Reader, drawn, iri, whole, picture) -> dict:
    line, values = whole
    parts = []
    for value in values:
        full, faint = read.lights(value.term)
        parts.append(
            {
                "value": value,
                "picture": drawn.picture(full, faint) if drawn else "",
                "note": _answer_of(read, value.term),
            }
        )
    full, faint = read.lights(iri)
    return {
        "line": line,
        "parts": parts,
        "picture": drawn.picture(full, faint) if drawn else "",
        "note": _answer_of(read, iri),
    }


def _answer_of(read: Reader, thing) -> str:
    found = results.results_for(read.library, thing)
    return ", ".join(v.text for v in found[0].classes) if found else ""


def _try_it(read: Reader, drawn, iri) -> str:
    full, _ = read.lights(iri)
    keys = sorted({figures.key_of(read.library, t) for t in full[1:] if drawn.knows([t])})
    return "/?" + urlencode([("r", k) for k in keys]) if keys else ""


def _members(read: Reader, scheme) -> list[dict]:
    store = read.library.store
    found = read.values({q.subject for q in store.quads_for_pattern(None, IN_SCHEME, scheme, DefaultGraph())})
    leads = {v: read.lead(v.term) for v in found}
    return [{"value": v, "lead": leads[v].text if leads[v] else ""} for v in found]


def _has_kin(read: Reader, iri) -> bool:
    kind = read.shelves.types(iri)[0]
    return sum(1 for _ in read.library.store.quads_for_pattern(None, TYPE, kind, DefaultGraph())) > 1


def _disagreements(read: Reader, iri, statements) -> list[dict]:
    """What is about this thing and brings together two or more statements of documents.

    What a rule put together is a hint for editors and nobody's judgement; it is not announced as one.
    """
    store = read.library.store
    about = {q.subject for q in store.quads_for_pattern(None, None, iri, DefaultGraph())}
    nodes = {
        q.subject
        for s in statements
        for q in store.quads_for_pattern(None, None, s.node, DefaultGraph())
        if q.subject in about and isinstance(q.subject, NamedNode)
    }
    nodes -= {n for n in nodes if any(store.quads_for_pattern(n, TYPE, None, read.inferred))}
    out = []
    for node in sorted(nodes, key=str):
        told = {t.object for t in read.library.said(node) if isinstance(t.object, NamedNode)}
        if sum(1 for t in told if read.library.said(t, SUBJECT)) > 1:
            lead = read.lead(node)
            text = lead.text if lead else ""
            out.append({"text": read.library.label(node), "href": read.library.path(node), "lead": text})
    return out


def _mentions(read: Reader, iri) -> list:
    """Who else speaks of it; results that were worked out do not count as speaking."""
    silent = results.roles_of(read.library)["of"]
    return read.mentions(iri, {*OWN_WAY, *silent}, silent)


def _documents(read: Reader, notes: Notes) -> list[dict]:
    rows = []
    for document, number in sorted(notes.numbers.items(), key=lambda row: row[1]):
        link = next(
            (o.value for p in LINKS for o in read.library.said(document, p) if isinstance(o, NamedNode)), ""
        )
        text = link.removeprefix("https://").removeprefix("http://")
        rows.append(
            {
                "number": number,
                "value": read.value(document),
                "link": link,
                "link_text": text if len(text) < 60 else text[:57] + "…",
            }
        )
    return rows


def _correction(shelf: Library, iri) -> str:
    """Where to say that something is wrong: the tracker or desk that the dataset names."""
    for point in shelf.said(shelf.dataset["dataset"], NamedNode("http://www.w3.org/ns/dcat#contactPoint")):
        for term in ("http://www.w3.org/2006/vcard/ns#hasURL", "http://www.w3.org/2006/vcard/ns#hasEmail"):
            for address in shelf.said(point, NamedNode(term)):
                if address.value != shelf.base:
                    return address.value
    return at("/page/corrections") if "corrections" in words.pages(shelf) else ""


def behind(shelf: Library, iri: NamedNode) -> str:
    """The query that says what a page says."""
    return (
        f"# {shelf.label(iri)}\n"
        f"SELECT ?property ?value ?graph WHERE {{\n  GRAPH ?graph {{ <{iri.value}> ?property ?value }}\n}}\n"
        "ORDER BY ?property ?value"
    )


def _toc(context: dict) -> list[tuple[str, str]]:
    rows = [("glance", "At a glance")] if context["glance"] else []
    rows += [("results", "Worked out")] if context["results"] else []
    rows += [(f"g{n}", section.name or "Facts") for n, section in enumerate(context["sections"], 1)]
    fixed = [
        ("names", "Names"),
        ("mappings", "The same thing elsewhere"),
        ("members", "In it"),
        ("says", "What it says"),
        ("statements", "Statements and their sources"),
        ("documents", "Sources"),
    ]
    anchors = {"mappings": "elsewhere", "statements": "stmts"}
    return rows + [(anchors.get(key, key), name) for key, name in fixed if context[key]]


# --- errors


def problem(shelf: Library, facts: dict) -> str:
    """An error as a page, with a way on."""
    guess = request.path.rstrip("/").rpartition("/")[2].rpartition(".")[0] or request.path.rpartition("/")[2]
    return shown(
        shelf,
        "error.html",
        "error",
        facts=facts,
        guess=guess.replace("-", " ") if facts["status"] == 404 else "",
    )


__all__ = ["blueprint", "home", "problem", "render", "simple"]
