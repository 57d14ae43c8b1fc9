"""`GET /rooms/{id}`: the room with its free slots."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookingflow.lib import clock, json
from bookingflow.lib.zones import zone
from bookingflow.organizations.models import Organization
from rooms.models import Room
from tests.builders import make_booking, make_room, make_schedule
from tests.caller import Caller, error_of

PATH = "/api/v1/rooms/the-vault"


@pytest.fixture
def room(organization: Organization) -> Room:
    schedule = make_schedule(organization, timezone="Pacific/Auckland")
    return make_room(schedule, slug="the-vault", pricing={"perGuest": 3500}, guests_min=2)


def days_of(availability: dict[str, Any]) -> tuple[str, str]:
    return availability["startDate"], availability["endDate"]


@pytest.mark.parametrize("identifier", ["pk", "booking_type", "slug"])
def test_id_bt_id_and_slug_name_the_same_room(caller: Caller, room: Room, identifier: str) -> None:
    assert caller.get(f"/api/v1/rooms/{getattr(room, identifier)}").json()["id"] == room.pk


def test_slots_are_of_today_and_six_more_days_in_the_rooms_zone(caller: Caller, room: Room) -> None:
    today = clock.now().astimezone(zone("Pacific/Auckland")).date()
    availability = caller.get(PATH).json()["availability"]
    assert days_of(availability) == (str(today), str(today + timedelta(days=6)))
    assert len(availability["slots"]) in range(6 * 8, 7 * 8 + 1)


def test_or_of_the_days_that_are_asked_for(caller: Caller, room: Room) -> None:
    first = (clock.now() + timedelta(days=10)).date()
    asked = {"startDate": str(first), "endDate": str(first + timedelta(days=1))}
    availability = caller.get(PATH, **asked).json()["availability"]
    assert days_of(availability) == (asked["startDate"], asked["endDate"])
    assert len(availability["slots"]) == 16
    assert set(availability["slots"][0]) == {"start", "end", "seatsLeft", "price"}
    assert availability["slots"][0]["price"] == {"currency": "USD", "total": 7000}


def test_they_are_the_slots_of_the_schedules_list(caller: Caller, room: Room) -> None:
    second = datetime.fromisoformat(caller.get(PATH).json()["availability"]["slots"][1]["start"])
    make_booking(room, guests=2, start=second)
    availability = caller.get(PATH).json()["availability"]
    assert json.instant(second) not in {found["start"] for found in availability["slots"]}
    first, last = days_of(availability)
    listed = caller.get("/api/v1/schedules", startDate=first, endDate=last, room=room.pk).json()
    assert listed["rooms"][0]["slots"] == availability["slots"]


def test_one_end_alone_fills_in_the_other(caller: Caller, room: Room) -> None:
    first = date.fromisoformat(caller.get(PATH).json()["availability"]["startDate"])
    in_three = str(first + timedelta(days=3))
    assert days_of(caller.get(PATH, endDate=in_three).json()["availability"]) == (str(first), in_three)
    from_three = days_of(caller.get(PATH, startDate=in_three).json()["availability"])
    assert from_three == (in_three, str(first + timedelta(days=9)))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"startDate": "2026-12-05", "endDate": "2026-12-04"}, "endDate"),
        ({"startDate": "2026-12-01", "endDate": "2027-02-01"}, "endDate"),
        ({"endDate": "2020-01-01"}, "endDate"),
        ({"startDate": "05.12.2026"}, "startDate"),
        ({"startDate": "20261205"}, "startDate"),
        ({"startDate": "2026-W49-6"}, "startDate"),
        ({"startDate": "2026-12-5"}, "startDate"),
        ({"startDate": "2026-02-30"}, "startDate"),
        ({"startDate": "2026-12-05T00:00:00Z"}, "startDate"),
        ({"startDate": "0001-01-01"}, "startDate"),
        ({"startDate": "9999-12-31"}, "startDate"),
        ({"endDate": "9999-12-31"}, "endDate"),
        ({"startDate": ""}, "startDate"),
        ({"guests": "4"}, "guests"),
    ],
    ids=str,
)
def test_other_ranges_are_400(caller: Caller, room: Room, asked: dict[str, str], field: str) -> None:
    error = error_of(caller.get(PATH, **asked), 400)
    assert [detail["field"] for detail in error["details"]] == [field]


def test_62_days_are_not_too_many(caller: Caller, room: Room) -> None:
    assert caller.get(PATH, startDate="2026-12-01", endDate="2027-01-31").status_code == 200


def test_it_costs_two_queries_when_warm(caller: Caller, room: Room) -> None:
    caller.get(PATH)
    with CaptureQueriesContext(connection) as warm:
        caller.get(PATH)
    assert len(warm) == 2
