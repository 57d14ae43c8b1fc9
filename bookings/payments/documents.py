"""Payments and refunds as the API and the events show them."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from bookingflow.lib.json import instant
from bookingflow.lib.money import percent_number
from bookings.models import Booking
from bookings.payments.models import Payment, Provider, Refund, status_of
from bookings.policy import RefundQuote

Document = dict[str, Any]


def payment_document(payment: Payment, currency: str) -> Document:
    return {
        "id": str(payment.pk),
        "provider": payment.provider,
        "method": payment.method,
        "amount": payment.amount_minor,
        "currency": currency,
        "status": payment.status,
        "note": payment.note,
        "createdAt": instant(payment.created_at),
    }


def payment_shown(payment: Payment, currency: str) -> Document:
    """On its booking. What a card payment needs to go on is told; what would let its reader pay is not."""
    money = {"amount": payment.amount_minor, "currency": currency, "status": payment.status}
    if payment.provider == Provider.STRIPE:
        return {
            "provider": payment.provider,
            "id": payment.stripe_id,
            "publishableKey": settings.STRIPE_PUBLISHABLE_KEY or None,
            "stripeAccount": payment.stripe_account or None,
            **money,
        }
    return {"provider": payment.provider, "id": str(payment.pk), "method": payment.method, **money}


def refund_document(parts: Sequence[Refund], currency: str) -> Document:
    """What was asked for at once, as one: also where it came out of several payments."""
    first = next(part for part in parts if part.pk == part.act_id)
    return {
        "id": str(first.act_id),
        "amount": sum(part.amount_minor for part in parts),
        "currency": currency,
        "status": status_of(parts).value,
        "reason": first.reason,
        "createdAt": instant(first.created_at),
    }


def payment_told(payment: Payment, currency: str) -> Document:
    """In events."""
    shown = payment_document(payment, currency)
    told = {name: shown[name] for name in ("id", "provider", "method", "amount", "currency", "status")}
    return {**told, "stripeId": payment.stripe_id or None}


def refund_told(refund: Refund, currency: str) -> Document:
    """In events: each is of one payment, and ends by itself."""
    return {
        "id": str(refund.pk),
        "amount": refund.amount_minor,
        "currency": currency,
        "status": refund.status,
        "reason": refund.reason,
        "stripeId": refund.stripe_id or None,
    }


def quote_document(quote: RefundQuote, booking: Booking) -> Document:
    return {
        "amount": quote.amount,
        "currency": booking.currency,
        "percent": percent_number(quote.percent),
        "paid": booking.paid_minor,
        "refunded": booking.refunded_minor,
        "policy": quote.policy.to_json() if quote.policy else None,
        "deadline": instant(quote.deadline) if quote.deadline else None,
        "message": quote.message,
    }
