"""
Ways to be wrong. Each is a function that, given the book and a source of chance, spoils one thing.

What makes a kind worth having: every mutant of it is an error that a curator could make, none is harmless.
"""

import random
import re
from collections.abc import Callable

from book import Block, Book, Fact, Mutant

Kind = Callable[[Book, random.Random], Mutant]
KINDS: dict[str, Kind] = {}


def kind(function: Kind) -> Kind:
    KINDS[function.__name__.replace("_", " ")] = function
    return function


OURS = ("data", "ontology")
COUNTED = "dyo:ClassificationRegion"
CONCEPTS = (
    "dyo:Condition", "dyo:Symptom", "dyo:BodyRegion", "dyo:CausalFactor", "dyo:Treatment", "dyo:Modality",
    "dyo:DistributionClass", "dyo:AgeBand", "dyo:CoursePattern", "dyo:Gene", "dyo:TestResult", "dyo:Population",
)  # fmt: skip


def facts(blocks: list[Block], *predicates: str) -> list[Fact]:
    return [fact for block in blocks for fact in block.facts if fact.predicate in predicates]


def things(book: Book, *classes: str) -> list[str]:
    """Subjects of ours of one of these classes, or of any."""
    blocks = book.a(*classes) if classes else book.within("data")
    return [block.subject for block in blocks if block.subject.startswith("dys:")]


def other(chance: random.Random, choices: list[str], *avoid: str) -> str:
    return chance.choice([one for one in choices if one not in avoid])


# --- words


@kind
def a_name_is_lost(book, chance):
    return book.without(chance.choice(facts(book.a(*CONCEPTS), "skos:prefLabel")))


@kind
def a_definition_is_lost(book, chance):
    blocks = [b for b in book.a(*CONCEPTS) if "dyo:Gene" not in b.types]
    blocks += book.a("owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty")
    return book.without(chance.choice(facts(blocks, "skos:definition")))


@kind
def a_label_of_a_term_is_lost(book, chance):
    blocks = book.a("owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty")
    return book.without(chance.choice(facts(blocks, "rdfs:label")))


@kind
def two_preferred_names(book, chance):
    return book.with_fact(chance.choice(book.a(*CONCEPTS)), "skos:prefLabel", '"quite another name"@en')


@kind
def a_name_of_something_else(book, chance):
    cls = chance.choice(("dyo:Condition", "dyo:Symptom", "dyo:BodyRegion"))
    one, two = chance.sample(facts(book.a(cls), "skos:prefLabel"), 2)
    return book.with_object(one, two.object)


@kind
def a_name_is_its_own_other_name(book, chance):
    fact = chance.choice(facts(book.a(*CONCEPTS), "skos:prefLabel"))
    return book.with_fact(fact.block, "skos:altLabel", fact.object)


@kind
def a_language_is_missing(book, chance):
    texts = facts(book.within(*OURS), "skos:prefLabel", "skos:definition", "skos:altLabel", "skos:note")
    fact = chance.choice([f for f in texts if f.object.endswith("@en")])
    return book.with_object(fact, fact.object.removesuffix("@en"))


@kind
def a_stray_blank(book, chance):
    texts = facts(book.within(*OURS), "skos:prefLabel", "skos:definition", "skos:altLabel", "rdfs:label")
    fact = chance.choice([f for f in texts if f.object.endswith('"@en')])
    inner = fact.object[1:-4]
    spoilt = chance.choice(
        (" " + inner, inner + " ", inner.replace(" ", "  ", 1) if " " in inner else inner + " ")
    )
    return book.with_object(fact, f'"{spoilt}"@en')


@kind
def a_stray_blank_in_a_short_form(book, chance):
    fact = chance.choice(facts(book.within("data"), "skos:notation"))
    return book.with_object(fact, fact.object[:-1] + ' "')


@kind
def an_invisible_character(book, chance):
    fact = chance.choice(facts(book.a(*CONCEPTS), "skos:prefLabel", "skos:definition"))
    place = chance.randrange(1, len(fact.object) - 4)
    sign = chance.choice("\u200b\u00ad\u00a0\ufeff\u202e\u0007")
    return book.with_object(fact, fact.object[:place] + sign + fact.object[place:])


