"""Booking a room at once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from bookingflow.lib.errors import BookingTypeNotFound, InvalidRequest, SlotUnavailable
from bookings.lifecycle import Status
from bookings.models import Booking
from rooms.models import Room
from tests.bookings.stage import (
    again,
    document,
    priced_room,
    refused,
    time_of,
    told,
    types_told,
    written,
)
from tests.builders import make_booking, make_customer, make_room, make_shared_room, slot

pytestmark = pytest.mark.django_db


def test_it_is_confirmed_with_its_time_its_event_and_its_audit_row() -> None:
    booking = make_booking(start=slot(10))
    assert again(booking).status == Status.CONFIRMED
    assert time_of(booking) == (slot(10), slot(11))
    assert [event for event, _ in told(booking)] == ["booking.created"]
    assert written(booking) == [("booking.created", {})]
    assert booking.sequence == 1


def test_what_it_gives_back_is_what_is_stored() -> None:
    booking = make_booking(priced_room(), notes="A birthday", metadata={"till": "2"})
    stored = again(booking)
    for field in Booking._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(booking, field.attname), field.name


def test_price_lines_and_policy_outlive_a_change_of_the_room() -> None:
    room = priced_room(cancellation_policy=[{"hoursBefore": 48, "refundPercent": 100}])
    booking = make_booking(room, guests=2)
    Room.objects.update(pricing={"perGuest": 9900}, cancellation_policy=[])
    shown = document(booking)
    assert (shown["price"]["total"], shown["price"]["deposit"], shown["price"]["due"]) == (5000, 2500, 5000)
    assert [line["amount"] for line in shown["price"]["lines"]] == [2000, 3000]
    assert shown["cancellationPolicy"] == [{"hoursBefore": 48, "refundPercent": 100}]


def test_guests_default_to_the_least_and_the_mode_to_the_rooms_own() -> None:
    assert make_booking(make_room(guests_min=3)).guests == 3
    assert make_booking(make_shared_room()).mode == "shared"
    assert make_booking(make_shared_room(modes=["private", "shared"])).mode == "private"


def test_the_only_duration_need_not_be_named() -> None:
    booking = make_booking(make_room(durations=[90], slot_interval_minutes=60))
    assert booking.end - booking.start == timedelta(minutes=90)


def test_of_several_durations_one_is_named_or_follows_from_the_end() -> None:
    room = make_room(durations=[60, 90])
    assert make_booking(room, start=slot(9), duration_minutes=90).end == slot(10, 30)
    assert make_booking(room, start=slot(13), end=slot(14, 30)).end == slot(14, 30)
    with refused(InvalidRequest) as refusal:
        make_booking(room, start=slot(15))
    assert refusal.value.details[0]["field"] == "durationMinutes"


@pytest.mark.parametrize(
    ("minutes", "end"), [(60, slot(11, 30)), (None, slot(10, 30)), (None, slot(10)), (None, slot(9))]
)
def test_an_end_that_does_not_agree_is_never_on_offer(minutes: int | None, end: object) -> None:
    with refused(SlotUnavailable):
        make_booking(duration_minutes=minutes, end=end)


def test_a_known_email_in_any_case_is_the_same_person_under_their_stored_name() -> None:
    room = make_room()
    ada = make_customer(room.organization, name="Ada Park", email="ada@example.com", phone="1")
    booking = make_booking(room, customer={"name": "A. P.", "email": " ADA@Example.com", "phone": "2"})
    assert booking.customer == ada
    assert document(booking)["customer"] == {
        "id": str(ada.pk),
        "name": "Ada Park",
        "email": "ada@example.com",
        "phone": "1",
    }
    assert [event for event, _ in told(ada)] == ["customer.created"]


def test_a_new_customer_is_told_of_before_their_booking() -> None:
    booking = make_booking()
    assert types_told(booking.organization) == ["customer.created", "booking.created"]
    assert booking.customer is not None
    assert written(booking.customer) == [("customer.created", {})]
    assert booking.customer.sequence == 1


def test_a_customer_may_be_named_by_id() -> None:
    room = make_room()
    customer = make_customer(room.organization)
    assert make_booking(room, customer_id=customer.pk).customer == customer


@pytest.mark.parametrize("stranger", [True, False])
def test_an_unknown_or_foreign_customer_id_is_a_fault_of_that_field(stranger: bool) -> None:
    key = make_customer().pk if stranger else uuid4()
    with refused(InvalidRequest) as refusal:
        make_booking(customer_id=key)
    assert [detail["field"] for detail in refusal.value.details] == ["customerId"]


def test_another_organizations_room_does_not_exist() -> None:
    with refused(BookingTypeNotFound):
        make_booking(make_room(), organization=make_room().organization)


def test_a_start_beyond_the_calendar_is_refused_like_any_other() -> None:
    far = slot().replace(year=9999, month=12, day=31, hour=23)
    with refused(SlotUnavailable):
        make_booking(make_room(), start=far)
