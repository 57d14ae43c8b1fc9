"""The database or Redis out of reach, before a real web process: told in a sentence, soon, and mended."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
import redis
from django.db import connection

from benchmarks.stage import web_server
from bookingflow.lib import clock
from rooms.models import Room
from tests.builders import make_api_key, make_organization, make_room, make_schedule
from tests.processes import database_url, wait_until

EMBEDDED = "host=/" in os.environ.get("DATABASE_URL", "") and os.environ.get("REDIS_URL", "").startswith(
    "unix:"
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not EMBEDDED, reason="takes away the unix sockets of the embedded services"),
]


@dataclass
class Stage:
    """A web process whose ways to PostgreSQL and Redis are two links that a test takes away."""

    http: httpx.Client
    room: Room
    to_database: Path
    to_redis: Path
    redis_url: str
    own_backends: list[int]

    def cut_database(self) -> None:
        self.to_database.rename(self.to_database.with_name("gone"))
        with connection.cursor() as own:
            own.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> ALL(%s)",
                [self.own_backends],
            )

    def mend_database(self) -> None:
        self.to_database.with_name("gone").rename(self.to_database)

    def cut_redis(self) -> None:
        self.to_redis.unlink()
        with redis.Redis.from_url(self.redis_url) as other:
            other.client_kill_filter(skipme=True)

    def book(self, hour: int) -> httpx.Response:
        start = (clock.now() + timedelta(days=2)).replace(hour=hour, minute=0, second=0, microsecond=0)
        customer = {"name": "Ada Park", "email": "ada@example.com"}
        return self.http.post(
            "/api/v1/bookings", json={"room": self.room.pk, "start": start.isoformat(), "customer": customer}
        )


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    room = make_room(make_schedule(make_organization()))
    own_backends = backends()
    key = make_api_key(room.organization)[1]
    database, cache = urlsplit(database_url()), urlsplit(os.environ["REDIS_URL"])
    folder = parse_qs(database.query)["host"][0]
    to_database, to_redis = tmp_path / "database", tmp_path / "redis.sock"
    to_database.symlink_to(folder)
    to_redis.symlink_to(cache.path)
    url = f"{database_url().partition('?')[0]}?{urlencode({'host': str(to_database)})}"
    redis_url = f"unix://{to_redis}?{cache.query}"
    with (
        web_server(url, workers=1, redis_url=redis_url) as server,
        httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {key}"}, timeout=20) as http,
    ):
        yield Stage(http, room, to_database, to_redis, os.environ["REDIS_URL"], own_backends)


def backends() -> list[int]:
    with connection.cursor() as own:
        own.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [pid for (pid,) in own.fetchall()]


def test_without_the_database_it_is_503_and_over_when_it_is_back(stage: Stage) -> None:
    assert stage.book(10).status_code == 201
    stage.cut_database()
    refused = stage.book(11)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert refused.json()["error"]["code"] == "SERVICE_UNAVAILABLE"
    assert "Traceback" not in refused.text
    assert "psycopg" not in refused.text
    assert stage.http.get("/healthz").status_code == 200
    assert stage.http.get("/readyz").status_code == 503
    stage.mend_database()
    wait_until(lambda: stage.http.get("/readyz").status_code == 200)
    assert stage.book(11).status_code == 201


def test_without_redis_reads_and_bookings_go_on(stage: Stage) -> None:
    stage.cut_redis()
    assert stage.book(10).status_code == 201
    today = clock.now().date()
    query = {"startDate": str(today), "endDate": str(today + timedelta(days=6)), "room": stage.room.pk}
    slots = stage.http.get("/api/v1/schedules", params=query)
    assert slots.status_code == 200
    assert slots.json()["rooms"][0]["slots"]
    ready = stage.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "degraded", "missing": ["redis"]})
