"""Ending a hold that waits for a card: Stripe comes first, over either API."""

from collections.abc import Callable

from rest_framework.response import Response

from bookingflow.api.elsewhere import Elsewhere
from bookingflow.lib import clock
from bookingflow.lib.transactions import rehearsed
from bookings import queries
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.payments import errands, stripe


def after_calling_off(booking: Booking, end: Callable[[], Response]) -> Response | Elsewhere:
    """A hold that waits for a card is ended once Stripe has cancelled the payment, for else it could still be paid;
    where it was paid meanwhile, it counts as paid. What would be refused is refused before."""
    payment = booking.payment_shown
    if payment is None or not (payment.awaits_stripe and stripe.is_set_up()):
        return end()
    if queries.status_at(booking, clock.now()) is not Status.PENDING:
        return end()
    rehearsed(end)
    return Elsewhere(ask=lambda: errands.call_off(payment), then=lambda _: end())
