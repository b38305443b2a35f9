"""
Rules: SHACL-AF `sh:SPARQLRule`s evaluated set-wise on the store.

pySHACL runs a rule once for each focus node; here the target is joined in front of the rule's own
pattern, so one query serves all focus nodes. Rules of one `sh:order` are repeated until nothing new
follows, then the next order has its turn: a rule may negate only what earlier orders conclude.

A conclusion may be a choice: a value that is an `rdf:Alt` stands for exactly one of its
`rdfs:member`s (`rdf:nil` for "nothing"). After each order, whatever has such values is unfolded into
its completions, one supposed copy for each way to choose, joined to the original by
`prov:specializationOf`. Later rules see the completions, may gather what follows from them, and
everything supposed is left out of what is concluded.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby, product

from pyoxigraph import NamedNode, Quad, Store, Triple

from .ask import ask, prefixes
from .errors import BadRule, Endless

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE = NamedNode(RDF + "type")
ALT = NamedNode(RDF + "Alt")
NIL = NamedNode(RDF + "nil")
MEMBER = NamedNode("http://www.w3.org/2000/01/rdf-schema#member")
SUBCLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
COMPLETION_OF = NamedNode("http://www.w3.org/ns/prov#specializationOf")

#: What supposed things are called; nothing that begins so is ever released.
SUPPOSED = "urn:x-suppose:"

#: Repetitions of one order before we say that it does not end.
MOST_ROUNDS = 200

#: Completions of one description before we say that it leaves too much open, and ways of choosing that
#: are gone through to find them: several ways often come to the same.
MOST_COMPLETIONS = 3_000
MOST_WAYS = 200_000

_LEXEME = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r"|<[^<>\"{}|^`\\\s]*>"
    r"|#[^\n]*"
    r"|[{}]"
    r"|[?$]\w+|[A-Za-z_][\w-]*(?::[\w.%-]*)?|:[\w.%-]*|\S",
    re.DOTALL,
)


@dataclass(frozen=True)
class Rule:
    """One `sh:SPARQLRule` with one target class, ready to be asked."""

    iri: str
    order: float
    targets: tuple[str, ...]
    head: str
    tail: str
    words: frozenset[str] = field(repr=False)
    open_predicate: bool = False

    def query(self, within: NamedNode | None = None) -> str:
        """The rule for all focus nodes, or for those that `within`, a graph, gives a type."""
        if len(self.targets) == 1:
            pattern = f"$this a <{self.targets[0]}> ."
        else:
            classes = " ".join(f"<{c}>" for c in self.targets)
            pattern = f"VALUES ?_target {{ {classes} }} $this a ?_target ."
        if within is not None:
            pattern = f"GRAPH <{within.value}> {{ {pattern} }}"
        return f"{self.head}{{ {pattern} {self.tail}"

    def heeds(self, news: set[str]) -> bool:
        """Could one of these predicates and classes change what the rule concludes?"""
        return self.open_predicate or not self.words.isdisjoint(news)


def read_rules(store: Store) -> list[Rule]:
    """The rules that the store holds, in the order of their turn.

    Raises BadRule for a rule of a kind that is not understood: silence would be a wrong answer.
    """
    names = prefixes(store)
    declared = "".join(f"PREFIX {p}: <{n}>\n" for p, n in names.items())
    rules = []
    for row in ask(store, "rules"):
        iri = row["rule"].value
        if row["construct"] is None:
            raise BadRule(f"{iri}: only rules with sh:construct are understood")
        targets = (row["target"].value, *(cls.value for cls in subclasses(store, row["target"])))
        rules.append(
            _compile(iri, float(row["order"].value), targets, row["construct"].value, declared, names)
        )
    return rules


def subclasses(store: Store, target: NamedNode) -> list[NamedNode]:
    """All classes below this one, however far down."""
    found: list[NamedNode] = []
    queue = [target]
    while queue:
        for quad in store.quads_for_pattern(None, SUBCLASS, queue.pop(), None):
            if isinstance(quad.subject, NamedNode) and quad.subject not in found:
                found.append(quad.subject)
                queue.append(quad.subject)
    return sorted(found, key=str)


def _compile(iri, order, targets, construct, declared, names) -> Rule:
    start, end, first = _body(iri, construct)
    lexemes = [m.group() for m in _LEXEME.finditer(construct, start)]
    head, inner = construct[:start], construct[start + 1 : end]
    # A group that is one sub-select takes no pattern beside it, so it is wrapped in its own braces.
    tail = f"{{{inner}}} }}" if first.upper() == "SELECT" else f"{inner}}}"
    words = {_full(word, names) for word in lexemes} | set(targets)
    return Rule(
        iri=iri,
        order=order,
        targets=targets,
        head=declared + head,
        tail=tail + construct[end + 1 :],
        words=frozenset(words),
        open_predicate=bool(
            re.search(r"[?$]\w+\s+[?$]\w+\s+[?$\w<\"]", re.sub(r"(?i)\bselect\b[^{]*", "", " ".join(lexemes)))
        ),
    )


def _body(iri: str, construct: str) -> tuple[int, int, str]:
    """Where the rule's pattern opens and closes, and its first word."""
    depth, groups, opened, first = 0, [], None, ""
    for match in _LEXEME.finditer(construct):
        lexeme = match.group()
        if lexeme == "{":
            if depth == 0:
                opened, first = match.start(), ""
            depth += 1
        elif lexeme == "}":
            depth -= 1
            if depth == 0:
                groups.append((opened, match.start(), first))
        elif depth == 1 and not first and not lexeme.startswith("#"):
            first = lexeme
    if len(groups) < 2:
        raise BadRule(f"{iri}: expected CONSTRUCT {{…}} WHERE {{…}}")
    return groups[1]


