"""What GET shows of a booking with money on it can be sent back as it is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking
from tests.api.money import booking, path_of, pay, refund
from tests.bookings.stage import told
from tests.caller import Caller, error_of

__all__ = ["booking"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("canceled", [False, True])
def test_it_is_taken_unchanged_and_makes_no_event(caller: Caller, booking: Booking, canceled: bool) -> None:
    pay(caller, booking, 12000)
    refund(caller, booking, 2000, reason="Rain")
    if canceled:
        caller.delete(path_of(booking))
    shown, before = caller.get(path_of(booking)).json(), told(booking)
    answer = caller.put(path_of(booking), shown)
    assert (answer.status_code, answer.json()) == (200, shown)
    assert told(booking) == before


def test_money_is_named_by_reference_too(caller: Caller, booking: Booking) -> None:
    path = f"/api/v1/bookings/{booking.reference.lower()}"
    answer = caller.post(f"{path}/payments", {"amount": 1, "method": "cash"})
    assert (answer.status_code, answer["Location"]) == (201, path_of(booking))
    assert caller.get(f"{path}/refund-quote").json()["amount"] == 1


@pytest.mark.parametrize("more", ["confirm", "payments", "refunds"])
def test_an_unknown_booking_has_no_money(caller: Caller, booking: Booking, more: str) -> None:
    error = error_of(caller.post(f"/api/v1/bookings/BF-22222222/{more}", {"amount": 1}), 404)
    assert error["code"] == "BOOKING_NOT_FOUND"


def test_a_list_shows_money_without_asking_more(caller: Caller, booking: Booking) -> None:
    with CaptureQueriesContext(connection) as without:
        caller.get("/api/v1/bookings")
    pay(caller, booking, 12000)
    refund(caller, booking, 2000)
    with CaptureQueriesContext(connection) as with_money:
        (shown,) = caller.get("/api/v1/bookings").json()["results"]
    assert (shown["price"]["paid"], shown["price"]["refunded"]) == (12000, 2000)
    assert len(with_money) == len(without)
