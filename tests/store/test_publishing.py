"""Publishing into real engines: what arrives, what readers see, what is refused, how one goes back."""

import shutil

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from dystonia_kg.cli import main
from dystonia_kg.errors import Altered, BadInput, Foreign, NoRelease, Trouble
from dystonia_kg.store import publishing
from dystonia_kg.store.digest import Digest, canonical
from dystonia_kg.store.layout import Layout, contents, current, history, journal, journalled, release_id
from dystonia_kg.store.publishing import kept, prune, publish, rollback
from dystonia_kg.store.source import Source

from .conftest import BASE, release, wipe

XSD = "http://www.w3.org/2001/XMLSchema#"


def quiet(*_) -> None:
    pass


def put(connection, folder):
    return publish(Source(folder), connection, quiet)


def triples(connection, layout, name) -> set:
    """A graph as readers have it, with values in one spelling."""
    found = (layout.as_said(t) for t in connection.read(name))
    return {
        (t.subject, t.predicate, canonical(t.object) if isinstance(t.object, Literal) else t.object)
        for t in found
    }


def written(path, format) -> set:
    return {
        (
            q.graph_name,
            q.subject,
            q.predicate,
            canonical(q.object) if isinstance(q.object, Literal) else q.object,
        )
        for q in parse(path=path, format=format)
    }


def arrived(connection, folder, base=BASE) -> bool:
    """Whether readers have every graph of a release, and the merge, and nothing else."""
    layout = Layout(base, release_id(folder))
    index = contents(connection, layout)
    said = {(NamedNode(g.graph), *row) for g in index.graphs for row in triples(connection, layout, g.held)}
    merge = triples(connection, layout, layout.default)
    return said == written(folder / "dataset.nq", RdfFormat.N_QUADS) and merge == {
        row[1:] for row in written(folder / "dataset.nt", RdfFormat.N_TRIPLES)
    }


def test_readers_get_every_graph_and_the_merge_of_all(connection, old):
    report = put(connection, old)
    assert report.switched and current(connection, BASE) == release_id(old)
    assert arrived(connection, old)


def test_the_toy_release_arrives_as_it_was_built(connection, toy):
    base = Source(toy).base
    wipe(connection, base)
    put(connection, toy)
    assert arrived(connection, toy, base)


def test_our_own_release_is_read_back_as_it_was_sent(connection, ours):
    source = Source(ours)
    wipe(connection, source.base)
    report = put(connection, ours)
    assert (report.graphs, report.sent) == (len(source.parts), source.triples)
    assert [row.state for row in kept(connection, source.base)] == ["whole"]
    merge = Layout(source.base, source.release).default
    assert connection.count(merge) == next(part.triples for part in source.parts if part.graph is None)


def test_a_second_time_nothing_is_sent(connection, old):
    put(connection, old)
    report = put(connection, old)
    assert (report.graphs, report.switched) == (0, False)
    assert len(history(connection, BASE)) == 1


def test_what_is_missing_is_sent_again_and_only_that(connection, old):
    put(connection, old)
    layout = Layout(BASE, release_id(old))
    lost = layout.held(BASE + "data/graph-03")
    connection.drop(lost)
    report = put(connection, old)
    assert report.graphs == 1
    assert arrived(connection, old)


ODD = [
    Literal("P9Y8M", datatype=NamedNode(XSD + "duration")),
    Literal("PT5M", datatype=NamedNode(XSD + "dayTimeDuration")),
    Literal("1.50", datatype=NamedNode(XSD + "decimal")),
    Literal("0.1234567890123456789", datatype=NamedNode(XSD + "decimal")),
    Literal("true", datatype=NamedNode(XSD + "boolean")),
    Literal("1", datatype=NamedNode(XSD + "boolean")),
    Literal("007", datatype=NamedNode(XSD + "integer")),
    Literal("123456789012345678901234567890", datatype=NamedNode(XSD + "integer")),
    Literal("5", datatype=NamedNode(XSD + "nonNegativeInteger")),
    Literal("seven", datatype=NamedNode(XSD + "integer")),
    Literal("2024-02-29", datatype=NamedNode(XSD + "date")),
    Literal("2024-02-29T12:00:00.123+02:00", datatype=NamedNode(XSD + "dateTime")),
    Literal("1990", datatype=NamedNode(XSD + "gYear")),
    Literal("-0044", datatype=NamedNode(XSD + "gYear")),
    Literal("1.5E3", datatype=NamedNode(XSD + "double")),
    Literal("https://example.org/", datatype=NamedNode(XSD + "anyURI")),
    Literal("anything", datatype=NamedNode("https://example.org/words#kind")),
    Literal("x", language="en-GB"),
    Literal("乳酪 😀 \" \\ \n \t \r '"),
    Literal(" blanks around "),
    Literal(""),
    Literal("long " * 4000),
]


