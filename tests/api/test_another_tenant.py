"""With another tenant's key nothing of North Pier exists: every route is walked, new ones are found by themselves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from bookings.models import Booking
from tests.api.routes import Route, api_routes
from tests.builders import make_block, make_booking, make_delivery, make_endpoint, make_room, make_schedule
from tests.caller import Caller, error_of
from webhooks.models import Delivery

TOMORROW = timedelta(days=1)


@pytest.fixture
def booking(organization: Organization) -> Booking:
    room = make_room(make_schedule(organization, handle="the-vault"), slug="the-vault", name="The Vault")
    make_block(room.schedule)
    make_delivery(make_endpoint(organization, url="https://hooks.invalid/x")[0])
    return make_booking(room)


def identifiers_of(booking: Booking, path: str) -> list[Any]:
    """Every name under which the path's resource is known to its owner. A new resource needs its line here."""
    schedule = booking.room.schedule
    known: dict[str, list[Any]] = {
        "/api/bookings/": [booking.pk],
        "/api/v1/bookings/": [booking.pk, booking.reference],
        "/api/v1/customers/": [booking.customer_id],
        "/api/v1/rooms/": [booking.room_id, booking.room.booking_type, booking.room.slug],
        "/api/v1/schedules/blocks/": [each.pk for each in schedule.blocks.all()],
        "/api/v1/webhooks/": [each.pk for each in booking.organization.endpoints.all()],
        "/api/v1/events/": [each.public_id for each in booking.organization.events.all()],
        "/api/v1/schedules/": [schedule.pk, schedule.handle],
    }
    return next(found for prefix, found in known.items() if path.startswith(prefix))


def whole_routes() -> list[Route]:
    return [route for route in api_routes() if route.parameters]


def plain_routes() -> list[Route]:
    return [route for route in api_routes() if not route.parameters and route.method == "GET"]


@pytest.mark.parametrize("route", whole_routes(), ids=str)
def test_what_belongs_to_another_answers_as_what_does_not_exist(
    route: Route, booking: Booking, stranger: Caller
) -> None:
    missing = error_of(sent(stranger, route, "no-such-thing"), 404)
    for identifier in identifiers_of(booking, route.path):
        error = error_of(sent(stranger, route, identifier), 404)
        assert {**error, "requestId": ""} == {**missing, "requestId": ""}


@pytest.mark.parametrize("route", whole_routes(), ids=str)
def test_the_owner_does_reach_it(route: Route, booking: Booking, caller: Caller) -> None:
    for identifier in identifiers_of(booking, route.path):
        answer = sent(caller, route, identifier)
        assert answer.status_code != 404, answer.content


def sent(who: Caller, route: Route, identifier: Any) -> HttpResponse:
    body = None if route.method == "GET" else {}
    path = route.filled(identifier=identifier, delivery=Delivery.objects.get().pk)
    return who.send(route.method, path, body, key=route.fresh_key)


QUERIES: dict[str, Callable[[Booking], dict[str, Any]]] = {
    "/api/availability": lambda booking: {
        "username": booking.room.schedule.handle,
        "slug": booking.room.slug,
        **_two_days(),
    },
    "/api/v1/me": lambda booking: {},
    "/api/v1/bookings": lambda booking: {},
    "/api/v1/customers": lambda booking: {},
    "/api/v1/rooms": lambda booking: {},
    "/api/v1/webhooks": lambda booking: {},
    "/api/v1/events": lambda booking: {},
    "/api/v1/schedules": lambda booking: _two_days(),
    "/api/v1/schedules/blocks": lambda booking: {},
    "/api/v1/catalog": lambda booking: {"orgId": "south-quay"},
    "/api/v1/schedules/explain": lambda booking: {"room": booking.room_id, "start": "2026-12-05T18:00:00Z"},
}


@pytest.mark.parametrize("route", plain_routes(), ids=str)
def test_no_list_shows_anothers_rows(route: Route, booking: Booking, stranger: Caller) -> None:
    answer = stranger.get(route.path, **QUERIES[route.path](booking))
    assert answer.status_code in (200, 404)
    assert not _names_of(booking) & set(answer.content.decode().replace('"', " ").split())


@pytest.mark.parametrize("name", ["id", "booking_type", "slug"])
def test_no_call_takes_anothers_room(name: str, booking: Booking, stranger: Caller) -> None:
    room = getattr(booking.room, name)
    start = (clock.now() + TOMORROW).isoformat()
    body = {"room": room, "start": start, "customer": {"name": "Eve", "email": "eve@example.com"}}
    assert error_of(stranger.post("/api/v1/bookings", body), 404)["code"] == "BOOKING_TYPE_NOT_FOUND"
    wanted = {"bookingType": room, "start": start, "end": start, "name": "Eve", "email": "eve@example.com"}
    answer = stranger.post("/api/bookings", wanted, key="squat")
    assert error_of(answer, 404)["code"] == "BOOKING_TYPE_NOT_FOUND"
    answer = stranger.get("/api/v1/schedules", room=room, **_two_days())
    assert error_of(answer, 404)["code"] == "BOOKING_TYPE_NOT_FOUND"
    assert stranger.get("/api/v1/bookings", room=room).json()["results"] == []


def test_a_room_cant_be_hung_on_anothers_schedule(booking: Booking, stranger: Caller) -> None:
    for schedule in (booking.room.schedule_id, booking.room.schedule.handle):
        body = {"name": "Squat", "durations": [60], "schedule": schedule}
        assert error_of(stranger.post("/api/v1/rooms", body), 404)["code"] == "NOT_FOUND"


def test_a_block_reaches_no_room_and_no_schedule_of_another(booking: Booking, stranger: Caller) -> None:
    room, days = booking.room, _two_days()
    for name in (room.pk, room.booking_type, room.slug):
        error = error_of(stranger.post("/api/v1/schedules/block", {"room": name, **days}), 404)
        assert error["code"] == "BOOKING_TYPE_NOT_FOUND"
    for name in (room.schedule_id, room.schedule.handle):
        error = error_of(stranger.post("/api/v1/schedules/block", {"schedule": name, **days}), 404)
        assert error["code"] == "NOT_FOUND"
    assert stranger.post("/api/v1/schedules/block", {"all": True, **days}).json() == {"blocks": []}
    assert room.schedule.blocks.count() == 1


def test_filters_by_anothers_room_and_schedule_find_nothing(booking: Booking, stranger: Caller) -> None:
    room = booking.room
    for path, name, value in (
        ("/api/v1/rooms", "schedule", room.schedule_id),
        ("/api/v1/rooms", "schedule", room.schedule.handle),
        ("/api/v1/schedules/blocks", "room", room.pk),
        ("/api/v1/schedules/blocks", "room", room.slug),
        ("/api/v1/schedules/blocks", "schedule", room.schedule.handle),
    ):
        assert stranger.get(path, **{name: value}).json()["results"] == []


def _two_days() -> dict[str, str]:
    today = clock.now().date()
    return {"startDate": today.isoformat(), "endDate": (today + TOMORROW).isoformat()}


def _names_of(booking: Booking) -> set[str]:
    return {str(booking.pk), booking.reference, booking.room.slug, booking.room.booking_type}
