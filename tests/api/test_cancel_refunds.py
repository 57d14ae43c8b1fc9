"""DELETE /bookings/{id} with its refund, and the quote of it."""

from datetime import timedelta
from typing import Any

import pytest

from bookingflow.lib.json import instant
from bookingflow.organizations.models import Organization
from bookings.models import Booking, Refund
from tests.api.money import booked, booking, figures, hours_before, path_of, pay, refund
from tests.bookings.stage import told
from tests.caller import Caller, error_of

__all__ = ["booking"]
pytestmark = pytest.mark.django_db


def cancel(caller: Caller, booking: Booking, query: str = "") -> dict[str, Any]:
    answer = caller.delete(path_of(booking) + query)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


@pytest.mark.parametrize(
    ("query", "hours", "amount"),
    [
        ("", 72, 6000),
        ("?refund=policy", 48.5, 6000),
        ("?refund=policy", 31, 3000),
        ("?refund=policy", 3, 0),
        ("?refund=policy", -0.5, 0),
        ("?refund=full", 3, 6000),
        ("?refund=full", -0.5, 6000),
        ("?refund=none", 72, 0),
    ],
)
def test_cancelling_refunds_by_the_frozen_policy_in_full_or_not_at_all(
    caller: Caller, booking: Booking, query: str, hours: float, amount: int
) -> None:
    pay(caller, booking, 6000)
    hours_before(booking, hours)
    shown = cancel(caller, booking, query)
    status = "succeeded" if amount else "not_needed"
    assert shown["refund"] == {"amount": amount, "currency": "USD", "status": status}
    assert figures(caller, booking) == (12000, 6000, amount, 0)


def test_cancelling_again_answers_the_same_and_refunds_nothing_more(caller: Caller, booking: Booking) -> None:
    pay(caller, booking, 6000)
    hours_before(booking, 31)
    first = cancel(caller, booking)
    assert cancel(caller, booking, "?refund=full") == first
    assert Refund.objects.count() == 1


def test_cancelling_is_told_with_its_refund_and_then_of_the_refund(caller: Caller, booking: Booking) -> None:
    pay(caller, booking, 6000)
    cancel(caller, booking)
    (canceled, first), (ended, second) = told(booking)[-2:]
    assert (canceled, ended) == ("booking.canceled", "refund.succeeded")
    assert first["refund"] == {"amount": 6000, "currency": "USD", "status": "succeeded"}
    assert first["booking"] == second["booking"] == caller_view(caller, booking)
    assert second["refund"]["amount"] == 6000


def caller_view(caller: Caller, booking: Booking) -> dict[str, Any]:
    shown = dict(caller.get(path_of(booking)).json())
    del shown["manageUrl"]
    return shown


def test_what_is_left_can_be_refunded_after_the_cancellation_too(caller: Caller, booking: Booking) -> None:
    pay(caller, booking, 12000)
    hours_before(booking, 31)
    cancel(caller, booking)
    assert refund(caller, booking, 6000).status_code == 201
    assert figures(caller, booking) == (6000, 12000, 12000, 0)
    shown = caller.get(path_of(booking)).json()["refund"]
    assert shown == {"amount": 6000, "currency": "USD", "status": "succeeded"}


@pytest.mark.parametrize("query", ["?refund=", "?refund=half", "?refund=full&refund=none", "?reason="])
def test_a_refund_that_is_none_of_the_three_is_refused(caller: Caller, booking: Booking, query: str) -> None:
    error_of(caller.delete(path_of(booking) + query), 400)
    assert caller.get(path_of(booking)).json()["status"] == "confirmed"


def test_the_policy_is_that_of_the_day_of_the_booking(organization: Organization, caller: Caller) -> None:
    booking = booked(organization)
    pay(caller, booking, 12000)
    caller.put(f"/api/v1/rooms/{booking.room_id}", {"cancellationPolicy": []})
    hours_before(booking, 31)
    assert cancel(caller, booking)["refund"]["amount"] == 6000


def test_a_quote_tells_what_why_and_until_when(caller: Caller, booking: Booking) -> None:
    pay(caller, booking, 6000)
    hours_before(booking, 31.01)
    assert caller.get(path_of(booking, "refund-quote")).json() == {
        "amount": 3000,
        "currency": "USD",
        "percent": 50,
        "paid": 6000,
        "refunded": 0,
        "policy": {"hoursBefore": 24, "refundPercent": 50},
        "deadline": deadline(booking),
        "message": "50 % of 60.00 USD, because the start is 31 hours away",
    }
    assert cancel(caller, booking)["refund"]["amount"] == 3000


def deadline(booking: Booking) -> str:
    return instant(booking.start - timedelta(hours=24))


def test_a_quote_of_what_cant_be_cancelled_is_refused(caller: Caller, booking: Booking) -> None:
    cancel(caller, booking)
    error = error_of(caller.get(path_of(booking, "refund-quote")), 409)
    assert error["code"] == "BOOKING_STATE_CONFLICT"


def test_a_quote_takes_no_parameters_and_changes_nothing(caller: Caller, booking: Booking) -> None:
    error_of(caller.get(path_of(booking, "refund-quote"), at="now"), 400)
    before = caller.get(path_of(booking)).json()
    assert caller.get(path_of(booking, "refund-quote")).json()["amount"] == 0
    assert caller.get(path_of(booking)).json() == before
