"""What was paid for a booking and what went back, for the staff to look at. What failed comes first."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.safestring import SafeString

from bookingflow.lib.money import format_money
from bookingflow.organizations.admin_base.shown import badge, local_time, side_by_side, table, unbroken
from bookings.models import Booking, Payment, Refund
from bookings.payments.models import PaymentStatus, RefundStatus

COLOURS = {
    PaymentStatus.PENDING.value: "warning",
    PaymentStatus.SUCCEEDED.value: "success",
    PaymentStatus.FAILED.value: "danger",
    PaymentStatus.CANCELED.value: "",
}


def payments_table(booking: Booking) -> SafeString | str:
    rows = Payment.objects.filter(booking=booking)
    return table(("Amount", "How", "State", "When", ""), [tuple(_payment(each, booking)) for each in rows])


def refunds_table(booking: Booking) -> SafeString | str:
    rows = list(Refund.objects.filter(payment__booking=booking).select_related("payment"))
    rows.sort(key=lambda refund: refund.status != RefundStatus.FAILED)
    return table(
        ("Amount", "For", "State", "Asked for", ""), [tuple(_refund(each, booking)) for each in rows]
    )


def _payment(payment: Payment, booking: Booking) -> Iterator[object]:
    yield unbroken(format_money(payment.amount_minor, booking.currency))
    yield payment.get_method_display()
    yield side_by_side(_states(payment), between=" ")
    yield _when(payment.created_at, booking)
    yield ", ".join(filter(None, (payment.stripe_id, payment.note, payment.failure)))


def _states(payment: Payment) -> Iterator[SafeString]:
    yield badge(payment.get_status_display(), COLOURS[payment.status])
    if payment.dispute_status:
        yield badge(
            f"Disputed: {in_words(payment.dispute_status)}",
            "" if payment.dispute_status == "won" else "danger",
        )


def _refund(refund: Refund, booking: Booking) -> Iterator[object]:
    yield unbroken(format_money(refund.amount_minor, booking.currency))
    yield refund.reason or refund.get_purpose_display()
    yield badge(refund.get_status_display(), COLOURS[refund.status])
    yield _when(refund.created_at, booking)
    yield ", ".join(filter(None, (refund.stripe_id, in_words(refund.failure))))


def _when(at: datetime, booking: Booking) -> SafeString:
    """The day, and the time: on one line or two."""
    day, time = local_time(at, booking.room.schedule.timezone).split(", ")
    return side_by_side([unbroken(f"{day},"), unbroken(time)], between=" ")


def in_words(code: str) -> str:
    """Of Stripe's: `needs_response`, `lost_or_stolen_card`."""
    return code.replace("_", " ")
