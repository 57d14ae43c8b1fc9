"""Bringing in what was booked elsewhere or long ago: what is taken counts, what is on offer doesn't."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from bookingflow import doctor
from bookingflow.lib import clock
from bookingflow.lib.errors import BookingTypeNotFound, InvalidRequest, SlotNotAvailable, SlotUnavailable
from bookingflow.organizations.audit import SYSTEM
from bookings import services
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.services import import_booking
from rooms.models import Room
from rooms.pricing import Line, Quote
from tests.bookings.stage import again, document, priced_room, refused, time_of, told, types_told, written
from tests.builders import make_booking, make_customer, make_room, make_shared_room, slot

pytestmark = pytest.mark.django_db

ADA = {"name": "Ada Park", "email": "ada@example.com"}
TAKING = [Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW]


def brought_in(room: Room | None = None, **overrides: Any) -> Booking:
    """Ada's, an hour at ten a week ago, completed."""
    room = room or make_room()
    fields: dict[str, Any] = {
        "organization": room.organization,
        "start": slot(days=-7),
        "status": Status.COMPLETED,
        "customer": ADA,
        "actor": SYSTEM,
    }
    with transaction.atomic():
        return import_booking(room=room.pk, **fields | overrides)


def faulty_fields(**overrides: Any) -> list[str]:
    with refused(InvalidRequest) as refusal:
        brought_in(**overrides)
    return [detail["field"] for detail in refusal.value.details]


def test_it_is_stored_as_told_with_its_audit_row_and_without_an_event() -> None:
    booking = brought_in(notes="A birthday", metadata={"till": "2"})
    shown = document(booking)
    assert (shown["status"], shown["source"], shown["notes"]) == ("completed", "import", "A birthday")
    assert written(booking) == [("booking.imported", {"status": [None, "completed"]})]
    assert (again(booking).sequence, types_told(booking.organization)) == (0, [])


def test_what_it_gives_back_is_what_is_stored() -> None:
    booking = brought_in(booked_at=slot(days=-20))
    stored = again(booking)
    for field in Booking._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(booking, field.attname), field.name


@pytest.mark.parametrize("status", TAKING)
def test_it_takes_its_time_like_any_other_in_its_state(status: Status) -> None:
    room = make_room()
    booking = brought_in(room, status=status)
    assert time_of(booking) == (slot(10, days=-7), slot(11, days=-7))
    with refused(SlotNotAvailable):
        brought_in(room, start=slot(10, 30, days=-7))


def test_a_cancelled_one_takes_no_time() -> None:
    room = make_room()
    booking = brought_in(room, status=Status.CANCELED, canceled_at=slot(days=-8), cancel_reason="Ill")
    assert time_of(booking) is None
    assert (again(booking).canceled_at, document(booking)["cancelReason"]) == (slot(days=-8), "Ill")
    assert brought_in(room).start == booking.start


def test_hours_grid_notice_horizon_bounds_and_a_closed_room_do_not_matter() -> None:
    room = make_room(min_notice_minutes=600, max_days_ahead=3, active=False)
    early = brought_in(
        room, start=slot(4, 7, days=30), status=Status.CONFIRMED, duration_minutes=75, guests=9
    )
    assert (early.end - early.start, early.guests) == (timedelta(minutes=75), 9)


def test_other_bookings_their_buffers_and_blocks_do_matter() -> None:
    room = make_room(buffer_after_minutes=15)
    make_booking(room, start=slot(10))
    with refused(SlotNotAvailable):
        brought_in(room, start=slot(11, 5), status=Status.CONFIRMED)
    room.organization.blocks.create(schedule=room.schedule, start=slot(14), end=slot(15))
    with refused(SlotNotAvailable):
        brought_in(room, start=slot(14, 30), status=Status.CONFIRMED)


def test_parties_share_a_session_up_to_its_seats() -> None:
    room = make_shared_room(seats=6)
    for guests in (4, 2):
        brought_in(room, guests=guests)
    with refused(SlotNotAvailable):
        brought_in(room, guests=1)


