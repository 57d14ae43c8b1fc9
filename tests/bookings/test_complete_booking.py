"""Completed, or a no-show: marked by somebody, once the start has passed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bookingflow.lib.errors import BookingStateConflict
from bookings.models import Booking
from bookings.services import change_booking, complete_booking, mark_no_show
from tests.bookings.stage import again, by, refused, stand_at, time_of, told, written
from tests.builders import make_booking, make_room

pytestmark = pytest.mark.django_db

MARKS = [(complete_booking, "completed"), (mark_no_show, "no_show")]
each_mark = pytest.mark.parametrize(("mark", "status"), MARKS)
Mark = Callable[..., Booking]


def begun(**overrides: Any) -> Booking:
    booking = make_booking(**overrides)
    stand_at(booking.start + timedelta(seconds=5))
    return booking


@each_mark
def test_once_the_start_has_passed_it_is_marked_and_told_alone(mark: Mark, status: str) -> None:
    booking = begun()
    assert mark(**by(booking)).status == status
    assert [event for event, _ in told(booking)] == ["booking.created", f"booking.{status}"]
    assert told(booking)[-1][1]["booking"]["status"] == status
    assert written(booking)[-1] == (f"booking.{status}", {"status": ["confirmed", status]})


@each_mark
def test_before_the_start_it_is_refused(mark: Mark, status: str) -> None:
    booking = make_booking()
    stand_at(booking.start - timedelta(minutes=1))
    with refused(BookingStateConflict, "not begun"):
        mark(**by(booking))
    assert again(booking).status == "confirmed"
    assert len(told(booking)) == 1


@each_mark
def test_marked_already_nothing_happens(mark: Mark, status: str) -> None:
    booking = begun()
    mark(**by(booking))
    before = (told(booking), written(booking), again(booking).updated_at)
    mark(**by(booking))
    assert (told(booking), written(booking), again(booking).updated_at) == before


def test_what_is_one_does_not_become_the_other() -> None:
    booking = begun()
    complete_booking(**by(booking))
    with refused(BookingStateConflict, "is completed"):
        mark_no_show(**by(booking))


def test_its_time_stays_taken() -> None:
    booking = begun(room=(room := make_room()))
    complete_booking(**by(booking))
    assert time_of(booking) == (booking.start, booking.end)
    assert room.schedule.sessions.count() == 1


def test_along_with_another_change_each_is_told_of_in_turn() -> None:
    booking = begun()
    changed = change_booking(**by(booking), guests=5, status="completed")
    types = [(event, data["booking"]["status"], data["sequence"]) for event, data in told(booking)]
    assert types[1:] == [("booking.updated", "confirmed", 2), ("booking.completed", "completed", 3)]
    assert (changed.guests, changed.sequence) == (5, 3)


def test_a_booking_that_is_moved_into_the_future_has_not_begun() -> None:
    booking = begun()
    with refused(BookingStateConflict):
        change_booking(**by(booking), start=booking.start + timedelta(days=1), status="completed")
    assert again(booking).start == booking.start
