"""Seats in a session that several parties share."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from bookingflow.lib.errors import SlotNotAvailable, SlotUnavailable
from rooms.models import Block, Claim, Mode, Session
from tests.builders import make_room, make_shared_room
from tests.rooms.taking import NOW, at, claim, codes, session_of, starts

pytestmark = pytest.mark.django_db

BOTH = [Mode.PRIVATE, Mode.SHARED]


def test_parties_join_until_the_seats_are_taken() -> None:
    room = make_shared_room(seats=6)
    first = claim(room, at(10), guests=4)
    claim(room, at(10), guests=2)
    assert (session_of(first).seats, session_of(first).seats_taken) == (6, 6)
    with pytest.raises(SlotNotAvailable) as refusal:
        claim(room, at(10), guests=1)
    assert codes(refusal) == ["SEATS"]
    assert starts(room) == [at(10)]


def test_a_party_larger_than_the_seats_left_is_refused_and_a_smaller_one_is_not() -> None:
    room = make_shared_room(seats=6)
    first = claim(room, at(10), guests=4)
    with pytest.raises(SlotNotAvailable):
        claim(room, at(10), guests=3)
    claim(room, at(10), guests=1)
    assert session_of(first).seats_taken == 5


def test_a_party_larger_than_the_room_was_never_on_offer() -> None:
    with pytest.raises(SlotUnavailable) as refusal:
        claim(make_shared_room(seats=6), at(10), guests=7)
    assert codes(refusal) == ["GUESTS"]


def test_the_first_party_decides_the_mode() -> None:
    room = make_room(modes=BOTH, seats=6)
    claim(room, at(10), mode="shared")
    claim(room, at(12), mode="private")
    for start, mode in ((at(10), "private"), (at(12), "shared")):
        with pytest.raises(SlotNotAvailable) as refusal:
            claim(room, start, mode=mode)
        assert "MODE" in codes(refusal)


def test_seats_whose_hold_ran_out_are_taken_by_others_and_the_rest_stays() -> None:
    room = make_shared_room(seats=6)
    firm = claim(room, at(10), guests=2)
    held = claim(room, at(10), guests=4, expires_at=NOW + timedelta(minutes=10))
    claim(room, at(10), guests=3, now=NOW + timedelta(minutes=10))
    assert session_of(firm).seats_taken == 5
    assert not Claim.objects.filter(holder_id=held).exists()


def test_who_joins_takes_the_buffers_of_the_session_and_not_the_rooms_new_ones() -> None:
    room = make_shared_room(slot_interval_minutes=30, buffer_after_minutes=30)
    first = claim(room, at(10))
    room.buffer_after_minutes = 90
    room.save()
    claim(make_shared_room(room.schedule), at(12))
    assert session_of(claim(room, at(10))).pk == session_of(first).pk
    assert session_of(first).occupied.upper == at(11, 30)


def test_nobody_joins_a_session_whose_own_buffer_was_blocked_since() -> None:
    room = make_shared_room(buffer_after_minutes=30)
    claim(room, at(10))
    room.buffer_after_minutes = 0
    room.save()
    Block.objects.create(organization=room.organization, schedule=room.schedule, start=at(11, 15), end=at(12))
    with pytest.raises(SlotNotAvailable) as refusal:
        claim(room, at(10))
    assert codes(refusal) == ["BLOCKED"]


def test_seats_that_a_room_gained_later_are_not_in_sessions_that_were_there() -> None:
    room = make_shared_room(seats=2)
    claim(room, at(10), guests=2)
    room.seats = room.guests_max = 6
    room.save()
    with pytest.raises(SlotNotAvailable):
        claim(room, at(10))


def test_joining_is_four_statements_after_the_lock(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    room = make_shared_room()
    claim(room, at(10))
    with django_assert_num_queries(1 + 4):
        claim(room, at(10))


def test_the_database_itself_oversells_no_session() -> None:
    session = session_of(claim(make_shared_room(seats=6), at(10)))
    with pytest.raises(IntegrityError, match="session_not_oversold"), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(seats_taken=7)
