"""Our description of the API, tried by a tool that believes it (schemathesis)."""

import pytest

from dystonia_kg.serve import create_app

schemathesis = pytest.importorskip("schemathesis", reason="the extra `hostile` is not installed")


def test_every_path_of_the_description_answers_as_described(toy):
    from hypothesis import HealthCheck, Phase, given, settings

    app = create_app(toy)
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    wrong: list[str] = []

    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=15,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case):
            answer = case.call()
            if answer.status_code >= 500:
                wrong.append(f"{case.method} {case.path}: {answer.status_code}")

        ask()
    assert wrong == []
