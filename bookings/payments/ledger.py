"""The only writer of money: payments, refunds, and their sums on the booking.

Each function needs the booking locked and a transaction; it changes the booking in memory as well, and whoever calls
saves `FIELDS` of it. What a booking paid and got back is never worked out from anything but these rows.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from bookingflow.lib.transactions import require_transaction
from bookings.models import Booking
from bookings.payments.models import (
    COUNTING,
    OPEN,
    GivenUp,
    Method,
    Payment,
    PaymentStatus,
    Provider,
    Refund,
    RefundPurpose,
    RefundStatus,
    status_of,
)
from bookings.payments.stripe_amounts import chargeable
from bookings.payments.wake import wake_errands
from rooms.pricing import Line, Quote

FIELDS = (
    "total_minor", "deposit_minor", "deposit_off_minor", "price_lines", "paid_minor", "refunded_minor",
    "cancel_refund_minor", "cancel_refund_status", "payment_shown",
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
    booking.payment_shown = payment
    return payment


def begin_card_payment(booking: Booking, amount: int, *, account: str, at: datetime) -> Payment:
    """Asked for, and nothing on the books yet. It is shown once Stripe knows of it."""
    require_transaction()
    return Payment.objects.create(
        booking=booking,
        provider=Provider.STRIPE,
        method=Method.STRIPE,
        status=PaymentStatus.PENDING,
        amount_minor=amount,
        stripe_account=account,
        created_at=at,
    )


def card_money_arrived(booking: Booking, payment: Payment, amount: int) -> None:
    """Stripe says that it is there: this much, whatever was asked for."""
    require_transaction()
    payment.status, payment.amount_minor, payment.failure = PaymentStatus.SUCCEEDED, amount, ""
    payment.look_at = payment.attempt = payment.attempt_print = None
    payment.save(update_fields=["status", "amount_minor", "failure", "look_at", "attempt", "attempt_print"])
    booking.paid_minor += amount
    booking.payment_shown = newest_shown(booking)


def give_up_card_payments(*bookings: Booking, why: GivenUp, at: datetime) -> None:
    """Those whose money isn't there are wanted no more: Stripe is to cancel them. They are still shown until then."""
    require_transaction()
    opened = Payment.objects.filter(
        booking__in=bookings, provider=Provider.STRIPE, status__in=OPEN, given_up=""
    )
    if opened.update(given_up=why, look_at=at, looks=0):
        transaction.on_commit(wake_errands, robust=True)


def newest_shown(booking: Booking) -> Payment | None:
    """The newest that isn't cancelled, of those that Stripe knows of."""
    shown = Payment.objects.filter(booking=booking).exclude(status=PaymentStatus.CANCELED)
    return shown.exclude(provider=Provider.STRIPE, stripe_id="").order_by("-created_at", "-pk").first()


def give_back(
    booking: Booking,
    amount: int,
    *,
    purpose: RefundPurpose,
    reason: str,
    at: datetime,
    of: Payment | None = None,
) -> list[Refund]:
    """Out of the newest payment first, or `of` this one alone. What staff recorded has gone back by that; what Stripe
    has to carry out is pending, and reserved until `settle`. By hand it comes off the total too, so that it never
    comes due again.

    `amount` is at most `left_to_refund`. Gives the refunds, one for each payment that was drawn on.
    """
    require_transaction()
    lowering = max(0, amount - overpaid(booking)) if purpose is RefundPurpose.BY_HAND else 0
    before = lowering_refunds(booking)
    refunds = _refunds(booking, amount, lowering, at, of)
    for refund in refunds:
        refund.act_id, refund.purpose, refund.reason, refund.created_at = refunds[0].pk, purpose, reason, at
    Refund.objects.bulk_create(refunds)
    booking.refunded_minor += amount
    if lowering:
        own = own_lines(booking, before)
        rebuild(booking, own, [*before, *(each for each in refunds if each.lowers_minor)])
    if purpose is RefundPurpose.CANCELLATION:
        booking.cancel_refund_minor, booking.cancel_refund_status = amount, status_of(refunds).value
    return refunds


def set_price(booking: Booking, price: Quote) -> None:
    """Another price; what was refunded by hand stays taken off it."""
    lines = [line.to_json() for line in price.lines]
    booking.deposit_minor, booking.deposit_off_minor = price.deposit, 0
    rebuild(booking, lines, lowering_refunds(booking))