@kind
def broken_letters(book, chance):
    """UTF-8 that was read as Latin-1 on the way."""
    fact = chance.choice(facts(book.a(*CONCEPTS), "skos:prefLabel", "skos:definition"))
    place = chance.randrange(1, len(fact.object) - 4)
    return book.with_object(
        fact, fact.object[:place] + chance.choice(("Ã©", "â€™", "\ufffd")) + fact.object[place:]
    )


@kind
def an_empty_text(book, chance):
    fact = chance.choice(
        facts(book.within(*OURS), "skos:prefLabel", "skos:definition", "skos:scopeNote", "rdfs:label")
    )
    return book.with_object(fact, '""@en')


@kind
def a_full_stop_ends_a_definition(book, chance):
    fact = chance.choice(
        [f for f in facts(book.within(*OURS), "skos:definition") if f.object.endswith('"@en')]
    )
    return book.with_object(fact, fact.object[:-4] + '."@en')


@kind
def two_things_share_a_short_form(book, chance):
    one, two = chance.sample(facts(book.a("dyo:BodyRegion"), "skos:notation"), 2)
    return book.with_object(one, two.object)


# --- values


@kind
def a_wrong_datatype(book, chance):
    numbers = [f for f in book.facts if re.fullmatch(r"-?\d+(\.\d+)?|true|false", f.object)]
    numbers = [
        f
        for f in numbers
        if f.block.path.is_relative_to(book.home / "data") and f.predicate.startswith("dyo:")
    ]
    fact = chance.choice(numbers)
    return book.with_object(fact, f'"{fact.object} or so"')


@kind
def an_impossible_date(book, chance):
    fact = chance.choice([f for f in book.facts if f.object.endswith("^^xsd:date")])
    return book.with_object(fact, '"2021-02-31"^^xsd:date')


@kind
def words_where_a_thing_is_expected(book, chance):
    wanted = [f for f in book.facts if f.object.startswith("dys:") and f.predicate != "rdf:object"]
    fact = chance.choice(wanted)
    return book.with_object(fact, f'"{fact.object[4:]}"')


@kind
def a_thing_where_words_are_expected(book, chance):
    fact = chance.choice(facts(book.within("data"), "skos:prefLabel", "skos:notation", "skos:definition"))
    return book.with_object(fact, chance.choice(things(book, "dyo:Symptom")))


@kind
def a_share_of_more_than_one(book, chance):
    return book.with_object(chance.choice(facts(book.a("dyo:Claim"), "dyo:shareOfPeople")), "4.2")


@kind
def more_with_the_sign_than_examined(book, chance):
    fact = chance.choice(facts(book.a("dyo:Claim"), "dyo:numberWithSign"))
    return book.with_object(fact, "99999")


# --- identifiers and syntax


@kind
def a_dangling_reference(book, chance):
    fact = chance.choice([f for f in book.facts if f.object.startswith("dys:")])
    return book.with_object(fact, fact.object + "-gone")


@kind
def a_slip_in_a_reference(book, chance):
    wanted = [f for f in book.facts if re.match(r"dys:\S{5,}$", f.object)]
    fact = chance.choice(wanted)
    place = chance.randrange(4, len(fact.object) - 1)
    swapped = fact.object[:place] + fact.object[place + 1] + fact.object[place] + fact.object[place + 2 :]
    if swapped == fact.object:
        swapped += "x"
    return book.with_object(fact, swapped)


@kind
def a_misspelt_property(book, chance):
    fact = chance.choice([f for f in book.facts if re.match(r"dyo:\w{4,}$", f.predicate)])
    return book.with_predicate(fact, fact.predicate[:-2] + fact.predicate[-1])


@kind
def a_misspelt_class(book, chance):
    block = chance.choice([b for b in book.within("data") if b.types[0].startswith("dyo:")])
    return book.with_types(block, [block.types[0][:-1], *block.types[1:]])


@kind
def an_undeclared_prefix(book, chance):
    fact = chance.choice([f for f in book.facts if re.match(r"dy[os]:\S+$", f.object)])
    return book.with_object(fact, "dyx:" + fact.object[4:])


@kind
def a_malformed_CURIE(book, chance):
    fact = chance.choice([f for f in book.facts if re.match(r"dys:\S+$", f.object)])
    local = fact.object[4:]
    wrong = chance.choice(
        (f"dys::{local}", f"dys:{local}:x", f"dys {local}", f"dys:{local.replace('-', ' ', 1)} x")
    )
    return book.with_object(fact, wrong)


