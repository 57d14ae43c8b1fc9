"""A PostgreSQL and a Redis of a test's own, which it may kill, with the processes that live on them."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bookingflow.embedded import POSTGRESQL, REDIS, location, services, status
from tests.processes import run_manage, start_manage, wait_until
from tests.receiver import Receiver
from tests.webhooks.workers import celery

WORKER = ("worker", "--pool", "threads", "--concurrency", "4", "--without-gossip", "--without-mingle")
# Two seconds for an attempt, so that a lease of the dead lasts seventeen.
TIMEOUT = "2"

# Tells of what was committed, and of nothing else; a database that is away makes it wait.
_WRITER = """
import time
from uuid import uuid4
from django.db import DatabaseError
from tests.builders import make_endpoint, make_event, make_organization
url, pause = {url!r}, {pause!r}
organization = make_organization(slug=f"venue-{{uuid4().hex}}")
make_endpoint(organization, url=url)
for number in range({events}):
    try:
        event = make_event(organization)
    except DatabaseError:
        time.sleep(0.1)
        continue
    print(event.public_id, flush=True)
    time.sleep(pause)
"""


@dataclass(frozen=True)
class OwnServices:
    data_dir: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": location.database_url(self.data_dir),
            "REDIS_URL": location.redis_url(self.data_dir),
            "WEBHOOK_TIMEOUT": TIMEOUT,
            "WEBHOOK_ALLOW_PRIVATE_TARGETS": "true",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }

    def kill(self, service: str) -> None:
        """As a crash would; returns when another one stands in its place."""
        before = self._status(service)
        os.kill(before.server_pid or 0, signal.SIGKILL)
        wait_until(lambda: self._is_up_again(service, before), seconds=60)

    def _is_up_again(self, service: str, before: status.Status) -> bool:
        now = self._status(service)
        return now.state == status.READY and now.restarts > before.restarts

    def _status(self, service: str) -> status.Status:
        found = status.read(self.data_dir, service)
        assert found
        return found

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(query).fetchall()

    def write(self, receiver: Receiver, *, events: int, pause: float) -> Any:
        """A process that makes an endpoint and events, and says which were committed."""
        code = _WRITER.format(url=receiver.url("/hooks"), events=events, pause=pause)
        return start_manage("shell", "--no-imports", "-c", code, **self.environment)


@contextmanager
def own_services(data_dir: Path) -> Iterator[OwnServices]:
    """PostgreSQL keeps what it was told when it is killed, Redis nothing at all."""
    with ExitStack() as stack:
        stack.enter_context(services(data_dir, wanted=(POSTGRESQL,), durable=True))
        stack.enter_context(services(data_dir, wanted=(REDIS,), durable=False))
        own = OwnServices(data_dir)
        migrated = run_manage("migrate", timeout=110, **own.environment)
        assert migrated.returncode == 0, migrated.stderr
        yield own


@contextmanager
def worker_and_beat(own: OwnServices) -> Iterator[None]:
    with celery(*WORKER, **own.environment), celery("beat", **own.environment):
        yield
