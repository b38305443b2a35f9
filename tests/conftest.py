"""Two graphs: a toy one about cheese, to test the engine, and our own, to test what we say in it."""

from pathlib import Path

import pytest

from dystonia_kg.build import build
from dystonia_kg.home import home

TOY = Path(__file__).parent / "toy"


@pytest.fixture(scope="session")
def toy(tmp_path_factory) -> Path:
    """The release of the toy graph."""
    return build(TOY, tmp_path_factory.mktemp("toy") / "release")


@pytest.fixture(scope="session")
def ours(tmp_path_factory) -> Path:
    """The release of our own graph."""
    return build(home(), tmp_path_factory.mktemp("ours") / "release")
