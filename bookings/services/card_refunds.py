"""What became of card refunds: of those that were sent, and of those that were made at Stripe itself."""

from datetime import datetime
from uuid import UUID

import structlog

from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings.models import Payment, Refund
from bookings.payments import ledger, seen
from bookings.payments.models import PaymentStatus, RefundStatus
from bookings.services.journal import Journal
from bookings.services.locking import LockedBooking, lock_payment
from bookings.services.refund import FIELDS, LATER

AT_STRIPE = "Refunded at Stripe"
# Stripe's words; what needs something done there is on its way.
REFUNDS_END = {
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
# In place of a refund's id, where only its charge was told: `ch_…:` and what has been refunded of it.
NAMELESS = ":"

log = structlog.get_logger(__name__)


def card_refund_seen(
    *,
    organization: Organization,
    actor: Actor,
    payment_id: UUID,
    stripe_id: str,
    amount_minor: int,
    status: str,
    refund_id: UUID | None = None,
    failure: str = "",
    look_at: datetime | None = None,
) -> Refund | None:
    """As it stands at Stripe, told in any order and any number of times. `refund_id` is ours, where it was sent by us;
    one that nobody here made is taken over. `look_at`: when to ask again about one that is on its way.

    None where there was nothing to take over: it had failed, or is more than the payment was. Raises NotFound.
    """
    require_transaction()
    found, payment = lock_payment(organization, payment_id)
    wanted = REFUNDS_END.get(status, RefundStatus.PENDING)
    refund = _known(payment, stripe_id, refund_id, amount_minor)
    news = refund is None
    if refund is None:
        refund = _taken_over(found, payment, stripe_id, amount_minor, wanted)
    if refund is None:
        return None
    if _given_up_too_early(refund, wanted):
        seen.revive(found.booking, refund)
        news = True
    refund.stripe_id = stripe_id
    if refund.status != RefundStatus.FAILED:
        refund.failure, refund.look_at = failure, look_at
    refund.save(update_fields=["stripe_id", "failure", "look_at"])
    if wanted in LATER[RefundStatus(refund.status)]:
        ledger.settle(found.booking, refund, wanted)
        news = True
    if news:
        _write(found, refund, Journal(organization.pk, actor, found.now))
    return refund


def card_refund_refused(
    *, organization: Organization, actor: Actor, payment_id: UUID, refund_id: UUID, failure: str
) -> Refund | None:
    """Stripe won't do it, or couldn't be reached for days. Raises NotFound."""
    require_transaction()
    found, payment = lock_payment(organization, payment_id)
    refund = Refund.objects.filter(payment=payment, pk=refund_id, stripe_id="").first()
    if refund is None or refund.status != RefundStatus.PENDING:
        return refund
    refund.failure = failure
    refund.save(update_fields=["failure"])
    ledger.settle(found.booking, refund, RefundStatus.FAILED)
    _write(found, refund, Journal(organization.pk, actor, found.now))
    return refund


def _known(payment: Payment, stripe_id: str, refund_id: UUID | None, amount: int) -> Refund | None:
    ours = Refund.objects.filter(payment=payment)
    known = ours.filter(stripe_id=stripe_id).first()
    if known is None and refund_id is not None:
        known = ours.filter(pk=refund_id, stripe_id="").first()
    return known or ours.filter(stripe_id__contains=NAMELESS, amount_minor=amount).first()


def _taken_over(
    found: LockedBooking, payment: Payment, stripe_id: str, amount: int, wanted: RefundStatus
) -> Refund | None:
    if wanted is RefundStatus.FAILED or payment.status != PaymentStatus.SUCCEEDED:
        return None
    try:
        return seen.take_over(found.booking, payment, amount, reason=AT_STRIPE, at=found.now)
    except ValueError:
        log.error("refund_above_payment", payment=str(payment.pk), refund=stripe_id, amount=amount)
        return None


def _given_up_too_early(refund: Refund, wanted: RefundStatus) -> bool:
    """Failed by our own word alone, while Stripe has it."""
    failed_here = refund.status == RefundStatus.FAILED and not refund.stripe_id
    return failed_here and wanted is not RefundStatus.FAILED


def _write(found: LockedBooking, refund: Refund, journal: Journal) -> None:
    booking = found.booking
    booking.updated_at = found.now
    journal.refunded(booking, [refund])
    booking.save(update_fields=FIELDS)
    journal.write()
