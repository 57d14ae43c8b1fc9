"""What a use case works on, read again once its locks are had."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bookingflow.lib.errors import NotFound
from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status
from bookings.models import Booking, Payment
from bookings.queries import find_booking, locked_booking, status_at
from rooms import sessions
from rooms.models import Room
from rooms.queries import find_room


@dataclass(frozen=True, slots=True)
class LockedBooking:
    """`now` was read after the schedules' locks were had: by it the booking's hold runs or has run out."""

    booking: Booking
    now: datetime
    locked: sessions.Locked

    @property
    def status(self) -> Status:
        return status_at(self.booking, self.now)


def lock_booking(
    organization: Organization, identifier: UUID | str, *, along: Iterable[Room] = ()
) -> LockedBooking:
    """The booking, with its schedule and those of the rooms `along` locked before it. Raises BookingNotFound.

    Where somebody moved it to another schedule meanwhile, that one is locked out of order: who meets another in
    this is sent back by the database, and tries again.
    """
    found = find_booking(organization, identifier)
    schedules = {found.room.schedule_id, *(room.schedule_id for room in along)}
    while True:
        locked = sessions.lock_schedules(schedules)
        booking = locked_booking(organization, found.pk)
        if booking.room.schedule_id in locked.versions:
            return LockedBooking(booking, locked.now, locked)
        schedules.add(booking.room.schedule_id)


def lock_room(organization: Organization, identifier: int | str) -> tuple[Room, datetime]:
    """The room as it is now that its schedule is locked, and the clock. Raises BookingTypeNotFound."""
    room = find_room(organization, identifier)
    locked = sessions.lock_schedules([room.schedule_id])
    return sessions.room_as_locked(room, locked), locked.now


def lock_payment(organization: Organization, payment_id: UUID) -> tuple[LockedBooking, Payment]:
    """With the booking that it is of now: a reschedule may hand it on until the lock is had. Raises NotFound."""
    while True:
        found = lock_booking(organization, _payment(organization, payment_id).booking_id)
        payment = _payment(organization, payment_id)
        if payment.booking_id == found.booking.pk:
            return found, payment


def _payment(organization: Organization, payment_id: UUID) -> Payment:
    payment = Payment.objects.filter(booking__organization=organization, pk=payment_id).first()
    if payment is None:
        raise NotFound
    return payment
