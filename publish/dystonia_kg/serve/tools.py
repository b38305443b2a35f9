"""
What a language model may ask of a release: the site itself, called within the process.

Each tool is a request to the same application that the web sees, so limits, answers and refusals are the
same: nothing can be written, nothing is fetched from elsewhere, and a query that takes too long ends.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.test import Client

from ..errors import BadInput
from .front import front
from .library import Library
from .sparql import Limits
from .whatif import asker

if TYPE_CHECKING:
    from .backing import Address, Held

#: Characters of one answer; more would fill the reader's memory with what it did not ask for.
LONGEST = 60_000


def _held(engine: "Address", release: Path) -> "Held":
    from .backing import Backing  # it brings an HTTP client, which nobody else needs

    return Backing(engine, release).bring()


class Tools:
    """The tools of one release. Close it, to end the endpoint's workers.

    With an `engine` the release is the one that is current there, and the folder has its files.
    """

    def __init__(self, release: Path, limits: Limits | None = None, engine: "Address | None" = None):
        held = _held(engine, release) if engine else None
        self.library = Library(held.folder, store=held.store) if held else Library(release)
        self._site = front(held.folder if held else release, limits, held=held)
        self._client = Client(self._site)

    def close(self) -> None:
        self._site.endpoint.pool.close()

    def __enter__(self) -> "Tools":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def about(self) -> str:
        """What the release says of itself, for the start of a conversation."""
        dataset = self.library.dataset
        told = [dataset[key].value for key in ("title", "description", "rights") if dataset[key]]
        return "\n".join(
            [*told, f"Version {self.library.version}. Things have IRIs that begin with {self.library.base}."]
        )

    @property
    def parameters(self) -> dict[str, str]:
        """What can be said of a description: parameter → meaning; empty where nothing can be asked."""
        try:
            lines = asker(self.library).question
        except BadInput:
            return {}
        return {line.key: line.description or line.title for line in lines}

    def search(self, text: str, limit: int = 10) -> str:
        """Things by name, synonym or code, best first: IRI, label, kind, definition and reason."""
        told = self._get("/search.json", {"q": text, "limit": str(max(1, min(limit, 50)))})
        return self._text(told)

    def describe(self, thing: str) -> str:
        """All that is said of a thing, statements and their sources among it, as Turtle.

        `thing` is an IRI, or a name that search would put first.
        """
        iri = thing if thing.startswith(self.library.base) else self._first(thing)
        if iri is None:
            return f"Nothing here is called {thing!r}."
        path = "/" + iri.removeprefix(self.library.base).partition("#")[0]
        told = self._client.get(path, headers={"Accept": "text/turtle"}, follow_redirects=True)
        return self._text(told)

    def classify(self, description: Mapping[str, str | list[str]]) -> str:
        """What the rules conclude about a description, by every scheme, with the reasons."""
        pairs = [
            (key, str(value))
            for key, values in description.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        return self._text(self._get("/classify", [*pairs, ("all", "yes")]))

    def query(self, sparql: str) -> str:
        """The answer to a SPARQL 1.1 query: rows as JSON, or triples as Turtle."""
        accept = "application/sparql-results+json, text/turtle;q=0.9"
        told = self._client.post("/sparql", data={"query": sparql}, headers={"Accept": accept})
        return self._text(told)

    def _first(self, text: str) -> str | None:
        hits = json.loads(self._get("/search.json", {"q": text, "limit": "1"}).get_data())["hits"]
        return hits[0]["iri"] if hits else None

    def _get(self, path: str, query):
        from werkzeug.datastructures import MultiDict

        given = MultiDict(query)
        return self._client.get(path, query_string=given, headers={"Accept": "application/json"})

    @staticmethod
    def _text(told) -> str:
        """The body of an answer; of an error, what was wrong."""
        body = told.get_data(as_text=True)
        if told.status_code >= 400:
            try:
                facts = json.loads(body)
                return f"{facts['title']}: {facts['detail']}"
            except (ValueError, KeyError):
                return f"The request failed with status {told.status_code}."
        if len(body) > LONGEST:
            return (
                f"The answer has {len(body)} characters; at most {LONGEST} are given. Ask for less (LIMIT)."
            )
        return body
