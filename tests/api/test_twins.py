"""One key, many at once, on real connections: one mutation, and the others are told so."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from bookingflow.lib import clock
from bookings.models import Booking
from rooms.models import Room
from tests.api.appointments import BOOKINGS, book, cancel, reschedule, wanted
from tests.api.at_once import at_once
from tests.builders import make_api_key, make_organization, make_room, make_schedule, slot
from tests.caller import Caller, error_of

TWINS = 20

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room() -> Room:
    return make_room(make_schedule(make_organization(slug="north-pier")))


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


def test_twins_of_the_booking_api_book_once(room: Room) -> None:
    key = make_api_key(room.organization)[1]
    answers = at_once(TWINS, lambda _: Caller(key).post(BOOKINGS, wanted(room), key="order-1"))
    assert_once(answers, 201)
    assert Booking.objects.count() == 1
    assert Caller(key).post(BOOKINGS, wanted(room), key="order-1").content == made_of(answers, 201)


def test_twins_before_a_web_process_book_once(room: Room, served: str) -> None:
    sent = {"Authorization": f"Bearer {make_api_key(room.organization)[1]}", "Idempotency-Key": "order-1"}

    def post(_: int) -> httpx.Response:
        return httpx.post(f"{served}{BOOKINGS}", json=wanted(room), headers=sent, timeout=60)

    answers = at_once(TWINS, post)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    told = {answer.json()["error"]["code"] for answer in answers if answer.status_code == 409}
    assert told <= {"IDEMPOTENCY_IN_PROGRESS"}
    assert post(0).headers["Idempotent-Replayed"] == "true"
    assert Booking.objects.count() == 1


def test_twins_cancel_and_move_once(room: Room) -> None:
    key = make_api_key(room.organization)[1]
    moved, canceled = book(Caller(key), room, slot(10)), book(Caller(key), room, slot(14))
    answers = at_once(TWINS, lambda _: reschedule(Caller(key), moved, slot(12), key="move-1"))
    assert_once(answers, 200)
    assert_once(at_once(TWINS, lambda _: cancel(Caller(key), canceled, key="cancel-1")), 200)
    assert Booking.objects.count() == 3
    assert Booking.objects.filter(status="confirmed").count() == 1


def test_of_many_moves_at_once_one_wins_and_the_others_are_told(room: Room) -> None:
    key = make_api_key(room.organization)[1]
    old = book(Caller(key), room, slot(9))
    answers = at_once(6, lambda number: reschedule(Caller(key), old, slot(10 + number)))
    lost = [error_of(answer, 409)["code"] for answer in answers if answer.status_code != 200]
    assert lost == ["BOOKING_STATE_CONFLICT"] * 5
    assert Booking.objects.count() == 2


def assert_once(answers: list[Any], status: int) -> None:
    """One answer for all, and the others told that it is on its way."""
    made_of(answers, status)
    refused = [error_of(answer, 409)["code"] for answer in answers if answer.status_code != status]
    assert set(refused) <= {"IDEMPOTENCY_IN_PROGRESS"}
    assert sum("Idempotent-Replayed" not in answer for answer in answers) == 1 + len(refused)


def made_of(answers: list[Any], status: int) -> bytes:
    [content] = {answer.content for answer in answers if answer.status_code == status}
    return bytes(content)
