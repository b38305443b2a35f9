"""OWL functional syntax (OFN), as far as a mapping has to know it: annotations and SubClassOf."""

import re
from pathlib import Path

from ...errors import Unreadable
from .. import source
from ..index import Index, Match
from ..names import COMMON, Names
from .rdf import _DEFINITIONS, _NAMES, _OIO, _OWL, _SKOS, _SUCCESSORS, _SYNONYMS

KIND = "OWL functional syntax"
ORDER = 25

#: Parentheses inside parentheses.
DEEPEST = 1_000

_TOKEN = re.compile(
    r"(?P<skip>\s+|#[^\n]*)"
    r"|(?P<iri><[^<>\s]*>)"
    r'|(?P<text>"(?:[^"\\]|\\.)*"(?:@[A-Za-z][\w-]*|\^\^(?:<[^<>\s]*>|[\w.-]*:[^\s()]+))?)'
    r"|(?P<open>\()|(?P<close>\))|(?P<is>=)"
    r"|(?P<word>[^\s()\"<>=]+)",
    re.DOTALL,
)
_BOUND = {"owl": _OWL, "rdf": COMMON["rdf"], "rdfs": COMMON["rdfs"], "xsd": COMMON["xsd"]}


def fits(begin: bytes, path: Path) -> bool:
    return bool(re.match(rb"\s*(?:#[^\n]*\s*)*(?:Prefix|Ontology)\s*\(", begin))


def read(path: Path, names: Names) -> Index:
    index = Index(str(path), KIND)
    spaces = dict(_BOUND)
    whole = source.text(path)
    for axiom, line in _axioms(path, whole):
        _take(index, axiom, spaces, names, path, line)
    return index


def _axioms(path: Path, whole: str):
    """The expressions directly inside Ontology(…), and the prefixes, each as a nested list."""
    stack: list[list] = [[]]
    position, word, line, counted = 0, "", 1, 0
    inside = False
    while position < len(whole):
        found = _TOKEN.match(whole, position)
        if not found:
            line += whole.count("\n", counted, position)
            raise Unreadable(f"{path}:{line}: not OWL functional syntax: {whole[position : position + 40]!r}")
        position = found.end()
        kind, token = found.lastgroup, found.group()
        if kind == "skip":
            continue
        if kind == "open":
            if word == "Ontology" and len(stack) == 1:
                inside, word = True, ""
                continue
            if len(stack) > DEEPEST:
                raise Unreadable(f"{path}: parentheses nested more than {DEEPEST} deep")
            stack.append([word])
            word = ""
        elif kind == "close":
            if word:
                stack[-1].append(word)
                word = ""
            if len(stack) == 1:
                if not inside:
                    line += whole.count("\n", counted, position)
                    raise Unreadable(f"{path}:{line}: not OWL functional syntax: one ')' too many")
                inside = False
                continue
            done = stack.pop()
            if len(stack) == 1:
                line += whole.count("\n", counted, position)
                counted = position
                yield done, line
            else:
                stack[-1].append(done)
        elif kind == "word":
            if word:
                stack[-1].append(word)
            word = token
        else:
            if word:
                stack[-1].append(word)
                word = ""
            if len(stack) > 1:
                stack[-1].append(token)
    if inside or len(stack) > 1 or word:
        raise Unreadable(
            f"{path}:{whole.count(chr(10)) + 1}: the file is cut short: parentheses are left open"
        )


def _take(index: Index, axiom: list, spaces: dict, names: Names, path: Path, line: int) -> None:
    head, *rest = axiom
    rest = [part for part in rest if not (isinstance(part, list) and part[0] == "Annotation")]

    def iri(token: object) -> str | None:
        if not isinstance(token, str) or token.startswith('"'):
            return None
        if token.startswith("<"):
            return names.same(token[1:-1])
        prefix, colon, local = token.partition(":")
        return names.same(spaces[prefix] + local) if colon and prefix in spaces else names.expand(token)

    if head == "Prefix":
        plain = [part for part in rest if part != "="]
        if len(plain) != 2 or not str(plain[1]).startswith("<"):
            raise Unreadable(
                f"{path}:{line}: not OWL functional syntax: a prefix is declared as Prefix(x:=<…>)"
            )
        spaces[str(plain[0]).rstrip("=").rstrip(":")] = str(plain[1])[1:-1]
    elif (
        head == "Declaration"
        and rest
        and isinstance(rest[0], list)
        and rest[0][0] == "Class"
        and len(rest[0]) > 1
    ):
        term = index.term(iri(rest[0][1]) or "")
        term.defined, term.line = True, line
    elif head == "SubClassOf" and len(rest) == 2:
        child, parent = iri(rest[0]), rest[1]
        if child is None:
            return
        if iri(parent):
            if iri(parent) != _OWL + "Thing":
                index.term(child).parents.append(iri(parent) or "")
        elif isinstance(parent, list) and parent[0] == "ObjectSomeValuesFrom" and len(parent) == 3:
            relation, filler = iri(parent[1]), iri(parent[2])
            if relation and filler:
                index.term(child).relations.append((relation, filler))
    elif head == "EquivalentClasses" and len(rest) == 2 and iri(rest[0]) and iri(rest[1]):
        index.matches.append(Match(iri(rest[0]) or "", _SKOS + "exactMatch", iri(rest[1]) or ""))
    elif head == "AnnotationAssertion" and len(rest) == 3:
        predicate, subject = iri(rest[0]), iri(rest[1])
        if predicate and subject:
            _annotate(index, subject, predicate, rest[2], iri(rest[2]), names)


def _annotate(
    index: Index, subject: str, predicate: str, token: object, link: str | None, names: Names
) -> None:
    said, language = _literal(token) if isinstance(token, str) and token.startswith('"') else ("", "")
    term = index.term(subject)
    if predicate in _NAMES:
        if not term.name or language.startswith("en"):
            term.name = said
    elif predicate in _SYNONYMS:
        term.synonyms.append((_SYNONYMS[predicate], said))
    elif predicate in _DEFINITIONS:
        term.definition = said
    elif predicate == _OIO + "hasDbXref":
        term.xrefs.append(said)
    elif predicate == _OIO + "hasAlternativeId":
        index.merged[names.expand(said, obo=True)] = subject
    elif predicate == _OWL + "deprecated":
        term.deprecated = said in ("true", "1")
    elif predicate in _SUCCESSORS:
        term.successors.append(link or names.expand(said, obo=True))
    elif predicate.startswith(_SKOS) and predicate.endswith("Match") and link:
        index.matches.append(Match(subject, predicate, link, term.name))


def _literal(token: str) -> tuple[str, str]:
    end = token.rindex('"')
    text = re.sub(r"\\(.)", r"\1", token[1:end])
    return text, token[end + 2 :] if token[end + 1 : end + 2] == "@" else ""
