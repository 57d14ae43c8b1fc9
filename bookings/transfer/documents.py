"""A booking as an export tells of it: as the API shows it, with all that was paid, and without what works as a key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from bookingflow.lib.json import instant
from bookings.documents import booking_document
from bookings.models import Booking
from bookings.payments.models import COUNTING, Payment, PaymentStatus, Refund
from bookings.transfer.cells import COLUMNS

Document = dict[str, Any]

AT_ONCE = 500
_NAMES = tuple(dict.fromkeys(path.split(".")[0] for path in COLUMNS))
_PRICE = tuple(path.split(".")[1] for path in COLUMNS if path.startswith("price."))


def exported(bookings: Iterable[Booking], *, now: datetime) -> Iterator[Document]:
    rest = iter(bookings)
    while some := list(islice(rest, AT_ONCE)):
        paid = _payments([booking.pk for booking in some if booking.paid_minor])
        for booking in some:
            yield _document(booking, paid.get(booking.pk, ()), now)


def _document(booking: Booking, paid: Sequence[Document], now: datetime) -> Document:
    shown = booking_document(booking, now=now) | {"payments": paid}
    document = {name: shown[name] for name in _NAMES}
    document["room"] = {name: shown["room"][name] for name in ("bookingType", "slug", "name")}
    document["customer"] = {name: shown["customer"][name] for name in ("name", "email", "phone")}
    document["price"] = {name: shown["price"][name] for name in _PRICE}
    return document


def _payments(keys: Sequence[UUID]) -> Mapping[UUID, Sequence[Document]]:
    """Money that is there, with what went back or is on its way, by booking."""
    refunds: dict[UUID, list[Refund]] = {}
    for refund in Refund.objects.filter(payment__booking__in=keys, status__in=COUNTING):
        refunds.setdefault(refund.payment_id, []).append(refund)
    payments: dict[UUID, list[Document]] = {}
    acts: dict[UUID, dict[UUID, int]] = {}
    there = Payment.objects.filter(booking__in=keys, status=PaymentStatus.SUCCEEDED)
    for payment in there.order_by("created_at", "pk"):
        known = acts.setdefault(payment.booking_id, {})
        given = [_refund(refund, known) for refund in refunds.get(payment.pk, [])]
        payments.setdefault(payment.booking_id, []).append(_payment(payment) | {"refunds": given})
    return payments


def _payment(payment: Payment) -> Document:
    return {
        "amount": payment.amount_minor,
        "method": payment.method,
        "note": payment.note,
        "createdAt": instant(payment.created_at),
    }


def _refund(refund: Refund, acts: dict[UUID, int]) -> Document:
    """`act` counts them in the booking: what went back at once out of several payments is one, with one line."""
    return {
        "act": acts.setdefault(refund.act_id, len(acts) + 1),
        "amount": refund.amount_minor,
        "purpose": refund.purpose,
        "lowers": refund.lowers_minor,
        "reason": refund.reason,
        "createdAt": instant(refund.created_at),
    }
