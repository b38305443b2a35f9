"""
A query about the graphs of a release, as a query about the graphs in which an engine holds them.

Readers write the names that the knowledge gives its graphs; an engine holds each release under names of its
own (layout). So `GRAPH <G>` becomes `GRAPH <held>`, and `GRAPH ?g {P}` becomes

    { GRAPH <index> { ?held dcterms:isVersionOf ?g } GRAPH ?held { P } }

where the index of the release says which graph is a version of which. FROM and FROM NAMED are taken out of
the text: the dataset goes beside it, as parameters of the request, which always win (SPARQL 1.1 Protocol
§2.1.4). A graph that is neither of the release nor allowed beside it has no name here, so nothing that a
reader writes can reach it.

What is sent is written anew from the words of the query: names in full, strings with the fewest escapes, no
comments, no prologue. An engine that would read some corner of the syntax differently than we do, or that
knows prefixes of its own, meets nothing of the kind. Functions are those of SPARQL and the casts of XML
Schema: several engines offer more under IRIs, some of which open files and connections.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pyoxigraph import Store

from ..scan import GROUPING, Token, resolve, tokens

VERSION_OF = "http://purl.org/dc/terms/isVersionOf"
XSD = "http://www.w3.org/2001/XMLSchema#"

#: Schemes under which engines keep functions and procedures (Virtuoso: bif, sql; Jena: java).
MAGIC = frozenset(("bif", "sql", "java", "javascript", "script"))

#: Characters of a rewritten query; tests for blank nodes repeat their argument and could grow without end.
MOST = 1 << 20

_NOT_IN_AN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}

#: Marks that are always set apart: glued to its neighbours a `<` could open an IRI.
_APART = frozenset(("<", ">", "<=", ">=", "=", "!=", "&&", "||", "<<", ">>"))
_MARKS = _APART | frozenset("{}()[],;.|/^*+?!-~@&") | {"^^"}

_PROLOGUE = frozenset(("BASE", "PREFIX", "VERSION"))

#: A store to parse on: nothing is in it.
_EMPTY = Store()


class Unsendable(Exception):
    """The query is not one that may be put to an engine; the message says why, for the one who wrote it."""


@dataclass(frozen=True)
class Scope:
    """What may be read, and how the engine names it.

    `graphs` are the graphs of the release by their own names, `held` gives the name of one in the engine;
    `default` is the merge of all, `index` says which is which, under `nothing` nothing is. `beside` are
    graphs of other people that may be read as well, `skolem` is how the names of blank nodes begin, `datatype`
    says under which datatype a literal is held whose own the engine would not give back.
    """

    default: str
    index: str
    nothing: str
    held: Callable[[str], str]
    graphs: frozenset[str]
    beside: frozenset[str] = frozenset()
    skolem: str = ""
    datatype: Callable[[str, str], str] = lambda value, datatype: datatype

    def name(self, graph: str) -> str:
        """The name in the engine of a graph that a reader names; of one that may not be read: of nothing."""
        if graph in self.graphs:
            return self.held(graph)
        return graph if graph in self.beside else self.nothing

    @property
    def all(self) -> list[str]:
        """The names in the engine of all that may be read by GRAPH."""
        return [*map(self.held, sorted(self.graphs)), *sorted(self.beside)]


@dataclass(frozen=True)
class Rewritten:
    """What to send: the text and the dataset, both with the names of the engine.

    `things` is None except for DESCRIBE: the IRIs that were written out. The text is then a SELECT of the
    other things to be described, or empty. For CONSTRUCT, `template` is what to make of each solution and
    `solutions` the SELECT that gives them, for engines whose own CONSTRUCT is not to be relied on.
    """

    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    things: tuple[str, ...] | None = None
    template: str = ""
    solutions: str = ""


def rewrite(
    query: str,
    base: str,
    prefixes: dict[str, str],
    scope: Scope,
    default_graphs: Iterable[str] | None = None,
    named_graphs: Iterable[str] | None = None,
) -> Rewritten:
    """The query in the names of the engine. A dataset given here wins over the one that the query names.

    The query has to be one that the evaluator's parser takes. Raises Unsendable for one that calls another
    endpoint or a function of the engine's own, or that is written in a way that is not understood here.
    """
    for careful in (False, True):
        writer = _Writer(query, base, prefixes, scope, plain=careful)
        text, things = writer.write()
        if _parses(text):
            break
    else:
        raise Unsendable("it is written in a way that can not be passed on to the engine")
    if default_graphs is None and named_graphs is None and (writer.defaults or writer.named):
        default_graphs, named_graphs = writer.defaults, writer.named
    index = [scope.index] if writer.varies else []
    if default_graphs is None and named_graphs is None:
        named = scope.all if writer.varies else sorted(writer.used)
        return Rewritten(text, (scope.default,), tuple([*named, *index]), things, *writer.parts)
    defaults = dict.fromkeys(map(scope.name, default_graphs or ())) or [scope.nothing]
    named = dict.fromkeys(map(scope.name, named_graphs or ())) if writer.used or writer.varies else ()
    return Rewritten(text, tuple(defaults), tuple([*named, *index]), things, *writer.parts)


def _parses(text: str) -> bool:
    if not text:
        return True
    try:
        _EMPTY.query(text)
    except SyntaxError:
        return False
    except (ValueError, RuntimeError, OSError):
        return True
    return True


@dataclass
class _Text:
    """Text in the making: words with a blank between them, except where they were one in the query."""

    parts: list[str] = field(default_factory=list)
    size: int = 0
    glue: bool = False

    def add(self, text: str, near: bool = False) -> None:
        if self.parts and not (near or self.glue):
            self.parts.append(" ")
        self.glue = False
        self.parts.append(text)
        self.size += len(text) + 1
        if self.size > MOST:
            raise Unsendable("it grows too long when it is put to the engine")

    def __str__(self) -> str:
        return "".join(self.parts)


class _Writer:
    """Writes one query. `plain` leaves out what is told to the parts of a GRAPH that speak of its variable."""

    def __init__(self, query: str, base: str, prefixes: dict[str, str], scope: Scope, plain: bool):
        self.scope = scope
        self.plain = plain
        self.base = base
        self.names = dict(prefixes)
        self.words = _values_inside(list(tokens(query)))
        self.ends = _ends(self.words)
        self.starts = {end: start for start, end in self.ends.items()}
        self.data = {k for k in range(len(self.words)) if self._is_data(k)}
        self.taken = {w.text[1:] for w in self.words if w.kind == "variable"}
        self.helpers: list[str] = []
        self.defaults: list[str] = []
        self.named: list[str] = []
        #: Of a CONSTRUCT: its template, and the SELECT behind it.
        self.parts = ("", "")
        #: Graphs named by GRAPH, and: does GRAPH have a variable?
        self.used: set[str] = set()
        self.varies = False

    def write(self) -> tuple[str, tuple[str, ...] | None]:
        start = self._prologue()
        if start == len(self.words):
            raise Unsendable("it asks for nothing")
        if self.words[start].word == "DESCRIBE":
            return self._describe(start)
        if self.words[start].word == "CONSTRUCT":
            return self._construct(start), None
        star = self._star(start)
        if star:
            before, after = self._text(start, star), self._text(star + 1, len(self.words))
            return f"{before} {self._columns(f'{before} * {after}')} {after}", None
        return self._text(start, len(self.words)), None

    # --- the parts of a query

    def _prologue(self) -> int:
        """Take in BASE and PREFIX; where the query itself begins."""
        k, words = 0, self.words
        while k < len(words) and words[k].word in _PROLOGUE:
            if words[k].word == "PREFIX" and k + 2 < len(words):
                self.names[words[k + 1].text.rstrip(":")] = self._iri(words[k + 2])
                k += 3
            elif words[k].word == "BASE" and k + 1 < len(words):
                self.base = self._iri(words[k + 1])
                k += 2
            else:
                k += 2
        return min(k, len(words))

    def _star(self, start: int) -> int:
        """The place of the star of the outermost SELECT, or 0."""
        if self.words[start].word != "SELECT":
            return 0
        k = start + 1
        k += k < len(self.words) and self.words[k].word in ("DISTINCT", "REDUCED")
        return k if k < len(self.words) and self.words[k].text == "*" else 0

    def _columns(self, text: str) -> str:
        """What a star stands for: written out, an engine gives the same columns in the same order as we do."""
        try:
            found = [v.value for v in _EMPTY.query(text).variables]
        except (SyntaxError, AttributeError, ValueError, RuntimeError, OSError):
            return "*"
        return " ".join(f"?{name}" for name in found if name not in self.helpers) or "*"

    def _construct(self, start: int) -> str:
        k = start + 1
        if self._opens(k, "{"):
            first, last = k + 1, self.ends[k]
            rest = last + 1
        else:
            # CONSTRUCT WHERE { … }: the pattern is the template.
            rest = k
            first = next((i for i in range(k, len(self.words)) if self._opens(i, "{")), k - 1) + 1
            last = self.ends.get(first - 1, first)
        template, pattern = self._text(first, last), self._text(rest, len(self.words))
        used = dict.fromkeys(f"?{w.text[1:]}" for w in self.words[first:last] if w.kind == "variable")
        columns = " ".join(used) or f"( 1 AS {self._helper()} )"
        self.parts = (template, f"SELECT {columns} {pattern}")
        return f"CONSTRUCT {{ {template} }} {pattern}"

    def _describe(self, start: int) -> tuple[str, tuple[str, ...]]:
        """DESCRIBE in two steps, because what it gives is for each engine to say, and ours gives one thing:
        the statements whose subject is the thing. This is the first: which things?"""
        things, variables, star = [], [], False
        k = start + 1
        while k < len(self.words):
            word = self.words[k]
            if word.kind in ("iri", "name"):
                things.append(self._iri(word))
            elif word.kind == "variable":
                variables.append(f"?{word.text[1:]}")
            elif word.text == "*" and not star:
                star = True
            else:
                break
            k += 1
        rest = self._text(k, len(self.words))
        if "{" not in rest or not (star or variables):
            return "", tuple(things)
        if star:
            return f"SELECT {self._columns(f'SELECT * {rest}')} {rest}", tuple(things)
        return f"SELECT {' '.join(dict.fromkeys(variables))} {rest}", tuple(things)

    # --- words

    def _text(self, start: int, end: int, about: tuple[str, str] | None = None) -> str:
        """The words from here to there; `about` is the variable of the GRAPH around them and its helper."""
        text, k = _Text(), start
        while k < end:
            k = self._word(text, k, about)
        return str(text)

    def _word(self, text: _Text, k: int, about: tuple[str, str] | None) -> int:
        """Write the word at a place, with all that belongs to it; the place to go on at."""
        token = self.words[k]
        word = token.word
        if word == "SERVICE":
            raise Unsendable("it calls another endpoint (SERVICE)")
        if word == "FROM" and token.depth == 0:
            return self._from(k)
        if word == "GRAPH" and self._opens(k + 2, "{"):
            return self._graph(text, k)
        if word in ("ISBLANK", "ISIRI", "ISURI") and self.scope.skolem and self._opens(k + 1, "("):
            return self._kind(text, k, about)
        if word == "SELECT" and about and self._hands_on(k, about[0]):
            return self._select(text, k, about[1])
        if token.kind in ("iri", "name"):
            iri = self._iri(token)
            if k > 1 and self.words[k - 1].text == "^^" and self.words[k - 2].kind == "string":
                iri = self.scope.datatype(_value(self.words[k - 2].text), iri)
            if self._opens(k + 1, "(") and self.words[k + 1].calls and not iri.startswith(XSD):
                raise Unsendable(f"it calls <{iri}>, which is no function of SPARQL 1.1")
            text.add(f"<{iri}>", self._near(k))
        elif token.kind == "string":
            text.add(_string(token.text), self._near(k))
        elif token.kind == "mark" and token.text not in _MARKS:
            raise Unsendable(f"the character {token.text!r} stands where none of that kind is passed on")
        else:
            shown = "?" + token.text[1:] if token.kind == "variable" else token.text
            text.add(shown, self._near(k))
            if about and token.text == "{" and self._takes_more(k):
                text.add(self._told(*about))
        text.glue = token.text == "^^"
        return k + 1

    def _from(self, k: int) -> int:
        named = self._at(k + 1).word == "NAMED"
        place = k + 1 + named
        (self.named if named else self.defaults).append(self._iri(self._at(place)))
        return place + 1

    def _graph(self, text: _Text, k: int) -> int:
        target, opening = self.words[k + 1], k + 2
        end = self.ends[opening]
        if target.kind in ("iri", "name"):
            name = self.scope.name(self._iri(target))
            self.used.add(name)
            text.add(f"GRAPH <{name}> {{ {self._text(opening + 1, end)} }}")
            return end + 1
        if target.kind != "variable":
            raise Unsendable("GRAPH is followed by neither a name nor a variable")
        self.varies = True
        variable, helper = f"?{target.text[1:]}", self._helper()
        # Strictly, the variable of a GRAPH is not seen by a FILTER inside it. The embedded store sees it,
        # and so do those who write such queries.
        inside = self.words[opening + 1 : end]
        seen = not self.plain and any(w.kind == "variable" and w.text[1:] == variable[1:] for w in inside)
        about = (variable, helper) if seen else None
        first = self._told(*about) + " " if about and self._takes_more(opening) else ""
        body = self._text(opening + 1, end, about)
        text.add(f"{{ {self._told(variable, helper)} GRAPH {helper} {{ {first}{body} }} }}")
        return end + 1

    def _told(self, variable: str, helper: str) -> str:
        """Which graph of the engine is which of the reader's."""
        known = f"GRAPH <{self.scope.index}> {{ {helper} <{VERSION_OF}> {variable} }}"
        if not self.scope.beside:
            return known
        rows = " ".join(f"( <{g}> <{g}> )" for g in sorted(self.scope.beside))
        return f"{{ {{ {known} }} UNION {{ VALUES ( {helper} {variable} ) {{ {rows} }} }} }}"

    def _helper(self) -> str:
        name = next(n for i in range(len(self.taken) + 1) if (n := f"held{i or ''}") not in self.taken)
        self.taken.add(name)
        self.helpers.append(name)
        return f"?{name}"

    def _kind(self, text: _Text, k: int, about) -> int:
        """Is it a blank node? In the engine it has a name, which begins in a way that no other does."""
        end = self.ends[k + 1]
        inner = self._text(k + 2, end, about)
        named = f"STRSTARTS ( STR ( {inner} ) , {_quoted(self.scope.skolem)} )"
        if self.words[k].word == "ISBLANK":
            text.add(f"( isBLANK ( {inner} ) || ( isIRI ( {inner} ) && {named} ) )")
        else:
            text.add(f"( isIRI ( {inner} ) && ! {named} )")
        return end + 1

    def _select(self, text: _Text, k: int, helper: str) -> int:
        """A sub-select in a GRAPH that hands on its variable hands on the helper, too."""
        end = self._head(k)
        for token in self.words[k:end]:
            text.add("?" + token.text[1:] if token.kind == "variable" else token.text)
        text.add(helper)
        return end

    # --- places

    def _head(self, k: int) -> int:
        """Where the list of columns of a SELECT ends."""
        return next(
            i for i in range(k + 1, len(self.words)) if self.words[i].word == "WHERE" or self._opens(i, "{")
        )

    def _hands_on(self, k: int, variable: str) -> bool:
        """Is this variable among the columns of a SELECT that are nothing but variables?"""
        columns = self.words[k + 1 : self._head(k)]
        return variable[1:] in [c.text[1:] for c in columns] and not any(c.opens for c in columns)

    def _at(self, k: int) -> Token:
        if k >= len(self.words):
            raise Unsendable("it ends in the middle")
        return self.words[k]

    def _opens(self, k: int, bracket: str) -> bool:
        return k < len(self.words) and self.words[k].text == bracket and self.words[k].kind == "mark"

    def _near(self, k: int) -> bool:
        """Was there nothing between this word and the one before, and need nothing be there?"""
        token, before = self.words[k], self.words[k - 1] if k else None
        if token.kind == "language" or token.text == "^^":
            return True
        if before is None or token.spaced:
            return False
        one, other = before.kind == "mark", token.kind == "mark"
        return (one or other) and not {before.text if one else "", token.text if other else ""} & _APART

    def _takes_more(self, k: int) -> bool:
        """Does a group of patterns open here, to which another may be added?"""
        return k not in self.data and self._at(k + 1).word != "SELECT"

    def _is_data(self, k: int) -> bool:
        """Is this the bracket that holds the rows of VALUES?"""
        if not self._opens(k, "{") or k < 2:
            return False
        if self.words[k - 1].kind == "variable":
            return self.words[k - 2].word == "VALUES"
        if self.words[k - 1].text != ")":
            return False
        start = self.starts[k - 1]
        return start > 0 and self.words[start - 1].word == "VALUES"

    def _iri(self, token: Token) -> str:
        if token.kind not in ("iri", "name"):
            raise Unsendable("a name is missing where the syntax wants one")
        iri = resolve(token, self.base, self.names)
        if iri is None:
            raise Unsendable(f"the prefix {token.text.partition(':')[0]}: is not declared")
        if _NOT_IN_AN_IRI.search(iri):
            raise Unsendable("a name in it holds a character that no IRI may hold")
        if iri.partition(":")[0].lower() in MAGIC:
            raise Unsendable(f"<{iri[:200]}> is a name that only some engines give a meaning to")
        return iri


