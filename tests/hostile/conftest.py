"""The site in this process, for attacks that need no socket; a server, for those that do."""

import pytest
from hypothesis import HealthCheck, settings

from dystonia_kg.serve import create_app

from ..engine.conftest import Server

# The machine may be slow and the examples many; what counts is the answer, not its time. The examples
# are the same in every run, so that a failure is the fault of a change.
settings.register_profile(
    "hostile",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
settings.load_profile("hostile")


@pytest.fixture(scope="session")
def site(toy):
    """A client of the Flask app on the toy graph."""
    return create_app(toy).test_client()


@pytest.fixture(scope="session")
def our_site(ours):
    """A client of the Flask app on our own graph."""
    return create_app(ours).test_client()


@pytest.fixture(scope="session")
def server(toy):
    running = Server(toy, "--timeout", "2", "--rate", "0")
    yield running
    running.stop()
