"""A block and a booking for the same time, at the same instant: never both, unless the block was forced."""

from typing import Any

import pytest
from django.db.models import F

from bookingflow.lib import json
from bookings.lifecycle import Status
from bookings.models import Booking
from rooms.models import Block, Room
from tests.api.test_twins import at_once
from tests.builders import make_api_key, make_room, slot
from tests.caller import Caller, error_of

pytestmark = pytest.mark.django_db(transaction=True)

BLOCK, BOOK = "/api/v1/schedules/block", "/api/v1/bookings"


def asked(room: Room, hour: int, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    start, end = json.instant(slot(hour)), json.instant(slot(hour + 1))
    customer = {"name": "Ada", "email": "ada@example.com"}
    return {"room": room.pk, "start": start, "end": end, **more}, {
        "room": room.pk,
        "start": start,
        "customer": customer,
    }


def both() -> list[Booking]:
    live = Booking.objects.filter(status=Status.CONFIRMED)
    return [
        booking
        for block in Block.objects.all()
        for booking in live.filter(start__lt=block.end, end__gt=block.start, room__schedule=block.schedule_id)
    ]


def meet(room: Room, key: str, hour: int, **more: Any) -> list[Any]:
    """Two blocks and two bookings set off together; which come first is chance."""
    block, booking = asked(room, hour, **more)
    calls = [(BLOCK, block), (BOOK, booking), (BOOK, booking), (BLOCK, block)]
    return at_once(4, lambda number: Caller(key).post(*calls[number]))


def test_one_of_them_wins(room_and_key: tuple[Room, str]) -> None:
    room, key = room_and_key
    for hour in range(9, 17):
        answers = meet(room, key, hour)
        codes = {error_of(answer, 409)["code"] for answer in answers if answer.status_code != 201}
        assert {answer.status_code for answer in answers} == {201, 409}
        assert codes in ({"SLOT_NOT_AVAILABLE"}, {"SLOT_NOT_AVAILABLE", "BLOCK_CONFLICT"}, {"BLOCK_CONFLICT"})
    assert both() == []
    assert Booking.objects.count() + Block.objects.values("start").distinct().count() == 8


def test_a_forced_block_names_whom_it_met(room_and_key: tuple[Room, str]) -> None:
    room, key = room_and_key
    named = set()
    for hour in range(9, 13):
        blocks = [answer for answer in meet(room, key, hour, force=True) if "conflicts" in answer.json()]
        assert [answer.status_code for answer in blocks] == [201, 201]
        named |= {claim["bookingId"] for answer in blocks for claim in answer.json()["conflicts"]}
    assert named == {str(booking.pk) for booking in both()}


def test_closing_a_room_and_booking_it_exclude_each_other(room_and_key: tuple[Room, str]) -> None:
    room, key = room_and_key
    for hour in range(9, 13):
        Room.objects.filter(pk=room.pk).update(active=True, sequence=F("sequence") + 1)
        _, booking = asked(room, hour)
        calls = [("DELETE", f"/api/v1/rooms/{room.pk}", None), ("POST", BOOK, booking)]
        closed, booked = at_once(2, lambda number: Caller(key).send(*calls[number]))  # noqa: B023
        assert (closed.status_code, booked.status_code) in ((204, 422), (409, 201))
        if booked.status_code == 201:
            Caller(key).delete(f"{BOOK}/{booked.json()['id']}")


@pytest.fixture
def room_and_key() -> tuple[Room, str]:
    room = make_room()
    return room, make_api_key(room.organization)[1]
