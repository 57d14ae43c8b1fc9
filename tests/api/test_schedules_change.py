"""`GET`, `PUT` and `PATCH` of a schedule: hours, dates with other hours, zone and names."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookingflow.lib import json
from bookingflow.organizations.models import Organization
from rooms.models import Schedule
from tests.builders import (
    every_day,
    make_api_key,
    make_booking,
    make_organization,
    make_room,
    make_schedule,
    slot,
)
from tests.caller import Caller, error_of
from webhooks.models import Event

PATH = "/api/v1/schedules/the-pier"
CHRISTMAS = {"date": "2026-12-25", "hours": [], "reason": "Christmas"}
NEW_YEAR = {"date": "2026-12-31", "hours": [["20:00", "03:00"]], "reason": ""}
CLOSED: dict[str, list[list[str]]] = {day: [] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@pytest.fixture
def schedule(organization: Organization) -> Schedule:
    return make_schedule(organization, handle="the-pier", name="The Pier", timezone="America/New_York")


def events(schedule: Schedule) -> list[dict[str, Any]]:
    rows = Event.objects.filter(subject_type="schedule", subject_id=str(schedule.pk)).order_by("sequence")
    return [{"type": row.type, **json.loads(row.body)["data"]} for row in rows]


def test_it_is_read_by_id_or_handle(caller: Caller, schedule: Schedule) -> None:
    rooms = [make_room(schedule).pk, make_room(schedule, active=False).pk]
    expected = {
        "id": schedule.pk,
        "handle": "the-pier",
        "name": "The Pier",
        "timezone": "America/New_York",
        "hours": every_day(("09:00", "17:00")),
        "overrides": [],
        "rooms": rooms,
        "calendars": [],
    }
    assert caller.get(PATH).json() == expected
    assert caller.get(f"/api/v1/schedules/{schedule.pk}").json() == expected


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_is_sent_changes_and_the_rest_stays(caller: Caller, schedule: Schedule, method: str) -> None:
    before = caller.get(PATH).json()
    after = caller.send(method, PATH, {"name": "Quay", "overrides": [NEW_YEAR, CHRISTMAS]}).json()
    assert after == {**before, "name": "Quay", "overrides": [CHRISTMAS, NEW_YEAR]}
    [event] = events(schedule)
    assert (event["type"], event["schedule"], event["sequence"]) == ("schedule.updated", after, 1)
    assert set(event["changes"]) == {"name", "overrides"}


def test_hours_are_replaced_and_a_day_left_out_is_closed(caller: Caller, schedule: Schedule) -> None:
    hours = {"fri": [["18:00", "02:00"]], "sat": [["10:00", "12:00"], ["13:00", "24:00"]]}
    assert caller.put(PATH, {"hours": hours}).json()["hours"] == {**CLOSED, **hours}
    assert caller.put(PATH, {"hours": {}}).json()["hours"] == CLOSED


def test_overrides_are_replaced_and_stay_when_left_out(caller: Caller, schedule: Schedule) -> None:
    caller.put(PATH, {"overrides": [CHRISTMAS]})
    assert caller.put(PATH, {"name": "Quay"}).json()["overrides"] == [CHRISTMAS]
    assert caller.put(PATH, {"overrides": [NEW_YEAR]}).json()["overrides"] == [NEW_YEAR]
    assert caller.put(PATH, {"overrides": []}).json()["overrides"] == []


def test_an_override_needs_its_date_alone(caller: Caller, schedule: Schedule) -> None:
    shown = caller.put(PATH, {"overrides": [{"date": "2026-12-25"}]}).json()
    assert shown["overrides"] == [{"date": "2026-12-25", "hours": [], "reason": ""}]


def test_what_get_shows_can_be_put_back_and_changes_nothing(caller: Caller, schedule: Schedule) -> None:
    make_room(schedule)
    caller.put(PATH, {"overrides": [CHRISTMAS, NEW_YEAR], "hours": {"fri": [["18:00", "24:00"]]}})
    read = caller.get(PATH)
    put = caller.put(PATH, read.json())
    assert (put.status_code, put.json()) == (200, read.json())
    assert len(events(schedule)) == 1


def test_a_handle_moves_the_schedule_and_its_booking_links(caller: Caller, schedule: Schedule) -> None:
    room = make_room(schedule)
    assert caller.put(PATH, {"handle": "the-quay"}).json()["handle"] == "the-quay"
    assert error_of(caller.get(PATH), 404)["code"] == "NOT_FOUND"
    shown = caller.get(f"/api/v1/rooms/{room.pk}").json()
    assert (shown["schedule"]["handle"], "/book/the-quay/" in shown["bookingUrl"]) == ("the-quay", True)


def test_a_taken_handle_is_409_whoever_has_it(caller: Caller, schedule: Schedule) -> None:
    make_organization(slug="south-quay")
    other = make_schedule(schedule.organization)
    for handle in (other.handle, "south-quay"):
        assert error_of(caller.put(PATH, {"handle": handle}), 409)["code"] == "ALREADY_EXISTS"
    assert caller.put(PATH, {"handle": "north-pier"}).status_code == 200


def test_changed_hours_and_zone_leave_bookings_as_they_are(
    caller: Caller, organization: Organization
) -> None:
    schedule = make_schedule(organization, handle="the-pier")
    booking = make_booking(make_room(schedule))
    assert caller.put(PATH, {"hours": {}, "timezone": "Asia/Tokyo"}).status_code == 200
    read = caller.get(f"/api/v1/bookings/{booking.pk}").json()
    assert (read["status"], read["start"]) == ("confirmed", json.instant(booking.start))


def test_new_hours_count_for_the_slots_at_once(caller: Caller, organization: Organization) -> None:
    schedule = make_schedule(organization, handle="the-pier")
    room = make_room(schedule)
    day = str(slot().date())
    asked = {"startDate": day, "endDate": day, "room": room.pk}

    def starts() -> list[str]:
        found = caller.get("/api/v1/schedules", **asked).json()["rooms"][0]["slots"]
        return [each["start"][11:16] for each in found]

    assert len(starts()) == 8
    caller.put(PATH, {"overrides": [{"date": day, "hours": [["22:00", "24:00"]]}]})
    assert starts() == ["22:00", "23:00"]
    caller.put(PATH, {"overrides": [], "hours": {}})
    assert starts() == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": None}, "name"),
    ({"handle": "The Pier"}, "handle"),
    ({"handle": "blocks"}, "handle"),
    ({"handle": "123"}, "handle"),
    ({"timezone": "Nowhere/Land"}, "timezone"),
    ({"timezone": "america/new_york"}, "timezone"),
    ({"timezone": 5}, "timezone"),
    ({"hours": []}, "hours"),
    ({"hours": None}, "hours"),
    ({"hours": {"monday": []}}, "hours.monday"),
    ({"hours": {"mon": [["10:00"]]}}, "hours.mon.0"),
    ({"hours": {"mon": [["10:00", "25:00"]]}}, "hours.mon.0.1"),
    ({"hours": {"mon": [["9:00", "10:00"]]}}, "hours.mon.0.0"),
    ({"hours": {"mon": [["24:00", "10:00"]]}}, "hours"),
    ({"hours": {"mon": [["10:00", "12:00"], ["11:00", "13:00"]]}}, "hours"),
    ({"hours": {"mon": ["10:00", "12:00"]}}, "hours.mon.0"),
    ({"hours": {"mon": [["10:00", "11:00"]] * 25}}, "hours.mon"),
    ({"overrides": {}}, "overrides"),
    ({"overrides": [{}]}, "overrides.0.date"),
    ({"overrides": [{"date": "25.12.2026"}]}, "overrides.0.date"),
    ({"overrides": [{"date": "0001-01-01"}]}, "overrides.0.date"),
    ({"overrides": [CHRISTMAS, CHRISTMAS]}, "overrides"),
    ({"overrides": [CHRISTMAS, {**NEW_YEAR, "hours": [["20:00"]]}]}, "overrides.1.hours.0"),
    ({"overrides": [{**CHRISTMAS, "reason": "x" * 201}]}, "overrides.0.reason"),
    ({"overrides": [{**CHRISTMAS, "colour": "red"}]}, "overrides.0.colour"),
    ({"rooms": [999_999]}, "rooms"),
    ({"id": 999_999}, "id"),
    ({"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("body", "field"), BAD, ids=str)
def test_bad_input_is_400_and_named(
    caller: Caller, schedule: Schedule, body: dict[str, Any], field: str
) -> None:
    error = error_of(caller.put(PATH, body), 400)
    assert field in {detail["field"] for detail in error["details"]}
    assert not events(schedule)


def test_the_bounds_themselves_are_taken(caller: Caller, schedule: Schedule) -> None:
    overrides = [{"date": day, "hours": [["00:00", "24:00"]]} for day in ("1970-01-01", "2199-12-31")]
    body = {"name": "x" * 200, "overrides": overrides, "hours": {"mon": [["00:00", "24:00"]]}}
    assert caller.put(PATH, body).status_code == 200


def test_a_thousand_dates_may_have_other_hours_and_no_more(caller: Caller, schedule: Schedule) -> None:
    dates = [{"date": str(slot().date() + timedelta(days=number))} for number in range(1001)]
    assert caller.put(PATH, {"overrides": dates[:1000]}).status_code == 200
    assert error_of(caller.put(PATH, {"overrides": dates}), 400)["details"][0]["field"] == "overrides"


@pytest.mark.parametrize(
    "identifier", ["nowhere", "0", "-1", "1.5", "9" * 19, "9" * 40, "%00", "bt-63bb1a53"]
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_an_unknown_one_is_404(caller: Caller, identifier: str, method: str) -> None:
    answer = caller.send(method, f"/api/v1/schedules/{identifier}", None if method == "GET" else {})
    assert error_of(answer, 404)["code"] == "NOT_FOUND"


def test_a_key_that_only_reads_changes_nothing(organization: Organization, schedule: Schedule) -> None:
    reader = Caller(make_api_key(organization, scopes=["schedules:read", "rooms:write"])[1])
    for method, path in (("PUT", PATH), ("PATCH", PATH), ("POST", "/api/v1/schedules/block")):
        assert error_of(reader.send(method, path, {}), 403)["details"] == [{"scope": "schedules:write"}]
    assert reader.get(PATH).status_code == 200


def test_reading_costs_the_same_however_much_is_in_it(caller: Caller, schedule: Schedule) -> None:
    caller.get("/api/v1/me")  # notes the key's use
    with CaptureQueriesContext(connection) as little:
        caller.get(PATH)
    caller.put(PATH, {"overrides": [CHRISTMAS, NEW_YEAR]})
    make_room(schedule)
    with CaptureQueriesContext(connection) as more:
        caller.get(PATH)
    assert len(little) == len(more) == 4