def test_values_that_engines_spell_anew_or_lose_come_back_equal(connection, tmp_path):
    """Virtuoso makes a bare number of a duration and cuts long numbers; what it would lose is put aside."""
    graph, says = NamedNode(BASE + "data/odd"), NamedNode(BASE + "words#says")
    quads = [Quad(NamedNode(f"{BASE}id/odd-{n}"), says, value, graph) for n, value in enumerate(ODD)]
    folder = release(tmp_path / "odd", "2.0.0", quads)
    report = put(connection, folder)
    assert report.respelled > 0
    assert arrived(connection, folder)


def test_a_graph_is_sent_in_pieces_that_fit_into_memory(connection, old, monkeypatch):
    monkeypatch.setattr(publishing, "CHUNK", 7)
    monkeypatch.setattr(publishing, "SIZE", 40)
    sizes, post = [], connection.post
    connection.post = lambda graph, data: (sizes.append(len(data.splitlines())), post(graph, data))
    put(connection, old)
    index = contents(connection, Layout(BASE, release_id(old)))
    whole = [len(index.to_triples(Layout(BASE, release_id(old))))]
    assert [size for size in sizes if size > 3] == whole and len(sizes) > 80
    assert arrived(connection, old)


def test_blank_nodes_are_the_same_in_every_graph_and_in_the_merge(connection, tmp_path):
    says, node = NamedNode(BASE + "words#says"), BlankNode("x1")
    quads = [
        Quad(node, says, Literal("here"), NamedNode(BASE + "data/first")),
        Quad(NamedNode(BASE + "id/a"), says, node, NamedNode(BASE + "data/second")),
    ]
    folder = release(tmp_path / "blank", "2.1.0", quads)
    put(connection, folder)
    layout = Layout(BASE, release_id(folder))
    assert arrived(connection, folder)
    assert connection.query(
        f"ASK {{ <{BASE}id/a> <{says.value}> ?x . ?x <{says.value}> ?y }}", default_graph=[layout.default]
    )


def test_a_graph_has_its_name_wherever_it_lies(connection, tmp_path):
    says = NamedNode(BASE + "words#says")
    names = [BASE, BASE + "default", BASE + "index", "https://example.com/elsewhere?x=1#y", BASE + "a%20b/ü"]
    quads = [Quad(says, says, Literal(name), NamedNode(name)) for name in names]
    folder = release(tmp_path / "names", "2.2.0", quads)
    put(connection, folder)
    assert arrived(connection, folder)
    assert set(names) <= {g.graph for g in contents(connection, Layout(BASE, release_id(folder))).graphs}


def test_going_back_shows_the_release_before_and_another_time_the_one_that_is_named(connection, old, new):
    put(connection, old)
    put(connection, new)
    assert rollback(connection, BASE) == (release_id(new), release_id(old))
    assert current(connection, BASE) == release_id(old)
    rollback(connection, BASE, release_id(new))
    assert current(connection, BASE) == release_id(new)
    assert arrived(connection, old) and arrived(connection, new)


