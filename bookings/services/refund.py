"""Giving money back: by hand, and as it turns out where somebody else carries it out."""

from collections.abc import Callable
from uuid import UUID

from bookingflow.lib.errors import Fault, InvalidRequest, NotFound
from bookingflow.lib.money import format_money
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings.models import Booking
from bookings.payments import ledger
from bookings.payments.models import Refund, RefundPurpose, RefundStatus
from bookings.services.journal import Journal
from bookings.services.locking import LockedBooking, lock_booking

FIELDS = (*ledger.FIELDS, "sequence", "updated_at")
# What may follow which, in whatever order it is told.
LATER = {
    RefundStatus.PENDING: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED}),
    RefundStatus.SUCCEEDED: frozenset({RefundStatus.FAILED}),
    RefundStatus.FAILED: frozenset[RefundStatus](),
}


def refund_booking(
    *,
    organization: Organization,
    actor: Actor,
    booking_id: UUID | str,
    amount_minor: int,
    reason: str = "",
    if_match: Callable[[Booking], None] | None = None,
) -> tuple[Booking, list[Refund]]:
    """Any part of what is left of what was paid, whatever the booking's state; the total falls with it. Staff may go
    beyond policy and ceiling. `if_match` is called with the locked booking, before anything else; what it raises
    refuses it.

    Raises BookingNotFound; InvalidRequest for more than what is left.
    """
    require_transaction()
    found = lock_booking(organization, booking_id)
    booking, now = found.booking, found.now
    if if_match is not None:
        if_match(booking)
    left = ledger.left_to_refund(booking)
    if amount_minor > left:
        told = f"Must not be above {left}: {format_money(left, booking.currency)} is left of what was paid."
        raise InvalidRequest.of(Fault("amount", told, "max_value"))
    refunds = ledger.give_back(booking, amount_minor, purpose=RefundPurpose.BY_HAND, reason=reason, at=now)
    _write(found, refunds, Journal(organization.pk, actor, now))
    return booking, refunds


def settle_refund(
    *, organization: Organization, actor: Actor, refund_id: UUID, status: RefundStatus
) -> Refund:
    """What became of a refund that was pending, told by whoever carried it out. One that has failed stays so; one that
    had succeeded may fail after all, days later, when the bank sends it back.

    Raises NotFound.
    """
    require_transaction()
    found, refund = _lock_refund(organization, refund_id)
    if status not in LATER[RefundStatus(refund.status)]:
        return refund
    ledger.settle(found.booking, refund, status)
    _write(found, [refund], Journal(organization.pk, actor, found.now))
    return refund


def _write(found: LockedBooking, refunds: list[Refund], journal: Journal) -> None:
    booking = found.booking
    booking.updated_at = found.now
    journal.refunded(booking, refunds)
    booking.save(update_fields=FIELDS)
    journal.write()


def _lock_refund(organization: Organization, refund_id: UUID) -> tuple[LockedBooking, Refund]:
    """With the booking that it is of now: a reschedule may hand its payment on until the lock is had."""
    while True:
        found = lock_booking(organization, _refund(organization, refund_id).payment.booking_id)
        refund = _refund(organization, refund_id)
        if refund.payment.booking_id == found.booking.pk:
            return found, refund


def _refund(organization: Organization, refund_id: UUID) -> Refund:
    rows = Refund.objects.filter(payment__booking__organization=organization).select_related("payment")
    refund = rows.filter(pk=refund_id).first()
    if refund is None:
        raise NotFound
    return refund
