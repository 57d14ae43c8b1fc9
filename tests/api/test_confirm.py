"""POST /bookings/{id}/confirm: a hold that was paid for elsewhere."""

from typing import Any

import pytest

from bookingflow.organizations.models import Organization
from bookings.models import Booking
from tests.api.money import booked, booking, figures, path_of
from tests.bookings.stage import stand_at, told
from tests.caller import Caller, error_of

__all__ = ["booking"]
pytestmark = pytest.mark.django_db


def hold(organization: Organization) -> Booking:
    return booked(organization, hold=True)


@pytest.mark.parametrize(("paid", "due"), [(0, 12000), (100, 11900), (6000, 6000), (12000, 0)])
def test_a_hold_is_confirmed_with_what_was_paid_also_below_the_deposit(
    organization: Organization, caller: Caller, paid: int, due: int
) -> None:
    held = hold(organization)
    answer = caller.post(path_of(held, "confirm"), {"paid": paid, "method": "card_terminal"})
    assert (answer.status_code, answer.json()["status"]) == (200, "confirmed")
    assert answer.json() == caller.get(path_of(held)).json()
    assert figures(caller, held) == (12000, paid, 0, due)
    expected = ["payment.recorded", "booking.created"] if paid else ["booking.created"]
    assert [event for event, _ in told(held)] == expected


BAD_CONFIRMATIONS = [
    ({}, {"paid"}),
    ({"paid": 5}, {"method"}),
    ({"paid": -1, "method": "cash"}, {"paid"}),
    ({"paid": "5", "method": "gold"}, {"paid", "method"}),
    ({"paid": 5, "method": "stripe"}, {"method"}),
    ({"paid": 12001, "method": "cash"}, {"paid"}),
    ({"paid": 0, "status": "confirmed"}, {"status"}),
]


@pytest.mark.parametrize(("body", "fields"), BAD_CONFIRMATIONS)
def test_a_bad_confirmation_is_named_and_the_hold_stays(
    organization: Organization, caller: Caller, body: dict[str, Any], fields: set[str]
) -> None:
    held = hold(organization)
    error = error_of(caller.post(path_of(held, "confirm"), body), 400)
    assert {each["field"] for each in error["details"]} == fields
    assert caller.get(path_of(held)).json()["status"] == "pending"


def test_only_a_hold_that_still_runs_is_confirmed(
    organization: Organization, caller: Caller, booking: Booking
) -> None:
    held = hold(organization)
    assert held.hold_expires_at is not None
    stand_at(held.hold_expires_at)
    for each in (booking, held):
        error = error_of(caller.post(path_of(each, "confirm"), {"paid": 0}), 409)
        assert error["code"] == "BOOKING_STATE_CONFLICT"


def test_one_key_confirms_once(organization: Organization, caller: Caller) -> None:
    held = hold(organization)
    body = {"paid": 6000, "method": "cash"}
    first, second = (caller.post(path_of(held, "confirm"), body, key="till-9") for _ in range(2))
    assert (second.status_code, second.json()) == (200, first.json())
    assert figures(caller, held) == (12000, 6000, 0, 6000)
