"""RDF in any syntax that Oxigraph parses; OWL as its RDF mapping, SKOS as it is."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from ...errors import Unreadable
from .. import source
from ..index import BROAD, EXACT, NARROW, RELATED, Index, Match
from ..names import COMMON, Names

KIND = "RDF"
ORDER = 90

_BY_EXTENSION = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "rdf": RdfFormat.RDF_XML,
    "owl": RdfFormat.RDF_XML,
    "xml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "n3": RdfFormat.N3,
}

#: Elements inside elements: more is an attack on the parser, whose time grows with the square.
DEEPEST = 2_000

_OBO, _OIO = COMMON["obo"], COMMON["oboInOwl"]
_OWL, _RDFS, _SKOS = COMMON["owl"], COMMON["rdfs"], COMMON["skos"]
_RDF = COMMON["rdf"]
_EFO = "http://www.ebi.ac.uk/efo/"
_NAMES = {_RDFS + "label": 1, _SKOS + "prefLabel": 1}
_DEFINITIONS = {_OBO + "IAO_0000115", _SKOS + "definition", _EFO + "definition"}
_SYNONYMS = {
    _OIO + "hasExactSynonym": EXACT,
    _OIO + "hasRelatedSynonym": RELATED,
    _OIO + "hasBroadSynonym": BROAD,
    _OIO + "hasNarrowSynonym": NARROW,
    _SKOS + "altLabel": EXACT,
    _OBO + "IAO_0000118": EXACT,
    _EFO + "alternative_term": EXACT,
}
_PARENTS = {_RDFS + "subClassOf", _SKOS + "broader"}
_SUCCESSORS = {_OBO + "IAO_0100001", "http://purl.org/dc/terms/isReplacedBy", _OIO + "consider"}
#: The ends of a statement about a statement; SSSOM in RDF is made of them.
_ENDS = {_OWL + "annotatedSource": 0, _OWL + "annotatedProperty": 1, _OWL + "annotatedTarget": 2}
_SSSOM = COMMON["sssom"]
_KINDS = {_OWL + "Class", _RDFS + "Class", _SKOS + "Concept"}


def fits(begin: bytes, path: Path) -> bool:
    return syntax(begin, path) is not None


def syntax(begin: bytes, path: Path) -> RdfFormat | None:
    """The RDF syntax of a file: by how it begins, then by its name."""
    head = begin.lstrip()
    if head.startswith(b"<?xml") or head.startswith(
        (b"<rdf:RDF", b"<!DOCTYPE", b"<!--", b"<Ontology", b"<owl:")
    ):
        return RdfFormat.RDF_XML
    if head.startswith((b"{", b"[")) and b'"@' in head:
        return RdfFormat.JSON_LD
    name = path.name.removesuffix(".gz").rpartition(".")[2].lower()
    if re.match(rb"(?:#[^\n]*\s+)*(?:@prefix|@base|prefix|base)\s", head, re.IGNORECASE):
        return RdfFormat.TRIG if name == "trig" else RdfFormat.TURTLE
    if name in _BY_EXTENSION and _BY_EXTENSION[name] != RdfFormat.RDF_XML:
        return _BY_EXTENSION[name]
    if re.match(rb"(?:#[^\n]*\s+)*<[^<>\s]+>\s+<[^<>\s]+>\s", head):
        return RdfFormat.N_QUADS if name == "nq" else RdfFormat.TURTLE
    return None


def quads(path: Path) -> Iterator[Quad]:
    """The statements of an RDF file. Raises Unreadable with line and column where it is not one."""
    begin = source.start(path)
    form = syntax(begin, path)
    if form is None:
        raise Unreadable(f"{path}:1: not RDF that we know")
    if form == RdfFormat.RDF_XML:
        _well_formed(path, begin)
    with source.Measured(path) as file:
        try:
            yield from parse(file, format=form, rename_blank_nodes=True, base_iri="urn:x-file:")  # type: ignore[arg-type]
        except SyntaxError as trouble:
            where = f"{path}:{trouble.lineno}:{trouble.offset}" if trouble.lineno else str(path)
            raise Unreadable(f"{where}: not {form.name}: {trouble.msg}") from trouble
        except (ValueError, UnicodeDecodeError, OSError) as trouble:
            raise Unreadable(f"{path}: not {form.name}: {trouble}") from trouble


def _well_formed(path: Path, begin: bytes) -> None:
    """XML that ends, is not too deep, and whose entities stay small.

    Oxigraph's parser takes a file that is cut short for a short file, and expands entities without
    limit; expat does neither.
    """
    if b"<Ontology" in begin and b"www.w3.org/2002/07/owl" in begin and b"rdf:RDF" not in begin:
        raise Unreadable(f"{path}: OWL/XML is not read; save it as RDF/XML or in functional syntax")
    parser = expat.ParserCreate()
    depth, tail = 0, b""
    with source.Measured(path) as file:
        try:
            while block := file.read(1 << 20):
                parser.Parse(block, False)
                joined = tail + block
                cut = joined.rfind(b"<")
                joined, tail = (joined[:cut], joined[cut:]) if cut > 0 else (joined, b"")
                others = (
                    joined.count(b"</") * 2 + joined.count(b"/>") + joined.count(b"<!") + joined.count(b"<?")
                )
                depth += joined.count(b"<") - others
                if depth > DEEPEST:
                    line = parser.CurrentLineNumber
                    raise Unreadable(f"{path}:{line}: elements nested more than {DEEPEST} deep")
            parser.Parse(b"", True)
        except (LookupError, ValueError) as trouble:
            raise Unreadable(f"{path}: not RDF/XML: {trouble}") from trouble
        except expat.ExpatError as trouble:
            what = expat.errors.messages.get(trouble.code, str(trouble))
            raise Unreadable(
                f"{path}:{trouble.lineno}:{trouble.offset + 1}: not RDF/XML: {what}"
            ) from trouble


def read(path: Path, names: Names) -> Index:
    index = Index(str(path), KIND)
    filler = _Filler(index, names)
    for quad in quads(path):
        filler.take(quad)
    filler.finish()
    return index


class _Filler:
    """Puts statements where the index keeps them; restrictions wait until all their parts are known."""

    def __init__(self, index: Index, names: Names):
        self.index, self.names = index, names
        self.restrictions: dict = {}
        self.waiting: list[tuple[str, object]] = []
        self.rank: dict[str, int] = {}
        self.header: str = ""
        self.same: dict[str, str] = {}
        self.plurals: set[str] = set()
        self.axiom: tuple[object, dict] = (None, {})

    def iri(self, value: str) -> str:
        found = self.same.get(value)
        if found is None:
            found = self.same[value] = self.names.same(value)
        return found

    def take(self, quad: Quad) -> None:
        predicate, value = quad.predicate.value, quad.object
        if predicate in _ENDS or predicate == _SSSOM + "predicate_modifier":
            self.end(quad.subject, predicate, value)
            return
        if not isinstance(quad.subject, NamedNode):
            if predicate == _OWL + "onProperty" or predicate == _OWL + "someValuesFrom":
                self.restrictions.setdefault(quad.subject, {})[predicate] = value
            return
        subject = self.iri(quad.subject.value)
        if isinstance(value, Literal):
            self.literal(subject, predicate, value)
        elif isinstance(value, NamedNode):
            self.link(subject, predicate, self.iri(value.value))
        elif predicate == _RDFS + "subClassOf":
            self.waiting.append((subject, value))

    def end(self, axiom, predicate: str, value) -> None:
        """One end of a statement about a statement, as SSSOM writes mappings in RDF.

        What belongs to one axiom stands together in every file that tools write; only one is kept open.
        """
        if self.axiom[0] != axiom:
            self.close()
            self.axiom = (axiom, {})
        if isinstance(value, NamedNode):
            self.axiom[1][predicate] = self.iri(value.value)
        elif predicate not in _ENDS:
            self.axiom[1][predicate] = value.value

    def close(self) -> None:
        subject, relation, target = (self.axiom[1].get(end, "") for end in _ENDS)
        if subject and target and (relation.startswith(_SKOS) and relation.endswith("Match")):
            negated = self.axiom[1].get(_SSSOM + "predicate_modifier", "").endswith("Not")
            self.index.matches.append(Match(subject, relation, target, negated=negated))

    def literal(self, subject: str, predicate: str, value: Literal) -> None:
        text, index = value.value, self.index
        if predicate in _NAMES:
            rank = 0 if (value.language or "en").startswith("en") else 1
            if rank < self.rank.get(subject, 9):
                self.rank[subject] = rank
                index.term(subject).name = text
        elif predicate in _SYNONYMS:
            index.term(subject).synonyms.append((_SYNONYMS[predicate], text))
        elif predicate in _DEFINITIONS:
            if (value.language or "en").startswith("en"):
                index.term(subject).definition = text
        elif predicate == _OIO + "hasDbXref":
            index.term(subject).xrefs.append(text)
        elif predicate == _OWL + "deprecated":
            index.term(subject).deprecated = text in ("true", "1")
        elif predicate in _SUCCESSORS:
            index.term(subject).successors.append(self.names.expand(text, obo=True))
        elif predicate == _OIO + "hasAlternativeId":
            index.merged[self.names.expand(text, obo=True)] = subject
        elif predicate == _OWL + "versionInfo":
            index.version = index.version or text

    def link(self, subject: str, predicate: str, value: str) -> None:
        index = self.index
        if predicate == _RDF + "type":
            if value in _KINDS:
                index.term(subject).defined = True
            elif value in (_OWL + "Ontology", _SKOS + "ConceptScheme"):
                self.header = index.name = index.name or subject
            elif value.startswith((_OWL, _SSSOM, "http://www.w3.org/")):
                self.plurals.add(subject)
            else:
                index.term(subject).defined = True
        elif predicate in _PARENTS:
            if value != _OWL + "Thing":
                index.term(subject).parents.append(value)
        elif predicate in _SUCCESSORS:
            index.term(subject).successors.append(value)
        elif predicate == _OWL + "versionIRI":
            index.version = value
        elif predicate == _OWL + "equivalentClass":
            index.matches.append(Match(subject, _SKOS + "exactMatch", value))
        elif predicate.startswith(_SKOS) and predicate.endswith("Match"):
            index.matches.append(Match(subject, predicate, value))
        elif predicate in _SYNONYMS or predicate in _NAMES:
            pass

    def finish(self) -> None:
        self.close()
        for subject, node in self.waiting:
            parts = self.restrictions.get(node, {})
            relation, filler = parts.get(_OWL + "onProperty"), parts.get(_OWL + "someValuesFrom")
            if isinstance(relation, NamedNode) and isinstance(filler, NamedNode):
                self.index.term(subject).relations.append((self.iri(relation.value), self.iri(filler.value)))
        for iri in self.plurals - {""}:
            term = self.index.terms.get(iri)
            if term is not None and not term.defined:
                del self.index.terms[iri]
        self.index.terms.pop(self.header, None)
        for match in self.index.matches:
            told = self.index.terms.get(match.subject)
            match.subject_name = told.name if told else ""
