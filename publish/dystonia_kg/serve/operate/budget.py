"""A budget for each client: a bucket that fills at a steady rate and is emptied by asking."""

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

#: Clients that are remembered; who was not seen for longest is forgotten, which only means a full bucket.
REMEMBERED = 20_000


class Budget:
    """Tokens per second up to a burst. Without a rate everything is allowed."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic):
        self.rate = rate
        self.burst = max(float(burst), 1.0)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, client: str, cost: float = 1.0) -> float:
        """Take tokens. 0 if there were any; otherwise the seconds until there will be, and nothing is taken."""
        if self.rate <= 0 or not client:
            return 0.0
        with self._lock:
            left = self._left(client)
            if left <= 0:
                return (1.0 - left) / self.rate
            self._put(client, left - cost)
            return 0.0

    def charge(self, client: str, cost: float) -> None:
        """What something turned out to cost; the bucket may owe up to one burst."""
        if self.rate > 0 and client:
            with self._lock:
                self._put(client, max(self._left(client) - cost, -self.burst))

    def _left(self, client: str) -> float:
        now = self._clock()
        left, then = self._buckets.get(client, (self.burst, now))
        return min(left + max(now - then, 0.0) * self.rate, self.burst)

    def _put(self, client: str, left: float) -> None:
        self._buckets[client] = (left, self._clock())
        self._buckets.move_to_end(client)
        while len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)


def client(environ: dict, proxies: int) -> str:
    """Who asks: an address, or for IPv6 the network of a household; "" for this machine itself.

    `proxies` of ours stand in front, each of which adds the address it saw at the end of X-Forwarded-For;
    what is before those anybody may have written.
    """
    seen = environ.get("REMOTE_ADDR", "")
    if proxies:
        chain = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(chain) >= proxies:
            seen = chain[-proxies]
    try:
        address = ipaddress.ip_address(seen.strip("[]").partition("%")[0])
    except ValueError:
        return seen[:64]
    if address.is_loopback:
        return ""
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
