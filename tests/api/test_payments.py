"""POST /bookings/{id}/payments: money that was taken elsewhere."""

from typing import Any

import pytest

from bookingflow.organizations.models import Organization
from bookings import services
from bookings.lifecycle import Status
from bookings.models import Booking, Payment
from tests.api.money import booked, booking, figures, path_of, pay, refund
from tests.bookings.stage import booking_in, by, stand_at, told, written
from tests.builders import make_room, make_schedule
from tests.caller import Caller, error_of

__all__ = ["booking"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["cash", "card_terminal", "bank_transfer", "voucher", "other"])
def test_a_payment_is_recorded_and_answers_with_itself(caller: Caller, booking: Booking, method: str) -> None:
    answer = pay(caller, booking, 5000, body={"method": method, "note": "Till 2"})
    assert (answer.status_code, answer["Location"]) == (201, path_of(booking))
    shown = answer.json()
    payment = Payment.objects.get()
    assert shown == {
        "id": str(payment.pk),
        "provider": "offline",
        "method": method,
        "amount": 5000,
        "currency": "USD",
        "status": "succeeded",
        "note": "Till 2",
        "createdAt": shown["createdAt"],
    }
    assert figures(caller, booking) == (12000, 5000, 0, 7000)


def test_several_payments_add_up_and_nothing_is_due_in_the_end(caller: Caller, booking: Booking) -> None:
    for amount in (1, 5999, 6000):
        assert pay(caller, booking, amount).status_code == 201
    assert figures(caller, booking) == (12000, 12000, 0, 0)


def test_more_than_is_due_is_refused_by_name(caller: Caller, booking: Booking) -> None:
    pay(caller, booking, 5000)
    error = error_of(pay(caller, booking, 7001), 400)
    assert error["code"] == "INVALID_REQUEST"
    assert [(each["field"], each["code"]) for each in error["details"]] == [("amount", "max_value")]
    assert "70.00 USD is due" in error["message"]
    assert figures(caller, booking) == (12000, 5000, 0, 7000)


def test_where_nothing_is_due_nothing_is_taken(caller: Caller, booking: Booking) -> None:
    pay(caller, booking, 12000)
    error = error_of(pay(caller, booking, 1), 409)
    assert (error["code"], error["message"]) == (
        "BOOKING_STATE_CONFLICT",
        "Nothing is due on this booking.",
    )


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
def test_what_is_over_can_still_be_paid(caller: Caller, booking: Booking, status: Status) -> None:
    stand_at(booking.start)
    services.change_booking(**by(booking), status=status)
    assert pay(caller, booking, 12000).status_code == 201
    assert figures(caller, booking) == (12000, 12000, 0, 0)


@pytest.mark.parametrize("status", [Status.PENDING, Status.EXPIRED, Status.CANCELED])
def test_a_hold_and_what_is_gone_take_no_payment(
    organization: Organization, caller: Caller, status: Status
) -> None:
    booking = booking_in(status, make_room(make_schedule(organization), pricing={"base": 500}))
    assert error_of(pay(caller, booking, 100), 409)["code"] == "BOOKING_STATE_CONFLICT"


@pytest.mark.parametrize("body", [{}, {"amount": 100}])
def test_without_card_payments_stripe_is_refused_with_a_clear_message(
    caller: Caller, booking: Booking, body: dict[str, Any]
) -> None:
    error = error_of(caller.post(path_of(booking, "payments"), {"method": "stripe", **body}), 400)
    assert error["code"] == "INVALID_REQUEST"
    assert "Card payments are not set up" in error["message"]
    assert [each["field"] for each in error["details"]] == ["method"]


def test_nor_is_a_booking_begun_with_a_card(caller: Caller, booking: Booking) -> None:
    body = {"room": booking.room_id, "start": "2030-01-01T10:00:00Z", "payment": "stripe"}
    person = {"name": "Ada", "email": "ada@example.com"}
    error = error_of(caller.post("/api/v1/bookings", {**body, "customer": person}), 400)
    assert "Card payments are not set up" in error["message"]


BAD = [
    ({}, {"method"}),
    ({"method": "cash"}, {"amount"}),
    ({"amount": 100}, {"method"}),
    ({"amount": 0, "method": "cash"}, {"amount"}),
    ({"amount": -1, "method": "cash"}, {"amount"}),
    ({"amount": 10**11 + 1, "method": "cash"}, {"amount"}),
    ({"amount": 10**30, "method": "cash"}, {"amount"}),
    ({"amount": 1.5, "method": "cash"}, {"amount"}),
    ({"amount": "100", "method": "cash"}, {"amount"}),
    ({"amount": True, "method": "cash"}, {"amount"}),
    ({"amount": None, "method": None}, {"amount", "method"}),
    ({"amount": 100, "method": "gold"}, {"method"}),
    ({"amount": 100, "method": "cash", "note": "x" * 501}, {"note"}),
    ({"amount": 100, "method": "cash", "note": "\x00"}, {"note"}),
    ({"amount": 100, "method": "cash", "currency": "USD"}, {"currency"}),
]


@pytest.mark.parametrize(("body", "fields"), BAD)
def test_bad_input_is_named(caller: Caller, booking: Booking, body: dict[str, Any], fields: set[str]) -> None:
    error = error_of(caller.post(path_of(booking, "payments"), body), 400)
    assert {each["field"] for each in error["details"]} == fields
    assert not Payment.objects.exists()


def test_a_body_that_is_no_object_is_refused(caller: Caller, booking: Booking) -> None:
    for body in (b"[]", b"{", b"null", b'"cash"'):
        error_of(caller.post(path_of(booking, "payments"), body), 400)


def test_one_key_takes_the_money_once(caller: Caller, booking: Booking) -> None:
    first, second = (pay(caller, booking, 5000, key="till-1") for _ in range(2))
    assert (second.status_code, second.json()) == (201, first.json())
    assert (second["Idempotent-Replayed"], second["Location"]) == ("true", path_of(booking))
    assert figures(caller, booking) == (12000, 5000, 0, 7000)
    assert error_of(pay(caller, booking, 5001, key="till-1"), 409)["code"] == "IDEMPOTENCY_CONFLICT"


def test_it_is_told_and_written_down(caller: Caller, booking: Booking) -> None:
    payment = pay(caller, booking, 5000, body={"note": "Ada's aunt paid"}).json()
    event, data = told(booking)[-1]
    assert (event, data["sequence"], data["booking"]["price"]["due"]) == ("payment.recorded", 2, 7000)
    sent = {name: payment[name] for name in ("id", "provider", "method", "amount", "currency", "status")}
    assert data["payment"] == {**sent, "stripeId": None}
    assert written(booking)[-1] == (
        "payment.recorded",
        {"amount": [None, 5000], "method": [None, "cash"]},
    )


@pytest.mark.parametrize(("currency", "total"), [("JPY", 6601), ("KWD", 12345)])
def test_minor_units_of_every_currency_are_whole(
    organization: Organization, caller: Caller, currency: str, total: int
) -> None:
    Organization.objects.filter(pk=organization.pk).update(currency=currency)
    organization.refresh_from_db()
    room = {"pricing": {"base": total}}
    priced = booked(organization, room=room)
    assert pay(caller, priced, total - 1).json()["currency"] == currency
    assert figures(caller, priced) == (total, total - 1, 0, 1)
    error = error_of(pay(caller, priced, 2), 400)
    assert ("0.001 KWD" if currency == "KWD" else "1 JPY") in error["message"]
    assert refund(caller, priced, total - 1).status_code == 201
    assert figures(caller, priced) == (1, total - 1, total - 1, 1)
