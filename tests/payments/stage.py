"""Bookings with money on them, card payments as they stand once the money is there, and the services' short names."""

from typing import Any

from django.db import transaction

from bookingflow.lib import clock
from bookingflow.organizations.audit import SYSTEM
from bookings import services
from bookings.models import Booking, Payment, Refund
from bookings.payments.models import Method, PaymentStatus, Provider, RefundStatus
from tests.bookings.stage import again, by, document
from tests.builders import make_booking, make_room

POLICY = [{"hoursBefore": 48, "refundPercent": 100}, {"hoursBefore": 24, "refundPercent": 50}]


def booked(total: int = 12000, *, policy: Any = POLICY, room: Any = None, **booking: Any) -> Booking:
    room = room or make_room(pricing={"base": total}, cancellation_policy=policy)
    return make_booking(room, **booking)


def pay(booking: Booking, amount: int, method: Method = Method.CASH) -> Payment:
    with transaction.atomic():
        return services.record_payment(**by(booking), amount_minor=amount, method=method)[1]


def refund(booking: Booking, amount: int, reason: str = "") -> list[Refund]:
    with transaction.atomic():
        return services.refund_booking(**by(booking), amount_minor=amount, reason=reason)[1]


def paid_by_card(booking: Booking, amount: int) -> Payment:
    """What is on the books once Stripe has said that the money is there."""
    Booking.objects.filter(pk=booking.pk).update(paid_minor=again(booking).paid_minor + amount)
    return Payment.objects.create(
        booking=booking,
        provider=Provider.STRIPE,
        method=Method.STRIPE,
        status=PaymentStatus.SUCCEEDED,
        amount_minor=amount,
        created_at=clock.now(),
    )


def settle(refund: Refund, status: RefundStatus) -> Refund:
    organization = refund.payment.booking.organization
    with transaction.atomic():
        return services.settle_refund(
            organization=organization, actor=SYSTEM, refund_id=refund.pk, status=status
        )


def figures(booking: Booking) -> tuple[int, int, int, int]:
    """Total, paid, refunded, due."""
    price = document(booking)["price"]
    return price["total"], price["paid"], price["refunded"], price["due"]


def labels(booking: Booking) -> list[tuple[str, int]]:
    return [(line["label"], line["amount"]) for line in document(booking)["price"]["lines"]]


def quoted(booking: Booking) -> Any:
    return services.quote_refund(again(booking), now=clock.now())
