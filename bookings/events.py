"""What the outbox tells of bookings. A booking's `sequence` is counted up before an event is built.

A hold makes none: not when it is made, given up, changed or lost.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bookings.documents import Document, booking_document, refund_document
from bookings.models import Booking
from bookings.payments.documents import payment_told, refund_told
from bookings.payments.models import Payment, Refund
from webhooks.outbox import Draft

Changes = Mapping[str, Mapping[str, Any]]

# What a change may touch, by the names under which a booking shows it.
CHANGEABLE = (
    "room", "start", "end", "timezone", "durationMinutes", "mode", "guests", "customer", "price", "notes", "metadata",
)  # fmt: skip
MOVES = frozenset({"room", "start", "end"})


def changes_between(before: Document, after: Document) -> dict[str, dict[str, Any]]:
    """`{"start": {"from": …, "to": …}}` for each that differs between two documents of one booking."""
    return {
        name: {"from": before[name], "to": after[name]} for name in CHANGEABLE if before[name] != after[name]
    }


def booking_created(booking: Booking, now: datetime) -> Draft:
    return _draft(booking, "booking.created", now)


def booking_updated(booking: Booking, now: datetime, changes: Changes) -> Draft:
    return _draft(booking, "booking.updated", now, {"changes": dict(changes)})


def booking_rescheduled(
    booking: Booking, now: datetime, *, old: Booking, changes: Changes | None = None
) -> Draft:
    """Of the new booking; `old` is the same one for a move in place, whose `booking.updated` tells the changes.
    Elsewhere this event stands for that one too, and tells them itself."""
    told = {} if changes is None else {"changes": dict(changes)}
    ids = {"oldBookingId": str(old.pk), "newBookingId": str(booking.pk)}
    return _draft(booking, "booking.rescheduled", now, told | ids)


def booking_canceled(booking: Booking, now: datetime) -> Draft:
    return _draft(booking, "booking.canceled", now, {"refund": refund_document(booking)})


def booking_completed(booking: Booking, now: datetime) -> Draft:
    return _draft(booking, "booking.completed", now)


def booking_no_show(booking: Booking, now: datetime) -> Draft:
    return _draft(booking, "booking.no_show", now)


def payment_recorded(booking: Booking, now: datetime, payment: Payment) -> Draft:
    return _draft(booking, "payment.recorded", now, {"payment": payment_told(payment, booking.currency)})


def payment_succeeded(booking: Booking, now: datetime, payment: Payment) -> Draft:
    """Stripe says that the money is there."""
    return _draft(booking, "payment.succeeded", now, {"payment": payment_told(payment, booking.currency)})


def payment_failed(booking: Booking, now: datetime, payment: Payment) -> Draft:
    return _draft(booking, "payment.failed", now, {"payment": payment_told(payment, booking.currency)})


def refund_ended(booking: Booking, now: datetime, refund: Refund) -> Draft:
    """As it did: `refund.succeeded` or `refund.failed`."""
    more = {"refund": refund_told(refund, booking.currency)}
    return _draft(booking, f"refund.{refund.status}", now, more)


def _draft(booking: Booking, event_type: str, now: datetime, more: Mapping[str, Any] | None = None) -> Draft:
    return Draft(
        type=event_type,
        subject_type="booking",
        subject_id=str(booking.pk),
        sequence=booking.sequence,
        data={"booking": booking_document(booking, now=now), **(more or {})},
    )