def _full(word: str, names: dict[str, str]) -> str:
    if word.startswith("<"):
        return word[1:-1]
    prefix, colon, local = word.partition(":")
    return names[prefix] + local if colon and prefix in names else word


def apply(store: Store, rules: list[Rule], into: NamedNode, within: NamedNode | None = None) -> list[Quad]:
    """Conclude all that follows, write it to the graph `into`, and return what is new.

    With `within`, only what that graph gives a type is looked at (the rest of the store is known
    to be complete already). Supposed things are in the store afterwards, not in the answer.
    """
    added: list[Quad] = []
    unfolded: set[str] = set()
    choices: set = set()
    for _, turn in groupby(rules, key=lambda rule: rule.order):
        added += _exhaust(store, list(turn), into, within)
        added += _unfold(store, into, within, unfolded, choices)
    return [quad for quad in added if not _supposed(quad, choices)]


def _exhaust(store, rules, into, within) -> list[Quad]:
    added: list[Quad] = []
    due = rules if within is None else _with_focus(store, rules, within)
    for _ in range(MOST_ROUNDS):
        news: set[str] = set()
        for rule in due:
            fresh = _conclude(store, rule, into, within)
            added += fresh
            for quad in fresh:
                news.add(quad.predicate.value)
                if quad.predicate == TYPE:
                    news.add(quad.object.value)
        due = [rule for rule in rules if rule.heeds(news)] if news else []
        if not due:
            return added
    names = ", ".join(rule.iri for rule in due)
    raise Endless(f"after {MOST_ROUNDS} rounds these rules still conclude something new: {names}")


def _with_focus(store, rules, within) -> list[Rule]:
    """The rules that have something to look at; most rules have nothing to do with a description."""
    present = {q.object.value for q in store.quads_for_pattern(None, TYPE, None, within)}
    return [rule for rule in rules if not present.isdisjoint(rule.targets)]


