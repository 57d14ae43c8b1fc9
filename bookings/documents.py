"""Bookings as the API and the events show them."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.signing import Signer

from bookingflow.lib.json import instant
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.payments.documents import payment_shown
from bookings.queries import status_at, successor_of
from customers.documents import customer_brief
from rooms.documents import room_brief

Document = dict[str, Any]

MANAGE_SALT = "bookings.manage"
CANCELLED, RESCHEDULED = "cancelled", "rescheduled"
APPOINTMENT_STATUSES = [
    *(status.value for status in Status if status is not Status.CANCELED), CANCELLED, RESCHEDULED,
]  # fmt: skip
# The database keeps an object's names in an order of its own.
LINE = ("kind", "label", "quantity", "unitAmount", "amount")
NOTHING_DUE = frozenset({Status.CANCELED, Status.EXPIRED})


def booking_document(booking: Booking, *, now: datetime, manage_url: str | None = None) -> Document:
    """Reads room, schedule, customer, successor and newest payment: load them along (`bookings.queries.bookings_of`).

    `manage_url` is for those who may do what its bearer may; without it the key is left out.
    """
    status = status_at(booking, now)
    return {
        "id": str(booking.pk),
        "reference": booking.reference,
        "status": status.value,
        "room": room_brief(booking.room),
        **_times(booking),
        "mode": booking.mode,
        "guests": booking.guests,
        "customer": customer_brief(booking.customer),
        "price": _price(booking, status),
        "payment": payment_shown(booking.payment_shown, booking.currency) if booking.payment_shown else None,
        "refund": refund_document(booking),
        "cancellationPolicy": booking.cancellation_policy,
        "notes": booking.notes,
        "metadata": booking.metadata,
        "source": booking.source,
        **({} if manage_url is None else {"manageUrl": manage_url}),
        **_history(booking),
    }


def appointment_document(booking: Booking, *, now: datetime) -> Document:
    """The same booking as the Booking API shows it, in that API's words."""
    attendee = customer_brief(booking.customer)
    history = _history(booking)
    return {
        "id": str(booking.pk),
        "userId": booking.room.schedule.handle,
        "bookingType": booking.room.booking_type,
        "startUtc": instant(booking.start),
        "endUtc": instant(booking.end),
        "status": appointment_status(booking, now=now),
        "attendee": {"email": attendee["email"], "name": attendee["name"]},
        "notes": booking.notes,
        "rescheduledFrom": history["rescheduledFrom"],
        "rescheduledTo": history["rescheduledTo"],
    }


def appointment_status(booking: Booking, *, now: datetime) -> str:
    """What ended by being rescheduled is told apart from what was cancelled."""
    status = status_at(booking, now)
    if status is not Status.CANCELED:
        return status.value
    return RESCHEDULED if successor_of(booking) else CANCELLED


def refund_document(booking: Booking) -> Document | None:
    """What a cancellation gave back. One that ended by being rescheduled was not cancelled."""
    if booking.status != Status.CANCELED or successor_of(booking):
        return None
    return {
        "amount": booking.cancel_refund_minor,
        "currency": booking.currency,
        "status": booking.cancel_refund_status,
    }


def due(booking: Booking, status: Status) -> int:
    """What is still to be paid. What a refund failed to give back is not."""
    if status in NOTHING_DUE:
        return 0
    return max(0, booking.total_minor - booking.paid_minor + booking.refunded_minor)


def manage_url(booking: Booking) -> str:
    """Where the customer moves and cancels it: the same for as long as the secret key is."""
    token = Signer(sep=".", salt=MANAGE_SALT).sign(booking.pk.hex)
    return f"{settings.PUBLIC_URL}/manage/{token}"


def _times(booking: Booking) -> Document:
    return {
        "start": instant(booking.start),
        "end": instant(booking.end),
        "timezone": booking.room.schedule.timezone,
        "durationMinutes": (booking.end - booking.start) // timedelta(minutes=1),
    }


def _price(booking: Booking, status: Status) -> Document:
    return {
        "currency": booking.currency,
        "total": booking.total_minor,
        "deposit": booking.deposit_minor,
        "paid": booking.paid_minor,
        "refunded": booking.refunded_minor,
        "due": due(booking, status),
        "lines": [{name: line[name] for name in LINE} for line in booking.price_lines],
    }


def _history(booking: Booking) -> Document:
    successor = successor_of(booking)
    return {
        "holdExpiresAt": _instant(booking.hold_expires_at),
        "canceledAt": _instant(booking.canceled_at),
        "cancelReason": booking.cancel_reason,
        "rescheduledFrom": _id(booking.rescheduled_from_id),
        "rescheduledTo": _id(successor.pk if successor else None),
        "createdAt": instant(booking.created_at),
        "updatedAt": instant(booking.updated_at),
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else instant(moment)


def _id(key: object) -> str | None:
    return None if key is None else str(key)
