"""An answer of an engine is whole, or it is an error with a name that says what to do."""

import time

import pytest

from dystonia_kg.errors import (
    BadInput,
    EngineTrouble,
    Forbidden,
    Full,
    NotSparql,
    TooSlow,
    Truncated,
    Unreachable,
)
from dystonia_kg.store import connection as speaking
from dystonia_kg.store import publishing
from dystonia_kg.store.clauses import form, limit, with_dataset
from dystonia_kg.store.connection import Connection, Credentials
from dystonia_kg.store.layout import current, journal, release_id

from .conftest import BASE, KINDS, release, wipe
from .faulty import Faulty, counts
from .servers import Oxigraph, free_port
from .test_publishing import arrived, put

GRAPH = "urn:x-test:rows"
ALL = f"SELECT * WHERE {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}"
MAKE = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}"

#: It cannot be worked out in a second.
ENDLESS = "WHERE { GRAPH <%s> { ?a ?p ?v . ?b ?p ?w . ?c ?p ?x . ?d ?p ?y . ?e ?p ?z } }" % GRAPH  # noqa: UP031


def rows(number: int) -> bytes:
    return b"".join(b"<urn:s%d> <urn:p%d> <urn:o%d> .\n" % (n, n % 3, n) for n in range(number))


@pytest.fixture
def faulty():
    with Faulty() as engine:
        yield engine


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(speaking, "GRACE", 0.2)


def open_(faulty, kind: str | None = None, **more) -> Connection:
    return Connection.open(faulty.url, update=faulty.url, graphs=faulty.url, engine=kind, **more)


# --- whole or an error


def test_rows_that_are_cut_are_an_error_and_a_graph_is_read_whole_nevertheless(connection):
    """Virtuoso sends 10,000 rows with status 200; of a CONSTRUCT it does not even say so."""
    connection.put(GRAPH, rows(10_500))
    for query in (MAKE, ALL):
        try:
            assert len(list(connection.query(query))) == 10_500
            assert connection.engine.cut is None
        except Truncated as cut:
            assert cut.limit == 10_000
            assert len(list(connection.query(query + " LIMIT 10000"))) == 10_000
    assert len(set(connection.read(GRAPH))) == connection.count(GRAPH) == 10_500
    connection.drop(GRAPH)


def test_an_engine_that_cuts_without_a_word_is_found_out(faulty):
    with open_(faulty) as connection:
        connection.post(GRAPH, rows(500))
        assert connection.most(50) is None
        faulty.rows = 60
        assert (connection.most(50), connection.most(61)) == (None, 60)
        assert len(set(connection.read(GRAPH))) == 500
        connection.post(GRAPH, b"".join(b"<urn:one> <urn:p> <urn:o%d> .\n" % n for n in range(300)))
        assert len(set(connection.read(GRAPH))) == 800
        faulty.rows = 1
        with pytest.raises(Truncated):
            list(connection.read(GRAPH))


def test_an_engine_that_sends_what_it_has_when_the_time_is_over_is_found_out(faulty):
    """Virtuoso: status 200, a COUNT of 0, and one header that says why."""
    faulty.server = "Virtuoso/07.20"
    with open_(faulty) as connection:
        faulty.headers = {"X-SQL-State": "S1TAT"}
        for ask in (
            lambda: connection.count(GRAPH),
            lambda: connection.query("ASK {}"),
            lambda: connection.query(MAKE),
        ):
            with pytest.raises(TooSlow, match="X-SQL-State"):
                ask()


@pytest.mark.parametrize(
    "said",
    [
        "Virtuoso S1T00 Error SR171: Transaction timed out",
        "Virtuoso HY008 Error SR203: Async statement killed by SQLCancel.",
        "Virtuoso 42000 Error The estimated execution time 1200 (sec) exceeds the limit of 400 (sec).",
    ],
)
def test_each_way_an_engine_has_to_say_that_its_time_is_over_is_understood(faulty, said):
    with open_(faulty) as connection:
        faulty.instead = lambda request: (500, {}, f"{said}\n\nSPARQL query:\n{ALL}".encode())
        with pytest.raises(TooSlow, match="gave up"):
            connection.query(ALL)