@kind
def a_malformed_IRI(book, chance):
    fact = chance.choice([f for f in book.facts if re.match(r"<https?:\S+>$", f.object)])
    return book.with_object(
        fact, chance.choice(("<http://a b/c>", "<http://[::1>", "<htp:/x{y}>", fact.object[:-1]))
    )


@kind
def another_spelling_of_our_address(book, chance):
    fact = chance.choice([f for f in book.facts if re.match(r"dys:\S+$", f.object)])
    top = chance.choice(
        ("http://w3id.org/dystonia/id/", "https://www.w3id.org/dystonia/id/", "https://w3id.org/dystonia/")
    )
    return book.with_object(fact, f"<{top}{fact.object[4:]}>")


@kind
def a_quote_is_lost(book, chance):
    fact = chance.choice([f for f in book.facts if f.object.endswith('"@en')])
    return book.with_object(fact, fact.object[:-4] + "@en")


@kind
def a_semicolon_is_lost(book, chance):
    path = chance.choice(list(book.lines))
    numbers = [n for n, line in enumerate(book.lines[path]) if re.match(r"^    \w*:\w.* ;$", line)]
    while not numbers:
        path = chance.choice(list(book.lines))
        numbers = [n for n, line in enumerate(book.lines[path]) if re.match(r"^    \w*:\w.* ;$", line)]
    number = chance.choice(numbers)
    return book.replacing(path, number, book.lines[path][number][:-2], "a semicolon is lost")


@kind
def a_thing_without_a_name_of_its_own(book, chance):
    """A blank node where everything has an IRI."""
    block = chance.choice(book.a("dyo:Claim"))
    return book.replacing(block.path, block.start, "[] " + book.lines[block.path][block.start].split(" ", 1)[1], f"{block.subject} becomes a blank node")  # fmt: skip


@kind
def a_file_is_lost(book, chance):
    paths = [p for p in book.lines if p.is_relative_to(book.home / "data") and "pages" not in p.parts]
    return book.empty(chance.choice(paths))


# --- the hierarchy


@kind
def a_cycle_of_kinds(book, chance):
    fact = chance.choice(
        [f for f in facts(book.within("data"), "skos:broader") if f.object in book.by_subject]
    )
    return book.with_fact(book.by_subject[fact.object], "skos:broader", fact.block.subject)


@kind
def a_kind_of_itself(book, chance):
    block = chance.choice(book.a("dyo:Condition", "dyo:Symptom"))
    return book.with_fact(block, "skos:broader", block.subject)


@kind
def a_kind_of_another_sort(book, chance):
    """A condition under a symptom, a symptom under a region."""
    fact = chance.choice(facts(book.a("dyo:Condition", "dyo:Symptom", "dyo:CausalFactor"), "skos:broader"))
    return book.with_object(fact, other(chance, things(book, "dyo:BodyRegion", "dyo:Treatment")))


@kind
def a_class_is_lost(book, chance):
    block = chance.choice(
        book.a("dyo:Condition", "dyo:Symptom", "dyo:BodyRegion", "dyo:CausalFactor", "dyo:Modality")
    )
    return book.with_types(block, ["skos:Concept"])


@kind
def a_thing_of_the_wrong_class(book, chance):
    block = chance.choice(book.a("dyo:Condition", "dyo:BodyRegion", "dyo:DistributionClass", "dyo:Gene"))
    return book.with_types(block, ["dyo:Appraisal"])


@kind
def a_whole_as_the_kind_of_its_part(book, chance):
    """Meige syndrome under blepharospasm: a combination is no kind of what it combines."""
    claims = [f for f in facts(book.a("dyo:Claim"), "rdf:predicate") if f.object == "dyo:combinationOf"]
    claim = chance.choice(claims).block
    whole, part = claim.of("rdf:subject")[0].object, claim.of("rdf:object")[0].object
    return book.with_fact(book.by_subject[whole], "skos:broader", part)


@kind
def what_is_no_dystonia_under_dystonia(book, chance):
    wanted = [
        f for f in facts(book.a("dyo:Condition"), "dyo:dystoniaStatus") if f.object == "dys:not-a-dystonia"
    ]
    return book.with_fact(chance.choice(wanted).block, "skos:broader", "dys:dystonia")


