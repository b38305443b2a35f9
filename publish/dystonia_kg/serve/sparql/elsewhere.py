"""
One worker whose release is in an engine: it looks at a query as closely as one that evaluates, and puts it there.

It may open sockets, so nothing is ever evaluated in it that could name an address: while a query is parsed
the kernel lets it open nothing, and what is sent was written anew by us, without SERVICE.
"""

import resource

from pyoxigraph import NamedNode

from ...errors import BadInput, EngineTrouble, TooSlow, Truncated, Unreachable
from ...store.remote import Place, Remote, TooMuch
from ...store.rewriting import Unsendable
from . import frames
from .confine import shut
from .frames import Job
from .syntax import examine
from .worker import named, written

#: An answer as JSON takes up to so many times the room that it takes in the leanest format.
JSON = 3

#: Room for the parser to recurse in: less than engines have, so that what nests too deeply ends a worker, of
#: which there are many, and not the engine, of which there is one.
STACK = 1 << 20

#: Files and sockets that such a worker needs: one connection, certificates, the names of hosts.
DESCRIPTORS = 64


def reader(place: dict, limits: dict) -> Remote:
    """The release in an engine. No connection is made before the first query."""
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (STACK, most))
    return Place.unpack(place).open(limits["timeout"], JSON * limits["size"], shut)


def there(store: Remote, facts: dict, limits: dict, job: Job) -> tuple[int, int, bytes]:
    """Have a query evaluated by the engine."""
    return named(job, facts, lambda: _evaluate(store, facts, limits, job))


def _evaluate(store: Remote, facts: dict, limits: dict, job: Job) -> tuple[int, int, bytes]:
    try:
        with shut():
            examine(job.query, limits, facts)
        dataset = {
            key: [NamedNode(graph) for graph in graphs]
            for key, graphs in (("default_graph", job.default_graphs), ("named_graphs", job.named_graphs))
            if graphs is not None
        }
        results = store.query(job.query, base_iri=facts["base"], prefixes=facts["prefixes"], **dataset)
        return written(results, limits, job)
    except Unsendable as trouble:
        return frames.FAILED, 0, str(trouble).encode()
    except (TooMuch, Truncated) as trouble:
        if isinstance(trouble, Truncated) and trouble.limit:
            return frames.CUT, 0, str(trouble.limit).encode()
        return frames.TOO_LARGE, 0, b""
    except TooSlow:
        return frames.LATE, 0, b""
    except Unreachable:
        return frames.UNREACHABLE, 0, b""
    except (EngineTrouble, BadInput) as trouble:
        # BadInput says that the engine does not understand what is SPARQL to our parser.
        return frames.ENGINE, 0, _said(trouble, store)


def _said(trouble: EngineTrouble | BadInput, store: Remote) -> bytes:
    """What the engine said, without its address and the query as it was sent: both are nobody's business."""
    said = str(trouble).removeprefix(store.connection.query_url + ": ")
    return said.partition("SPARQL query:")[0].strip().encode()
