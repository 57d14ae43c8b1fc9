"""The web process is killed with SIGKILL: the retry gets the first answer or makes the change, never both."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice
from random import Random
from typing import Any

import httpx
import psutil
import pytest
from django.db import connection

from benchmarks.stage import web_server
from bookings.checks import CHECKS
from bookings.models import Booking
from rooms.models import Room, Session
from tests.api.appointments import BOOKINGS, wanted
from tests.api.appointments import time as times
from tests.bookings.race import in_the_middle
from tests.builders import every_day, make_api_key, make_organization, make_room, make_schedule, slot
from tests.processes import database_url, wait_until
from tests.proxy import Fate, Proxy, proxy_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(3_000)]

VENUE = "/api/v1/bookings"
KILLS = 3
Answer = httpx.Response
Call = tuple[str, str, Any]
Calls = Callable[[Room], Iterator[Call]]


@dataclass
class Stage:
    """Several web processes on one address, and a proxy before it."""

    room: Room
    proxy: Proxy
    http: httpx.Client
    web: list[psutil.Process]

    def kill(self) -> None:
        """Who has the latest request, or anybody where nobody has; with its parent, which would start another."""
        parent = next((each for each in self.web if self._serves(each)), self.web[0])
        self.web.remove(parent)
        for process in [parent, *parent.children()]:
            process.kill()

    def _serves(self, parent: psutil.Process) -> bool:
        ends = [end.raddr for child in parent.children() for end in child.net_connections("tcp4")]
        return self.proxy.port in {end.port for end in ends if end}

    def send(self, method: str, path: str, body: Any, key: str) -> Answer:
        return self.http.request(method, path, json=body, headers={"Idempotency-Key": key})

    def retried(self, method: str, path: str, body: Any, key: str) -> Answer:
        """The final answer: until there is one, the same is sent again under the same key."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with suppress(httpx.TransportError):
                answer = self.send(method, path, body, key)
                if answer.status_code < 500 and "IDEMPOTENCY_IN_PROGRESS" not in answer.text:
                    return answer
            time.sleep(0.05)
        raise AssertionError("something blocks the retry")


@contextmanager
def web_processes(room: Room) -> Iterator[Stage]:
    """As many as are killed, and one more."""
    sent = {"Authorization": f"Bearer {make_api_key(room.organization)[1]}", "Connection": "close"}
    with (
        web_server(database_url(), workers=KILLS + 1) as server,
        proxy_to(server.url) as (proxy, address),
        httpx.Client(base_url=address, headers=sent, timeout=60) as http,
    ):
        web = [psutil.Process(pid) for pid in server.processes]
        wait_until(lambda: all(each.children() for each in web))
        yield Stage(room, proxy, http, web)


@pytest.fixture
def room() -> Room:
    schedule = make_schedule(make_organization(), hours=every_day(("00:00", "24:00")))
    return make_room(schedule, durations=[5], slot_interval_minutes=5)


@pytest.fixture
def stage(room: Room) -> Iterator[Stage]:
    with web_processes(room) as stage:
        yield stage


def venue_calls(room: Room) -> Iterator[Call]:
    """Book, move and cancel, each after the one before it has happened."""
    yield "POST", VENUE, {"room": room.pk, "start": slot(10).isoformat(), "customer": ADA}
    made = Booking.objects.get()
    yield "PUT", f"{VENUE}/{made.pk}", {"start": slot(12).isoformat()}
    yield "DELETE", f"{VENUE}/{made.pk}?reason=ill", None


def booking_calls(room: Room) -> Iterator[Call]:
    yield "POST", BOOKINGS, wanted(room)
    made = Booking.objects.get()
    yield "POST", f"{BOOKINGS}/{made.pk}/reschedule", {"newSlot": five_minutes_at(12)}
    moved = Booking.objects.get(rescheduled_from=made)
    yield "POST", f"{BOOKINGS}/{moved.pk}/cancel", {}


ADA = {"name": "Ada Park", "email": "ada@example.com"}


def five_minutes_at(hour: int) -> dict[str, str]:
    return times(slot(hour), slot(hour, 5))


@pytest.mark.parametrize("calls", [venue_calls, booking_calls])
def test_killed_between_commit_and_answer_the_retry_replays(stage: Stage, calls: Calls) -> None:
    stage.proxy.answered = stage.kill
    for number, call in enumerate(calls(stage.room)):
        stage.proxy.fate = lambda: Fate.ANSWER_LOST
        with pytest.raises(httpx.TransportError):
            stage.send(*call, f"order-{number}")
        stage.proxy.fate, committed = (lambda: Fate.PASSES), whole_state()
        answer = stage.retried(*call, f"order-{number}")
        assert answer.headers["Idempotent-Replayed"] == "true"
        assert answer.is_success
        assert stage.proxy.lost_answers[-1].endswith(b"\r\n\r\n" + answer.content)
        assert whole_state() == committed
    assert len(stage.proxy.lost_answers) == KILLS == 4 - len(stage.web)
    assert all(check().ok for check in CHECKS)


def test_killed_within_the_transaction_it_leaves_nothing_and_the_retry_runs(stage: Stage) -> None:
    """Deep in it: the key's lock is held, and the schedule's is waited for."""
    lock = "SELECT 1 FROM rooms_schedule WHERE id = %s FOR UPDATE"
    call = "POST", BOOKINGS, wanted(stage.room), "order-1"
    with ThreadPoolExecutor(1) as pool, in_the_middle(lock, [stage.room.schedule_id]) as other:
        began = pool.submit(stage.send, *call)
        wait_until(lambda: waits_for(other.info.backend_pid))
        stage.kill()
        assert isinstance(began.exception(60), httpx.TransportError)
    answer = stage.retried(*call)
    assert (answer.status_code, answer.headers.get("Idempotent-Replayed")) == (201, None)
    assert [str(booking.pk) for booking in Booking.objects.all()] == [answer.json()["bookingId"]]


@pytest.mark.parametrize("servers", [1, pytest.param(34, marks=pytest.mark.faults)])
def test_killed_at_any_point_nothing_blocks_the_retry(room: Room, servers: int) -> None:
    chance, starts = Random(3), (slot(number // 12, 5 * (number % 12)) for number in count())
    ran_again = []
    for _ in range(servers):
        with web_processes(room) as stage:
            ran_again += [
                killed_somewhere(stage, start, chance.uniform(0, 0.06)) for start in islice(starts, KILLS)
            ]
    assert Session.objects.count() == Booking.objects.count() == servers * KILLS
    assert all(check().ok for check in CHECKS)
    if servers > 10:  # it was killed before the commit, and after it
        assert {True, False} == set(ran_again)


def killed_somewhere(stage: Stage, start: datetime, seconds: float) -> bool:
    """Whether the retry had to make the booking."""
    call = "POST", BOOKINGS, wanted(stage.room, start), f"order-{start}"
    with ThreadPoolExecutor(1) as pool:
        pool.submit(stage.send, *call)
        time.sleep(seconds)  # which point that is, nobody can know
        stage.kill()
    answer = stage.retried(*call)
    assert answer.status_code == 201, answer.text
    assert Booking.objects.filter(start=start).count() == 1
    return "Idempotent-Replayed" not in answer.headers


def waits_for(pid: int) -> bool:
    with (
        connection.cursor() as cursor
    ):  # not in the other's transaction, which would see the same backends for ever
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", [pid])
        return cursor.fetchone() is not None


def whole_state() -> str:
    return json.dumps(list(Booking.objects.order_by("pk").values()), default=str)
