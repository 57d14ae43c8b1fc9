"""POST /api/bookings and GET /api/bookings/{id}, in the Booking API's own words."""

from typing import Any

import pytest

from bookingflow.organizations.models import Organization
from rooms.models import Room
from tests.api.appointments import BOOKINGS, book, only_booking, read, wanted
from tests.builders import make_api_key, make_booking, make_room, make_schedule, slot
from tests.caller import Caller, error_of


@pytest.fixture
def room(organization: Organization) -> Room:
    return make_room(make_schedule(organization, handle="clara-finch"), slug="trial-lesson")


def refused(caller: Caller, body: dict[str, Any], status: int) -> dict[str, Any]:
    return error_of(caller.post(BOOKINGS, body, key="order-1"), status)


def test_it_is_confirmed_at_once_and_located(caller: Caller, room: Room) -> None:
    answer = caller.post(BOOKINGS, wanted(room), key="order-1")
    assert answer.status_code == 201
    made = answer.json()
    assert made == {"bookingId": str(only_booking().pk), "status": "confirmed"}
    assert answer["Location"] == f"/api/bookings/{made['bookingId']}"
    assert caller.get(answer["Location"]).status_code == 200


def test_it_is_shown_in_this_apis_words(caller: Caller, room: Room) -> None:
    identifier = book(caller, room, notes=" My first lesson\n")
    assert read(caller, identifier) == {
        "id": identifier,
        "userId": "clara-finch",
        "bookingType": room.booking_type,
        "startUtc": f"{slot():%Y-%m-%d}T10:00:00Z",
        "endUtc": f"{slot():%Y-%m-%d}T11:00:00Z",
        "status": "confirmed",
        "attendee": {"email": "ada@example.com", "name": "Ada Park"},
        "notes": " My first lesson\n",
        "rescheduledFrom": None,
        "rescheduledTo": None,
    }


def test_both_apis_show_one_booking_with_one_version(caller: Caller, room: Room) -> None:
    identifier = book(caller, room, guests=3, phone="+1 212 555 0100", metadata={"till": "7"})
    venue = caller.get(f"/api/v1/bookings/{identifier}")
    shown = venue.json()
    assert (shown["source"], shown["guests"], shown["metadata"]) == ("booking_api", 3, {"till": "7"})
    assert shown["customer"]["phone"] == "+1 212 555 0100"
    assert caller.get(f"{BOOKINGS}/{identifier}")["ETag"] == venue["ETag"]


@pytest.mark.parametrize("name", ["pk", "booking_type", "slug"])
def test_a_booking_type_goes_by_any_of_its_names(caller: Caller, room: Room, name: str) -> None:
    book(caller, room, bookingType=getattr(room, name))
    assert only_booking().room == room


def test_an_integer_may_be_text_and_instants_have_any_offset(caller: Caller, room: Room) -> None:
    day = f"{slot():%Y-%m-%d}"
    times = {"start": f"{day}T06:00:00-04:00", "end": f"{day}T12:00:00+01:00"}
    book(caller, room, bookingType=str(room.pk), **times)
    assert only_booking().start == slot(10)


@pytest.mark.parametrize("username", ["clara-finch", "north-pier"])
def test_the_username_may_be_handle_or_slug(caller: Caller, room: Room, username: str) -> None:
    book(caller, room, username=username)


@pytest.mark.parametrize(
    "change",
    [
        {"username": "other-teacher"},
        {"username": "nobody"},
        {"username": "south-quay"},
        {"bookingType": "no-such-room"},
        {"bookingType": "bt-00000000"},
        {"bookingType": 2**40},
        {"bookingType": -1},
        {"bookingType": "long" * 30},
        {"username": "long" * 30},
    ],
    ids=str,
)
def test_a_booking_type_that_isnt_there_is_404(
    caller: Caller, stranger: Caller, room: Room, change: dict[str, Any]
) -> None:
    make_schedule(room.organization, handle="other-teacher")
    assert refused(caller, wanted(room, **change), 404)["code"] == "BOOKING_TYPE_NOT_FOUND"


def test_another_organizations_booking_type_is_404(stranger: Caller, room: Room) -> None:
    for change in ({}, {"username": "south-quay"}, {"username": "clara-finch"}, {"bookingType": room.pk}):
        body = wanted(room, **change)
        error = error_of(stranger.post(BOOKINGS, body, key=str(change)), 404)
        assert error["code"] == "BOOKING_TYPE_NOT_FOUND"


