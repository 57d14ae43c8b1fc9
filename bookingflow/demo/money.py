"""What was paid for a demo venue's past bookings, and given back: as a till and a bank account would tell."""

from datetime import datetime, timedelta

from bookingflow.demo.planned import PlannedBooking
from bookings.lifecycle import Status
from bookings.payments.brought_in import GivenBack, Paid
from bookings.payments.models import Method, RefundPurpose
from rooms.pricing import Quote

AT_THE_TILL = (Method.CARD_TERMINAL, Method.CARD_TERMINAL, Method.CASH, Method.CARD_TERMINAL, Method.VOUCHER)
_SETTLING = timedelta(minutes=20)


def money_of(planned: PlannedBooking, price: Quote) -> list[Paid]:
    """A deposit was transferred on booking; who came paid the rest on arrival, who cancelled got the deposit back,
    and who did neither lost it."""
    begun = planned.booked_at + min(_SETTLING, (planned.slot.start - planned.booked_at) / 2)
    if planned.status is Status.CANCELED and planned.canceled_at:
        begun = min(begun, planned.canceled_at)
    deposit = _paid(
        price.deposit, Method.BANK_TRANSFER, begun, "Deposit", _given_back(planned, price.deposit)
    )
    if planned.status is not Status.COMPLETED:
        return deposit
    method = AT_THE_TILL[planned.slot.start.toordinal() % len(AT_THE_TILL)]
    return [*deposit, *_paid(price.total - price.deposit, method, planned.slot.start)]


def _given_back(planned: PlannedBooking, amount: int) -> tuple[GivenBack, ...]:
    if planned.status is not Status.CANCELED or planned.canceled_at is None:
        return ()
    return (GivenBack(amount, RefundPurpose.CANCELLATION, planned.canceled_at, planned.cancel_reason or ""),)


def _paid(
    amount: int, method: Method, at: datetime, note: str = "", refunds: tuple[GivenBack, ...] = ()
) -> list[Paid]:
    return [Paid(amount, method, at, note, refunds)] if amount else []
