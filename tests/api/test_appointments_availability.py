"""GET /api/availability: the free times of one room, by its schedule's handle or the organization's slug."""

from datetime import timedelta
from typing import Any

import pytest

from bookingflow.organizations.models import Organization
from rooms.models import Room
from tests.api.appointments import book, wanted
from tests.builders import make_api_key, make_block, make_room, make_schedule, slot
from tests.caller import Caller, error_of

PATH = "/api/availability"


@pytest.fixture
def lesson(organization: Organization) -> Room:
    schedule = make_schedule(organization, handle="clara-finch")
    return make_room(schedule, slug="trial-lesson", durations=[30], slot_interval_minutes=30)


def asked(**changes: Any) -> dict[str, Any]:
    day = slot().date().isoformat()
    return {"username": "clara-finch", "slug": "trial-lesson", "startDate": day, "endDate": day} | changes


def slots(caller: Caller, **changes: Any) -> list[dict[str, str]]:
    answer = caller.get(PATH, **asked(**changes))
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert list(body) == ["slots"]
    found: list[dict[str, str]] = body["slots"]
    return found


def test_free_times_ascend_and_are_told_in_utc(caller: Caller, lesson: Room) -> None:
    found = slots(caller, duration=30)
    assert found[0] == {"start": f"{slot():%Y-%m-%d}T09:00:00Z", "end": f"{slot():%Y-%m-%d}T09:30:00Z"}
    assert len(found) == 16
    assert found == sorted(found, key=lambda each: each["start"])


def test_what_is_taken_is_not_among_them_and_what_is_can_be_booked(caller: Caller, lesson: Room) -> None:
    for free in slots(caller):
        answer = caller.post("/api/bookings", wanted(lesson) | free, key=free["start"])
        assert answer.status_code == 201, answer.content
    assert slots(caller) == []


def test_nothing_free_is_an_empty_list(caller: Caller, lesson: Room) -> None:
    make_block(lesson.schedule, start=slot(0), end=slot(0, days=8))
    assert slots(caller) == []
    assert slots(caller, startDate="2020-01-01", endDate="2020-01-31") == []


def test_a_room_is_named_by_slug_integer_or_bt_id(caller: Caller, lesson: Room) -> None:
    by_slug = slots(caller)
    assert slots(caller, slug=lesson.pk) == slots(caller, slug=lesson.booking_type) == by_slug


def test_the_organizations_slug_reaches_the_rooms_of_all_its_schedules(
    caller: Caller, organization: Organization, lesson: Room
) -> None:
    namesake = make_schedule(organization, handle=organization.slug)
    make_room(namesake, slug="rehearsal")
    assert slots(caller, username="north-pier") == slots(caller)
    assert slots(caller, username="north-pier", slug="rehearsal")


def test_in_snake_case_it_is_understood_too(caller: Caller, lesson: Room) -> None:
    day = slot().date().isoformat()
    answer = caller.get(PATH, username="clara-finch", slug="trial-lesson", start_date=day, end_date=day)
    assert answer.json() == {"slots": slots(caller)}


@pytest.mark.parametrize(
    "change",
    [
        {"username": "nobody"},
        {"username": "Clara-Finch"},
        {"username": "south-quay"},
        {"username": "clara finch"},
        {"slug": "no-such-room"},
        {"slug": "99999999999999999999"},
        {"slug": "bt-00000000"},
        {"slug": "exam-prep"},
        {"slug": "Trial Lesson"},
        {"slug": "long" * 30},
        {"username": "long" * 30},
    ],
    ids=str,
)
def test_unknown_names_are_404(
    caller: Caller, stranger: Caller, organization: Organization, lesson: Room, change: dict[str, str]
) -> None:
    make_room(make_schedule(organization, handle="other-teacher"), slug="exam-prep")
    assert error_of(caller.get(PATH, **asked(**change)), 404)["code"] == "BOOKING_TYPE_NOT_FOUND"


def test_another_organizations_names_are_404(stranger: Caller, lesson: Room) -> None:
    for change in ({}, {"username": "north-pier"}, {"slug": lesson.pk}, {"username": "south-quay"}):
        assert error_of(stranger.get(PATH, **asked(**change)), 404)["code"] == "BOOKING_TYPE_NOT_FOUND"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"duration": 45}, "duration"),
        ({"duration": "half an hour"}, "duration"),
        ({"duration": ""}, "duration"),
        ({"username": ""}, "username"),
        ({"slug": ""}, "slug"),
        ({"startDate": "tomorrow"}, "startDate"),
        ({"endDate": "2020-01-01"}, "endDate"),
        ({"guests": 2}, "guests"),
    ],
    ids=str,
)
def test_what_is_out_of_bounds_is_400(
    caller: Caller, lesson: Room, change: dict[str, Any], field: str
) -> None:
    error = error_of(caller.get(PATH, **asked(**change)), 400)
    assert error["code"] == "INVALID_REQUEST"
    assert [detail["field"] for detail in error["details"]] == [field]


def test_every_missing_parameter_is_named(caller: Caller, lesson: Room) -> None:
    error = error_of(caller.get(PATH), 400)
    assert {detail["field"] for detail in error["details"]} == {"username", "slug", "startDate", "endDate"}


def test_62_days_are_the_most(caller: Caller, lesson: Room) -> None:
    first = slot().date()
    assert slots(caller, endDate=first + timedelta(days=61))
    assert error_of(caller.get(PATH, **asked(endDate=first + timedelta(days=62))), 400)


def test_a_duration_may_be_left_out_only_where_there_is_one(caller: Caller, lesson: Room) -> None:
    make_room(lesson.schedule, slug="lesson", durations=[30, 60], slot_interval_minutes=30)
    error = error_of(caller.get(PATH, **asked(slug="lesson")), 400)
    assert [detail["field"] for detail in error["details"]] == ["duration"]
    assert slots(caller, slug="lesson", duration=60)[0]["end"].endswith("10:00:00Z")


def test_it_needs_schedules_read(organization: Organization, lesson: Room) -> None:
    reader = Caller(make_api_key(organization, scopes=["schedules:read"])[1])
    assert slots(reader)
    other = Caller(make_api_key(organization, scopes=["bookings:write", "rooms:write"])[1])
    error = error_of(other.get(PATH, **asked()), 403)
    assert (error["code"], error["details"]) == ("FORBIDDEN", [{"scope": "schedules:read"}])


def test_a_booking_of_it_is_seen_at_once(caller: Caller, lesson: Room) -> None:
    before = slots(caller)
    book(caller, lesson, slot(10))
    assert [free["start"] for free in before if free not in slots(caller)] == [f"{slot():%Y-%m-%d}T10:00:00Z"]