@kind
def something_deprecated_in_use(book, chance):
    used = [f.object for f in book.facts if f.object in book.by_subject and f.object.startswith("dys:")]
    return book.with_fact(book.by_subject[chance.choice(used)], "owl:deprecated", "true")


# --- claims


@kind
def a_claim_without_source(book, chance):
    return book.without(chance.choice(facts(book.a("dyo:Claim"), "dcterms:source")))


@kind
def a_concept_without_source(book, chance):
    blocks = [
        b for b in book.a(*CONCEPTS) if len(b.of("dcterms:source")) == 1 and b.path.parts[-2] != "genes"
    ]
    return book.without(chance.choice(facts(blocks, "dcterms:source")))


@kind
def a_source_that_is_no_document(book, chance):
    fact = chance.choice(facts(book.a("dyo:Claim"), "dcterms:source"))
    return book.with_object(fact, chance.choice(things(book, "dyo:Condition", "dyo:Population")))


@kind
def an_unknown_strength(book, chance):
    fact = chance.choice(facts(book.a("dyo:Claim"), "dyo:modality"))
    return book.with_object(
        fact, chance.choice((*things(book, "dyo:Population"), "dys:stated-surely", '"often"@en'))
    )


@kind
def two_strengths(book, chance):
    fact = chance.choice(facts(book.a("dyo:Claim"), "dyo:modality"))
    return book.with_fact(
        fact.block, "dyo:modality", other(chance, things(book, "dyo:Modality"), fact.object)
    )


@kind
def a_strength_is_raised(book, chance):
    """A claim that was too weak to conclude anything becomes a plain one."""
    weak = [f for f in facts(book.a("dyo:Claim"), "dyo:modality") if f.object not in _strong(book)]
    return book.with_object(chance.choice(weak), "dys:stated-plainly")


def _strong(book: Book) -> set[str]:
    first = next(b for b in book.a("dyo:ConclusionPolicy") if b.subject == "dys:policy-affected-region")
    return {f.object for f in first.of("dyo:sufficientModality")}


@kind
def a_plain_statement_without_a_claim(book, chance):
    """Somebody writes down what only claims may lead to."""
    block = chance.choice([b for b in book.a("dyo:Condition") if b.subject.startswith("dys:")])
    return book.with_fact(
        block, "dyo:affects", chance.choice(("dys:thigh", "dys:forehead", "dys:pelvis", "dys:tongue"))
    )


@kind
def an_affirmed_claim_is_denied(book, chance):
    fact = chance.choice(facts(book.a("dyo:Claim"), "dyo:polarity"))
    return book.with_object(fact, "dys:denied" if fact.object == "dys:affirmed" else "dys:affirmed")


@kind
def a_claim_is_about_something_else(book, chance):
    claims = facts(book.a("dyo:Claim"), "rdf:subject")
    fact = chance.choice([f for f in claims if "dyo:Condition" in _types(book, f.object)])
    return book.with_object(fact, other(chance, things(book, "dyo:Condition"), fact.object))


@kind
def a_claim_of_an_unknown_region(book, chance):
    fact = _said(book, chance, "dyo:affects")
    return book.with_object(
        fact, chance.choice((*things(book, "dyo:Symptom", "dyo:Treatment"), "dys:left-ear"))
    )


@kind
def a_claim_of_a_thing_of_the_wrong_sort(book, chance):
    fact = _said(
        book, chance, "dyo:hasCause", "dyo:hasSymptom", "dyo:treatedBy", "dyo:ageAtOnset", "dyo:causativeGene"
    )
    return book.with_object(fact, chance.choice(things(book, "dyo:Condition", "dyo:BodyRegion")))


@kind
def a_claim_without_object(book, chance):
    return book.without(chance.choice(facts(book.a("dyo:Claim"), "rdf:object")))


@kind
def a_claim_of_an_unknown_property(book, chance):
    fact = chance.choice(facts(book.a("dyo:Claim"), "rdf:predicate"))
    return book.with_object(fact, chance.choice(("dyo:isRelatedTo", "rdfs:seeAlsoo", "dys:neck")))


