"""What is told of money, to the letter."""

from typing import Any

import pytest

from bookingflow.lib.json import instant
from bookings import services
from bookings.documents import booking_document
from bookings.models import Booking, Refund
from bookings.payments.models import Method, RefundStatus
from tests.bookings.stage import again, by, told
from tests.builders import make_booking, make_room, slot
from tests.payments.stage import booked, paid_by_card, pay, refund, settle

pytestmark = pytest.mark.django_db

LINE = {"kind": "base", "label": "60 minutes", "quantity": 1, "unitAmount": 12000, "amount": 12000}
RAIN = {"kind": "adjustment", "label": "Rain", "quantity": 1, "unitAmount": -5000, "amount": -5000}


def price(total: int, refunded: int, *lines: dict[str, Any]) -> dict[str, Any]:
    return {
        "currency": "USD",
        "total": total,
        "deposit": 0,
        "paid": 12000,
        "refunded": refunded,
        "due": 0,
        "lines": list(lines),
    }


def seen(booking: Booking, **differing: Any) -> dict[str, Any]:
    found = again(booking)
    return booking_document(found, now=found.updated_at) | differing


def test_payment_recorded() -> None:
    booking = booked()
    payment = pay(booking, 12000, Method.VOUCHER)
    paid = {
        "id": str(payment.pk),
        "provider": "offline",
        "method": "voucher",
        "amount": 12000,
        "currency": "USD",
        "status": "succeeded",
        "stripeId": None,
    }
    after = seen(booking, price=price(12000, 0, LINE))
    assert told(booking)[1:] == [("payment.recorded", {"payment": paid, "booking": after, "sequence": 2})]


def test_refund_succeeded() -> None:
    booking = booked()
    pay(booking, 12000)
    (part,) = refund(booking, 5000, "Rain")
    after = seen(booking, price=price(7000, 5000, LINE, RAIN))
    gone = refund_of(part, "succeeded")
    assert told(booking)[2:] == [("refund.succeeded", {"refund": gone, "booking": after, "sequence": 3})]


def test_refund_failed() -> None:
    booking = booked()
    paid_by_card(booking, 12000)
    (part,) = refund(booking, 5000, "Rain")
    settle(part, RefundStatus.FAILED)
    after = seen(booking, price=price(12000, 0, LINE))
    failed = refund_of(part, "failed")
    assert told(booking)[1:] == [("refund.failed", {"refund": failed, "booking": after, "sequence": 2})]


def refund_of(part: Refund, status: str) -> dict[str, Any]:
    return {
        "id": str(part.pk),
        "amount": 5000,
        "currency": "USD",
        "status": status,
        "reason": "Rain",
        "stripeId": None,
    }


def test_booking_canceled_with_its_refund() -> None:
    booking = booked()
    pay(booking, 12000)
    canceled = services.cancel_booking(**by(booking), reason="Flu")
    back = {"amount": 12000, "currency": "USD", "status": "succeeded"}
    assert canceled.canceled_at is not None
    after = seen(
        booking,
        status="canceled",
        refund=back,
        canceledAt=instant(canceled.canceled_at),
        price=price(12000, 12000, LINE),
    )
    event, data = told(booking)[2]
    assert (event, data) == ("booking.canceled", {"booking": after, "refund": back, "sequence": 3})
    assert told(booking)[3][1]["refund"]["reason"] == "Cancelled"


def test_a_confirmed_hold_that_was_paid_is_told_of_as_paid_and_then_as_created() -> None:
    hold = make_booking(make_room(pricing={"base": 12000}), hold=True, start=slot(9))
    services.confirm_booking(**by(hold), paid_minor=5000, method=Method.CASH)
    (paid, first), (created, second) = told(hold)
    assert (paid, created) == ("payment.recorded", "booking.created")
    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert first["booking"] == second["booking"]
    assert (second["booking"]["status"], second["booking"]["price"]["due"]) == ("confirmed", 7000)
