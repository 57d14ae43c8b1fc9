"""What a move or another party does to the price, to the money that was paid, and to what a cancellation gives back."""

from datetime import datetime

from bookings.models import Booking
from bookings.payments import ledger
from bookings.payments.models import Refund, RefundPurpose
from bookings.policy import percent_at
from bookings.services.making import price_of
from rooms.cancellation import parse_policy
from rooms.places import Place
from rooms.pricing import Quote

REASON = "Lower price"


def reprice(booking: Booking, *, old: Place, new: Place, at: datetime) -> list[Refund]:
    """A rise adds to what is due, a fall gives back what was paid beyond the new total."""
    price = _price(booking.currency, old, new)
    if price is None:
        return []
    before = booking.total_minor
    ledger.set_price(booking, price)
    excess = ledger.overpaid(booking)
    if booking.total_minor >= before or not excess:
        return []
    return ledger.give_back(booking, excess, purpose=RefundPurpose.LOWER_PRICE, reason=REASON, at=at)


def set_ceiling(booking: Booking, *, old: Place, new: Place, at: datetime) -> None:
    """A move in time or to another room never improves the refund: what a cancellation just before would have given
    back, in percent, stays the most."""
    if (old.room.pk, old.start) == (new.room.pk, new.start):
        return
    booking.refund_ceiling_percent = percent_at(
        parse_policy(booking.cancellation_policy),
        start=old.start,
        now=at,
        ceiling_percent=booking.refund_ceiling_percent,
    )


def _price(currency: str, old: Place, new: Place) -> Quote | None:
    """None where the frozen one stays: a change of time alone goes by what today's prices make of both slots."""
    price = price_of(new, currency)
    if (old.room.pk, old.duration, old.guests) != (new.room.pk, new.duration, new.guests):
        return price
    same = old.start == new.start or price_of(old, currency).total == price.total
    return None if same else price