def test_nobody_goes_back_to_what_is_not_whole_or_never_was(connection, old, new):
    put(connection, old)
    with pytest.raises(BadInput, match="no earlier release"):
        rollback(connection, BASE)
    put(connection, new)
    with pytest.raises(BadInput, match="never saw"):
        rollback(connection, BASE, "9.9.9-000000000000")
    connection.drop(Layout(BASE, release_id(old)).held(BASE + "data/graph-01"))
    with pytest.raises(Altered, match="not whole"):
        rollback(connection, BASE)
    assert current(connection, BASE) == release_id(new)


def test_pruning_removes_old_releases_and_nothing_else(connection, old, new):
    foreign = "urn:somebody:else"
    connection.post(foreign, b"<urn:a> <urn:b> <urn:c> .\n")
    inside = BASE + "store/notes"
    connection.post(inside, b"<urn:a> <urn:b> <urn:c> .\n")
    put(connection, old)
    put(connection, new)
    assert prune(connection, BASE, 2) == []
    assert prune(connection, BASE, 1) == [release_id(old)]
    layout = Layout(BASE, release_id(old))
    assert not connection.query(
        f'ASK {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{layout.folder}")) }}'
    )
    assert arrived(connection, new) and current(connection, BASE) == release_id(new)
    assert connection.count(foreign) == connection.count(inside) == 1
    assert [row.state for row in kept(connection, BASE)] == ["whole", "removed"]
    with pytest.raises(BadInput, match="was removed"):
        rollback(connection, BASE, release_id(old))
    put(connection, old)
    assert arrived(connection, old) and current(connection, BASE) == release_id(old)


def test_what_readers_see_is_never_pruned(connection, old):
    put(connection, old)
    with pytest.raises(BadInput):
        prune(connection, BASE, 0)
    assert prune(connection, BASE, 1, unfinished=True) == []
    assert arrived(connection, old)


def test_a_release_that_is_withdrawn_is_not_seen_and_pruning_again_ends_the_work(connection, old, new):
    """As after a pruning that was interrupted."""
    put(connection, old)
    put(connection, new)
    rollback(connection, BASE)
    layout = Layout(BASE, release_id(new))
    mark = f"<{layout.folder}> <http://www.w3.org/ns/prov#wasInvalidatedBy> <{journal(BASE)}>"
    connection.update(f"INSERT DATA {{ GRAPH <{journal(BASE)}> {{ {mark} }} }}")
    connection.drop(layout.held(BASE + "data/graph-00"))
    with pytest.raises(Trouble, match="being removed"):
        put(connection, new)
    assert kept(connection, BASE)[1].state == "withdrawn"
    assert prune(connection, BASE, 5) == [release_id(new)]
    assert current(connection, BASE) == release_id(old)
    put(connection, new)
    assert journalled(connection, BASE).withdrawn == frozenset()
    assert current(connection, BASE) == release_id(new) and arrived(connection, new)


def test_a_release_that_becomes_the_current_one_while_it_is_withdrawn_is_not_removed_yet(
    connection, old, new
):
    put(connection, old)
    put(connection, new)
    layout = Layout(BASE, release_id(old))
    update, told = connection.update, []

    def meanwhile(text):
        update(text)
        if "wasInvalidatedBy" in text and not told:
            told.append(text)
            entry = f"<{journal(BASE)}#3> <http://purl.org/dc/terms/references> <{layout.folder}>"
            update(f"INSERT DATA {{ GRAPH <{journal(BASE)}> {{ {entry} }} }}")

    connection.update = meanwhile
    with pytest.raises(Trouble, match="the same moment"):
        prune(connection, BASE, 1)
    assert current(connection, BASE) == release_id(new) and arrived(connection, old)
    assert prune(connection, BASE, 1) == [release_id(old)]
    assert current(connection, BASE) == release_id(new)
    put(connection, old)
    assert current(connection, BASE) == release_id(old) and arrived(connection, old)


def test_a_graph_of_somebody_else_is_not_touched(connection, old):
    name = Layout(BASE, release_id(old)).held(BASE + "data/graph-02")
    connection.post(name, b"<urn:a> <urn:b> <urn:c> .\n")
    with pytest.raises(Foreign, match="not ours"):
        put(connection, old)
    assert connection.count(name) == 1 and connection.count(journal(BASE)) == 0


