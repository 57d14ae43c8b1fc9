"""Processor time of one request, in the web processes and in PostgreSQL: what docs/scaling.md reckons with.

    manage.py shell -c "from benchmarks.cost import show; show()"

Processor time is what a machine must have; unlike the clock it hardly changes when others use the machine too. Linux
and the embedded services only.
"""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
from django.conf import settings

from benchmarks.scenarios import Venue, make_venue
from benchmarks.stage import scratch_database, web_server

REQUESTS = 400
WARM_UP = 40
Ask = Callable[[httpx.Client, int], httpx.Response]


def show() -> None:
    os.environ["RATE_LIMIT_KEY"] = os.environ["RATE_LIMIT_ADDRESS"] = "1000000/second"
    with scratch_database() as database:
        venue = make_venue()
        url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{database}").geturl()
        with web_server(url, workers=1) as server:
            for name, ask in _questions(venue).items():
                web, postgres = _cost(server.url, venue.key, ask, server.processes)
                print(f"{name:<36} web {web:5.2f} ms   PostgreSQL {postgres:5.2f} ms")  # noqa: T201
            print("resident MiB:", server.resident_mebibytes())  # noqa: T201


def _questions(venue: Venue) -> dict[str, Ask]:
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)

    def slots(client: httpx.Client, number: int, *, spread: int = 1) -> httpx.Response:
        start = first.date() + timedelta(days=100 + number % spread if spread > 1 else 100)
        days = {"startDate": str(start), "endDate": str(start + timedelta(days=29))}
        return client.get("/api/v1/schedules", params={"room": str(venue.room), **days})

    def book(client: httpx.Client, number: int) -> httpx.Response:
        person = {"name": f"Guest {number}", "email": f"guest-{number}@example.com"}
        body = {
            "room": venue.room,
            "start": (first + timedelta(hours=100 + number)).isoformat(),
            "customer": person,
        }
        return client.post("/api/v1/bookings", json=body, headers={"Idempotency-Key": f"b-{number}"})

    return {
        "slots of 30 days, cached": slots,
        "slots of 30 days, never asked before": lambda client, number: slots(client, number, spread=REQUESTS),
        "a booking": book,
        "a list of 50 bookings": lambda client, number: client.get("/api/v1/bookings"),
    }


def _cost(url: str, key: str, ask: Ask, web: Iterable[int]) -> tuple[float, float]:
    """Milliseconds of one request, in the web processes and in PostgreSQL's."""
    postmaster = int((Path(settings.DATA_DIR) / "postgresql/cluster/postmaster.pid").read_text().split()[0])
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        for number in range(WARM_UP):
            ask(client, -1 - number).raise_for_status()
        before = _spent(web), _spent([postmaster])
        for number in range(REQUESTS):
            ask(client, number).raise_for_status()
        after = _spent(web), _spent([postmaster])
    (web_ms, postgres_ms) = (
        1000 * (late - early) / REQUESTS for late, early in zip(after, before, strict=True)
    )
    return web_ms, postgres_ms


def _spent(processes: Iterable[int]) -> float:
    """Seconds, of these processes and those below them."""
    roots = [psutil.Process(pid) for pid in processes]
    times = [each.cpu_times() for root in roots for each in (root, *root.children(recursive=True))]
    return float(sum(time.user + time.system for time in times))
