"""What one query may cost. Every number is an option of the server; these are the defaults."""

import os
from dataclasses import dataclass, field

MIB = 1 << 20

#: Requests whose content is on its way at one moment. It is there at once or comes slowly; who sends it
#: slowly keeps a thread that sleeps and costs little, but there is an end to how many may.
ARRIVING = 1024


@dataclass(frozen=True)
class Limits:
    """The limits of the endpoint; README and service page print them from here."""

    #: Seconds from the arrival of a query to its answer, waiting included.
    timeout: float = 10.0
    #: Bytes a worker may allocate beyond the loaded graph.
    memory: int = 512 * MIB
    #: Rows (or triples) of one answer.
    rows: int = 250_000
    #: Bytes of one answer.
    size: int = 64 * MIB
    #: Bytes of the text of a query, and of a request's body.
    length: int = 256 * 1024
    #: Brackets inside brackets in the text of a query.
    depth: int = 100
    #: Workers that take new queries.
    workers: int = field(default_factory=lambda: (os.cpu_count() or 1) + 2)
    #: Queries that wait for a worker; one more is turned away.
    queue: int = 256
    #: Seconds of processor time after which a query is long and goes on at the lowest priority.
    patience: float = 0.1
    #: Long queries that run at once.
    slow: int = 2
    #: Long queries that stand still until one of those ends; one more is turned away.
    parked: int = 4
    #: Bytes of answers kept for the next reader.
    cache: int = 64 * MIB
    #: Endpoints that SERVICE may name; all others are refused.
    federate: frozenset[str] = frozenset()

    @property
    def threads(self) -> int:
        """Threads of the front: all that can wait or send slowly, and some for answers that need no worker."""
        return self.queue + self.workers + self.slow + self.parked + ARRIVING + 64