@kind
def a_claim_said_and_denied_by_one_document(book, chance):
    """The same statement of the same document, once affirmed and once denied."""
    block = chance.choice([b for b in book.a("dyo:Claim") if b.of("dyo:polarity")])
    lines = book.lines[block.path][block.start : block.end + 1]
    text = "\n".join(lines).replace(block.subject, "dys:claim-said-again", 1)
    flip = {"dys:affirmed": "dys:denied", "dys:denied": "dys:affirmed"}
    said = block.of("dyo:polarity")[0].object
    text = re.sub(r"\n    dcterms:identifier \S+ ;", "", text.replace(said, flip[said], 1))
    return book.with_text(block, text, f"{block.subject} is said again and denied")


@kind
def a_claim_is_lost(book, chance):
    return book.without_block(chance.choice(book.a("dyo:Claim")))


@kind
def a_component_is_swapped(book, chance):
    fact = _said(book, chance, "dyo:combinationOf")
    return book.with_object(fact, other(chance, things(book, "dyo:Condition"), fact.object))


@kind
def a_stated_class_outside_the_computed_ones(book, chance):
    fact = _said(book, chance, "dyo:bodyDistribution", "dyo:possibleClass")
    stem = fact.object.rpartition("-")[0]
    classes = [
        c for c in things(book, "dyo:DistributionClass") if c.startswith(stem + "-") and c != fact.object
    ]
    return book.with_object(fact, chance.choice(classes))


def _said(book: Book, chance: random.Random, *properties: str) -> Fact:
    """The object of some claim with one of these properties."""
    found = [f.block for f in facts(book.a("dyo:Claim"), "rdf:predicate") if f.object in properties]
    return chance.choice(
        facts([b for b in found if b.of("rdf:object")[0].object.startswith("dys:")], "rdf:object")
    )


def _types(book: Book, subject: str) -> list[str]:
    return book.by_subject[subject].types if subject in book.by_subject else []


# --- regions, neighbours, schemes


@kind
def a_region_is_gone(book, chance):
    return book.without_block(chance.choice(book.a("dyo:BodyRegion")))


@kind
def a_site_counts_as_another_region(book, chance):
    fact = chance.choice(facts(book.a("dyo:BodyRegion"), "dyo:countsAs"))
    return book.with_object(fact, other(chance, things(book, COUNTED), fact.object))


@kind
def a_site_counts_as_nothing(book, chance):
    return book.without(chance.choice(facts(book.a("dyo:BodyRegion"), "dyo:countsAs")))


@kind
def a_site_on_the_other_side(book, chance):
    fact = chance.choice(facts(book.a("dyo:BodyRegion"), "dyo:onSide"))
    return book.with_object(fact, {"dys:left-side": "dys:right-side"}.get(fact.object, "dys:left-side"))


@kind
def a_side_of_something_else(book, chance):
    fact = chance.choice(facts(book.a("dyo:BodyRegion"), "dyo:sideOf"))
    return book.with_object(
        fact, other(chance, ["dys:arm", "dys:leg", "dys:hand", "dys:foot", "dys:neck"], fact.object)
    )


@kind
def an_open_side_is_forgotten(book, chance):
    fact = chance.choice(facts(book.a("dyo:BodyRegion"), "dyo:mayBe", "dyo:mayBeOnSide", "dyo:comprises"))
    return book.without(fact)


@kind
def an_adjacency_is_gone(book, chance):
    return book.without_block(chance.choice(book.a("dyo:Adjacency")))


@kind
def an_adjacency_of_one(book, chance):
    return book.without(chance.choice(facts(book.a("dyo:Adjacency"), "dyo:joinsRegion")))


@kind
def an_adjacency_of_three(book, chance):
    block = chance.choice(book.a("dyo:Adjacency"))
    there = [f.object for f in block.of("dyo:joinsRegion")]
    return book.with_fact(block, "dyo:joinsRegion", other(chance, things(book, COUNTED), *there))


@kind
def an_adjacency_of_other_regions(book, chance):
    fact = chance.choice(facts(book.a("dyo:Adjacency"), "dyo:joinsRegion"))
    there = [f.object for f in fact.block.of("dyo:joinsRegion")]
    return book.with_object(fact, other(chance, things(book, COUNTED), *there))


