"""Confirming a hold."""

from uuid import UUID

from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings import events
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.services.journal import Journal
from bookings.services.locking import lock_booking
from bookings.services.state import move_status, refusal
from rooms import sessions


def confirm_booking(*, organization: Organization, actor: Actor, booking_id: UUID | str) -> Booking:
    """Make a hold firm while it runs. The clock wins: at the instant of its expiry it is too late.

    Raises BookingNotFound, BookingStateConflict.
    """
    require_transaction()
    found = lock_booking(organization, booking_id)
    booking, now = found.booking, found.now
    if found.status is not Status.PENDING or not sessions.keep(holder_id=booking.pk, now=now):
        raise refusal(booking, now)
    move_status(booking, Status.CONFIRMED, now=now)
    booking.hold_expires_at = None
    booking.updated_at = now
    booking.sequence += 1
    booking.save(update_fields=["status", "hold_expires_at", "updated_at", "sequence"])
    journal = Journal(organization.pk, actor, now)
    journal.act("booking.confirmed", booking)
    journal.drafts.append(events.booking_created(booking, now))
    journal.write()
    return booking
