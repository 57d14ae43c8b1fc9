"""Cancelling a booking, or giving up a hold."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings import events
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.payments import ledger
from bookings.payments.models import GivenUp, Refund, RefundPurpose
from bookings.queries import successor_of
from bookings.services.journal import Journal
from bookings.services.locking import lock_booking
from bookings.services.quote import quote_refund
from bookings.services.state import move_status
from rooms import sessions

FIELDS = (
    "status", "canceled_at", "cancel_reason", "hold_expires_at", "updated_at", "sequence", *ledger.FIELDS,
)  # fmt: skip
REASON = "Cancelled"


class GiveBack(StrEnum):
    """As the frozen policy has it, all that is left of what was paid, or nothing."""

    POLICY = "policy"
    FULL = "full"
    NONE = "none"


def cancel_booking(
    *,
    organization: Organization,
    actor: Actor,
    booking_id: UUID | str,
    reason: str | None = None,
    refund: str = GiveBack.POLICY,
    if_match: Callable[[Booking], None] | None = None,
) -> Booking:
    """Frees its time at once, also after the start. What is cancelled already stays as it is, its refund too.
    `if_match` is called with the locked booking, before anything else; what it raises refuses it.

    A hold goes without an event. Raises BookingNotFound; BookingStateConflict for what is completed, a no-show,
    expired, or was ended by a reschedule.
    """
    require_transaction()
    found = lock_booking(organization, booking_id)
    booking, now, was = found.booking, found.now, found.status
    if if_match is not None:
        if_match(booking)
    if was is Status.CANCELED and not successor_of(booking):
        return booking
    amount = _amount(booking, GiveBack(refund), now)
    move_status(booking, Status.CANCELED, now=now)
    sessions.release(holder_id=booking.pk)
    booking.canceled_at = booking.updated_at = now
    booking.cancel_reason = reason or None
    booking.hold_expires_at = None
    refunds = _give_back(booking, amount, now)
    ledger.give_up_card_payments(booking, why=GivenUp.CANCELED, at=now)
    journal = Journal(organization.pk, actor, now)
    journal.act("booking.canceled", booking, {"status": [was.value, booking.status]})
    if was is Status.CONFIRMED:
        booking.sequence += 1
        journal.drafts.append(events.booking_canceled(booking, now))
    journal.refunded(booking, refunds)
    booking.save(update_fields=FIELDS)
    journal.write()
    return booking


def _amount(booking: Booking, give_back: GiveBack, now: datetime) -> int:
    """Raises BookingStateConflict where it can't be cancelled."""
    match give_back:
        case GiveBack.POLICY:
            return min(quote_refund(booking, now=now).amount, ledger.left_to_refund(booking))
        case GiveBack.FULL:
            return ledger.left_to_refund(booking)
        case GiveBack.NONE:
            return 0


def _give_back(booking: Booking, amount: int, now: datetime) -> list[Refund]:
    if not amount:
        return []
    return ledger.give_back(booking, amount, purpose=RefundPurpose.CANCELLATION, reason=REASON, at=now)
