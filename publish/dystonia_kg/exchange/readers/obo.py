"""OBO 1.4, line by line: the tags that a mapping or an edition needs, the rest is passed over."""

import re
from pathlib import Path

from ...errors import Unreadable
from .. import source
from ..index import Index, Match, Term
from ..names import OBO, Names

KIND = "OBO"
ORDER = 20

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*')
_ESCAPED = re.compile(r"\\(.)")
_PLAIN = {"n": "\n", "t": "\t", "W": " "}
_REACH = frozenset(("EXACT", "RELATED", "BROAD", "NARROW"))
_MODIFIERS = re.compile(r"\s*\{[^{}\"]*(?:\"(?:[^\"\\]|\\.)*\"[^{}\"]*)*\}\s*\Z")
_TAG = re.compile(r"[A-Za-z_][\w-]*\Z")


def fits(begin: bytes, path: Path) -> bool:
    return begin.lstrip().startswith((b"format-version:", b"[Term]")) or b"\n[Term]" in begin


def read(path: Path, names: Names) -> Index:
    index = Index(str(path), KIND)
    spaces: dict[str, str] = {}
    seen: dict[str, str] = {}
    term: Term | None = None
    stanza, line, number = "", "", 0
    short: dict[str, str] = {}
    relation = ""

    def iri(text: str) -> str:
        text = text.split(" ", 1)[0] if " " in text else text
        found = seen.get(text)
        if found is None:
            found = seen[text] = names.expand(_plain(text), spaces, obo=True)
        return found

    def wrong(what: str) -> Unreadable:
        return Unreadable(f"{path}:{number}: not OBO: {what}")

    for line in source.lines(path):
        number += 1
        if not line or line[0] == "!":
            continue
        if line[0] == "[":
            if not line.rstrip().endswith("]"):
                raise wrong(f"a stanza's name is not closed: {line[:60]!r}")
            stanza, term = line.strip()[1:-1], None
            continue
        tag, colon, value = line.partition(":")
        if not colon or not _TAG.match(tag):
            raise wrong(f"expected 'tag: value', found {line[:60]!r}")
        value = value.strip()
        if stanza != "Term":
            if not stanza:
                _header(index, spaces, tag, value)
            elif stanza == "Typedef" and tag == "id":
                relation = value.split(" ", 1)[0]
            elif stanza == "Typedef" and tag == "xref" and ":" not in relation:
                short.setdefault(relation, iri(value))
            continue
        if tag == "id":
            if not value:
                raise wrong("a term without an id")
            term = index.term(iri(value))
            term.defined, term.line = True, number
            continue
        if term is None:
            raise wrong(f"'{tag}' before the term's id")
        if tag == "name":
            term.name = _plain(value)
        elif tag == "is_a":
            term.parents.append(iri(value))
        elif tag == "synonym":
            told, rest = _quoted(value, wrong)
            reach = rest.split(" ", 1)[0]
            term.synonyms.append((reach if reach in _REACH else "RELATED", told))
        elif tag == "def":
            term.definition = _quoted(value, wrong)[0]
        elif tag == "xref":
            term.xrefs.append(_plain(value.split(" ", 1)[0]))
        elif tag == "alt_id":
            index.merged[iri(value)] = term.iri
        elif tag == "is_obsolete":
            term.deprecated = value.startswith("true")
        elif tag in ("replaced_by", "consider"):
            term.successors.append(iri(value))
        elif tag == "relationship":
            words = _bare(value).split()
            if len(words) < 2:
                raise wrong(f"a relationship needs a relation and a term: {line[:60]!r}")
            term.relations.append((iri(words[0]), iri(words[1])))
        elif tag == "equivalent_to":
            index.matches.append(_same(term, iri(value)))
        elif tag == "property_value":
            _property(index, term, value, iri)
    if line:
        # Whatever writes OBO ends the last line; no other sign tells a part from the whole.
        raise wrong(f"the file is cut short: its last line is not ended: {line[:60]!r}")
    _in_full(index, short)
    return index


def _in_full(index: Index, short: dict[str, str]) -> None:
    """A relation that is written as a word is what its definition refers to, or else a name of the
    ontology's own."""
    own = f"{OBO}{index.name or 'unnamed'}#"
    for term in index.terms.values():
        if any(":" not in relation for relation, _ in term.relations):
            term.relations = [
                (relation if ":" in relation else short.get(relation, own + relation), target)
                for relation, target in term.relations
            ]


def _header(index: Index, spaces: dict[str, str], tag: str, value: str) -> None:
    if tag == "ontology":
        index.name = value
    elif tag == "data-version":
        index.version = value
    elif tag == "idspace":
        words = value.split()
        if len(words) > 1:
            spaces[words[0]] = words[1]


def _property(index: Index, term: Term, value: str, iri) -> None:
    words = value.split(" ", 2)
    if len(words) > 1 and words[0].startswith("skos:") and words[0].endswith("Match"):
        target = words[1].strip('"')
        index.matches.append(_match(term, iri(words[0]), iri(target)))


def _same(term: Term, target: str):
    return _match(term, "http://www.w3.org/2004/02/skos/core#exactMatch", target)


def _match(term: Term, predicate: str, target: str):
    return Match(term.iri, predicate, target, term.name)


def _quoted(value: str, wrong) -> tuple[str, str]:
    found = _QUOTED.match(value)
    if not found:
        raise wrong(f"a quotation is not closed: {value[:60]!r}")
    return _plain(found.group(1)), value[found.end() :]


def _plain(value: str) -> str:
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda m: _PLAIN.get(m.group(1), m.group(1)), value)


def _bare(value: str) -> str:
    """Without trailing comment and qualifiers."""
    value = re.split(r"(?<!\\)\s!", value, maxsplit=1)[0]
    return _MODIFIERS.sub("", value)