@kind
def an_adjacency_that_a_scheme_forgets(book, chance):
    blocks = [b for b in book.a("dyo:Adjacency") if len(b.of("dyo:appliesInScheme")) > 1]
    return book.without(chance.choice(facts(blocks, "dyo:appliesInScheme")))


@kind
def a_number_of_a_test_is_changed(book, chance):
    numbers = ("dyo:atLeastRegions", "dyo:segmentalUpTo", "dyo:multifocalFrom", "dyo:coversOnsetFrom")
    fact = chance.choice(facts(book.a("dyo:DistributionTest", "dyo:DistributionScheme"), *numbers))
    return book.with_object(fact, str(int(fact.object) + chance.choice((-1, 1))))


@kind
def a_test_asks_for_less(book, chance):
    asks = ("dyo:requiresRegion", "dyo:requiresSideOf", "dyo:atLeastRegions", "dyo:allowsRegion")
    return book.without(chance.choice(facts(book.a("dyo:DistributionTest"), *asks)))


@kind
def a_scheme_with_the_wrong_test(book, chance):
    fact = chance.choice(facts(book.a("dyo:DistributionScheme"), "dyo:generalisedTest", "dyo:oneSidedTest"))
    return book.with_object(fact, other(chance, things(book, "dyo:DistributionTest"), fact.object))


@kind
def a_class_of_a_scheme_is_gone(book, chance):
    return book.without_block(chance.choice(book.a("dyo:DistributionClass")))


@kind
def a_class_in_the_wrong_scheme(book, chance):
    fact = chance.choice(facts(book.a("dyo:DistributionClass"), "skos:inScheme"))
    return book.with_object(fact, other(chance, things(book, "dyo:DistributionScheme"), fact.object))


# --- policies


@kind
def a_policy_allows_more(book, chance):
    block = chance.choice(book.a("dyo:ConclusionPolicy"))
    there = [f.object for f in block.of("dyo:sufficientModality")]
    said = {f.object for f in facts(book.a("dyo:Claim"), "dyo:modality")}
    return book.with_fact(block, "dyo:sufficientModality", other(chance, sorted(said), *there))


@kind
def a_policy_allows_less(book, chance):
    fact = chance.choice(
        [
            f
            for f in facts(book.a("dyo:ConclusionPolicy"), "dyo:sufficientModality")
            if f.object == "dys:stated-plainly"
        ]
    )
    return book.without(fact)


@kind
def a_policy_concludes_something_else(book, chance):
    fact = chance.choice(facts(book.a("dyo:ConclusionPolicy"), "dyo:concludesProperty"))
    every = [f.object for f in facts(book.a("dyo:ConclusionPolicy"), "dyo:concludesProperty")]
    return book.with_object(fact, other(chance, every, fact.object))


@kind
def a_policy_is_gone(book, chance):
    return book.without_block(chance.choice(book.a("dyo:ConclusionPolicy")))


# --- other vocabularies


def _mapping(book: Book, chance: random.Random, vocabulary: str = "") -> Block:
    """Some mapping, to this vocabulary if one is named."""
    found = [b for b in book.a("sssom:Mapping") if b.of("owl:annotatedTarget")]
    return chance.choice([b for b in found if not vocabulary or b.path.stem == vocabulary])


def _mapped_to(book: Book, block: Block, curie: str) -> Mutant:
    """The mapping leads to this identifier, which the file may have no prefix for."""
    prefix, _, local = curie.partition(":")
    names = dict(
        re.findall(r"@prefix ([\w-]*): <([^>]*)>", "\n".join(x for v in book.lines.values() for x in v[:40]))
    )
    iri = curie if curie.startswith("<") else f"<{names[prefix]}{local}>"
    return book.with_object(block.of("owl:annotatedTarget")[0], iri)


@kind
def a_mapping_to_something_withdrawn(book, chance):
    said = [line for lines in book.lines.values() for line in lines]
    gone = [m[1] for line in said if (m := re.match(r"(\S+) owl:deprecated true [;.]$", line))]
    gone = sorted(iri for iri in gone if not iri.startswith(("dys:", "dyo:", ":")))
    return _mapped_to(book, _mapping(book, chance), chance.choice(gone))


