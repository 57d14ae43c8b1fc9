"""One key, many at once, on real connections: one mutation, and the others are told so."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import connection

from bookingflow.lib import clock
from bookings.models import Booking
from rooms.models import Room
from tests.builders import make_api_key, make_organization, make_room, make_schedule
from tests.caller import Caller, error_of

T = TypeVar("T")
TWINS = 20

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room() -> Room:
    return make_room(make_schedule(make_organization(slug="north-pier")))


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """`work` in that many threads that set off together, each with a connection of its own."""
    start = Barrier(count)

    def one(number: int) -> T:
        try:
            start.wait(10)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def body_of(room: Room) -> dict[str, Any]:
    start = (clock.now() + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
    return {
        "room": room.pk,
        "start": start.isoformat(),
        "customer": {"name": "Ada", "email": "ada@example.com"},
    }


def test_twins_under_one_key_book_once(room: Room) -> None:
    key, body = make_api_key(room.organization)[1], body_of(room)
    answers = at_once(TWINS, lambda _: Caller(key).post("/api/v1/bookings", body, key="order-1"))
    made = {answer.content for answer in answers if answer.status_code == 201}
    refused = [error_of(answer, 409) for answer in answers if answer.status_code != 201]
    assert len(made) == 1
    assert {error["code"] for error in refused} <= {"IDEMPOTENCY_IN_PROGRESS"}
    assert all(answer["Retry-After"] == "1" for answer in answers if answer.status_code == 409)
    assert Booking.objects.count() == 1
    assert Caller(key).post("/api/v1/bookings", body, key="order-1").content in made


def test_one_slot_is_sold_once_whatever_the_keys(room: Room) -> None:
    key, body = make_api_key(room.organization)[1], body_of(room)
    answers = at_once(TWINS, lambda number: Caller(key).post("/api/v1/bookings", body, key=f"order-{number}"))
    lost = [error_of(answer, 409)["code"] for answer in answers if answer.status_code != 201]
    assert lost == ["SLOT_NOT_AVAILABLE"] * (TWINS - 1)
    assert Booking.objects.count() == 1
