"""What became of a booking whose time has come: nothing completes by itself."""

from uuid import UUID

from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.services.change import change_booking


def complete_booking(*, organization: Organization, actor: Actor, booking_id: UUID | str) -> Booking:
    """Only once the start has passed; completed already, nothing happens.

    Raises BookingNotFound, BookingStateConflict.
    """
    return change_booking(
        organization=organization, actor=actor, booking_id=booking_id, status=Status.COMPLETED
    )


def mark_no_show(*, organization: Organization, actor: Actor, booking_id: UUID | str) -> Booking:
    """Only once the start has passed; a no-show already, nothing happens.

    Raises BookingNotFound, BookingStateConflict.
    """
    return change_booking(
        organization=organization, actor=actor, booking_id=booking_id, status=Status.NO_SHOW
    )