@kind
def a_condition_equals_two(book, chance):
    """Two exact matches of one condition in one vocabulary."""
    exact = [
        b
        for b in book.a("sssom:Mapping")
        if [f.object for f in b.of("owl:annotatedProperty")] == ["skos:exactMatch"]
        and "dyo:Condition" in _types(book, b.of("owl:annotatedSource")[0].object)
        and not book.by_subject[b.of("owl:annotatedSource")[0].object].of("dyo:severalExactReason")
        and b.path.stem in ("mondo", "doid", "orpha", "ncit", "mesh", "omim", "umls", "snomedct", "gard")
    ]
    block = chance.choice(exact)
    target = chance.choice([b for b in book.a("sssom:Mapping") if b.path == block.path and b is not block])
    text = "\n".join(book.lines[block.path][block.start : block.end + 1]).replace(
        block.subject, "dys:map-once-more", 1
    )
    text = text.replace(block.of("owl:annotatedTarget")[0].object, target.of("owl:annotatedTarget")[0].object)
    return book.with_text(block, text, f"{block.subject} is joined by another exact match")


@kind
def a_condition_equals_a_sign(book, chance):
    found = [
        f
        for f in facts(book.a("sssom:Mapping"), "owl:annotatedProperty")
        if f.block.path.stem == "hp"
        and "dyo:Condition" in _types(book, f.block.of("owl:annotatedSource")[0].object)
    ]
    return book.with_object(chance.choice(found), "skos:exactMatch")


@kind
def a_mapping_becomes_exact(book, chance):
    found = [
        f for f in facts(book.a("sssom:Mapping"), "owl:annotatedProperty") if f.object != "skos:exactMatch"
    ]
    return book.with_object(chance.choice(found), "skos:exactMatch")


@kind
def a_mapping_to_another_number(book, chance):
    fact = _mapping(book, chance, "mondo").of("owl:annotatedTarget")[0]
    digit = re.search(r"\d(?=\D*$)", fact.object)
    changed = str((int(digit[0]) + chance.randrange(1, 10)) % 10)
    return book.with_object(fact, fact.object[: digit.start()] + changed + fact.object[digit.end() :])


@kind
def a_mapping_in_a_malformed_identifier(book, chance):
    fact = _mapping(book, chance).of("owl:annotatedTarget")[0]
    wrong = ("<https://purl.obolibrary.org/obo/MONDO:0000477>", "<http://purl.obolibrary.org/obo/MONDO_047>",
             "<http://snomed.info/id/ABC>", "<https://omim.org/entry/12>", "<http://purl.obolibrary.org/obo/HP_1>")  # fmt: skip
    return book.with_object(fact, chance.choice(wrong))


@kind
def a_name_of_SNOMED_CT(book, chance):
    block = chance.choice(
        [b for b in book.a("sssom:Mapping") if b.path.stem in ("snomedct", "umls", "omim", "icd10")]
    )
    return book.with_fact(block, "sssom:object_label", '"a name of theirs"')


@kind
def a_label_on_an_identifier_of_SNOMED_CT(book, chance):
    block = chance.choice([b for b in book.a("sssom:Mapping") if b.path.stem in ("snomedct", "umls")])
    target = block.of("owl:annotatedTarget")[0].object
    text = f'{target} <http://www.w3.org/2000/01/rdf-schema#label> "a name of theirs"@en .'
    return book.with_text(block, text, f"{target} is given a label")


@kind
def something_of_MedDRA(book, chance):
    block = chance.choice(book.a("sssom:Mapping", "dyo:Condition", "dyo:Symptom"))
    iri = "<http://purl.bioontology.org/ontology/MEDDRA/10013983>"
    return chance.choice(
        (
            lambda: book.with_fact(block, "skos:closeMatch", iri),
            lambda: book.with_fact(block, "skos:notation", '"MedDRA:10013983"'),
            lambda: (
                book.with_fact(block, "rdfs:seeAlso", iri)
                if "rdfs:seeAlso" in "".join(book.lines[block.path])
                else book.with_fact(block, "skos:relatedMatch", iri)
            ),  # fmt: skip
        )
    )()


@kind
def a_mapping_without_grounds(book, chance):
    return book.without(chance.choice(facts(book.a("sssom:Mapping"), "sssom:mapping_justification")))


@kind
def a_name_of_HPO_without_version(book, chance):
    blocks = [b for b in book.a("sssom:Mapping") if b.path.stem == "hp" and b.of("sssom:object_label")]
    return book.without(chance.choice(facts(blocks, "sssom:object_source_version")))


