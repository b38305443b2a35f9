"""
JSON-LD that people can use: short keys, plain values, and still exactly the same statements.

Every property and class of the release has a key: its `sh:codeIdentifier`, or the end of its IRI where
that is unique, or its CURIE. How a key's values are read (as IRIs, in a language, as a datatype) is taken
from the release; a value that is otherwise is written out in full, so nothing is ever changed.
The whole table is published; each document repeats only the rows that it needs, so that it can be read
without asking anyone.
"""

import json
import re
from collections import Counter, defaultdict
from functools import lru_cache

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from .library import NAMES, RDF, TYPE, WELL_KNOWN, Library

XSD = "http://www.w3.org/2001/XMLSchema#"
FIRST, REST, NIL = (NamedNode(RDF + local) for local in ("first", "rest", "nil"))
CODE = NamedNode("http://www.w3.org/ns/shacl#codeIdentifier")
PATH = NamedNode("http://www.w3.org/ns/shacl#path")

_SIMPLE = re.compile(r"\A[A-Za-z_][\w-]*\Z")
_LOCAL = re.compile(r"\A\w[\w.-]*\Z", re.ASCII)
_INTEGER = re.compile(r"\A(?:0|-?[1-9]\d{0,14})\Z")
#: Keys that mean something else in our documents.
_TAKEN = {"id", "type", "graph"}

#: What documents say of themselves, whether the release uses these words or not.
_OF_DOCUMENTS = (
    "http://purl.org/dc/terms/hasPart",
    "http://purl.org/dc/terms/license",
    "http://rdfs.org/ns/void#inDataset",
    "http://www.w3.org/ns/prov#wasDerivedFrom",
    "http://xmlns.com/foaf/0.1/primaryTopic",
)


@lru_cache(maxsize=8)
class Terms:
    """The keys of one release, and how their values are read."""

    id_key, type_key = "id", "type"

    def __init__(self, library: Library):
        self.library = library
        names = WELL_KNOWN | library.prefixes
        self.prefixes = {p: n for p, n in names.items() if n[-1:] in "/#" and _SIMPLE.match(p)}
        values: dict[str, list] = defaultdict(list)
        for iri in _OF_DOCUMENTS:
            values[iri] = [TYPE]
        several: set[str] = set()
        seen: set[tuple] = set()
        classes: set[str] = {"http://xmlns.com/foaf/0.1/Document"}
        for quad in library.store.quads_for_pattern(None, None, None, DefaultGraph()):
            predicate = quad.predicate.value
            values[predicate].append(quad.object)
            if (predicate, quad.subject) in seen:
                several.add(predicate)
            seen.add((predicate, quad.subject))
            if quad.predicate == TYPE and isinstance(quad.object, NamedNode):
                classes.add(quad.object.value)
                classes.update(
                    c for c in [getattr(quad.subject, "value", "")] if quad.object.value.endswith("Class")
                )
        self.keys: dict[str, str] = {}
        self._name(values, classes)
        self.rows: dict[str, object] = {
            self.keys[iri]: _row(iri, found, iri in several)
            for iri, found in values.items()
            if iri in self.keys
        }
        self.rows |= {self.keys[iri]: iri for iri in classes if iri in self.keys and iri not in values}

    def _name(self, values, classes) -> None:
        library = self.library
        chosen: dict[str, str] = {}
        for shape in library.store.quads_for_pattern(None, CODE, None, DefaultGraph()):
            for path in library.said(shape.subject, PATH):
                if isinstance(path, NamedNode):
                    chosen[path.value] = min(chosen.get(path.value, "\uffff"), shape.object.value)
        taken = set(_TAKEN) | set(self.prefixes)
        rows = [(iri not in chosen, not iri.startswith(library.base), iri) for iri in {*values, *classes}]
        for _, _, iri in sorted(rows):
            key = chosen.get(iri) or re.split(r"[/#]", iri)[-1]
            if iri != TYPE.value and _SIMPLE.match(key) and key not in taken:
                taken.add(key)
                self.keys[iri] = key

    def is_light(self, predicate: NamedNode) -> bool:
        """Does this only tell a name?"""
        return predicate in NAMES

    def compact(self, iri: str) -> str:
        """The CURIE of an IRI where JSON-LD reads it back as the same IRI, else the IRI."""
        best = max((n for n in self.prefixes.values() if iri.startswith(n)), key=len, default="")
        if best and _LOCAL.match(iri[len(best) :]):
            return f"{next(p for p, n in self.prefixes.items() if n == best)}:{iri[len(best) :]}"
        return iri

    def context(self, used: set[str] | None = None, written: str = "") -> dict:
        """The rows of the table that are used (all, when nothing is said), in order."""
        rows = self.rows if used is None else {k: v for k, v in self.rows.items() if k in used}
        names = self.prefixes
        if used is not None:
            names = {p: n for p, n in names.items() if f'"{p}:' in written}
        return {"id": "@id", "type": "@type", **dict(sorted(names.items())), **dict(sorted(rows.items()))}


class Vocabulary:
    """Keys of one vocabulary alone, the way that search engines expect them."""

    id_key, type_key = "@id", "@type"

    def __init__(self, namespace: str):
        self.namespace = namespace
        self.rows: dict[str, object] = {}
        self.keys = self

    def get(self, iri: str, default=None) -> str | None:
        local = iri.removeprefix(self.namespace)
        return local if iri.startswith(self.namespace) and _SIMPLE.match(local) else default

    def is_light(self, predicate: NamedNode) -> bool:
        return predicate == TYPE or predicate.value == self.namespace + "name"

    def compact(self, iri: str) -> str:
        return iri

    def context(self, used=None, written: str = "") -> dict:
        return {"@vocab": self.namespace}


