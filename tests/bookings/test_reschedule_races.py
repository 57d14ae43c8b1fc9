"""Rescheduling at the same instant as others do: one winner for each booking, each time had once, and no deadlock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from bookingflow.api import unit_of_work
from bookings import services
from bookings.checks import CHECKS
from bookings.lifecycle import Status
from bookings.models import Booking
from rooms.models import Claim, Room, Session
from tests.bookings.race import race, refusals, won
from tests.bookings.stage import again, by, time_of
from tests.builders import make_booking, make_room, make_schedule, slot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(3_000)]

Call = Callable[[], Any]
HOUR = timedelta(hours=1)
TAKEN, ENDED = "SLOT_NOT_AVAILABLE", "BOOKING_STATE_CONFLICT"

rounds = pytest.mark.parametrize("rounds", [8, pytest.param(1_000, marks=pytest.mark.faults)])


@pytest.fixture
def no_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """One would not be tried again, but stand among the outcomes. It is found before a lock is waited for too long."""
    monkeypatch.setattr(unit_of_work, "TRIED_AGAIN", frozenset({unit_of_work.LOCK_NOT_AVAILABLE}))


def rescheduling(booking: Booking, start: datetime) -> Call:
    return lambda: services.reschedule_booking(**by(booking), start=start, end=start + HOUR)


def moving(booking: Booking, start: datetime, room: Room) -> Call:
    return lambda: services.change_booking(**by(booking), start=start, room=room.pk)


def canceling(booking: Booking) -> Call:
    return lambda: services.cancel_booking(**by(booking))


def live() -> list[Booking]:
    return list(Booking.objects.filter(status=Status.CONFIRMED.value).select_related("room__schedule"))


def everything_agrees() -> None:
    for booking in live():
        assert time_of(booking) == (booking.start, booking.end)
    assert Claim.objects.count() == Session.objects.count() == len(live())


@rounds
@pytest.mark.usefixtures("no_deadlock")
def test_of_many_attempts_on_one_booking_exactly_one_wins(rounds: int) -> None:
    booking = make_booking(make_room(), start=slot(9))
    for round_ in range(rounds):
        starts = [slot(hour, days=7 + round_ % 2) for hour in range(10, 15)]
        outcomes = race([rescheduling(booking, start) for start in starts])
        assert refusals(outcomes) == [ENDED] * 4
        [winner] = won(outcomes)
        assert [each.pk for each in live()] == [winner.pk]
        assert again(booking).rescheduled_to == winner
        booking = winner
        everything_agrees()


@rounds
@pytest.mark.usefixtures("no_deadlock")
def test_a_swap_in_both_directions_moves_nobody(rounds: int) -> None:
    room = make_room()
    first, second = make_booking(room, start=slot(10)), make_booking(room, start=slot(12))
    for _ in range(rounds):
        outcomes = race([rescheduling(first, slot(12)), rescheduling(second, slot(10))])
        assert refusals(outcomes) == [TAKEN, TAKEN]
    assert {each.pk for each in live()} == {first.pk, second.pk}
    everything_agrees()


@rounds
@pytest.mark.usefixtures("no_deadlock")
def test_a_swap_between_two_schedules_moves_nobody(rounds: int) -> None:
    one, other = make_two_rooms()
    first, second = make_booking(one), make_booking(other)
    for _ in range(rounds):
        outcomes = race([moving(first, slot(), other), moving(second, slot(), one)])
        assert refusals(outcomes) == [TAKEN, TAKEN]
    everything_agrees()


@rounds
@pytest.mark.usefixtures("no_deadlock")
def test_in_a_chain_each_moves_only_into_a_time_that_was_left(rounds: int) -> None:
    """Ten to eleven, eleven to twelve, twelve to one, all at once: the last one can, whoever else can follows on it."""
    room = make_room()
    for _ in range(rounds):
        chain = [make_booking(room, start=slot(hour)) for hour in (10, 11, 12)]
        outcomes = race([rescheduling(each, each.start + HOUR) for each in chain])
        assert set(refusals(outcomes)) <= {TAKEN}
        moved = [not isinstance(outcome, Exception) for outcome in outcomes]
        assert moved in ([False, False, True], [False, True, True], [True, True, True])
        assert len(live()) == 3
        everything_agrees()
        for booking in live():
            unit_of_work.run(canceling(booking))


@rounds
@pytest.mark.usefixtures("no_deadlock")
def test_moved_while_being_cancelled_it_is_one_or_the_other(rounds: int) -> None:
    room = make_room()
    for _ in range(rounds):
        booking = make_booking(room, start=slot(10))
        outcomes = race([rescheduling(booking, slot(12)), canceling(booking)])
        assert refusals(outcomes) == [ENDED]
        was_moved = not isinstance(outcomes[0], Exception)
        assert len(live()) == int(was_moved)
        everything_agrees()
        for moved in live():
            unit_of_work.run(canceling(moved))


@rounds
def test_no_storm_of_moves_ends_in_a_deadlock(rounds: int) -> None:
    """Over two schedules, several on one booking: reschedules, moves in place, cancellations."""
    chance, spots = Random(7), [slot(hour) for hour in range(10, 15)]
    two = make_two_rooms()
    bookings = [make_booking(room, start=start) for room in two for start in spots[:2]]
    for _ in range(rounds):
        picked = chance.choices(bookings, k=5)
        calls = [_some_call(chance, booking, spots, two) for booking in picked]
        assert set(refusals(race(calls))) <= {TAKEN, ENDED, "SLOT_UNAVAILABLE"}
        everything_agrees()
        bookings = live() or [make_booking(two[0], start=spots[0])]
    assert all(check().ok for check in CHECKS)


def _some_call(chance: Random, booking: Booking, spots: list[datetime], rooms: list[Room]) -> Call:
    start = chance.choice(spots)
    match chance.randrange(9):
        case 0:
            return canceling(booking)
        case 1 | 2 | 3:
            return moving(booking, start, chance.choice(rooms))
        case _:
            return rescheduling(booking, start)


def make_two_rooms() -> list[Room]:
    schedule = make_schedule()
    return [make_room(schedule), make_room(make_schedule(schedule.organization))]
