"""Money of a booking that is brought in: it was paid, and in part given back, before this house knew of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bookingflow.lib.copying import copy_in
from bookingflow.lib.errors import Fault
from bookingflow.lib.transactions import require_transaction
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.payments.models import (
    Method,
    Payment,
    PaymentStatus,
    Provider,
    Refund,
    RefundPurpose,
    RefundStatus,
)
from rooms.pricing import Quote

# Nobody here could carry out its refunds, so it counts as taken elsewhere.
CARD_ONLINE = "Card, online"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Minor units. `lowers` is what it took off the booking's total: such refunds are the last lines of its price, one
    for each `act`: what was given back at once out of several payments has the same number. With 0 it stands alone."""

    amount: int
    purpose: RefundPurpose
    at: datetime
    reason: str = ""
    lowers: int = 0
    act: int = 0


@dataclass(frozen=True, slots=True)
class Paid:
    """Minor units of the booking's currency. The refunds have all arrived."""

    amount: int
    method: Method
    at: datetime
    note: str = ""
    refunds: Sequence[GivenBack] = ()


def money_faults(paid: Sequence[Paid], *, status: str, price: Quote) -> Iterable[Fault]:
    """What the ledger could never have come to."""
    refunds = [refund for payment in paid for refund in payment.refunds]
    for position, payment in enumerate(paid):
        if sum(refund.amount for refund in payment.refunds) > payment.amount:
            yield Fault(f"payments.{position}.refunds", "More was given back than was paid.")
    if status != Status.CANCELED and any(each.purpose == RefundPurpose.CANCELLATION for each in refunds):
        yield Fault("payments", "Only a cancelled booking was refunded for its cancellation.")
    if not _lines_show(refunds, price):
        yield Fault("price.lines", "The last lines have to be those of the refunds that lowered the price.")


def _lines_show(refunds: Iterable[GivenBack], price: Quote) -> bool:
    given = [refund for refund in refunds if refund.lowers]
    lowering = [refund.lowers for refund in given]
    acts = len({refund.act for refund in given if refund.act}) + sum(not refund.act for refund in given)
    lines = price.lines[len(price.lines) - acts :]
    if len(lines) != acts or any(line.kind != "adjustment" or line.amount > 0 for line in lines):
        return not lowering
    off = -sum(line.amount for line in lines)
    return off == sum(lowering) or (off < sum(lowering) and price.total == 0)


def money_rows(booking: Booking, paid: Sequence[Paid]) -> tuple[list[Payment], list[Refund]]:
    """To be stored once the booking is; sets its sums."""
    payments = [_payment(booking, each) for each in paid]
    acts: dict[int, UUID] = {}
    refunds = [
        _refund(payment, given, acts)
        for payment, each in zip(payments, paid, strict=True)
        for given in each.refunds
    ]
    booking.paid_minor = sum(payment.amount_minor for payment in payments)
    booking.refunded_minor = sum(payment.refunded_minor for payment in payments)
    booking.payment_shown = max(payments, key=lambda each: (each.created_at, each.pk), default=None)
    canceling = [refund for refund in refunds if refund.purpose == RefundPurpose.CANCELLATION]
    if canceling:
        booking.cancel_refund_minor = sum(refund.amount_minor for refund in canceling)
        booking.cancel_refund_status = RefundStatus.SUCCEEDED.value
    return payments, refunds


def store_money(payments: Sequence[Payment], refunds: Sequence[Refund]) -> None:
    require_transaction()
    copy_in(payments)
    copy_in(refunds)


def _payment(booking: Booking, paid: Paid) -> Payment:
    card = paid.method == Method.STRIPE
    return Payment(
        booking=booking,
        provider=Provider.OFFLINE,
        method=Method.OTHER if card else paid.method,
        status=PaymentStatus.SUCCEEDED,
        amount_minor=paid.amount,
        refunded_minor=sum(refund.amount for refund in paid.refunds),
        note=paid.note or (CARD_ONLINE if card else ""),
        created_at=paid.at,
    )


def _refund(payment: Payment, given: GivenBack, acts: dict[int, UUID]) -> Refund:
    """`acts`: the first refund of each act so far."""
    refund = Refund(
        payment=payment,
        purpose=given.purpose,
        status=RefundStatus.SUCCEEDED,
        amount_minor=given.amount,
        lowers_minor=given.lowers,
        reason=given.reason,
        created_at=given.at,
    )
    refund.act_id = acts.setdefault(given.act, refund.pk) if given.act else refund.pk
    return refund
