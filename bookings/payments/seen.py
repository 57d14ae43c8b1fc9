"""Refunds that were made at Stripe and not by us: taken over into the ledger, in its place and under its rules."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from bookingflow.lib.transactions import require_transaction
from bookings.models import Booking
from bookings.payments.ledger import count, give_back, lowering_refunds, own_lines, rebuild
from bookings.payments.models import Payment, Refund, RefundPurpose, RefundStatus, status_of
from bookings.payments.stripe_amounts import chargeable


def take_over(booking: Booking, payment: Payment, amount: int, *, reason: str, at: datetime) -> Refund:
    """One of ours for the same amount that wasn't sent yet has thereby been made; where there is no room beside ours,
    it takes their place: the customer gets what was decided here, and no more where that can be helped.

    Gives it as pending, to be settled. Raises ValueError for more than the payment has left and ours together.
    """
    require_transaction()
    payment.refresh_from_db(fields=["refunded_minor", "reserved_minor"])
    ours = list(_unsent(payment))
    same = next((refund for refund in ours if refund.amount_minor == amount), None)
    if same is not None:
        return same
    if ours and amount > payment.left_minor:
        return _in_place_of(booking, payment, ours, amount)
    (made,) = give_back(booking, amount, purpose=RefundPurpose.BY_HAND, reason=reason, at=at, of=payment)
    return made


def revive(booking: Booking, refund: Refund) -> None:
    """One that we had given up turns out to have been made: it counts again. Its line on the price doesn't come back,
    for the total was restored when it failed."""
    require_transaction()
    refund.status, refund.lowers_minor, refund.failure = RefundStatus.PENDING, 0, ""
    refund.save(update_fields=["status", "lowers_minor", "failure"])
    count(refund, "reserved_minor", refund.amount_minor)
    booking.refunded_minor += refund.amount_minor
    if refund.purpose == RefundPurpose.CANCELLATION:
        booking.cancel_refund_status = status_of(Refund.objects.filter(act_id=refund.act_id)).value


def _unsent(payment: Payment) -> QuerySet[Refund]:
    rows = Refund.objects.filter(payment=payment, status=RefundStatus.PENDING, stripe_id="")
    return rows.order_by("-created_at", "-pk")


def _in_place_of(booking: Booking, payment: Payment, ours: Sequence[Refund], amount: int) -> Refund:
    """The newest of ours becomes the one that was seen. What it lacks is taken from the others, what is over of it is
    still to be sent."""
    first, *others = ours
    own = own_lines(booking, lowering_refunds(booking))
    lacking = amount - first.amount_minor - payment.left_minor
    for other in others:
        off = max(0, min(lacking, other.amount_minor))
        lacking -= off
        _resize(booking, other, other.amount_minor - off)
    if lacking > 0:
        raise ValueError("more than what is left of what was paid")
    rest, rest_lowers = first.amount_minor - amount, max(0, first.lowers_minor - amount)
    _resize(booking, first, amount)
    if rest > 0:
        _add_rest(booking, first, rest, rest_lowers)
    rebuild(booking, own, lowering_refunds(booking))
    return first


def _resize(booking: Booking, refund: Refund, amount: int) -> None:
    """The sums beside it follow. Where nothing is left of it, it has never been."""
    change = amount - refund.amount_minor
    if not change:
        return
    _tell_sums(booking, refund, change)
    if not amount:
        refund.delete()
        return
    refund.amount_minor, refund.sent_minor = amount, chargeable(amount, booking.currency)
    refund.lowers_minor = min(refund.lowers_minor, amount)
    refund.save(update_fields=["amount_minor", "sent_minor", "lowers_minor"])


def _add_rest(booking: Booking, of: Refund, amount: int, lowers: int) -> None:
    rest = Refund.objects.create(
        payment=of.payment,
        act_id=of.act_id,
        purpose=of.purpose,
        status=RefundStatus.PENDING,
        amount_minor=amount,
        lowers_minor=lowers,
        sent_minor=chargeable(amount, booking.currency),
        reason=of.reason,
        created_at=of.created_at,
        look_at=of.look_at,
    )
    _tell_sums(booking, rest, amount)


def _tell_sums(booking: Booking, refund: Refund, change: int) -> None:
    count(refund, "reserved_minor", change)
    booking.refunded_minor += change
    if refund.purpose == RefundPurpose.CANCELLATION:
        booking.cancel_refund_minor += change