def _values_inside(words: list[Token]) -> list[Token]:
    """The words with a VALUES that stood behind the pattern within it.

    Where no groups are made it is joined there either way (SPARQL 1.1 §18.2.4.3), and Virtuoso takes a variable
    that the pattern does not have only there. Clients that send bindings on write such queries.
    """
    outside = [k for k, w in enumerate(words) if w.depth == 0]
    values = next((k for k in outside if words[k].word == "VALUES"), len(words))
    braces = [k for k in outside if k < values and words[k].kind == "mark" and words[k].text == "{"]
    template = any(words[k].word == "CONSTRUCT" for k in outside)
    if values == len(words) or len(braces) != 1 + template:
        return words
    opening = braces[-1]
    closing = _ends(words)[opening]
    if not GROUPING.isdisjoint(w.word for w in (*words[:opening], *words[closing:values])):
        return words
    inner = [
        Token("mark", "{", 0, spaced=True),
        *words[opening + 1 : closing],
        Token("mark", "}", 0, spaced=True),
    ]
    return [*words[: opening + 1], *inner, *words[values:], *words[closing:values]]


def _ends(words: list[Token]) -> dict[int, int]:
    """Opening bracket → closing bracket, by their places."""
    pairs, found = {"{": "}", "(": ")", "[": "]"}, {}
    open_: list[int] = []
    for k, word in enumerate(words):
        if word.opens:
            open_.append(k)
        elif word.closes:
            if not open_ or pairs[words[open_[-1]].text] != word.text:
                raise Unsendable("its brackets do not match")
            found[open_.pop()] = k
    if open_:
        raise Unsendable("its brackets do not match")
    return found


def _string(text: str) -> str:
    """A string literal as every engine reads it: in double quotation marks, on one line."""
    return _quoted(_value(text))


def _value(text: str) -> str:
    long = text[:3] in ('"""', "'''")
    return _ESCAPE.sub(_unescaped, text[3:-3] if long else text[1:-1])


def _unescaped(match: re.Match) -> str:
    code = match[1] or match[2]
    if code:
        number = int(code, 16)
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            raise Unsendable("an escape in it stands for no character")
        return chr(number)
    if match[3] not in _ESCAPED:
        raise Unsendable("a string in it holds an escape that SPARQL does not know")
    return _ESCAPED[match[3]]


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(c, c) for c in text) + '"'