def test_what_is_taken_is_409(caller: Caller, room: Room) -> None:
    make_booking(room)
    assert refused(caller, wanted(room), 409)["code"] == "SLOT_NOT_AVAILABLE"


@pytest.mark.parametrize(
    "change",
    [
        {"start": slot(3), "end": slot(4)},
        {"start": slot(10, 10), "end": slot(11, 10)},
        {"end": slot(12)},
        {"end": slot(10)},
        {"end": slot(9)},
        {"start": slot(10, days=-1), "end": slot(11, days=-1)},
        {"start": slot(10, days=200), "end": slot(11, days=200)},
        {"guests": 7},
    ],
    ids=["closed", "off the grid", "another duration", "no time", "backwards", "past", "far", "guests"],
)
def test_what_was_never_on_offer_is_422(caller: Caller, room: Room, change: dict[str, Any]) -> None:
    assert refused(caller, wanted(room, **change), 422)["code"] == "SLOT_UNAVAILABLE"


def test_an_inactive_room_is_422(caller: Caller, room: Room) -> None:
    Room.objects.update(active=False)
    assert refused(caller, wanted(room), 422)["code"] == "SLOT_UNAVAILABLE"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start": "2026-12-05T10:00:00"}, "start"),
        ({"end": "soon"}, "end"),
        ({"email": "ada"}, "email"),
        ({"name": " "}, "name"),
        ({"guests": 0}, "guests"),
        ({"notes": 7}, "notes"),
        ({"phone": "0" * 41}, "phone"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"username": 7}, "username"),
        ({"bookingType": None}, "bookingType"),
        ({"booking_type": "2"}, "bookingType"),
        ({"price": 1}, "price"),
    ],
    ids=str,
)
def test_ill_formed_values_are_400(caller: Caller, room: Room, change: dict[str, Any], field: str) -> None:
    error = refused(caller, wanted(room, **change), 400)
    assert field in {detail["field"] for detail in error["details"]}


def test_every_missing_field_is_named(caller: Caller, room: Room) -> None:
    error = refused(caller, {}, 400)
    assert {each["field"] for each in error["details"]} == {"bookingType", "start", "end", "name", "email"}


@pytest.mark.parametrize("path", ["", "/{id}/cancel", "/{id}/reschedule"])
def test_no_post_goes_without_a_key(caller: Caller, room: Room, path: str) -> None:
    booking = make_booking(room, start=slot(14))
    error = error_of(caller.post(BOOKINGS + path.format(id=booking.pk), wanted(room)), 400)
    assert error["code"] == "INVALID_REQUEST"
    assert "Idempotency-Key" in error["message"]
    assert [(each["field"], each["code"]) for each in error["details"]] == [("Idempotency-Key", "required")]
    assert read(caller, booking.pk)["status"] == "confirmed"
    assert only_booking() == booking


@pytest.mark.parametrize("name", ["no-such-booking", "00000000-0000-4000-8000-000000000000", "7", "%20"])
def test_what_is_no_booking_is_404(caller: Caller, name: str) -> None:
    assert error_of(caller.get(f"{BOOKINGS}/{name}"), 404)["code"] == "BOOKING_NOT_FOUND"
    for call in ("cancel", "reschedule"):
        answer = caller.post(f"{BOOKINGS}/{name}/{call}", {"newSlot": 1}, key=call)
        assert error_of(answer, 404)["code"] == "BOOKING_NOT_FOUND"


def test_there_is_no_list_here_and_the_venues_list_stays_where_it_is(caller: Caller, room: Room) -> None:
    assert error_of(caller.get(BOOKINGS), 405)["code"] == "METHOD_NOT_ALLOWED"
    assert caller.get("/api/v1/bookings").json()["results"] == []


def test_scopes_are_those_of_bookings(organization: Organization, caller: Caller, room: Room) -> None:
    identifier = book(caller, room)
    reader = Caller(make_api_key(organization, scopes=["bookings:read"])[1])
    assert read(reader, identifier)
    for path in ("", f"/{identifier}/cancel", f"/{identifier}/reschedule"):
        error = error_of(reader.post(BOOKINGS + path, {}, key="order-1"), 403)
        assert error["details"] == [{"scope": "bookings:write"}]
    other = Caller(make_api_key(organization, scopes=["rooms:write", "schedules:write"])[1])
    assert error_of(other.get(f"{BOOKINGS}/{identifier}"), 403)["details"] == [{"scope": "bookings:read"}]
