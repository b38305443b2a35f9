"""Building while somebody writes, on cheese."""

import os
import random
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import dystonia_kg
from dystonia_kg.build import build
from dystonia_kg.build.watch import Watcher
from dystonia_kg.release import sums

ROOT = Path(dystonia_kg.__file__).parents[1]


@pytest.fixture
def board(tmp_path, request) -> Path:
    """A copy of the toy knowledge, to write in."""
    return Path(shutil.copytree(request.config.rootpath / "tests" / "toy", tmp_path / "board"))


def test_after_any_edits_the_release_is_the_one_that_a_clean_build_makes(board, tmp_path):
    chance, out = random.Random(5), tmp_path / "watched"
    heard: list[str] = []
    watcher = Watcher(board, out, complain=heard.append)
    assert watcher.renew()
    files = sorted((board / "data").rglob("*.ttl"))
    good = 0
    for _ in range(25):
        path = chance.choice(files)
        blocks = path.read_text().split("\n\n")
        before = path.read_bytes()
        if len(blocks) > 2 and chance.random() < 0.5:
            blocks.pop(chance.randrange(1, len(blocks)))
        else:
            number = chance.randrange(len(blocks))
            blocks[number] = blocks[number].replace('"@en', f' {chance.randrange(99)}"@en', 1)
        path.write_text("\n\n".join(blocks))
        was = sums(out)
        if watcher.renew():
            good += 1
            build(board, tmp_path / "clean")
            assert sums(out) == sums(tmp_path / "clean")
        else:
            assert heard[-1]
            assert sums(out) == was
            path.write_bytes(before)
    assert good > 5


def test_what_is_wrong_is_said_with_file_and_line_and_the_old_release_stays(board, tmp_path):
    heard, shown, out = [], [], tmp_path / "out"
    watcher = Watcher(board, out, show=shown.append, complain=heard.append)
    assert watcher.renew()
    assert not watcher.changed()
    was = sums(out)
    path = board / "data" / "cheeses.ttl"
    text = path.read_text()
    path.write_text(text + "\nthis is no Turtle\n")
    assert watcher.changed()
    assert not watcher.renew()
    assert f"{path}:" in heard[-1]
    assert sums(out) == was
    path.write_text(text)
    assert watcher.renew()
    assert heard[-1] == ""
    assert sums(out) == was


def test_a_new_file_and_one_that_goes_are_noticed(board, tmp_path):
    watcher = Watcher(board, tmp_path / "out")
    watcher.renew()
    extra = board / "data" / "more.ttl"
    extra.write_text(
        "<http://cheese.example/id/more> <http://cheese.example/note> <http://cheese.example/id/x> .\n"
    )
    assert watcher.changed()
    watcher.renew()
    extra.unlink()
    assert watcher.changed()
    assert watcher.renew()
    build(board, tmp_path / "clean")
    assert sums(tmp_path / "out") == sums(tmp_path / "clean")


def test_an_edit_is_served_and_a_mistake_stands_above_every_page(board, tmp_path):
    command = [sys.executable, "-m", "dystonia_kg", "build", "--watch", "--serve", "--port", "0"]
    server = subprocess.Popen(
        [*command, "--home", board, "--out", tmp_path / "out"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        address = server.stderr.readline().split()[-1]
        path = board / "data" / "cheeses.ttl"
        text = path.read_text()
        block = next(
            block for block in text.split("\n\n") if " a " in block and "/brie" in block or ":brie " in block
        )
        old = next(line for line in block.splitlines() if "skos:prefLabel" in line).split('"')[1]
        _until(address, lambda page: old in page)
        path.write_text(text.replace(f'"{old}"', f'"{old} of the valley"'))
        _until(address, lambda page: f"{old} of the valley" in page)
        path.write_text(text + "\nthis is no Turtle\n")
        page = _until(address, lambda page: 'role="alert"' in page)
        assert "not Turtle" in page and "cheeses.ttl:" in page
        assert f"{old} of the valley" in page
        path.write_text(text)
        _until(address, lambda page: 'role="alert"' not in page and "of the valley" not in page)
    finally:
        server.terminate()
        server.communicate(timeout=30)


def _until(address: str, met) -> str:
    """The page of a thing, once it is as it should be."""
    page, end = "", time.monotonic() + 90
    while time.monotonic() < end:
        with urllib.request.urlopen(f"{address}id/brie.html") as answer:
            page = answer.read().decode()
        if met(page):
            return page
        time.sleep(0.1)
    raise AssertionError(page)
