"""What is read of a schedule's time."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from bookingflow.lib.intervals import Interval
from rooms.availability import Busy, ReasonCode, Timeline
from rooms.models import Block, Room
from rooms.queries import claims_within, load_timeline, upcoming_claims
from rooms.timelines import load_timelines
from tests.builders import make_room, make_schedule, make_shared_room
from tests.rooms.taking import NOW, at, claim

pytestmark = pytest.mark.django_db

HOLD = timedelta(minutes=10)
MIDNIGHT, NEXT = at(0), at(0, day=8)


def timeline(room: Room, start: datetime = MIDNIGHT, end: datetime = NEXT, **overrides: Any) -> Timeline:
    return load_timeline(
        schedule=room.schedule, window_start=start, window_end=end, **{"now": NOW} | overrides
    )


def test_a_session_shows_its_parties_seats_and_holds() -> None:
    room = make_shared_room(buffer_after_minutes=15)
    claim(room, at(10), guests=2, holder_ref="BF-AAAAAA")
    claim(room, at(10), guests=3, holder_ref="BF-BBBBBB", expires_at=NOW + HOLD)
    (taken,) = timeline(room).taken
    assert (taken.room_id, taken.mode, taken.seats, taken.seats_taken) == (room.pk, "shared", 6, 5)
    assert (taken.start, taken.end) == (at(10), at(11))
    assert (taken.occupied_start, taken.occupied_end) == (at(10), at(11, 15))
    assert taken.references == ("BF-AAAAAA", "BF-BBBBBB")
    assert (taken.held, taken.hold_expires_at) == (False, NOW + HOLD)


def test_void_claims_and_the_one_left_out_do_not_count() -> None:
    room = make_shared_room()
    claim(room, at(10), guests=1, expires_at=NOW + HOLD)
    own = claim(room, at(10), guests=2)
    claim(room, at(12), expires_at=NOW + HOLD)
    (taken,) = timeline(room, now=NOW + HOLD).taken
    assert (taken.start, taken.seats_taken, taken.held) == (at(10), 2, False)
    assert [each.seats_taken for each in timeline(room, without_holder=own).taken] == [1, 1]
    assert timeline(room, now=NOW + HOLD, without_holder=own).taken == []


def test_only_what_reaches_into_the_window_is_read() -> None:
    room = make_room(buffer_before_minutes=30, buffer_after_minutes=30)
    for hour in (9, 12, 15):
        claim(room, at(hour))
    claim(make_room(), at(12))
    assert [each.start for each in timeline(room, at(10, 30), at(14, 30)).taken] == [at(12)]
    assert [each.start for each in timeline(room, at(10, 29), at(14, 31)).taken] == [at(9), at(12), at(15)]


def test_blocks_and_hours_come_along() -> None:
    room = make_room(make_schedule(timezone="America/New_York"))
    Block.objects.create(
        organization=room.organization, schedule=room.schedule, start=at(16), end=at(17), reason="Paint"
    )
    room.schedule.overrides.create(date=date(2030, 1, 8), hours=[["18:00", "02:00"]])
    found = timeline(room, at(14), at(14, day=9))
    assert found.busy == [Busy(at(16), at(17), ReasonCode.BLOCKED, "Paint")]
    opened = {opening.date: (opening.start, opening.end) for opening in found.openings}
    assert opened[date(2030, 1, 7)] == (at(14), at(22))
    assert opened[date(2030, 1, 8)] == (at(23, day=8), at(7, day=9))


def test_a_timeline_is_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    room, other = make_shared_room(), make_room()
    claim(room, at(10))
    with django_assert_num_queries(1):
        timeline(room)
    with django_assert_num_queries(1):
        day = Interval(at(0), at(0, day=8))
        found = load_timelines([(room.schedule, day), (other.schedule, day)], now=NOW)
    assert [(len(each.taken)) for _, each in found.values()] == [1, 0]


def test_upcoming_is_what_is_not_over_of_the_room_or_of_the_whole_schedule() -> None:
    room = make_room()
    beside = make_room(room.schedule)
    holders = [claim(room, at(hour)) for hour in (9, 10, 11)]
    last = claim(beside, at(12))
    claim(room, at(13), expires_at=NOW + HOLD)
    now = at(10)
    assert [each.holder_id for each in upcoming_claims(now=now, room=room)] == holders[1:]
    assert [each.holder_id for each in upcoming_claims(now=now, schedule=room.schedule)] == [
        *holders[1:],
        last,
    ]
    assert [each.start for each in upcoming_claims(now=NOW, room=room)][-1] == at(13)


def test_within_counts_the_buffers() -> None:
    room = make_room(buffer_after_minutes=30)
    holder = claim(room, at(10), holder_ref="BF-AAAAAA")
    (found,) = claims_within(schedule=room.schedule, start=at(11, 15), end=at(12), now=NOW)
    assert (found.holder_id, found.holder_ref, found.start, found.end) == (
        holder,
        "BF-AAAAAA",
        at(10),
        at(11),
    )
    assert claims_within(schedule=room.schedule, start=at(11, 30), end=at(12), now=NOW) == []
