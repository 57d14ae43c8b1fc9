"""Web, worker and beat in service: supervised, with their servers looked after, announced once they answer."""

import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from bookingflow.embedded import location, ports
from bookingflow.embedded.announcement import announcement, overview
from bookingflow.embedded.folders import private_dir
from bookingflow.embedded.programs import programs
from bookingflow.embedded.supervisor import Supervisor, say
from bookingflow.embedded.users import Services

SERVICES_EVERY_SECONDS = 1.0
READY_EVERY_SECONDS = 0.3
LATE_SECONDS = 60.0
# Files are served from where the apps keep them, and root's PostgreSQL and Redis are of no concern to Celery.
QUIET_WARNINGS = "ignore:No directory at,ignore:You're running the worker with superuser privileges"


@dataclass(frozen=True, slots=True)
class Plan:
    address: ports.Address
    host_name: str  # one that Django answers to
    data_dir: Path
    web_workers: int
    worker_concurrency: int
    # Where one JSON document goes in place of the block for people.
    document_to: TextIO | None = None


def serve(plan: Plan, listener: socket.socket, services: Services) -> None:
    """Returns when a signal said so and all has ended."""
    kept = programs(
        listener=listener, data_dir=plan.data_dir,
        web_workers=plan.web_workers, worker_concurrency=plan.worker_concurrency,
    )  # fmt: skip
    with _figures_dir(plan.data_dir) as figures:
        ours = {
            "PORT": str(plan.address[2]), "BOOKINGFLOW_DATA_DIR": str(plan.data_dir),
            "PROMETHEUS_MULTIPROC_DIR": str(figures),
            "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": QUIET_WARNINGS,
        }  # fmt: skip
        Supervisor(kept, environment=os.environ | ours, on_tick=_Duties(plan, services).tick).run()


@contextmanager
def _figures_dir(data_dir: Path) -> Iterator[Path]:
    """Where all processes count together: new at each start, for counters begin at nought."""
    folder = location.figures_dir(data_dir)
    shutil.rmtree(folder, ignore_errors=True)
    private_dir(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Duties:
    """What is done ten times a second beside minding the processes."""

    def __init__(self, plan: Plan, services: Services) -> None:
        self._plan = plan
        self._services = services
        self._late_at = time.monotonic() + LATE_SECONDS
        self._services_at = self._ready_at = 0.0
        self._announced = False

    def tick(self) -> None:
        now = time.monotonic()
        if now >= self._services_at:
            self._services_at = now + SERVICES_EVERY_SECONDS
            for news in self._services.keep():
                say(news)
        if not self._announced and now >= self._ready_at:
            self._ready_at = now + READY_EVERY_SECONDS
            self._announce_when_ready(now)

    def _announce_when_ready(self, now: float) -> None:
        base_url = ports.base_url(self._plan.address)
        if ports.is_ready(self._plan.address, host_name=self._plan.host_name):
            self._announced = True
            self._announce(base_url)
        elif now > self._late_at:
            self._late_at = float("inf")
            say(f"{base_url}/readyz doesn't answer 200 yet: the lines above should say why")

    def _announce(self, base_url: str) -> None:
        data_dir, out = self._plan.data_dir, self._plan.document_to
        if out is not None:
            print(json.dumps(overview(base_url=base_url, data_dir=data_dir)), file=out, flush=True)
            return
        today = datetime.now(UTC).date()
        cards = bool(os.environ.get("STRIPE_SECRET_KEY"))
        print(announcement(base_url=base_url, data_dir=data_dir, today=today, cards=cards), flush=True)