@pytest.mark.parametrize("kind", KINDS)
def test_the_time_limit_of_an_engine_is_an_error_and_no_short_answer(kind, running, tmp_path):
    """Virtuoso answers 200 with a COUNT of 0, Oxigraph 200 with a sentence in place of the rows."""
    server = running(kind) if kind == "virtuoso" else Oxigraph(tmp_path, "--timeout-s", "1").start()
    try:
        with server.connect() as connection:
            connection.put(GRAPH, rows(900))
            for what in ("SELECT (COUNT(*) AS ?n)", "CONSTRUCT { ?a ?b ?c }"):
                with pytest.raises(TooSlow, match="gave up|ran out of time|broke off"):
                    for _ in connection.query(f"{what} {ENDLESS}", timeout=1 if kind == "virtuoso" else 30):
                        pass
            connection.drop(GRAPH)
    finally:
        if kind == "oxigraph":
            server.kill()


def test_an_engine_that_hangs_or_trickles_is_given_up(faulty, impatient):
    with open_(faulty) as connection:
        connection.post(GRAPH, rows(100))
        faulty.instead = lambda request: time.sleep(1.5)
        with pytest.raises(TooSlow):
            list(connection.query(ALL, timeout=0.3))
        faulty.instead, faulty.pause = lambda request: None, 0.05
        with pytest.raises(TooSlow):
            list(connection.query(ALL, timeout=0.3))


@pytest.mark.parametrize("promises", [True, False])
@pytest.mark.parametrize("query", [ALL, MAKE])
def test_an_answer_that_breaks_off_is_an_error(faulty, promises, query):
    with open_(faulty) as connection:
        connection.post(GRAPH, rows(100))
        faulty.breaks, faulty.promises = 1015, promises
        with pytest.raises(EngineTrouble):
            list(connection.query(query))


# --- who is there


def test_what_is_no_engine_is_said_to_be_none(faulty):
    faulty.instead = lambda request: (200, {"Content-Type": "text/html"}, b"<p>Welcome</p>")
    with pytest.raises(NotSparql, match="no SPARQL engine"):
        open_(faulty)
    with pytest.raises(Unreachable, match="nothing listens"):
        Connection.open(f"http://127.0.0.1:{free_port()}")
    for wrong in ("ftp://example.org", "engine", "http://user:secret@example.org/"):
        with pytest.raises(BadInput) as told:
            Connection.open(wrong)
        assert "secret" not in str(told.value)
    with pytest.raises(BadInput, match="known are"):
        Connection.open(faulty.url, engine="nothing")


def test_the_kind_and_the_addresses_are_found_from_one_address(engine):
    with Connection.open(engine.url) as whole, Connection.open(engine.query) as query:
        assert whole.engine.name == query.engine.name == engine.kind
        assert whole.query_url == query.query_url == engine.query
        assert whole.update_url == query.update_url and whole.graphs_url == query.graphs_url


def test_a_redirection_is_not_followed_with_credentials(faulty):
    faulty.instead = lambda request: (301, {"Location": "http://example.invalid/"}, b"")
    with pytest.raises(NotSparql, match="points to http://example.invalid/"):
        open_(faulty, credentials=Credentials("user", "secret"))


# --- who may


def test_without_an_account_nothing_is_written(running, old):
    server = running("virtuoso")
    with server.connect() as allowed:
        wipe(allowed)
    for account in (None, Credentials("writer", "wrong")):
        with Connection.open(server.url, credentials=account) as connection:
            with pytest.raises(Forbidden, match="wants an account") as told:
                put(connection, old)
            assert "wrong" not in str(told.value)
            assert connection.count(journal(BASE)) == 0


