"""Cancelling a booking, or giving up a hold."""

from uuid import UUID

from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings import events
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.queries import successor_of
from bookings.services.journal import Journal
from bookings.services.locking import lock_booking
from bookings.services.state import move_status
from rooms import sessions

FIELDS = ("status", "canceled_at", "cancel_reason", "hold_expires_at", "updated_at", "sequence")


def cancel_booking(
    *, organization: Organization, actor: Actor, booking_id: UUID | str, reason: str | None = None
) -> Booking:
    """Frees its time at once, also after the start. What is cancelled already is given back as it is.

    A hold goes without an event. Raises BookingNotFound; BookingStateConflict for what is completed, a no-show,
    expired, or was ended by a reschedule.
    """
    require_transaction()
    found = lock_booking(organization, booking_id)
    booking, now, was = found.booking, found.now, found.status
    if was is Status.CANCELED and not successor_of(booking):
        return booking
    move_status(booking, Status.CANCELED, now=now)
    sessions.release(holder_id=booking.pk)
    booking.canceled_at = booking.updated_at = now
    booking.cancel_reason = reason or None
    booking.hold_expires_at = None
    journal = Journal(organization.pk, actor, now)
    journal.act("booking.canceled", booking, {"status": [was.value, booking.status]})
    if was is Status.CONFIRMED:
        booking.sequence += 1
        journal.drafts.append(events.booking_canceled(booking, now))
    booking.save(update_fields=FIELDS)
    journal.write()
    return booking
