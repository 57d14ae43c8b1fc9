"""How soon and how fast one worker delivers: real worker and beat processes, a receiver in a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen
from uuid import UUID, uuid4

from celery import current_app
from django.conf import settings
from django.db import transaction
from redis import Redis

from benchmarks.load import percentile
from benchmarks.receiver import Arrival
from benchmarks.stage import ROOT
from bookingflow.embedded.programs import background_programs
from bookingflow.lib import clock
from bookingflow.organizations import services as organizations
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization, Plan
from bookingflow.settings import celery_broker
from webhooks import services
from webhooks.models import Event
from webhooks.outbox import Draft, record
from webhooks.wake import MARK

# Of the broker, so that neither takes the other's messages while `up` runs.
REDIS_DATABASE = 15
PATIENCE_SECONDS = 120
SCENARIOS = 4
ENDPOINTS = 20
HANGING = ENDPOINTS // 5


@dataclass(frozen=True, slots=True)
class Delays:
    """From the commit of an event to its arrival, in milliseconds; of a backlog, only how fast it was worked off."""

    scenario: str
    deliveries: int
    per_second: float
    p50_ms: float | None
    p99_ms: float | None
    worst_ms: float | None

    def document(self) -> dict[str, Any]:
        return asdict(self)


class Receiver:
    def __init__(self, ports: list[str]) -> None:
        self.urls = [f"http://127.0.0.1:{port}" for port in ports]

    def arrivals(self) -> list[Arrival]:
        """Since the last time."""
        with urlopen(f"{self.urls[0]}/-/", timeout=30) as answer:  # noqa: S310
            return [(path, id, at) for path, id, at in json.loads(answer.read())]

    def wait_for(self, number: int, prefix: str) -> list[Arrival]:
        came: list[Arrival] = []
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(came) < number:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(came)} of {number} deliveries came within {PATIENCE_SECONDS} s")
            time.sleep(0.1)
            came += [arrival for arrival in self.arrivals() if arrival[0].startswith(prefix)]
        return came


def run_all(database_url: str, *, seconds: float) -> Iterator[Delays]:
    """On the scratch database that this process is connected to. `seconds`: how long events are made at a time."""
    with _receiver() as receiver, _broker() as redis_url:
        with _worker(database_url, redis_url):
            _warm_up(receiver)
            yield _one_at_a_time(receiver, seconds)
            yield _steady(f"{ENDPOINTS} endpoints, 10 events a second", receiver, hanging=0, seconds=seconds)
            yield _steady("the same, a fifth of them hanging", receiver, hanging=HANGING, seconds=seconds)
        yield _backlog(receiver, database_url, redis_url, events=round(10 * seconds))


def _warm_up(receiver: Receiver) -> None:
    organization = _organization(receiver, answering=1)
    for _ in range(10):
        _commit(organization)
    receiver.wait_for(10, "/answers")


def _one_at_a_time(receiver: Receiver, seconds: float) -> Delays:
    organization = _organization(receiver, answering=1)
    commits = _make_events(organization, seconds=seconds, per_second=8)
    return _delays("one endpoint, 8 events a second", commits, receiver.wait_for(len(commits), "/answers"))


def _steady(scenario: str, receiver: Receiver, *, hanging: int, seconds: float) -> Delays:
    organization = _organization(receiver, answering=ENDPOINTS - hanging, hanging=hanging)
    commits = _make_events(organization, seconds=seconds, per_second=10)
    came = receiver.wait_for(len(commits) * (ENDPOINTS - hanging), "/answers")
    # So that what hangs takes no part in the next measurement.
    Organization.objects.filter(id=organization).update(plan=Plan.STARTER)
    return _delays(scenario, commits, came)


def _backlog(receiver: Receiver, database_url: str, redis_url: str, *, events: int) -> Delays:
    """Written while no worker runs; counted from the first arrival to the last."""
    organization = _organization(receiver, answering=ENDPOINTS)
    for _ in range(events):
        _commit(organization)
    with _worker(database_url, redis_url):
        came = receiver.wait_for(ENDPOINTS * events, "/answers")
    return Delays(f"{ENDPOINTS} endpoints, a backlog", len(came), _per_second(came), None, None, None)


def _delays(scenario: str, commits: dict[str, float], came: list[Arrival]) -> Delays:
    took = sorted((at - commits[id]) * 1000 for _, id, at in came if id in commits)
    return Delays(
        scenario=scenario,
        deliveries=len(took),
        per_second=_per_second(came),
        p50_ms=percentile(took, 50),
        p99_ms=percentile(took, 99),
        worst_ms=percentile(took, 100),
    )


def _per_second(came: list[Arrival]) -> float:
    """From the first to the last."""
    times = [at for _, _, at in came]
    return round(len(came) / max(max(times) - min(times), 0.001), 1)


def _make_events(organization: UUID, *, seconds: float, per_second: int) -> dict[str, float]:
    """When each was committed, by the system's clock."""
    commits: dict[str, float] = {}
    began = time.monotonic()
    for number in range(round(seconds * per_second)):
        time.sleep(max(0.0, began + number / per_second - time.monotonic()))
        id, at = _commit(organization)
        commits[id] = at
    return commits


def _commit(organization_id: UUID) -> tuple[str, float]:
    draft = Draft("booking.created", "booking", str(uuid4()), 1, {"booking": _BOOKING})
    with transaction.atomic():
        record([draft], organization_id=organization_id, at=clock.now())
        event = Event.objects.only("id").get(organization=organization_id, subject_id=draft.subject_id)
    return event.public_id, time.time()


# About as large as a booking is.
_BOOKING = {f"field{number}": "a value of some length" for number in range(40)}


def _organization(receiver: Receiver, *, answering: int, hanging: int = 0) -> UUID:
    paths = ["/answers"] * answering + ["/hangs"] * hanging
    with transaction.atomic():
        organization = organizations.create_organization(
            name="Bench",
            slug=f"bench-{uuid4().hex}",
            timezone="UTC",
            currency="EUR",
            plan=Plan.BUSINESS,
            actor=SYSTEM,
        )
        for url, path in zip(receiver.urls, paths, strict=False):
            services.create_endpoint(organization=organization, actor=SYSTEM, url=url + path, events=["*"])
    return organization.id


@contextmanager
def _receiver() -> Iterator[Receiver]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.receiver", str(ENDPOINTS)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout  # noqa: S101
        yield Receiver(process.stdout.readline().split())
    finally:
        process.kill()
        process.communicate()


@contextmanager
def _broker() -> Iterator[str]:
    """This process wakes a worker of its own from here on."""
    url = _other_database(settings.REDIS_URL)
    with Redis.from_url(url) as client:
        client.delete("celery", MARK)
    settings.REDIS_URL, settings.WEBHOOK_ALLOW_PRIVATE_TARGETS = url, True
    current_app.conf.broker_url = celery_broker(url)
    yield url


def _other_database(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={REDIS_DATABASE}"
    return urlunsplit(parts._replace(path=f"/{REDIS_DATABASE}"))


@contextmanager
def _worker(database_url: str, redis_url: str) -> Iterator[None]:
    """One worker process and a beat, as `manage.py up` runs them."""
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": settings.SECRET_KEY,
        "WEBHOOK_ALLOW_PRIVATE_TARGETS": "true",
    }
    with ExitStack() as stack:
        for program in background_programs(
            worker_concurrency=settings.WORKER_CONCURRENCY, data_dir=settings.DATA_DIR
        ):
            process = subprocess.Popen(
                [sys.executable, "-m", program.module, *program.arguments],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.DEVNULL,
            )
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
        yield