def _row(iri: str, values: list, several: bool) -> object:
    row: dict[str, str] = {"@id": iri}
    literals = [v for v in values if isinstance(v, Literal)]
    if not literals:
        row["@type"] = "@id"
    elif len(literals) == len(values):
        kinds = {v.datatype.value for v in literals}
        languages = Counter(v.language for v in literals if v.language)
        if languages:
            row["@language"] = min(languages, key=lambda tag: (-languages[tag], tag))
        elif len(kinds) == 1 and (kind := kinds.pop()) != XSD + "string":
            row["@type"] = kind
    if several:
        row["@container"] = "@set"
    return row if len(row) > 1 else iri


def write(library: Library, triples: list[Triple], first: NamedNode | None = None) -> bytes:
    """The triples as compact JSON-LD; the node named `first` stands first."""
    return Writer(Terms(library), triples).write(first)


def write_in(namespace: str, triples: list[Triple], first: NamedNode | None = None) -> bytes:
    """The triples as JSON-LD in which the words of one vocabulary need no prefix."""
    return Writer(Vocabulary(namespace), triples).write(first)


def published(library: Library) -> bytes:
    """The whole table of keys, as a context to refer to."""
    return (json.dumps({"@context": Terms(library).context()}, ensure_ascii=False, indent=1) + "\n").encode()


class Writer:
    """One document on its way to JSON."""

    def __init__(self, terms: "Terms | Vocabulary", triples: list[Triple]):
        self.terms = terms
        self.used: set[str] = set()
        self.nodes: dict = defaultdict(list)
        mentions: Counter = Counter()
        for t in triples:
            self.nodes[t.subject].append(t)
            mentions[t.object] += isinstance(t.object, BlankNode)
        #: Blank nodes that stand inside the one thing that mentions them.
        self.inner = {
            n for n, count in mentions.items() if count == 1 and n in self.nodes and not self._circular(n)
        }
        #: Things of which only the name is told; the name goes wherever they are mentioned.
        self.light = {
            n
            for n, told in self.nodes.items()
            if isinstance(n, NamedNode) and all(terms.is_light(t.predicate) for t in told)
        }

    def _circular(self, node: BlankNode) -> bool:
        queue, seen = [node], set()
        while queue:
            for t in self.nodes.get(queue.pop(), ()):
                if t.object == node:
                    return True
                if isinstance(t.object, BlankNode) and t.object not in seen:
                    seen.add(t.object)
                    queue.append(t.object)
        return False

    def write(self, first: NamedNode | None) -> bytes:
        mentioned = {t.object for told in self.nodes.values() for t in told if t.predicate != TYPE}
        top = [n for n in self.nodes if n not in self.inner and not (n in self.light and n in mentioned)]
        top.sort(key=lambda n: (n != first, isinstance(n, BlankNode), str(n)))
        graph = [self._node(n) for n in top]
        written = json.dumps(graph, ensure_ascii=False)
        context = self.terms.context(self.used, written)
        if len(graph) == 1:
            whole = {"@context": context, **graph[0]}
        else:
            whole = {"@context": context, "@graph": graph}
        return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()

    def _node(self, node) -> dict:
        made: dict = {}
        if isinstance(node, NamedNode):
            made[self.terms.id_key] = self.terms.compact(node.value)
        elif node not in self.inner:
            made[self.terms.id_key] = str(node)
        types, others = [], defaultdict(list)
        for t in self.nodes[node]:
            if t.predicate == TYPE and isinstance(t.object, NamedNode):
                types.append(self._key(t.object.value))
            else:
                others[t.predicate.value].append(t.object)
        if types:
            made[self.terms.type_key] = types[0] if len(types) == 1 else types
        for iri, objects in others.items():
            row = self.terms.rows.get(self.terms.keys.get(iri, ""), iri)
            row = row if isinstance(row, dict) else {}
            values = [self._value(o, row) for o in objects]
            single = len(values) == 1 and "@container" not in row
            made[self._key(iri)] = values[0] if single else values
        return made

    def _key(self, iri: str) -> str:
        key = self.terms.keys.get(iri)
        if key:
            self.used.add(key)
            return key
        return self.terms.compact(iri)

    def _value(self, term, row: dict):
        if isinstance(term, Literal):
            return _literal(term, row)
        listed = self._list(term)
        if listed is not None:
            return {"@list": [self._value(o, row) for o in listed]}
        if term in self.inner or term in self.light:
            return self._node(term)
        name = self.terms.compact(term.value) if isinstance(term, NamedNode) else str(term)
        return name if row.get("@type") == "@id" else {self.terms.id_key: name}

    def _list(self, term) -> list | None:
        """The members, if this is a proper list that stands inside what mentions it."""
        members = []
        while term != NIL:
            told = {t.predicate: t.object for t in self.nodes.get(term, ())} if term in self.inner else {}
            if set(told) != {FIRST, REST} or len(self.nodes[term]) != 2:
                return None
            if isinstance(told[REST], Literal) or len(members) > 10_000:
                return None
            members.append(told[FIRST])
            term = told[REST]
        return members or None


def _literal(term: Literal, row: dict):
    kind, text = term.datatype.value, term.value
    if term.language:
        return text if row.get("@language") == term.language else {"@value": text, "@language": term.language}
    expected = row.get("@type")
    if expected in (None, kind):
        if kind == XSD + "integer" and _INTEGER.match(text):
            return int(text)
        if kind == XSD + "boolean" and text in ("true", "false"):
            return text == "true"
    if expected == kind:
        return text
    if kind == XSD + "string":
        return text if not row.get("@language") and expected is None else {"@value": text}
    return {"@value": text, "@type": kind}
