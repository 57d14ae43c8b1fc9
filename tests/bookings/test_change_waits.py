"""A use case waits for whoever has its booking in hand, and goes by what is there then."""

from collections.abc import Callable
from typing import Any

import pytest

from bookings import services
from bookings.models import Booking
from tests.bookings.race import in_the_middle, refusals, somebody_waits_for, waiting
from tests.bookings.stage import by, priced_room, told
from tests.builders import make_booking, make_schedule, slot
from tests.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

EXPIRED = "UPDATE bookings_booking SET status = 'expired' WHERE id = %s"
NOTED = "UPDATE bookings_booking SET notes = 'Theirs' WHERE id = %s"

CALLS: list[Callable[[Booking], Any]] = [
    lambda booking: services.confirm_booking(**by(booking)),
    lambda booking: services.change_booking(**by(booking), notes="Ours"),
    lambda booking: services.cancel_booking(**by(booking)),
    lambda booking: services.reschedule_booking(**by(booking), start=slot(12), end=slot(13)),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_hold_that_is_just_being_expired_is_refused(call: Callable[[Booking], Any]) -> None:
    hold = make_booking(priced_room(), hold=True)
    with in_the_middle(EXPIRED, [hold.pk]) as other:
        outcome = waiting(lambda: call(hold), other)
    assert refusals([outcome.result()]) == ["BOOKING_STATE_CONFLICT"]
    assert told(hold) == []


def test_a_change_is_told_against_what_was_there_last() -> None:
    booking = make_booking(notes="First")
    with in_the_middle(NOTED, [booking.pk]) as other:
        outcome = waiting(lambda: services.change_booking(**by(booking), notes="Ours"), other)
    assert outcome.result().notes == "Ours"
    assert told(booking)[-1][1]["changes"] == {"notes": {"from": "Theirs", "to": "Ours"}}


def test_a_booking_that_is_moved_to_another_schedule_meanwhile_is_waited_for_there_too() -> None:
    booking = make_booking(room := priced_room())
    elsewhere = priced_room(schedule=make_schedule(room.organization))
    with in_the_middle(LOCK, [elsewhere.schedule_id]) as there:
        with in_the_middle(LOCK, [room.schedule_id]) as here:
            outcome = waiting(lambda: services.change_booking(**by(booking), notes="Ours"), here)
            here.execute(MOVE, {"booking": booking.pk, "room": elsewhere.pk})
        wait_until(lambda: somebody_waits_for(there))
    assert (outcome.result().room, outcome.result().notes) == (elsewhere, "Ours")


def test_a_room_that_changes_while_its_schedule_is_waited_for_is_booked_as_it_is_then() -> None:
    room = priced_room()
    with in_the_middle(LOCK, [room.schedule_id]) as other:
        outcome = waiting(lambda: make_booking(room), other)
        other.execute("UPDATE rooms_room SET pricing = '{\"base\": 77}'")
        other.execute("UPDATE rooms_schedule SET version = gen_random_uuid()")
    assert outcome.result().total_minor == 77


LOCK = "SELECT 1 FROM rooms_schedule WHERE id = %s FOR NO KEY UPDATE"
MOVE = """
    WITH moved AS (UPDATE bookings_booking SET room_id = %(room)s WHERE id = %(booking)s)
    UPDATE rooms_session SET room_id = rooms_room.id, schedule_id = rooms_room.schedule_id
    FROM rooms_room WHERE rooms_room.id = %(room)s
"""
