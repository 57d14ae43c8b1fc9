"""Changing a booking in place: what is asked for, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from bookingflow.lib.errors import (
    BookingNotFound,
    BookingStateConflict,
    BookingTypeNotFound,
    InvalidRequest,
    SlotUnavailable,
)
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.services import change_booking
from tests.bookings.stage import (
    again,
    booking_in,
    by,
    document,
    priced_room,
    refused,
    time_of,
    told,
    written,
)
from tests.builders import make_booking, make_room, make_shared_room, slot

pytestmark = pytest.mark.django_db


def present(booking: Booking) -> dict[str, Any]:
    """All that GET shows and PUT takes."""
    customer = booking.customer
    assert customer is not None
    return {
        "room": booking.room_id,
        "start": booking.start,
        "end": booking.end,
        "duration_minutes": (booking.end - booking.start) // timedelta(minutes=1),
        "guests": booking.guests,
        "mode": booking.mode,
        "notes": booking.notes,
        "metadata": booking.metadata,
        "customer": {"id": customer.pk, "name": customer.name, "email": customer.email, "phone": ""},
        "status": booking.status,
    }


def everything(booking: Booking) -> tuple[Any, ...]:
    return document(booking), told(booking), written(booking), time_of(booking)


@pytest.mark.parametrize("status", Status)
def test_what_was_read_can_be_sent_back_in_any_state_and_changes_nothing(status: Status) -> None:
    booking = booking_in(status)
    before = everything(booking)
    change_booking(**by(booking), **present(booking) | {"status": document(booking)["status"]})
    change_booking(**by(booking))
    assert everything(booking) == before


def test_a_change_is_told_from_what_to_what() -> None:
    booking = make_booking(guests=2, notes="", metadata={"a": "1"})
    change_booking(**by(booking), guests=4, notes="Cake", metadata={"b": "2"})
    event, data = told(booking)[-1]
    assert (event, data["sequence"]) == ("booking.updated", 2)
    assert data["changes"] == {
        "guests": {"from": 2, "to": 4},
        "notes": {"from": "", "to": "Cake"},
        "metadata": {"from": {"a": "1"}, "to": {"b": "2"}},
    }
    assert data["booking"] == document(booking)


def test_only_the_change_itself_is_stored() -> None:
    booking = make_booking(notes="Cake", guests=2)
    before = document(booking)
    change_booking(**by(booking), guests=3)
    after = document(booking)
    assert {name for name in after if after[name] != before[name]} == {"guests", "updatedAt"}


def test_notes_and_metadata_can_be_emptied() -> None:
    booking = make_booking(notes="Cake", metadata={"a": "1"})
    change_booking(**by(booking), notes="", metadata={})
    assert (again(booking).notes, again(booking).metadata) == ("", {})


def test_the_audit_names_what_changed_and_keeps_nothing_personal() -> None:
    booking = make_booking(guests=2)
    change_booking(**by(booking), guests=3, notes="Allergic to nuts", customer={"name": "Ada"})
    assert written(booking)[-1] == (
        "booking.updated",
        {"guests": [2, 3], "notes": None, "customer": None},
    )


def test_the_present_end_is_passed_over_and_another_must_agree() -> None:
    booking = make_booking(start=slot(10))
    change_booking(**by(booking), start=slot(12), end=slot(11))
    assert (again(booking).start, again(booking).end) == (slot(12), slot(13))
    change_booking(**by(booking), start=slot(14), end=slot(15))
    with refused(SlotUnavailable, "end"):
        change_booking(**by(booking), start=slot(9), end=slot(10, 30))
    with refused(SlotUnavailable, "end"):
        change_booking(**by(booking), end=slot(16))


def test_a_hold_takes_notes_metadata_and_customer_and_tells_nobody() -> None:
    hold = make_booking(priced_room(), hold=True)
    change_booking(**by(hold), notes="Cake", metadata={"a": "1"}, customer={"email": "b@example.com"})
    assert (again(hold).notes, again(hold).metadata) == ("Cake", {"a": "1"})
    assert again(hold).customer != hold.customer
    assert (told(hold), again(hold).sequence) == ([], 0)
    assert written(hold)[-1][0] == "booking.updated"


@pytest.mark.parametrize(
    "asked",
    [{"guests": 2}, {"duration_minutes": 30}, {"mode": "shared"}, {"status": "completed"}, {"start": 12}],
)
def test_a_hold_takes_nothing_else(asked: dict[str, Any]) -> None:
    hold = make_booking(priced_room(), hold=True)
    asked = {name: slot(value) if name == "start" else value for name, value in asked.items()}
    before = everything(hold)
    with refused(BookingStateConflict, "hold"):
        change_booking(**by(hold), notes="Cake", **asked)
    assert everything(hold) == before


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
def test_what_is_over_takes_notes_metadata_and_customer_and_no_other_time(status: Status) -> None:
    booking = booking_in(status)
    change_booking(**by(booking), notes="Left a scarf", customer={"phone": "1"})
    assert told(booking)[-1][0] == "booking.updated"
    for asked in ({"guests": 2}, {"start": slot(12)}, {"room": make_room(booking.room.schedule).pk}):
        with refused(BookingStateConflict):
            change_booking(**by(booking), **asked)


@pytest.mark.parametrize("status", [Status.CANCELED, Status.EXPIRED])
@pytest.mark.parametrize(
    "asked", [{"notes": "x"}, {"metadata": {"a": "1"}}, {"customer": {"name": "x"}}, {"guests": 3}]
)
def test_what_is_cancelled_or_expired_takes_nothing(status: Status, asked: dict[str, Any]) -> None:
    booking = booking_in(status)
    before = everything(booking)
    with refused(BookingStateConflict):
        change_booking(**by(booking), **asked)
    assert everything(booking) == before


@pytest.mark.parametrize("status", ["pending", "canceled", "expired"])
def test_no_other_status_can_be_set(status: str) -> None:
    with refused(InvalidRequest) as refusal:
        change_booking(**by(make_booking()), status=status)
    assert refusal.value.details[0]["field"] == "status"


def test_more_or_fewer_guests_than_the_room_takes_are_refused() -> None:
    booking = make_booking(make_room(guests_min=2, guests_max=4))
    for guests in (1, 5):
        with refused(SlotUnavailable):
            change_booking(**by(booking), guests=guests)


def test_guests_of_a_shared_session_take_its_seats() -> None:
    booking = make_booking(make_shared_room(seats=4), guests=1)
    change_booking(**by(booking), guests=3)
    assert booking.room.schedule.sessions.get().seats_taken == 3


def test_the_party_can_change_after_the_start_and_whatever_became_of_the_hours() -> None:
    booking = make_booking(guests=2)
    booking.room.schedule.hours = {}
    booking.room.schedule.save()
    assert change_booking(**by(booking), guests=3).guests == 3


def test_another_organizations_booking_or_room_does_not_exist() -> None:
    booking, stranger = make_booking(), make_room()
    with refused(BookingNotFound):
        change_booking(**by(booking) | {"organization": stranger.organization}, notes="x")
    with refused(BookingTypeNotFound):
        change_booking(**by(booking), room=stranger.pk)
