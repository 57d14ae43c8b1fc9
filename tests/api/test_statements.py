"""How many statements a call costs, everything counted: BEGIN, COMMIT, savepoints, the key's look-up."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookingflow.lib import clock
from rooms.models import Room
from tests.api.appointments import wanted
from tests.builders import make_api_key, make_organization, make_room, make_schedule, slot
from tests.caller import Caller

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room() -> Room:
    return make_room(make_schedule(make_organization(slug="north-pier")))


@pytest.fixture
def caller(room: Room) -> Caller:
    caller = Caller(make_api_key(room.organization)[1])
    caller.get("/api/v1/me")  # notes the key's use, once a minute
    return caller


def booking_at(room: Room, hour: int) -> dict[str, Any]:
    start = (clock.now() + timedelta(days=2)).replace(hour=hour, minute=0, second=0, microsecond=0)
    return {
        "room": room.pk,
        "start": start.isoformat(),
        "customer": {"name": "Ada", "email": "ada@example.com"},
    }


def test_a_booking_is_one_short_transaction(caller: Caller, room: Room) -> None:
    first, second = booking_at(room, 10), booking_at(room, 11)
    with CaptureQueriesContext(connection) as with_new_customer:
        assert caller.post("/api/v1/bookings", first, key="a").status_code == 201
    with CaptureQueriesContext(connection) as with_known_customer:
        assert caller.post("/api/v1/bookings", second, key="b").status_code == 201
    assert len(with_new_customer) == 19, statements(with_new_customer)
    assert len(with_known_customer) == 18, statements(with_known_customer)


def test_the_booking_api_costs_no_more(caller: Caller, room: Room) -> None:
    with CaptureQueriesContext(connection) as plain:
        assert caller.post("/api/bookings", wanted(room, slot(10)), key="a").status_code == 201
    with CaptureQueriesContext(connection) as with_username:
        body = wanted(room, slot(11), username="north-pier", email="bo@example.com")
        assert caller.post("/api/bookings", body, key="b").status_code == 201
    assert len(plain) == 19, statements(plain)
    assert len(with_username) == 20, statements(with_username)


def test_warm_free_times_cost_two_queries(caller: Caller, room: Room) -> None:
    day = str(clock.now().date() + timedelta(days=7))
    query = {"username": "north-pier", "slug": room.slug, "startDate": day, "endDate": day}
    cold = caller.get("/api/availability", **query)
    with CaptureQueriesContext(connection) as warm:
        assert caller.get("/api/availability", **query).content == cold.content
    assert len(warm) == 2, statements(warm)


def test_a_warm_slot_list_costs_two_queries(caller: Caller, room: Room) -> None:
    today = clock.now().date()
    query = {"room": room.pk, "startDate": str(today), "endDate": str(today + timedelta(days=29))}
    cold = caller.get("/api/v1/schedules", **query)
    with CaptureQueriesContext(connection) as warm:
        assert caller.get("/api/v1/schedules", **query).content == cold.content
    assert len(warm) == 2, statements(warm)


def test_a_slot_list_of_all_rooms_costs_no_more_with_more_rooms(caller: Caller, room: Room) -> None:
    today = clock.now().date()
    query = {"startDate": str(today), "endDate": str(today + timedelta(days=6))}
    with CaptureQueriesContext(connection) as one:
        caller.get("/api/v1/schedules", **query)
    for _ in range(5):
        make_room(make_schedule(room.organization))
    with CaptureQueriesContext(connection) as six:
        assert len(caller.get("/api/v1/schedules", **query).json()["rooms"]) == 6
    assert len(six) == len(one), statements(six)


@pytest.mark.parametrize("path", ["/api/v1/bookings", "/api/v1/rooms"])
def test_a_list_costs_no_more_with_more_rows(caller: Caller, room: Room, path: str) -> None:
    caller.post("/api/v1/bookings", booking_at(room, 10))
    with CaptureQueriesContext(connection) as few:
        caller.get(path)
    for hour in range(11, 16):
        caller.post("/api/v1/bookings", booking_at(room, hour))
        make_room(make_schedule(room.organization))
    with CaptureQueriesContext(connection) as many:
        assert len(caller.get(path).json()["results"]) >= 6
    assert len(many) == len(few) == 2, statements(many)


def statements(context: CaptureQueriesContext) -> str:
    return "\n".join(query["sql"][:140] for query in context.captured_queries)