def test_an_engine_that_only_reads_is_left_with_a_clear_word(tmp_path, old):
    Oxigraph(tmp_path).start().kill()
    server = Oxigraph(tmp_path, read_only=True).start()
    try:
        with (
            server.connect() as connection,
            pytest.raises((Forbidden, NotSparql), match="takes no update|account"),
        ):
            put(connection, old)
    finally:
        server.kill()


@pytest.mark.parametrize(
    ("credentials", "sign"),
    [(Credentials("user", "secret"), "Basic "), (Credentials(token="secret"), "Bearer secret")],
)
def test_an_account_is_shown_as_the_engine_wants_it(faulty, credentials, sign):
    with open_(faulty, credentials=credentials) as connection:
        connection.post(GRAPH, rows(1))
    assert all(request["sign"].startswith(sign) for request in faulty.asked)
    assert "secret" not in repr(credentials)


def test_credentials_come_from_a_file_that_nobody_else_reads_or_from_the_environment(tmp_path):
    file = tmp_path / "secrets"
    file.write_text("user\npass word\n")
    file.chmod(0o644)
    with pytest.raises(BadInput, match="chmod 600"):
        Credentials.read(file)
    file.chmod(0o600)
    assert Credentials.read(file) == Credentials("user", "pass word")
    file.write_text("token\n")
    assert Credentials.read(file) == Credentials(token="token")
    file.write_text("one\ntwo\nthree\n")
    with pytest.raises(BadInput, match="two lines"):
        Credentials.read(file)
    with pytest.raises(BadInput, match="cannot be read"):
        Credentials.read(tmp_path / "nothing")
    assert Credentials.read(environ={}) is None
    assert Credentials.read(environ={"DYSTONIA_KG_STORE_TOKEN": "t"}) == Credentials(token="t")


# --- again, or not


def test_questions_are_asked_again_and_changes_are_not(faulty):
    busy = (503, {"Retry-After": "0"}, b"busy")
    with open_(faulty) as connection:
        for act, times in (
            (lambda: connection.query("ASK {}"), 2),
            (lambda: connection.update("CLEAR ALL"), 1),
        ):
            waiting = [busy]
            faulty.instead = lambda request, waiting=waiting: waiting.pop() if waiting else None
            faulty.asked.clear()
            try:
                act()
            except Unreachable:
                assert times == 1
            assert len(faulty.asked) == times


def test_a_slow_question_is_not_asked_again(faulty, impatient):
    with open_(faulty) as connection:
        faulty.asked.clear()
        faulty.instead = lambda request: time.sleep(0.8)
        with pytest.raises(TooSlow):
            connection.query("ASK {}", timeout=0.1)
    assert len(faulty.asked) == 1


def test_a_query_is_always_a_form(faulty):
    """Virtuoso 7 never answers a query that is the body of a POST."""
    with open_(faulty) as connection:
        connection.query("ASK {}")
    assert {request["type"] for request in faulty.asked} == {"application/x-www-form-urlencoded"}


# --- publishing into trouble


def test_a_full_engine_leaves_the_old_release(faulty, old, new):
    with open_(faulty) as connection:
        put(connection, old)
        sent = []

        def full(request):
            sent.extend([1] if "graph=" in request["path"] else [])
            return (507, {}, b"no space left on device") if len(sent) > 3 else None

        faulty.instead = full
        with pytest.raises(Full, match="make some"):
            put(connection, new)
        faulty.instead = lambda request: None
        assert current(connection, BASE) == release_id(old) and arrived(connection, old)
        put(connection, new)
        assert arrived(connection, new)


