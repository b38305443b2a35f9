"""Let language models ask the release, by the Model Context Protocol over standard input and output.

The tools read and never write: search, describe (with sources), classify, query. They have the limits of
the web service. Needs the extra "mcp".
"""

import argparse

from . import release_option, tell
from .serve import engine_of, engine_options

HELP = "let language models ask the release (Model Context Protocol)"


def options(sub: argparse.ArgumentParser) -> None:
    release_option(sub)
    engine_options(sub)


def run(options: argparse.Namespace) -> None:
    from ..serve.tools import Tools

    with Tools(options.release, engine=engine_of(options)) as tools:
        server = serve(tools)
        tell("speaking the Model Context Protocol on standard input and output")
        server.run("stdio")


def serve(tools):
    """An MCP server with these tools. Raises BadInput when the package `mcp` is not there."""
    from ..errors import BadInput

    try:
        from mcp.types import ToolAnnotations
    except ImportError as trouble:
        raise BadInput("this needs the package mcp: install the extra of that name") from trouble
    try:
        from mcp.server.mcpserver import MCPServer
    except ImportError:
        from mcp.server.fastmcp import FastMCP as MCPServer

    server = MCPServer(tools.library.dataset["title"].value, instructions=tools.about)
    harmless = ToolAnnotations(readOnlyHint=True, idempotentHint=True, openWorldHint=False)

    @server.tool(annotations=harmless)
    def search(text: str, limit: int = 10) -> str:
        """Find things by name, synonym or code. Gives IRI, label, kind, definition and why it was found."""
        return tools.search(text, limit)

    @server.tool(annotations=harmless)
    def describe(thing: str) -> str:
        """All that is said of one thing (IRI or name), with the source of each statement, as Turtle."""
        return tools.describe(thing)

    @server.tool(annotations=harmless)
    def query(sparql: str) -> str:
        """Answer a SPARQL 1.1 query (reading only). Prefixes of the graph need not be declared."""
        return tools.query(sparql)

    known = tools.parameters
    if known:
        told = "; ".join(f"{key}: {meaning}" for key, meaning in known.items())

        @server.tool(
            annotations=harmless,
            description="What the rules conclude about a description, with the reasons. Not a diagnosis. "
            f"Keys of the description, each with one value or a list: {told}",
        )
        def classify(description: dict[str, str | list[str]]) -> str:
            return tools.classify(description)

    return server
