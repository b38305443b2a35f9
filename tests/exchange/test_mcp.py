"""Language models ask what the web may ask, and no more."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from dystonia_kg.serve.tools import Tools

from .. import stores

PUBLISH = Path(__file__).parents[2] / "publish"


@pytest.fixture(scope="module")
def tools(larder):
    with Tools(larder, engine=stores.engine(larder)) as made:
        yield made


def test_search_and_description_agree_on_what_a_thing_is(tools):
    hit = json.loads(tools.search("Brie de Meaux"))["hits"][0]
    assert hit["iri"] == "http://cheese.example/id/brie"
    by_name, by_iri = tools.describe("brie"), tools.describe(hit["iri"])
    assert by_name == by_iri and "soft cheese with a white rind" in by_iri
    assert tools.describe("no such cheese at all") == "Nothing here is called 'no such cheese at all'."


def test_queries_are_answered_within_the_limits_of_the_web(tools):
    told = json.loads(tools.query("SELECT ?x WHERE { ?x a cat:Cheese } ORDER BY ?x LIMIT 1"))
    assert len(told["results"]["bindings"]) == 1
    for refused in (
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT nothing",
    ):
        answer = tools.query(refused)
        assert not answer.startswith("{") and len(answer) > 10
    assert "at most" in tools.query("SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } LIMIT 5000")


def test_the_server_offers_reading_tools_over_standard_input(larder):
    pytest.importorskip("mcp")
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    async def talk():
        parameters = StdioServerParameters(
            command=sys.executable,
            args=["-m", "dystonia_kg", "mcp", "--release", str(larder), *stores.options(larder)],
            env={**os.environ, "PYTHONPATH": str(PUBLISH)},
        )
        async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
            await session.initialize()
            listed = (await session.list_tools()).tools
            answer = await session.call_tool("search", {"text": "goat"})
            return listed, answer

    listed, answer = asyncio.run(talk())
    assert {tool.name for tool in listed} >= {"search", "describe", "query"}
    told = [tool.annotations for tool in listed]
    assert all(getattr(t, "read_only_hint", None) or getattr(t, "readOnlyHint", None) for t in told)
    assert "http://cheese.example/id/goat" in answer.content[0].text
