"""A hold that runs out frees its time at that instant, swept or not."""

from datetime import timedelta

import pytest

from bookingflow.lib.errors import SlotNotAvailable
from rooms import sessions
from rooms.models import Claim
from tests.builders import make_room, make_schedule, make_shared_room
from tests.rooms.taking import NOW, at, claim, session_of, starts

pytestmark = pytest.mark.django_db

UNTIL = NOW + timedelta(minutes=10)
TICK = timedelta(microseconds=1)


def test_a_hold_counts_until_the_instant_that_it_runs_out_and_not_at_it() -> None:
    room = make_room()
    held = claim(room, at(10), expires_at=UNTIL)
    with pytest.raises(SlotNotAvailable):
        claim(room, at(10), now=UNTIL - TICK)
    next_one = claim(room, at(10), now=UNTIL)
    assert not Claim.objects.filter(holder_id=held).exists()
    assert session_of(next_one).seats_taken == 1


def test_every_void_session_in_the_way_is_swept_and_those_beside_it_are_left() -> None:
    schedule = make_schedule()
    short, long = make_room(schedule), make_room(schedule, durations=[180])
    for hour in (9, 10, 11, 12):
        claim(short, at(hour), expires_at=UNTIL)
    claim(long, at(9), now=UNTIL)
    assert starts(short) == [at(9), at(12)]


def test_a_void_session_in_the_buffer_is_swept() -> None:
    schedule = make_schedule()
    claim(make_room(schedule), at(11), expires_at=UNTIL)
    room = make_room(schedule, buffer_after_minutes=30)
    claim(room, at(10), now=UNTIL)
    assert starts(room) == [at(10)]


def test_a_void_shared_session_leaves_nothing_behind_for_the_next_one() -> None:
    room = make_shared_room(seats=6)
    for _ in range(3):
        claim(room, at(10), guests=2, expires_at=UNTIL)
    fresh = session_of(claim(room, at(10), guests=5, now=UNTIL))
    assert (fresh.seats_taken, fresh.claims.count()) == (5, 1)


def test_a_hold_that_is_kept_stays() -> None:
    room = make_room()
    held = claim(room, at(10), expires_at=UNTIL)
    version = room.schedule.version
    assert sessions.keep(holder_id=held, now=UNTIL - TICK)
    with pytest.raises(SlotNotAvailable):
        claim(room, at(10), now=UNTIL + timedelta(hours=1))
    room.schedule.refresh_from_db()
    assert room.schedule.version != version


def test_a_hold_that_ran_out_can_not_be_kept() -> None:
    held = claim(make_room(), at(10), expires_at=UNTIL)
    assert not sessions.keep(holder_id=held, now=UNTIL)
    assert Claim.objects.get(holder_id=held).expires_at == UNTIL


def test_what_is_firm_can_be_kept_again_and_what_is_not_there_can_not() -> None:
    room = make_room()
    firm = claim(room, at(10))
    assert sessions.keep(holder_id=firm, now=UNTIL)
    sessions.release(holder_id=firm)
    assert not sessions.keep(holder_id=firm, now=UNTIL)
