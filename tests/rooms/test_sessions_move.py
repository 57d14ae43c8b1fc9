"""Going to another time, room, mode or number of guests."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from bookingflow.lib.errors import SlotNotAvailable, SlotUnavailable
from rooms import sessions
from rooms.models import Block, Claim, Mode, Session
from tests.builders import make_room, make_schedule, make_shared_room
from tests.rooms.taking import NOW, at, claim, codes, move, session_of, starts

pytestmark = pytest.mark.django_db

BOTH = [Mode.PRIVATE, Mode.SHARED]


def test_a_session_moves_over_its_own_old_time_and_stays_the_same_row() -> None:
    room = make_room(slot_interval_minutes=30, buffer_after_minutes=30)
    holder = claim(room, at(10))
    before = session_of(holder)
    after = move(holder, room, at(10, 30))
    assert (after.pk, after.start, after.occupied.upper) == (before.pk, at(10, 30), at(12))
    assert starts(room) == [at(10, 30)]
    claim(room, at(9))


def test_the_neighbours_keep_their_time() -> None:
    room = make_room(slot_interval_minutes=30)
    holder = claim(room, at(10))
    claim(room, at(11))
    with pytest.raises(SlotNotAvailable) as refusal:
        move(holder, room, at(10, 30))
    assert codes(refusal) == ["BOOKED"]
    assert starts(room) == [at(10), at(11)]


def test_neighbours_that_shift_move_one_by_one() -> None:
    room = make_room(slot_interval_minutes=30)
    first, second = claim(room, at(10)), claim(room, at(11))
    for holder, start in ((second, at(11, 30)), (first, at(10, 30))):
        move(holder, room, start)
    assert starts(room) == [at(10, 30), at(11, 30)]


def test_a_move_to_another_schedule_takes_the_session_along_and_touches_both() -> None:
    room = make_room()
    elsewhere = make_room(make_schedule(room.organization))
    holder = claim(room, at(10))
    versions = {each.pk: each.schedule.version for each in (room, elsewhere)}
    move(holder, elsewhere, at(10))
    assert (starts(room), starts(elsewhere)) == ([], [at(10)])
    for each in (room, elsewhere):
        each.schedule.refresh_from_db()
        assert each.schedule.version != versions[each.pk]


def test_a_party_leaves_a_shared_session_and_the_others_stay() -> None:
    room = make_shared_room(seats=6)
    stays, goes = claim(room, at(10), guests=2), claim(room, at(10), guests=3)
    move(goes, room, at(12), guests=4)
    assert (session_of(stays).seats_taken, session_of(goes).seats_taken) == (2, 4)
    assert starts(room) == [at(10), at(12)]


def test_a_party_goes_from_one_shared_session_to_another() -> None:
    room = make_shared_room(seats=6)
    first, second, goes = (claim(room, at(hour), guests=2) for hour in (10, 12, 10))
    move(goes, room, at(12), guests=2)
    assert (session_of(first).seats_taken, session_of(second).seats_taken) == (2, 4)


def test_the_last_party_that_goes_into_another_session_ends_its_own() -> None:
    room = make_shared_room(seats=6)
    first, goes = claim(room, at(10), guests=2), claim(room, at(12), guests=3)
    move(goes, room, at(10), guests=3)
    assert session_of(goes).pk == session_of(first).pk
    assert (session_of(first).seats_taken, starts(room)) == (5, [at(10)])


def test_a_party_grows_where_seats_are_left_beside_its_own() -> None:
    room = make_shared_room(seats=6)
    claim(room, at(10), guests=2)
    holder = claim(room, at(10), guests=3)
    move(holder, room, at(10), guests=4)
    assert session_of(holder).seats_taken == 6
    with pytest.raises(SlotNotAvailable) as refusal:
        move(holder, room, at(10), guests=5)
    assert codes(refusal) == ["SEATS"]


def test_a_party_that_stays_is_asked_about_its_guests_alone() -> None:
    room = make_room()
    holder = claim(room, at(10))
    Block.objects.create(organization=room.organization, schedule=room.schedule, start=at(10), end=at(12))
    room.buffer_after_minutes = 30
    room.schedule.hours = {}
    assert move(holder, room, at(10), guests=3, now=at(10, 30)).occupied.upper == at(11)
    with pytest.raises(SlotUnavailable) as refusal:
        move(holder, room, at(10), guests=7, now=at(10, 30))
    assert codes(refusal) == ["GUESTS"]


def test_a_party_alone_changes_its_mode_and_one_among_others_can_not() -> None:
    room = make_room(modes=BOTH, seats=6)
    alone = claim(room, at(10), mode="shared", guests=3)
    assert (move(alone, room, at(10), mode="private").seats) == 1
    move(alone, room, at(10), mode="shared", guests=3)
    claim(room, at(10), mode="shared")
    with pytest.raises(SlotNotAvailable) as refusal:
        move(alone, room, at(10), mode="private")
    assert codes(refusal) == ["MODE", "BOOKED"]


def test_void_claims_in_the_way_or_in_the_own_session_are_no_hindrance() -> None:
    room = make_shared_room(slot_interval_minutes=30, seats=6)
    holder = claim(room, at(10))
    for start in (at(10), at(11, 30)):
        claim(room, start, guests=5, expires_at=NOW + timedelta(minutes=5))
    moved = move(holder, room, at(10, 30), guests=6, now=NOW + timedelta(minutes=5))
    assert (moved.pk, moved.seats_taken) == (session_of(holder).pk, 6)
    assert starts(room) == [at(10, 30), at(11, 30)]


def test_a_new_holder_takes_over() -> None:
    room = make_room(slot_interval_minutes=30)
    old, new = claim(room, at(10)), uuid4()
    move(old, room, at(10, 30), new_holder=(new, "BF-NEWONE"))
    assert list(Claim.objects.values_list("holder_id", "holder_ref")) == [(new, "BF-NEWONE")]


def test_who_holds_nothing_any_more_moves_nothing() -> None:
    room = make_room()
    holder = claim(room, at(10), expires_at=NOW + timedelta(minutes=5))
    with pytest.raises(Claim.DoesNotExist):
        move(holder, room, at(12), now=NOW + timedelta(minutes=5))


def test_a_refused_move_leaves_everything_as_it_was() -> None:
    room = make_room()
    holder = claim(room, at(10))
    before = Session.objects.values().get()
    for start in (at(3), at(10, 15)):
        with pytest.raises(SlotUnavailable):
            move(holder, room, start)
    with pytest.raises(SlotUnavailable):
        move(holder, room, at(12), end=at(14))
    assert Session.objects.values().get() == before


def test_a_move_is_six_statements_after_the_lock(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    room = make_room()
    holder = claim(room, at(10))
    sessions.lock_schedules([room.schedule_id])
    with django_assert_num_queries(6):
        sessions.move(
            holder_id=holder, room=room, start=at(12), duration=60, mode="private", guests=1, now=NOW
        )
