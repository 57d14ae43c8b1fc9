"""A PostgreSQL and a Redis of a test's own, which it may kill, with the processes that live on them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

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
told = open({told!r}, "w")
organization = make_organization(slug=f"venue-{{uuid4().hex}}")
for url in {urls!r}:
    make_endpoint(organization, url=url)
for number in range({events}):
    try:
        event = make_event(organization)
    except DatabaseError:
        time.sleep(0.1)
        continue
    print(event.public_id, file=told, flush=True)
    time.sleep({pause!r})
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

    @contextmanager
    def write(
        self, receiver: Receiver, *, events: int, pause: float, paths: Sequence[str] = ("/hooks",)
    ) -> Iterator["Writer"]:
        """A process that makes an endpoint for each path, then events, and says which were committed."""
        urls, told = [receiver.url(path) for path in paths], self.data_dir / f"committed-{uuid4().hex}"
        code = _WRITER.format(urls=urls, events=events, pause=pause, told=str(told))
        with start_manage("shell", "--no-imports", "-c", code, **self.environment) as process:
            try:
                yield Writer(process, told)
            finally:
                process.kill()


@dataclass(frozen=True)
class Writer:
    process: "subprocess.Popen[str]"
    told: Path  # a file, for a pipe that nobody reads is full after some 1,800 events, and then the writer waits

    def acknowledged(self, *, seconds: float) -> set[str]:
        """Once it has ended."""
        _, said = self.process.communicate(timeout=seconds)
        assert self.process.returncode == 0, said
        return set(self.told.read_text().split())


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
