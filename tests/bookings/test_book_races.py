"""Many callers at the same instant: exactly those win for whom there is room."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from bookingflow.organizations.audit import SYSTEM
from bookings.checks import CHECKS
from bookings.models import Booking, Source
from bookings.services import (
    book_room,
    cancel_booking,
    change_booking,
    confirm_booking,
    expire_holds,
    reschedule_booking,
)
from customers.models import Customer
from rooms.models import Claim, Room, Session
from tests.bookings.race import race, refusals, won
from tests.bookings.stage import by, priced_room, stand_at
from tests.builders import make_booking, make_room, make_schedule, make_shared_room, slot
from webhooks.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8
rounds = pytest.mark.parametrize("count", [ROUNDS, pytest.param(1_000, marks=pytest.mark.faults)])


def booking_of(room: Room, start: datetime, number: int, **overrides: Any) -> Callable[[], Booking]:
    fields: dict[str, Any] = {
        "customer": {"name": f"Guest {number}", "email": f"guest-{number}@example.com"},
        "organization": room.organization,
        "actor": SYSTEM,
        "source": Source.API,
    }
    return lambda: book_room(room=room.pk, start=start, **fields | overrides)


def sound() -> bool:
    return all(check().ok for check in CHECKS)


def nth(number: int) -> datetime:
    """The nth of the slots that lie ahead, eight a day."""
    return slot(9 + number % 8, days=2 + number // 8)


@rounds
def test_of_all_who_go_for_one_slot_exactly_one_gets_it(count: int) -> None:
    room = priced_room(max_days_ahead=730)
    for start in map(nth, range(count)):
        outcomes = race([booking_of(room, start, number, hold=number % 2 == 0) for number in range(6)])
        assert len(won(outcomes)) == 1
        assert refusals(outcomes) == ["SLOT_NOT_AVAILABLE"] * 5
    assert Session.objects.count() == Booking.objects.count() == count
    assert sound()


def test_of_overlapping_slots_in_two_rooms_of_one_schedule_no_two_are_had() -> None:
    one = make_room(durations=[60], slot_interval_minutes=20)
    other = make_room(one.schedule, durations=[60], slot_interval_minutes=20)
    starts = [(room, slot(10, minute)) for room in (one, other) for minute in (0, 20, 40)]
    outcomes = race([booking_of(room, start, n) for n, (room, start) in enumerate(starts)])
    refusals(outcomes)
    assert len(won(outcomes)) == 1
    assert sound()


@rounds
def test_a_shared_session_is_never_oversold(count: int) -> None:
    room = make_shared_room(seats=5, max_days_ahead=730)
    for start in map(nth, range(count)):
        outcomes = race([booking_of(room, start, number, guests=2) for number in range(5)])
        assert len(won(outcomes)) == 2
        assert refusals(outcomes) == ["SLOT_NOT_AVAILABLE"] * 3
    assert set(Session.objects.values_list("seats_taken", flat=True)) == {4}
    assert sound()


def test_one_new_customer_who_books_twice_at_once_is_made_once() -> None:
    for round_ in range(ROUNDS):
        email = f"ada-{round_}@example.com"
        room = make_room()
        other = make_room(make_schedule(room.organization))
        calls = [
            booking_of(each, slot(10), 0, customer={"name": "Ada", "email": email}) for each in (room, other)
        ]
        assert len(won(race(calls))) == 2
        customer = Customer.objects.get(email=email)
        assert Booking.objects.filter(customer=customer).count() == 2
        assert Event.objects.filter(type="customer.created", subject_id=str(customer.pk)).count() == 1


def test_of_concurrent_reschedules_of_one_booking_exactly_one_wins() -> None:
    room = make_room()
    for round_ in range(ROUNDS):
        old = make_booking(room, start=slot(9, days=2 + round_))
        times = [(slot(hour, days=2 + round_), slot(hour + 1, days=2 + round_)) for hour in (10, 11, 12, 13)]
        outcomes = race([rescheduling(old, start, end) for start, end in times])
        assert len(won(outcomes)) == 1
        assert refusals(outcomes) == ["BOOKING_STATE_CONFLICT"] * 3
    assert Claim.objects.count() == ROUNDS
    assert Booking.objects.filter(status="confirmed").count() == ROUNDS
    assert sound()


def rescheduling(old: Booking, start: datetime, end: datetime) -> Callable[[], Booking]:
    return lambda: reschedule_booking(**by(old), start=start, end=end)


def test_two_bookings_that_change_places_over_two_schedules_wait_for_each_other_in_order() -> None:
    here = make_room()
    there = make_room(make_schedule(here.organization))
    for round_ in range(ROUNDS):
        one = make_booking(here, start=slot(9, days=2 + round_))
        other = make_booking(there, start=slot(10, days=2 + round_))
        outcomes = race([moving(one, there), moving(other, here)])
        assert refusals(outcomes) == []
    assert sound()


def moving(booking: Booking, room: Room) -> Callable[[], Booking]:
    return lambda: change_booking(**by(booking), room=room.pk)


def test_a_booking_is_cancelled_or_moved_and_never_half_of_each() -> None:
    room = make_room()
    for round_ in range(ROUNDS):
        booking = make_booking(room, start=slot(9, days=2 + round_))
        start, end = slot(12, days=2 + round_), slot(13, days=2 + round_)
        calls = [
            lambda booking=booking: cancel_booking(**by(booking)),
            rescheduling(booking, start, end),
        ]
        outcomes = race(calls)
        assert refusals(outcomes) == ["BOOKING_STATE_CONFLICT"]
    assert sound()


def test_a_hold_that_runs_out_is_either_confirmed_or_somebody_elses() -> None:
    room = priced_room()
    for round_ in range(ROUNDS):
        start = slot(10, days=2 + round_)
        hold = make_booking(room, start=start, hold=True)
        assert hold.hold_expires_at is not None
        stand_at(hold.hold_expires_at)
        calls = [
            lambda hold=hold: confirm_booking(**by(hold)),
            booking_of(room, start, round_),
            expire_holds,
            booking_of(room, start, round_ + 100),
        ]
        confirmed, one, _, other = race(calls)
        assert refusals([confirmed]) == ["BOOKING_STATE_CONFLICT"]
        assert len(won([one, other])) == 1
    assert sound()


def test_a_hold_is_confirmed_or_given_up_while_others_go_for_its_slot() -> None:
    room = priced_room()
    for round_ in range(ROUNDS):
        start = slot(10, days=2 + round_)
        hold = make_booking(room, start=start, hold=True)
        calls = [
            lambda hold=hold: confirm_booking(**by(hold)),
            lambda hold=hold: cancel_booking(**by(hold)),
            booking_of(room, start, round_),
        ]
        outcomes = race(calls)
        assert set(refusals(outcomes)) <= {"BOOKING_STATE_CONFLICT", "SLOT_NOT_AVAILABLE"}
        assert Claim.objects.filter(session__start=start).count() <= 1
    assert sound()