def test_it_is_priced_by_the_rooms_prices_unless_a_price_was_agreed_on() -> None:
    room = priced_room()
    assert brought_in(room, guests=2).total_minor == 5000
    agreed = Quote("USD", 4200, 1000, (Line("base", "As agreed", 1, 4200, 4200),))
    shown = document(brought_in(room, start=slot(days=-6), price=agreed))
    assert (shown["price"]["total"], shown["price"]["deposit"]) == (4200, 1000)
    assert [line["label"] for line in shown["price"]["lines"]] == ["As agreed"]


@pytest.mark.parametrize(
    ("price", "field"),
    [
        (Quote("EUR", 0, 0, ()), "price.currency"),
        (Quote("USD", 100, 0, ()), "price.lines"),
        (Quote("USD", 0, 1, ()), "price.deposit"),
        (Quote("USD", -5, -5, (Line("adjustment", "Gift", 1, -5, -5),)), "price.deposit"),
    ],
)
def test_a_price_that_cannot_be_is_refused(price: Quote, field: str) -> None:
    assert faulty_fields(price=price) == [field]


def test_it_was_made_when_it_was_made_and_changed_now() -> None:
    booking = brought_in(booked_at=datetime(2024, 2, 29, 12, tzinfo=UTC))
    assert document(booking)["createdAt"] == "2024-02-29T12:00:00Z"
    assert clock.now() - booking.updated_at < timedelta(minutes=1)


@pytest.mark.parametrize("status", [Status.PENDING, Status.EXPIRED, "lost"])
def test_holds_are_not_brought_in(status: str) -> None:
    assert faulty_fields(status=status) == ["status"]


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
def test_what_has_not_begun_is_not_over(status: str) -> None:
    assert faulty_fields(status=status, start=slot(days=7)) == ["status"]


def test_every_fault_is_named() -> None:
    assert faulty_fields(
        status="lost",
        guests=0,
        mode="secret",
        end=slot(12, days=-7),
        duration_minutes=60,
        booked_at=slot(days=1),
    ) == ["guests", "mode", "end", "status", "createdAt"]


def test_a_cancellation_fits_its_booking() -> None:
    assert faulty_fields(canceled_at=slot(days=-7)) == ["canceledAt"]
    assert faulty_fields(status=Status.CANCELED, canceled_at=slot(days=1)) == ["canceledAt"]
    early = {"booked_at": slot(days=-7), "canceled_at": slot(days=-8)}
    assert faulty_fields(status=Status.CANCELED, **early) == ["canceledAt"]


@pytest.mark.parametrize("minutes", [0, -60, 24 * 60 + 1])
@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELED])
def test_no_booking_lasts_nothing_or_longer_than_a_day(minutes: int, status: Status) -> None:
    with refused(SlotUnavailable):
        brought_in(duration_minutes=minutes, status=status)


def test_a_known_email_is_the_same_person_and_a_new_one_comes_without_an_event() -> None:
    room = make_room()
    ada = make_customer(room.organization, **ADA)
    assert brought_in(room).customer == ada
    new = brought_in(room, start=slot(days=-6), customer={"name": "Bo", "email": "bo@example.com"}).customer
    assert new is not None
    assert (new.sequence, told(new), written(new)) == (0, [], [("customer.created", {})])


def test_from_then_on_it_is_told_of_like_any_other() -> None:
    booking = brought_in(status=Status.CONFIRMED)
    with transaction.atomic():
        services.complete_booking(organization=booking.organization, actor=SYSTEM, booking_id=booking.pk)
    assert [(event, data["sequence"]) for event, data in told(booking)] == [("booking.completed", 1)]


def test_another_organizations_room_does_not_exist() -> None:
    with refused(BookingTypeNotFound):
        brought_in(make_room(), organization=make_room().organization)


def test_the_doctor_finds_nothing_wrong_with_any_of_them() -> None:
    room = make_room()
    for day, status in enumerate([*TAKING, Status.CANCELED], start=-9):
        brought_in(room, start=slot(days=day), status=status)
    brought_in(room, status=Status.CONFIRMED, start=slot(days=7))
    assert [result.message for result in map(doctor.result_of, doctor.CHECKS) if not result.ok] == []