# --- rules, queries, shapes, prefixes


def _texts(book: Book, predicate: str, *classes: str) -> list[Fact]:
    return [f for f in facts(book.a(*classes), predicate) if f.object.startswith('"""')]


@kind
def a_broken_rule(book, chance):
    fact = chance.choice(_texts(book, "sh:construct", "sh:SPARQLRule"))
    wrong = chance.choice(
        (("WHERE", "WERE"), ("CONSTRUCT {", "CONSTRUCT"), ("$this ", "$this dyx:odd "), ("?", "??"))
    )
    return book.with_object(fact, fact.object.replace(*wrong, 1))


@kind
def a_rule_is_gone(book, chance):
    return book.without_block(chance.choice(book.a("sh:SPARQLRule")))


@kind
def a_rule_with_its_negation_turned(book, chance):
    fact = chance.choice(
        [f for f in _texts(book, "sh:construct", "sh:SPARQLRule") if "NOT EXISTS" in f.object]
    )
    return book.with_object(fact, fact.object.replace("NOT EXISTS", "EXISTS", 1))


@kind
def a_rule_out_of_its_turn(book, chance):
    fact = chance.choice(facts(book.a("sh:SPARQLRule"), "sh:order"))
    numbers = sorted({float(f.object) for f in facts(book.a("sh:SPARQLRule"), "sh:order")})
    far = [n for n in numbers if n < float(fact.object) - 1] or [
        n for n in numbers if n > float(fact.object) + 2
    ]
    return book.with_object(fact, f"{chance.choice(far):g}")


@kind
def a_rule_of_another_property(book, chance):
    fact = chance.choice([f for f in _texts(book, "sh:construct", "sh:SPARQLRule") if "dyo:" in f.object])
    words = sorted(set(re.findall(r"dyo:[a-z]\w+", fact.object)))
    return book.with_object(fact, fact.object.replace(chance.choice(words), "dyo:modality", 1))


@kind
def a_broken_query(book, chance):
    fact = chance.choice(_texts(book, "sh:select", "sh:SPARQLExecutable"))
    wrong = chance.choice((("WHERE {", "WHERE ("), ("SELECT", "SELEKT"), ("}", "", 1), ("?", "! ?")))
    return book.with_object(fact, fact.object.replace(wrong[0], wrong[1], 1))


@kind
def a_query_with_a_misspelt_word(book, chance):
    fact = chance.choice(
        [f for f in _texts(book, "sh:select", "sh:SPARQLExecutable") if re.search(r"dy[os]:\w", f.object)]
    )
    word = chance.choice(sorted(set(re.findall(r"dy[os]:[\w-]+", fact.object))))
    return book.with_object(fact, fact.object.replace(word, word[:-1] + "q", 1))


@kind
def a_broken_shape(book, chance):
    blocks = book.a("sh:PropertyShape")
    wrong = (
        ("sh:minCount", '"one"'), ("sh:maxCount", "-1"), ("sh:pattern", '"([a-z"'), ("sh:nodeKind", "sh:Iri"),
        ("sh:datatype", '"string"'), ("sh:class", '"class"'), ("sh:in", "dyo:affects"),
    )  # fmt: skip
    predicate, value = chance.choice(wrong)
    fact = chance.choice(facts(blocks, predicate))
    return book.with_object(fact, value)


@kind
def a_shape_that_asks_for_less(book, chance):
    asks = (
        "sh:minCount",
        "sh:maxCount",
        "sh:class",
        "sh:datatype",
        "sh:pattern",
        "sh:disjoint",
        "sh:uniqueLang",
    )
    data = [b for b in book.a("sh:PropertyShape") if b.path.is_relative_to(book.home / "shapes")]
    return book.without(chance.choice(facts(data, *asks)))


@kind
def a_prefix_for_another_namespace(book, chance):
    ours = ("@prefix dys:", "@prefix dyo:")
    path, number = chance.choice(
        [
            (path, number)
            for path, lines in book.lines.items()
            if path.is_relative_to(book.home / "data")
            for number, line in enumerate(lines)
            if line.startswith(ours)
        ]
    )
    line = book.lines[path][number]
    return book.replacing(
        path, number, line.replace("dystonia/", "dystonie/"), "a prefix stands for another namespace"
    )
