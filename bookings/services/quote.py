"""What a cancellation gives back."""

from datetime import datetime

from bookings.lifecycle import Status, may_follow
from bookings.models import Booking
from bookings.payments import ledger
from bookings.payments.models import RefundPurpose
from bookings.policy import RefundQuote, refund_quote
from bookings.queries import status_at
from bookings.services.state import refusal
from rooms.cancellation import parse_policy

# What was paid beyond the price: of this the policy keeps nothing.
NOT_KEPT = (RefundPurpose.LOWER_PRICE, RefundPurpose.UNNEEDED)


def quote_refund(booking: Booking, *, now: datetime) -> RefundQuote:
    """What cancelling it at `now` would give back by its policy. Raises BookingStateConflict where it can't be."""
    if not may_follow(status_at(booking, now), Status.CANCELED):
        raise refusal(booking, now)
    refunded = ledger.refunded_for(booking)
    return refund_quote(
        parse_policy(booking.cancellation_policy),
        start=booking.start,
        now=now,
        paid=booking.paid_minor,
        refunded_by_staff=refunded.get(RefundPurpose.BY_HAND, 0),
        refunded_for_price=sum(refunded.get(purpose, 0) for purpose in NOT_KEPT),
        currency=booking.currency,
        ceiling_percent=booking.refund_ceiling_percent,
    )