def _conclude(store, rule, into, within) -> list[Quad]:
    try:
        triples = list(store.query(rule.query(within), use_default_graph_as_union=True))
    except SyntaxError as trouble:
        raise BadRule(f"{rule.iri}: {trouble}") from trouble
    fresh = {}
    for t in triples:
        if next(store.quads_for_pattern(t.subject, t.predicate, t.object, None), None) is None:
            fresh[t] = Quad(t.subject, t.predicate, t.object, into)
    quads = list(fresh.values())
    store.extend(quads)
    return quads


def _unfold(store, into, within, unfolded, choices) -> list[Quad]:
    """Make the completions of everything that now has a choice among its values."""
    waiting: dict[NamedNode, dict] = {}
    for alt in {q.subject for q in store.quads_for_pattern(None, TYPE, ALT, into)} - choices:
        choices.add(alt)
        for quad in store.quads_for_pattern(None, None, alt, into):
            options = sorted((q.object for q in store.quads_for_pattern(alt, MEMBER, None, None)), key=str)
            waiting.setdefault(quad.subject, {})[(str(quad.predicate), str(alt))] = (quad.predicate, options)
    added: list[Quad] = []
    for thing in sorted(waiting, key=str):
        if thing.value in unfolded:
            raise BadRule(f"{thing.value}: a choice appeared after its completions were made")
        unfolded.add(thing.value)
        added += _completions(store, thing, waiting[thing], into, within)
    store.extend(added)
    return added


def _completions(store, thing, open_values, into, within) -> list[Quad]:
    ways = 1
    for _, options in open_values.values():
        ways *= max(len(options), 1)
    if ways > MOST_WAYS:
        raise Endless(
            f"{thing.value}: {ways} ways to complete it; more than {MOST_WAYS} is too much left open"
        )
    alternatives = [
        [(predicate, option) for option in options] for _, (predicate, options) in sorted(open_values.items())
    ]
    known = [
        (q.predicate, q.object)
        for q in store.quads_for_pattern(thing, None, None, None)
        if not any(q.object.value == alt[1][1:-1] for alt in open_values if isinstance(q.object, NamedNode))
    ]
    seen: set[frozenset] = set()
    quads: list[Quad] = []
    for chosen in product(*alternatives):
        facts = frozenset(pair for pair in chosen if pair[1] != NIL)
        if facts in seen:
            continue
        if len(seen) == MOST_COMPLETIONS:
            raise Endless(
                f"{thing.value}: more than {MOST_COMPLETIONS} completions are possible; too much is left open"
            )
        copy = NamedNode(f"{SUPPOSED}{thing.value}/{len(seen)}")
        seen.add(facts)
        quads.append(Quad(copy, COMPLETION_OF, thing, into))
        quads += [Quad(copy, p, o, into) for p, o in known]
        quads += [Quad(copy, p, o, into) for p, o in sorted(facts, key=str)]
    return quads


def _supposed(quad: Quad, choices: set) -> bool:
    return any(
        isinstance(term, NamedNode) and (term.value.startswith(SUPPOSED) or term in choices)
        for term in (quad.subject, quad.object)
    )


class WhatIf:
    """Conclude what would follow if the release also held some description.

    The store must hold the release with its conclusions; it is the caller's, not shared with
    writers, and is as it was before when a call returns. Calls are serialised by the caller.
    """

    GRAPH = NamedNode(SUPPOSED + "description")

    def __init__(self, store: Store):
        self.store = store
        self.rules = read_rules(store)

    def conclude(self, description: Iterable[Triple]) -> list[Triple]:
        """The description and what follows from it, without what was only supposed on the way."""
        given = [Quad(t.subject, t.predicate, t.object, self.GRAPH) for t in description]
        try:
            self.store.extend(given)
            concluded = apply(self.store, self.rules, self.GRAPH, within=self.GRAPH)
        finally:
            self.store.remove_graph(self.GRAPH)
        return list(dict.fromkeys(q.triple for q in (*given, *concluded)))
