"""A whole installation of a test's own, whose every part may be killed, cut off or told a wrong time."""

import os
import random
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis

from bookingflow.embedded import POSTGRESQL, REDIS, Services, location, services, status
from tests.embedded.test_up import free_port
from tests.faults.cable import Cable, cable_to
from tests.faults.faketime import Clock
from tests.processes import ROOT, run_manage, wait_until

# Two seconds for an attempt, so that a lease of the dead lasts seventeen; and soon again.
DELIVERIES = {
    "WEBHOOK_TIMEOUT": "2",
    "WEBHOOK_RETRY_SCHEDULE": ",".join(["0", *["1"] * 49]),
    "WEBHOOK_ALLOW_PRIVATE_TARGETS": "true",
}
SETTINGS = DELIVERIES | {
    "RATE_LIMIT_KEY": "1000000/minute",
    "RATE_LIMIT_ADDRESS": "1000000/minute",
    "WEB_WORKERS": "2",
    "WORKER_CONCURRENCY": "2",
    "SECRET_KEY": "a-key-of-the-fault-run-alone-" * 2,
    "LOG_FORMAT": "console",
}
MARKS = {"web": "bookingflow.embedded.web", "worker": " worker ", "beat": " beat "}


@dataclass(frozen=True)
class Installation:
    data_dir: Path
    servers: Services
    database: Cable
    broker: Cable
    web: Cable
    clock: Clock
    supervisor: psutil.Process

    @property
    def url(self) -> str:
        """Where clients reach it."""
        return f"http://127.0.0.1:{self.web.port}"

    @property
    def environment(self) -> dict[str, str]:
        """For commands: past the cables, and by the right time."""
        return SETTINGS | {
            "DATABASE_URL": location.database_url(self.data_dir),
            "REDIS_URL": location.redis_url(self.data_dir),
            "BOOKINGFLOW_DATA_DIR": str(self.data_dir),
        }

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_manage(*arguments, timeout=110, **self.environment)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(query).fetchall()

    def kill(self, name: str, dice: random.Random) -> bool:
        """As a crash would. False where there is nothing to kill just now."""
        victims = self._processes(name)
        if not victims:
            return False
        try:
            dice.choice(victims).send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            return False
        return True

    def flush(self) -> bool:
        try:
            with redis.Redis.from_url(self.environment["REDIS_URL"], socket_timeout=5) as client:
                return bool(client.flushall())
        except redis.RedisError:
            return False

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=10) as answer:
                return b'"ok"' in answer.read()
        except (OSError, urllib.error.URLError):
            return False

    def _processes(self, name: str) -> list[psutil.Process]:
        """The main process of a kind, and those that it started."""
        try:
            if name in (POSTGRESQL, REDIS):
                found = status.read(self.data_dir, name)
                main = [psutil.Process(found.server_pid)] if found and found.server_pid else []
            else:
                children = self.supervisor.children()
                main = [child for child in children if MARKS[name] in f" {' '.join(child.cmdline())} "]
            return main + [each for process in main for each in process.children()]
        except psutil.NoSuchProcess:
            return []


@contextmanager
def installation(data_dir: Path, clock: Clock) -> Iterator[Installation]:
    """PostgreSQL and Redis by themselves, so that cables lead to them; web, worker and beat under `up`."""
    with ExitStack() as stack:
        servers = stack.enter_context(services(data_dir, durable=True))
        sockets = location.runtime_dir(data_dir)
        database = stack.enter_context(cable_to(sockets / location.POSTGRES_SOCKET))
        broker = stack.enter_context(cable_to(sockets / location.REDIS_SOCKET))
        port = free_port()
        web = stack.enter_context(cable_to(("127.0.0.1", port)))
        addresses = {
            "DATABASE_URL": f"postgresql://{location.ROLE}@127.0.0.1:{database.port}/{location.DATABASE}",
            "REDIS_URL": f"redis://127.0.0.1:{broker.port}/0",
            "BOOKINGFLOW_DATA_DIR": str(data_dir),
        }
        environment = SETTINGS | addresses | clock.environment
        up = stack.enter_context(_up(port, data_dir.parent / "up.log", environment))
        whole = Installation(data_dir, servers, database, broker, web, clock, psutil.Process(up.pid))
        wait_until(whole.is_ready, seconds=100)
        yield whole


@contextmanager
def _up(port: int, log: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, str(ROOT / "manage.py"), "up", "--no-demo", "--port", str(port)]
    with log.open("ab") as said:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
