"""Two graphs: a toy one about cheese, to test the engine, and our own, to test what we say in it."""

import shutil
import socket
from pathlib import Path

import pytest

from dystonia_kg.build import build
from dystonia_kg.cli.build import make
from dystonia_kg.home import home

from .stores import KINDS, Where, embedded

TOY = Path(__file__).parent / "toy"
EDITIONS = Path(__file__).parent / "editions"


def pytest_addoption(parser) -> None:
    parser.addoption(
        "--store", choices=KINDS, default="embedded", help="where the releases lie that tests serve"
    )


def pytest_configure(config) -> None:
    Where.kind = config.getoption("--store")
    config.addinivalue_line("markers", "embedded(reason): says something of the embedded store alone")
    config.addinivalue_line("markers", "beyond(kind, reason): not to be tried on this engine")
    config.addinivalue_line("markers", "defect(kind, reason): an engine's own, listed in docs/engines.md")


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        for mark in item.iter_markers("embedded"):
            item.add_marker(pytest.mark.skipif(not embedded(), reason=mark.args[0]))
        for mark in item.iter_markers("beyond"):
            kind, reason = mark.args
            item.add_marker(pytest.mark.skipif(Where.kind == kind, reason=f"{kind} {reason}"))
        for mark in item.iter_markers("defect"):
            kind, reason = mark.args
            item.add_marker(pytest.mark.xfail(Where.kind == kind, reason=reason, strict=True))


@pytest.fixture(scope="session")
def toy(tmp_path_factory) -> Path:
    """The release of the toy graph."""
    return make(TOY, tmp_path_factory.mktemp("toy") / "release")


@pytest.fixture(scope="session")
def ours(tmp_path_factory) -> Path:
    """The release of our own graph, as `dystonia-kg build` makes it."""
    return make(home(), tmp_path_factory.mktemp("ours") / "release")


@pytest.fixture(scope="session")
def board(tmp_path_factory) -> Path:
    """A folder with two releases of the toy graph, 1.2.3 and 1.3.0, made up like real ones."""
    top = tmp_path_factory.mktemp("board")
    home = top / "home"
    shutil.copytree(TOY, home)
    first = (EDITIONS / "1.2.3.ttl").read_text(encoding="utf-8")
    herd = "".join(f"c:calf-{n:03} cat:childOf c:cow .\n" for n in range(250))
    (home / "data" / "edition.ttl").write_text(first + herd, encoding="utf-8")
    build(home, top / "releases" / "1.2.3")
    second = first.replace("1.2.3", "1.3.0").replace("2020-02-03", "2021-05-06")
    (home / "data" / "edition.ttl").write_text(second + herd, encoding="utf-8")
    shutil.copy(EDITIONS / "1.3.0.ttl", home / "data" / "news.ttl")
    words = home / "ontology" / "words.ttl"
    words.write_text(words.read_text(encoding="utf-8").replace("1.2.3", "1.3.0"), encoding="utf-8")
    build(home, top / "releases" / "1.3.0")
    return top / "releases"


@pytest.fixture
def listener():
    """A socket of this machine that says whether anybody called."""
    with socket.socket() as waiting:
        waiting.bind(("127.0.0.1", 0))
        waiting.listen()
        waiting.setblocking(False)
        yield waiting
        with pytest.raises(BlockingIOError):
            waiting.accept()
