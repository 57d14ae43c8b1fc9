"""What was paid for a booking and what went back, for the staff to look at. What failed comes first."""

from collections.abc import Iterator

from django.utils.safestring import SafeString

from bookingflow.lib.money import format_money
from bookingflow.organizations.admin_base.shown import badge, local_time, table
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
    yield format_money(payment.amount_minor, booking.currency)
    yield payment.get_method_display()
    yield badge(payment.get_status_display(), COLOURS[payment.status])
    yield local_time(payment.created_at, booking.room.schedule.timezone)
    dispute = f"Disputed: {payment.dispute_status.replace('_', ' ')}" if payment.dispute_status else ""
    yield ", ".join(filter(None, (payment.stripe_id, payment.note, payment.failure, dispute)))


def _refund(refund: Refund, booking: Booking) -> Iterator[object]:
    yield format_money(refund.amount_minor, booking.currency)
    yield refund.reason or refund.get_purpose_display()
    yield badge(refund.get_status_display(), COLOURS[refund.status])
    yield local_time(refund.created_at, booking.room.schedule.timezone)
    yield ", ".join(filter(None, (refund.stripe_id, refund.failure)))
