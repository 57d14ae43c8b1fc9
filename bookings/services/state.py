"""The one place where a booking's status moves, by the table in `bookings.lifecycle`."""

from datetime import datetime

from bookingflow.lib.errors import BookingStateConflict
from bookings.lifecycle import Status, may_follow
from bookings.models import Booking
from bookings.queries import status_at, successor_of

TOLD = {
    Status.PENDING: "This booking is a hold that waits to be confirmed.",
    Status.CONFIRMED: "This booking is confirmed.",
    Status.COMPLETED: "This booking is completed.",
    Status.NO_SHOW: "This booking is a no-show.",
    Status.CANCELED: "This booking is cancelled.",
    Status.EXPIRED: "This booking was a hold that has run out.",
}


def move_status(booking: Booking, to: Status, *, now: datetime) -> None:
    """Raises BookingStateConflict where `to` may not follow on what the booking reads at `now`."""
    # A hold that ran out reads expired already: writing that down is a move of what is stored.
    standing = Status(booking.status) if to is Status.EXPIRED else status_at(booking, now)
    if not may_follow(standing, to):
        raise refusal(booking, now)
    booking.status = to.value


def refusal(booking: Booking, now: datetime) -> BookingStateConflict:
    if successor_of(booking):
        return BookingStateConflict("This booking was rescheduled: another took its place.")
    return BookingStateConflict(TOLD[status_at(booking, now)])
