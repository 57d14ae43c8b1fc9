"""Sends many parcels at once, from one thread with an event loop, while the drain goes on claiming and recording.

The drain's own thread alone talks to the database about deliveries; this one never does.
"""

import asyncio
import logging
import queue
import resource
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Self
from uuid import UUID

from django.db import connection

from bookingflow.lib import json
from bookingflow.lib.http import Answer, GuardedClient
from webhooks.claims import Parcel
from webhooks.consumers import Occurrence, find_consumer
from webhooks.outcomes import is_success
from webhooks.posting import guarded_client, post_signed
from webhooks.results import Result
from webhooks.secrets import valid_secrets

CONSUMERS_AT_ONCE = 4
OPEN_FILES = 4096

logger = logging.getLogger(__name__)


class Courier:
    """A context manager, used from one thread. Leaving it breaks off what is under way."""

    def __init__(self) -> None:
        self._under_way: dict[UUID, tuple[Parcel, float]] = {}
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._consumers: ThreadPoolExecutor | None = None
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._outgoing: asyncio.Queue[Parcel] = asyncio.Queue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        self._loop.close()
        if self._consumers:
            # Without waiting for those that run: one that hangs would hold up every delivery of this worker.
            self._consumers.shutdown(wait=False, cancel_futures=True)

    # For the drain's thread

    def send(self, parcel: Parcel) -> None:
        self._under_way[parcel.lease] = (parcel, time.monotonic())
        if parcel.consumer:
            self._consumer_threads().submit(self._consume, parcel)
        else:
            self._start_loop()
            self._loop.call_soon_threadsafe(self._outgoing.put_nowait, parcel)

    def results(self, *, wait_seconds: float) -> Sequence[Result]:
        """All that have come, after waiting for the first; none where none came in time."""
        results = list(self._came(wait_seconds))
        for result in results:
            del self._under_way[result.parcel.lease]
        return results

    def _came(self, wait_seconds: float) -> Iterator[Result]:
        with suppress(queue.Empty):
            yield self._results.get(timeout=wait_seconds)
            while True:
                yield self._results.get_nowait()

    def to_endpoints(self) -> list[tuple[UUID, float]]:
        """The endpoint and the age in seconds of each request under way."""
        now = time.monotonic()
        return [
            (parcel.endpoint_id, now - began)
            for parcel, began in self._under_way.values()
            if parcel.endpoint_id
        ]

    def to_consumers(self) -> int:
        return len(self._under_way) - len(self.to_endpoints())

    @property
    def idle(self) -> bool:
        return not self._under_way

    # The event loop's thread

    def _start_loop(self) -> None:
        if self._thread is None:
            _allow_open_files()
            self._thread = threading.Thread(target=self._run, name="webhook-courier", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        async with guarded_client() as client:
            taking = asyncio.create_task(self._take(client))
            await self._stopping.wait()
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)

    async def _take(self, client: GuardedClient) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._deliver(client, await self._outgoing.get()))

    async def _deliver(self, client: GuardedClient, parcel: Parcel) -> None:
        try:
            answer = await _post(client, parcel)
        except Exception:
            logger.exception("Delivery %s could not be attempted.", parcel.delivery_id)
            answer = _failed("The message could not be signed.")
        self._results.put(Result(parcel, answer, delivered=is_success(answer)))

    # The consumers' threads

    def _consumer_threads(self) -> ThreadPoolExecutor:
        if self._consumers is None:
            self._consumers = ThreadPoolExecutor(CONSUMERS_AT_ONCE, thread_name_prefix="consumer")
        return self._consumers

    def _consume(self, parcel: Parcel) -> None:
        began, error = time.monotonic(), None
        try:
            find_consumer(parcel.consumer).consume(_occurrence(parcel))
        except Exception as fault:
            logger.exception("Consumer %s failed on event %s.", parcel.consumer, parcel.event_id)
            error = f"{type(fault).__name__} in {parcel.consumer}"
        finally:
            connection.close()
        milliseconds = round((time.monotonic() - began) * 1000)
        answer = Answer(status=None, duration_ms=milliseconds, error=error, body="", retry_after=None)
        self._results.put(Result(parcel, answer, delivered=error is None))


async def _post(client: GuardedClient, parcel: Parcel) -> Answer:
    return await post_signed(
        client,
        parcel.url or "",
        message_id=parcel.message_id,
        at=parcel.claimed_at,
        body=parcel.body,
        secrets=valid_secrets(parcel, at=parcel.claimed_at),
    )


def _allow_open_files() -> None:
    """Some systems allow a process 256 at first, and each request takes one."""
    present, at_most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if at_most == resource.RLIM_INFINITY else min(OPEN_FILES, at_most)
    if present != resource.RLIM_INFINITY and present < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, at_most))


def _failed(error: str) -> Answer:
    return Answer(status=None, duration_ms=0, error=error, body="", retry_after=None)


def _occurrence(parcel: Parcel) -> Occurrence:
    return Occurrence(
        event_id=parcel.event_id,
        type=parcel.event_type,
        organization_id=parcel.organization_id,
        data=json.loads(parcel.body)["data"],
    )
