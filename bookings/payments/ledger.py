"""The only writer of money: payments, refunds, and their sums on the booking.

Each function needs the booking locked and a transaction; it changes the booking in memory as well, and whoever calls
saves `FIELDS` of it. What a booking paid and got back is never worked out from anything but these rows.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import F, QuerySet, Sum

from bookingflow.lib.transactions import require_transaction
from bookings.models import Booking
from bookings.payments.models import (
    COUNTING,
    Method,
    Payment,
    PaymentStatus,
    Provider,
    Refund,
    RefundPurpose,
    RefundStatus,
    status_of,
)
from rooms.pricing import Line, Quote

FIELDS = (
    "total_minor", "deposit_minor", "price_lines", "paid_minor", "refunded_minor", "cancel_refund_minor",
    "cancel_refund_status",
)  # fmt: skip
WITHOUT_REASON = "Refund"


def left_to_refund(booking: Booking) -> int:
    return booking.paid_minor - booking.refunded_minor


def overpaid(booking: Booking) -> int:
    """What stays with us beyond the total: after a fall in price, or where a refund failed."""
    return max(0, left_to_refund(booking) - booking.total_minor)


def take_payment(booking: Booking, amount: int, *, method: Method, note: str, at: datetime) -> Payment:
    """Money that was taken elsewhere, and is there."""
    require_transaction()
    payment = Payment.objects.create(
        booking=booking,
        provider=Provider.OFFLINE,
        method=method,
        status=PaymentStatus.SUCCEEDED,
        amount_minor=amount,
        note=note,
        created_at=at,
    )
    booking.paid_minor += amount
    return payment


def give_back(
    booking: Booking, amount: int, *, purpose: RefundPurpose, reason: str, at: datetime
) -> list[Refund]:
    """Out of the newest payment first. What staff recorded has gone back by that; what Stripe has to carry out
    is pending, and reserved until `settle`. By hand it comes off the total too, so that it never comes due again.

    `amount` is at most `left_to_refund`. Gives the refunds, one for each payment that was drawn on.
    """
    require_transaction()
    lowering = max(0, amount - overpaid(booking)) if purpose is RefundPurpose.BY_HAND else 0
    before = _lowering(booking)
    refunds = _refunds(booking, amount, lowering)
    for refund in refunds:
        refund.act_id, refund.purpose, refund.reason, refund.created_at = refunds[0].pk, purpose, reason, at
    Refund.objects.bulk_create(refunds)
    booking.refunded_minor += amount
    if lowering:
        _rebuild(
            booking, _own_lines(booking, before), [*before, *(each for each in refunds if each.lowers_minor)]
        )
    if purpose is RefundPurpose.CANCELLATION:
        booking.cancel_refund_minor, booking.cancel_refund_status = amount, status_of(refunds).value
    return refunds


def set_price(booking: Booking, price: Quote) -> None:
    """Another price; what was refunded by hand stays taken off it."""
    lines = [line.to_json() for line in price.lines]
    booking.deposit_minor = price.deposit
    _rebuild(booking, lines, _lowering(booking))


def move_payments(old: Booking, new: Booking) -> None:
    """To the booking that takes the old one's place, which has the sums already."""
    require_transaction()
    Payment.objects.filter(booking=old).update(booking=new)
    old.paid_minor = old.refunded_minor = 0


def settle(booking: Booking, refund: Refund, status: RefundStatus) -> None:
    """A pending refund has ended. One that failed counts no longer, and its line on the total goes."""
    require_transaction()
    succeeded = status is RefundStatus.SUCCEEDED
    before = _lowering(booking)
    refund.status = status
    refund.save(update_fields=["status"])
    Payment.objects.filter(pk=refund.payment_id).update(
        reserved_minor=F("reserved_minor") - refund.amount_minor,
        refunded_minor=F("refunded_minor") + (refund.amount_minor if succeeded else 0),
    )
    if not succeeded:
        booking.refunded_minor -= refund.amount_minor
        _rebuild(booking, _own_lines(booking, before), [each for each in before if each.pk != refund.pk])
    if refund.purpose == RefundPurpose.CANCELLATION:
        parts = refunds_of(booking).filter(act_id=refund.act_id)
        booking.cancel_refund_status = status_of(parts).value


def refunds_of(booking: Booking) -> QuerySet[Refund]:
    return Refund.objects.filter(payment__booking=booking)


def refunded_for(booking: Booking) -> dict[str, int]:
    """What went back or is on its way, by purpose. Asks nothing where nothing did."""
    if not booking.refunded_minor:
        return {}
    rows = refunds_of(booking).filter(status__in=COUNTING).order_by().values_list("purpose")
    return dict(rows.annotate(Sum("amount_minor")))


def _drawn(booking: Booking, amount: int) -> Iterator[tuple[Payment, int]]:
    payments = Payment.objects.filter(booking=booking, status=PaymentStatus.SUCCEEDED)
    for payment in payments.order_by("-created_at", "-pk"):
        part = min(amount, payment.left_minor)
        if part > 0:
            amount -= part
            yield payment, part
    if amount:
        raise ValueError("more than what is left of what was paid")


def _refunds(booking: Booking, amount: int, lowering: int) -> list[Refund]:
    refunds: list[Refund] = []
    for payment, part in _drawn(booking, amount):
        refunds.append(_refund(payment, part))
        refunds[-1].lowers_minor = min(part, lowering)
        lowering -= refunds[-1].lowers_minor
    return refunds


def _refund(payment: Payment, part: int) -> Refund:
    """The payment keeps count of it from here on."""
    done = payment.provider == Provider.OFFLINE
    column = "refunded_minor" if done else "reserved_minor"
    Payment.objects.filter(pk=payment.pk).update(**{column: F(column) + part})
    status = RefundStatus.SUCCEEDED if done else RefundStatus.PENDING
    return Refund(payment=payment, amount_minor=part, status=status)


def _lowering(booking: Booking) -> list[Refund]:
    """The refunds that have a line on the price: the last lines, one for each."""
    if not booking.refunded_minor:
        return []
    return list(refunds_of(booking).filter(status__in=COUNTING, lowers_minor__gt=0))


def _own_lines(booking: Booking, lowering: Sequence[Refund]) -> list[dict[str, object]]:
    """The price as it was quoted: without the lines of refunds."""
    return list(booking.price_lines[: len(booking.price_lines) - len(lowering)])


def _rebuild(booking: Booking, own: list[dict[str, object]], lowering: Sequence[Refund]) -> None:
    """The lines of refunds take off no more than there is. What one of them can't take off a lower price counts
    again when the price rises."""
    total = sum(int(str(line["amount"])) for line in own)
    lines = []
    for refund in lowering:
        off = min(total, refund.lowers_minor)
        total -= off
        label = refund.reason or WITHOUT_REASON
        lines.append(Line("adjustment", label, 1, -off, -off).to_json())
    booking.price_lines, booking.total_minor = [*own, *lines], total
    booking.deposit_minor = min(booking.deposit_minor, total)
