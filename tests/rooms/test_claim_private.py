"""Taking a slot for one party."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from bookingflow.lib.errors import SlotNotAvailable, SlotUnavailable
from rooms import sessions
from rooms.models import Block, Session
from tests.builders import make_room, make_schedule
from tests.rooms.taking import NOW, at, claim, codes, session_of, starts

pytestmark = pytest.mark.django_db


def test_a_slot_is_taken_with_the_buffers_around_it() -> None:
    room = make_room(buffer_before_minutes=10, buffer_after_minutes=15)
    session = session_of(claim(room, at(10), guests=4))
    assert (session.start, session.end) == (at(10), at(11))
    assert (session.occupied.lower, session.occupied.upper) == (at(9, 50), at(11, 15))
    assert (session.seats, session.seats_taken) == (1, 1)


def test_what_is_taken_is_refused_with_its_reason_and_a_message_that_names_nobody() -> None:
    room = make_room()
    claim(room, at(10), holder_ref="BF-AAAAAA")
    with pytest.raises(SlotNotAvailable) as refusal:
        claim(room, at(10))
    assert refusal.value.message == "Selected time slot is no longer available"
    assert refusal.value.details == [{"code": "BOOKED", "message": "Taken by BF-AAAAAA"}]


def test_a_hold_takes_time_like_a_booking() -> None:
    room = make_room()
    claim(room, at(10), expires_at=NOW + timedelta(minutes=10))
    with pytest.raises(SlotNotAvailable) as refusal:
        claim(room, at(10))
    assert codes(refusal) == ["HELD"]


def test_neighbours_keep_the_buffers_of_both_between_them() -> None:
    room = make_room(slot_interval_minutes=5, buffer_before_minutes=10, buffer_after_minutes=15)
    claim(room, at(12))
    for too_near in (at(10, 40), at(13, 20)):
        with pytest.raises(SlotNotAvailable) as refusal:
            claim(room, too_near)
        assert codes(refusal) == ["BUFFER"]
    claim(room, at(10, 35))
    claim(room, at(13, 25))
    assert starts(room) == [at(10, 35), at(12), at(13, 25)]


def test_one_room_takes_the_time_of_all_on_its_schedule_and_of_no_other() -> None:
    schedule = make_schedule()
    claim(make_room(schedule), at(10))
    with pytest.raises(SlotNotAvailable):
        claim(make_room(schedule), at(10))
    claim(make_room(), at(10))


def test_blocked_time_is_refused() -> None:
    room = make_room()
    Block.objects.create(
        organization=room.organization, schedule=room.schedule, start=at(10, 30), end=at(12), reason="Paint"
    )
    with pytest.raises(SlotNotAvailable) as refusal:
        claim(room, at(10))
    assert refusal.value.details == [{"code": "BLOCKED", "message": "Blocked: Paint"}]
    claim(room, at(12))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"start": at(8)}, "OUTSIDE_HOURS"),
        ({"start": at(10, 30)}, "OFF_GRID"),
        ({"start": at(10, day=6)}, "IN_PAST"),
        ({"duration": 45}, "DURATION"),
        ({"guests": 7}, "GUESTS"),
        ({"mode": "shared"}, "MODE"),
        ({"end": at(11, 30)}, "DURATION"),
    ],
)
def test_what_never_was_on_offer_is_refused_as_such(fault: dict[str, Any], code: str) -> None:
    with pytest.raises(SlotUnavailable) as refusal:
        claim(make_room(), **{"start": at(10)} | fault)
    assert codes(refusal) == [code]
    assert refusal.value.message == refusal.value.details[0]["message"]


@pytest.mark.parametrize(
    "fault", [{"start": at(10).replace(year=9999)}, {"duration": 10**12}, {"duration": 0}]
)
def test_what_lies_beyond_the_calendar_is_not_on_offer(fault: dict[str, Any]) -> None:
    with pytest.raises(SlotUnavailable):
        claim(make_room(), **{"start": at(10)} | fault)


def test_what_never_was_on_offer_outweighs_what_is_taken_and_all_reasons_are_told() -> None:
    room = make_room()
    claim(room, at(10))
    with pytest.raises(SlotUnavailable) as refusal:
        claim(room, at(10, 30), guests=9)
    assert codes(refusal) == ["GUESTS", "OFF_GRID", "BOOKED"]


def test_a_date_with_other_hours_counts() -> None:
    room = make_room()
    room.schedule.overrides.create(date=at(0).date(), hours=[["18:00", "02:00"]])
    with pytest.raises(SlotUnavailable):
        claim(room, at(10))
    claim(room, at(1, day=8))


def test_a_claim_is_four_statements_after_the_lock(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    room = make_room()
    version = room.schedule.version
    with django_assert_num_queries(1 + 4):
        claim(room, at(10))
    room.schedule.refresh_from_db()
    assert room.schedule.version != version


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_taken() -> None:
    room = make_room()
    for step in (
        lambda: claim(room, at(10)),
        lambda: sessions.release(holder_id=room.schedule.version),
        lambda: sessions.keep(holder_id=room.schedule.version, now=NOW),
        lambda: sessions.sweep_expired(now=NOW, limit=10),
    ):
        with pytest.raises(RuntimeError):
            step()
    with transaction.atomic():
        claim(room, at(10))
    assert Session.objects.count() == 1
