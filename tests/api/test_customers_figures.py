"""A customer's figures and history, over bookings in every state."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookingflow.lib import clock, json
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization
from bookings import services
from bookings.models import Booking
from customers.models import Customer
from rooms.models import Room
from tests.builders import make_api_key, make_booking, make_customer, make_room, make_schedule, slot
from tests.caller import Caller

PRICED: dict[str, Any] = {"pricing": {"currency": "USD", "base": 5_000, "perGuest": 0}}


@pytest.fixture
def room(organization: Organization) -> Room:
    return make_room(make_schedule(organization), pricing=PRICED["pricing"])


@pytest.fixture
def ada(organization: Organization) -> Customer:
    return make_customer(organization, name="Ada Park")


def shown(caller: Caller, customer: Customer) -> dict[str, Any]:
    return dict(caller.get(f"/api/v1/customers/{customer.pk}").json())


def booked(room: Room, customer: Customer, hour: int, **more: Any) -> Booking:
    return make_booking(room, customer_id=customer.pk, start=slot(hour), **more)


def doing(booking: Booking) -> dict[str, Any]:
    return {"organization": booking.organization, "actor": SYSTEM, "booking_id": booking.pk}


def test_bookings_count_from_the_first_start_to_the_last(caller: Caller, room: Room, ada: Customer) -> None:
    booked(room, ada, 12)
    booked(room, ada, 10)
    with transaction.atomic():
        services.cancel_booking(**doing(booked(room, ada, 14)))
    found = shown(caller, ada)
    assert found["bookingsCount"] == 3
    assert found["firstBookingAt"] == json.instant(slot(10))
    assert found["lastBookingAt"] == json.instant(slot(14))


def test_what_was_never_confirmed_doesnt_count(caller: Caller, room: Room, ada: Customer) -> None:
    booked(room, ada, 10, hold=True)
    with transaction.atomic():
        services.cancel_booking(**doing(booked(room, ada, 12, hold=True)))
    found = shown(caller, ada)
    assert (found["bookingsCount"], found["firstBookingAt"], found["lastBookingAt"]) == (0, None, None)
    assert len(found["bookings"]["results"]) == 2


def test_a_rescheduled_booking_counts_once(caller: Caller, room: Room, ada: Customer) -> None:
    with transaction.atomic():
        services.reschedule_booking(**doing(booked(room, ada, 10)), start=slot(13), end=slot(14))
    found = shown(caller, ada)
    assert (found["bookingsCount"], found["firstBookingAt"]) == (1, json.instant(slot(13)))


def test_spent_is_paid_less_refunded(caller: Caller, room: Room, ada: Customer) -> None:
    booking = booked(room, ada, 10)
    path = f"/api/v1/bookings/{booking.pk}"
    assert caller.post(f"{path}/payments", {"amount": 5_000, "method": "cash"}).status_code == 201
    assert caller.post(f"{path}/refunds", {"amount": 1_500}).status_code == 201
    assert shown(caller, ada)["totalSpent"] == {"currency": "USD", "amount": 3_500}


def test_no_shows_are_counted(caller: Caller, room: Room, ada: Customer) -> None:
    booking = booked(room, ada, 10)
    clock.shift = slot(11) - clock.now() + timedelta(minutes=5)
    with transaction.atomic():
        services.mark_no_show(**doing(booking))
    found = shown(caller, ada)
    assert (found["noShows"], found["bookingsCount"]) == (1, 1)


def test_the_list_shows_each_customers_own_figures(
    caller: Caller, organization: Organization, room: Room, ada: Customer
) -> None:
    make_customer(organization, name="Bo")
    booked(room, ada, 10)
    rows = caller.get("/api/v1/customers").json()["results"]
    assert [(row["name"], row["bookingsCount"]) for row in rows] == [("Ada Park", 1), ("Bo", 0)]
    assert "bookings" not in rows[0]


def test_the_history_is_a_page_newest_first_that_leads_on(
    caller: Caller, organization: Organization, room: Room, ada: Customer
) -> None:
    other = make_room(make_schedule(organization))
    make_booking(other)
    made = [make_booking(room, customer_id=ada.pk, start=slot(10, days=day)) for day in range(2, 54)]
    page = shown(caller, ada)["bookings"]
    assert [row["id"] for row in page["results"]] == [str(each.pk) for each in reversed(made)][:50]
    rest = caller.get(page["next"]).json()
    assert [row["id"] for row in rest["results"]] == [str(each.pk) for each in reversed(made)][50:]
    assert rest["next"] is None


def test_manage_links_go_to_keys_that_write_bookings(
    caller: Caller, organization: Organization, room: Room, ada: Customer
) -> None:
    booked(room, ada, 10)
    reader = Caller(make_api_key(organization, scopes=["customers:read"])[1])
    assert "manageUrl" in shown(caller, ada)["bookings"]["results"][0]
    assert "manageUrl" not in shown(reader, ada)["bookings"]["results"][0]


def test_what_get_shows_can_be_put_back_with_its_history(caller: Caller, room: Room, ada: Customer) -> None:
    booked(room, ada, 10)
    before = shown(caller, ada)
    assert caller.put(f"/api/v1/customers/{ada.pk}", before).json() == before


def test_a_customer_with_many_bookings_costs_as_few_queries(
    caller: Caller, room: Room, ada: Customer
) -> None:
    shown(caller, ada)
    counts = []
    for hour in (9, 11):
        booked(room, ada, hour)
        booked(room, ada, hour + 1)
        with CaptureQueriesContext(connection) as queries:
            shown(caller, ada)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4