def test_a_disk_that_is_really_full_leaves_the_old_release(tmp_path, old):
    large = release(tmp_path / "large", "3.0.0", each=2000)
    (tmp_path / "engine").mkdir()
    server = Oxigraph(tmp_path / "engine").start()
    try:
        with server.connect() as connection:
            put(connection, old)
        for blocks in (512, None):  # of 1024 bytes, beyond which no file may grow
            server.kill()
            server.largest = blocks
            server.start()
            with server.connect() as connection:
                assert current(connection, BASE) == release_id(old) and arrived(connection, old)
                if blocks:
                    with pytest.raises(EngineTrouble):
                        put(connection, large)
                    assert current(connection, BASE) == release_id(old) and arrived(connection, old)
                else:
                    put(connection, large)
                    assert arrived(connection, large)
    finally:
        server.kill()


def test_an_engine_that_cuts_and_gives_up_is_not_published_into_unseen(faulty, old, monkeypatch):
    monkeypatch.setattr(publishing, "PAUSES", ())
    faulty.server = "Virtuoso/07.20"
    with open_(faulty, "virtuoso") as connection:
        faulty.rows, faulty.says_cut = 9, True
        put(connection, old)
        faulty.rows = None
        assert arrived(connection, old)
        faulty.store.clear()
        faulty.instead = lambda request: (
            counts(request) and setattr(faulty, "headers", {"X-SQL-State": "S1TAT"})
        )
        with pytest.raises(TooSlow):
            put(connection, old)
        faulty.instead, faulty.headers = lambda request: None, {}
        assert current(connection, BASE) is None


def test_an_engine_without_a_graph_store_takes_updates_only(faulty, old):
    faulty.instead = lambda request: (404, {}, b"") if "graph=" in request["path"] else None
    connection = Connection.open(faulty.url, update=faulty.url)
    with connection:
        put(connection, old)
        assert arrived(connection, old)


# --- peculiarities


def test_many_graphs_may_be_named_in_one_question(connection):
    """Virtuoso repeats each in a header, and a client takes a hundred headers."""
    names = [f"urn:x-test:graph-{n}" for n in range(150)]
    connection.put(names[77], rows(3))
    found = connection.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", named_graphs=names)
    assert [row["g"].value for row in found] == [names[77]]
    found = connection.query("SELECT * { ?s ?p ?o }", default_graph=names)
    assert len(list(found)) == 3
    connection.drop(names[77])


def test_blank_nodes_of_others_can_be_read(connection):
    connection.put(GRAPH, b'_:a <urn:p> _:b .\n_:b <urn:p> "nodeID://b1" .\n')
    found = list(connection.query(ALL))
    assert len(found) == 2 and len({row["s"] for row in found}) == 2
    assert {getattr(row["o"], "value", "") for row in found} >= {"nodeID://b1"}
    connection.drop(GRAPH)


@pytest.mark.parametrize(
    ("query", "kind", "most", "after"),
    [
        ("PREFIX x: <urn:x#> SELECT * # {\nWHERE { ?s x:where ?o }", "SELECT", float("inf"), "WHERE {"),
        ("CONSTRUCT { ?s ?p 1 } WHERE { ?s ?p ?o } LIMIT 4", "CONSTRUCT", 4, "WHERE {"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT", float("inf"), "WHERE {"),
        ("DESCRIBE <urn:where>", "DESCRIBE", float("inf"), ""),
        ("SELECT (EXISTS { ?a ?b ?c } AS ?x) { ?a ?b '''{''' }", "SELECT", float("inf"), "{ ?a ?b '''"),
        ("ASK { { SELECT * { ?s ?p ?o } LIMIT 3 } } # LIMIT 5", "ASK", float("inf"), "{ { SELECT"),
    ],
)
def test_graphs_are_named_where_the_grammar_has_them(query, kind, most, after):
    assert (form(query), limit(query)) == (kind, most)
    made = with_dataset(query, ["urn:d"], ["urn:n"])
    assert made.partition("FROM <urn:d>\nFROM NAMED <urn:n>\n")[2].startswith(after)
    with pytest.raises(BadInput):
        form("INSERT DATA {}")