def move_payments(old: Booking, new: Booking) -> None:
    """To the booking that takes the old one's place, which has the sums already."""
    require_transaction()
    Payment.objects.filter(booking=old).update(booking=new)
    old.paid_minor = old.refunded_minor = 0
    old.payment_shown = None


def settle(booking: Booking, refund: Refund, status: RefundStatus) -> None:
    """A pending refund has ended, or one that had succeeded failed after all, as a card's may. One that failed counts
    no longer, and its line on the total goes."""
    require_transaction()
    succeeded, was = status is RefundStatus.SUCCEEDED, refund.status
    before = lowering_refunds(booking)
    refund.status = status
    refund.look_at = None
    refund.save(update_fields=["status", "look_at"])
    column = "reserved_minor" if was == RefundStatus.PENDING else "refunded_minor"
    count(refund, column, -refund.amount_minor)
    if succeeded:
        count(refund, "refunded_minor", refund.amount_minor)
    else:
        booking.refunded_minor -= refund.amount_minor
        rebuild(booking, own_lines(booking, before), [each for each in before if each.pk != refund.pk])
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


def count(refund: Refund, column: str, change: int) -> None:
    Payment.objects.filter(pk=refund.payment_id).update(**{column: F(column) + change})


def _drawn(booking: Booking, amount: int, of: Payment | None) -> Iterator[tuple[Payment, int]]:
    payments = Payment.objects.filter(booking=booking, status=PaymentStatus.SUCCEEDED)
    if of is not None:
        payments = payments.filter(pk=of.pk)
    for payment in payments.order_by("-created_at", "-pk"):
        part = min(amount, payment.left_minor)
        if part > 0:
            amount -= part
            yield payment, part
    if amount:
        raise ValueError("more than what is left of what was paid")


def _refunds(booking: Booking, amount: int, lowering: int, at: datetime, of: Payment | None) -> list[Refund]:
    refunds: list[Refund] = []
    for payment, part in _drawn(booking, amount, of):
        refunds.append(_refund(payment, part, booking.currency, at))
        refunds[-1].lowers_minor = min(part, lowering)
        lowering -= refunds[-1].lowers_minor
    return refunds


def _refund(payment: Payment, part: int, currency: str, at: datetime) -> Refund:
    """The payment keeps count of it from here on. What Stripe can't be asked for to the last minor unit waits for the
    next refund of the same payment, so that all together give back what was charged."""
    sent = 0
    if payment.provider == Provider.STRIPE:
        before = payment.amount_minor - payment.left_minor
        sent = chargeable(before + part, currency) - chargeable(before, currency)
        transaction.on_commit(wake_errands, robust=True)
    column = "reserved_minor" if sent else "refunded_minor"
    Payment.objects.filter(pk=payment.pk).update(**{column: F(column) + part})
    status = RefundStatus.PENDING if sent else RefundStatus.SUCCEEDED
    look_at = at if sent else None
    return Refund(payment=payment, amount_minor=part, status=status, sent_minor=sent, look_at=look_at)


def lowering_refunds(booking: Booking) -> list[Refund]:
    """The refunds that have a line on the price: the last lines, one for each act."""
    if not booking.refunded_minor:
        return []
    return list(refunds_of(booking).filter(status__in=COUNTING, lowers_minor__gt=0))


def own_lines(booking: Booking, lowering: Sequence[Refund]) -> list[dict[str, object]]:
    """The price as it was quoted: without the lines of refunds."""
    acts = {refund.act_id for refund in lowering}
    return list(booking.price_lines[: len(booking.price_lines) - len(acts)])


def rebuild(booking: Booking, own: list[dict[str, object]], lowering: Sequence[Refund]) -> None:
    """The lines of refunds take off no more than there is. What one of them can't take off a lower price counts
    again when the price rises. What was given back at once is one line, out of however many payments it came."""
    total = sum(int(str(line["amount"])) for line in own)
    acts: dict[UUID, list[Refund]] = {}
    for refund in lowering:
        acts.setdefault(refund.act_id, []).append(refund)
    lines = []
    for parts in acts.values():
        off = min(total, sum(part.lowers_minor for part in parts))
        total -= off
        label = parts[0].reason or WITHOUT_REASON
        lines.append(Line("adjustment", label, 1, -off, -off).to_json())
    booking.price_lines, booking.total_minor = [*own, *lines], total
    asked = booking.deposit_minor + booking.deposit_off_minor
    booking.deposit_minor = min(asked, total)
    booking.deposit_off_minor = asked - booking.deposit_minor
