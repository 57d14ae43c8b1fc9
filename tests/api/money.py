"""A booking that costs 120.00 USD in a week, and its money as the API shows it."""

from datetime import timedelta
from typing import Any

import pytest

from bookingflow.organizations.models import Organization
from bookings.models import Booking
from tests.bookings.stage import stand_at
from tests.builders import make_booking, make_room, make_schedule
from tests.caller import Caller

POLICY = [{"hoursBefore": 48, "refundPercent": 100}, {"hoursBefore": 24, "refundPercent": 50}]
PRICES = {"perGuest": 3000, "depositPercent": 50}


def booked(organization: Organization, *, room: dict[str, Any] | None = None, **booking: Any) -> Booking:
    fields = {"pricing": PRICES, "cancellation_policy": POLICY} | (room or {})
    return make_booking(
        make_room(make_schedule(organization), **fields), **{"guests": 4, "metadata": {}} | booking
    )


def path_of(booking: Booking, *more: str) -> str:
    return "/".join(["/api/v1/bookings", str(booking.pk), *more])


def pay(caller: Caller, booking: Booking, amount: int, **more: Any) -> Any:
    return caller.post(
        path_of(booking, "payments"), {"amount": amount, "method": "cash"} | more.pop("body", {}), **more
    )


def refund(caller: Caller, booking: Booking, amount: int, **more: Any) -> Any:
    return caller.post(path_of(booking, "refunds"), {"amount": amount, **more})


def price(caller: Caller, booking: Booking) -> dict[str, Any]:
    return dict(caller.get(path_of(booking)).json()["price"])


def figures(caller: Caller, booking: Booking) -> tuple[int, int, int, int]:
    """Total, paid, refunded, due."""
    shown = price(caller, booking)
    return shown["total"], shown["paid"], shown["refunded"], shown["due"]


def hours_before(booking: Booking, hours: float) -> None:
    stand_at(booking.start - timedelta(hours=hours))


@pytest.fixture
def booking(organization: Organization) -> Booking:
    return booked(organization)