def test_a_journal_of_somebody_else_is_not_touched(connection, old):
    connection.post(journal(BASE), b"<urn:a> <urn:b> <urn:c> .\n")
    for doing in (
        lambda: put(connection, old),
        lambda: prune(connection, BASE, 1),
        lambda: rollback(connection, BASE),
    ):
        with pytest.raises(Foreign, match="not ours"):
            doing()
    assert connection.count(journal(BASE)) == 1


def test_a_triple_too_many_or_another_value_is_no_release(connection, old, new):
    put(connection, old)
    layout = Layout(BASE, release_id(new))
    post = connection.post

    def falsely(graph, data):
        post(graph, data.replace(b"version 1.1.0, 7", b"version 1.1.0, 70"))

    connection.post = falsely
    with pytest.raises(Altered, match="not there: .*version 1.1.0, 7"):
        put(connection, new)
    connection.post = post
    assert current(connection, BASE) == release_id(old)
    assert [(row.release, row.state) for row in kept(connection, BASE)] == [
        (release_id(old), "whole"),
        (release_id(new), "unfinished"),
    ]
    assert prune(connection, BASE, 1) == []
    assert prune(connection, BASE, 1, unfinished=True) == [release_id(new)]
    assert connection.count(layout.default) == 0
    put(connection, new)
    assert arrived(connection, new)


def test_of_two_switches_with_one_number_everybody_takes_the_same(connection, old, new):
    put(connection, old)
    put(connection, new)
    layouts = [Layout(BASE, release_id(folder)) for folder in (old, new)]
    for layout in layouts:
        entry = f"<{journal(BASE)}#7> <http://purl.org/dc/terms/references> <{layout.folder}>"
        connection.update(f"INSERT DATA {{ GRAPH <{journal(BASE)}> {{ {entry} }} }}")
    assert current(connection, BASE) == max(layout.release for layout in layouts)


def test_the_command_publishes_lists_goes_back_and_prunes(engine, old, new, capfd, monkeypatch, tmp_path):
    secrets = tmp_path / "secrets"
    account = engine.credentials
    secrets.write_text(f"{account.user}\n{account.password}\n" if account else "no token is wanted\n")
    secrets.chmod(0o600)
    to = ["publish", "--to", engine.url, "--store-credentials", str(secrets)]
    assert main([*to, "--release", str(old), "--dry-run"]) == 0
    assert "nothing was written" in capfd.readouterr().err
    assert main([*to, "--release", str(old)]) == 0
    assert main([*to, "--release", str(new)]) == 0
    told = capfd.readouterr().err
    assert f"readers see {release_id(new)} instead of {release_id(old)}" in told
    assert "sending" in told and "comparing" in told
    assert main([*to, "--base", BASE, "--rollback"]) == 0
    assert main([*to, "--base", BASE, "--list"]) == 0
    assert f"* {release_id(old)}" in capfd.readouterr().out
    assert main([*to, "--base", BASE, "--prune", "1"]) == 0
    assert f"removed: {release_id(new)}" in capfd.readouterr().err
    assert main([*to, "--base", "no name> {", "--list"]) == 2
    if account:
        assert account.password not in told


def test_what_is_no_release_is_not_published(connection, old, tmp_path):
    with pytest.raises(NoRelease):
        Source(tmp_path)
    broken = shutil.copytree(old, tmp_path / "broken")
    (broken / "dataset.nq").write_bytes((broken / "dataset.nq").read_bytes()[:-200])
    with pytest.raises(NoRelease, match="not the file that was released"):
        Source(broken)
    assert connection.count(journal(BASE)) == 0


def test_a_checksum_is_the_same_in_any_order_and_in_little_memory(old):
    rows = [quad.triple for quad in parse(path=old / "dataset.nq", format=RdfFormat.N_QUADS)]
    found = set()
    for run, some in ((10_000, rows), (7, rows[::-1]), (3, rows + rows)):
        digest = Digest(run)
        for row in some:
            digest.add(row)
        found.add(digest.result())
    assert len(found) == 1
    assert next(iter(found))[0] == len(set(rows))
