"""HTTP connections that are used again, for many hosts at once.

httpcore's own pool goes through all of its connections, asking the system about each, whenever a request begins or
ends: with a hundred of them that takes longer than the request.
"""

import time
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpcore

IDLE_PER_HOST = 8
IDLE_IN_ALL = 200
# Shorter than the five seconds after which many servers close: a request on a dying connection is lost.
IDLE_SECONDS = 4.0

Connect = Callable[[httpcore.Origin], httpcore.AsyncHTTPConnection]


class KeptConnections:
    """For use within one event loop. How many are in use at once is the caller's to bound."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        # Of one host: the one that came back last is the last.
        self._idle: defaultdict[str, list[httpcore.AsyncHTTPConnection]] = defaultdict(list)
        # Of all hosts, in the order in which they came back: host, and when.
        self._since: OrderedDict[httpcore.AsyncHTTPConnection, tuple[str, float]] = OrderedDict()

    @asynccontextmanager
    async def lent(self, origin: httpcore.Origin) -> AsyncIterator[httpcore.AsyncHTTPConnection]:
        """One that nobody else uses meanwhile, new or used before; closed afterwards unless it is fit to be kept."""
        host = str(origin)
        connection = await self._fresh(host) or self._connect(origin)
        try:
            yield connection
        finally:
            await self._take_back(host, connection)

    async def aclose(self) -> None:
        while self._since:
            await self._close_oldest()

    async def _fresh(self, host: str) -> httpcore.AsyncHTTPConnection | None:
        while self._idle.get(host):
            connection = self._idle[host][-1]
            self._forget(connection)
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    async def _take_back(self, host: str, connection: httpcore.AsyncHTTPConnection) -> None:
        now = time.monotonic()
        if connection.is_available() and len(self._idle.get(host, ())) < IDLE_PER_HOST:
            self._idle[host].append(connection)
            self._since[connection] = host, now
        else:
            await connection.aclose()
        while self._since and self._too_many_or_old(now):
            await self._close_oldest()

    def _too_many_or_old(self, now: float) -> bool:
        _, since = next(iter(self._since.values()))
        return len(self._since) > IDLE_IN_ALL or now - since > IDLE_SECONDS

    async def _close_oldest(self) -> None:
        connection = next(iter(self._since))
        self._forget(connection)
        await connection.aclose()

    def _forget(self, connection: httpcore.AsyncHTTPConnection) -> None:
        host, _ = self._since.pop(connection)
        self._idle[host].remove(connection)
        if not self._idle[host]:
            del self._idle[host]
