"""Confirming a hold."""

from uuid import UUID

from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings import events
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.payments import ledger
from bookings.payments.models import GivenUp, Method
from bookings.services.journal import Journal
from bookings.services.locking import lock_booking
from bookings.services.pay import refuse_above
from bookings.services.state import move_status, refusal
from rooms import sessions

FIELDS = ("status", "hold_expires_at", "paid_minor", "payment_shown", "updated_at", "sequence")


def confirm_booking(
    *,
    organization: Organization,
    actor: Actor,
    booking_id: UUID | str,
    paid_minor: int = 0,
    method: Method = Method.OTHER,
) -> Booking:
    """Make a hold firm while it runs. The clock wins: at the instant of its expiry it is too late. What was `paid`
    elsewhere may be less than the deposit: the rest stays due.

    Raises BookingNotFound, BookingStateConflict; InvalidRequest for more than the total.
    """
    require_transaction()
    found = lock_booking(organization, booking_id)
    booking, now = found.booking, found.now
    if found.status is not Status.PENDING or not sessions.keep(holder_id=booking.pk, now=now):
        raise refusal(booking, now)
    refuse_above(booking.total_minor, paid_minor, booking.currency, field="paid", what="is the total")
    move_status(booking, Status.CONFIRMED, now=now)
    booking.hold_expires_at = None
    booking.updated_at = now
    journal = Journal(organization.pk, actor, now)
    if paid_minor:
        journal.paid(booking, ledger.take_payment(booking, paid_minor, method=method, note="", at=now))
    ledger.give_up_card_payments(booking, why=GivenUp.ELSEWHERE, at=now)
    booking.sequence += 1
    booking.save(update_fields=FIELDS)
    journal.act("booking.confirmed", booking)
    journal.drafts.append(events.booking_created(booking, now))
    journal.write()
    return booking
