"""`POST /rooms`: what is needed, what follows by itself, and the schedule that comes along."""

from typing import Any

import pytest
from django.conf import settings

from bookingflow.organizations.models import Organization
from rooms.models import Room, Schedule
from tests.builders import every_day, make_organization, make_schedule
from tests.caller import Caller, error_of


def created(caller: Caller, **fields: Any) -> dict[str, Any]:
    answer = caller.post("/api/v1/rooms", {"name": "The Vault", "durations": [60], **fields})
    assert answer.status_code == 201, answer.content
    document: dict[str, Any] = answer.json()
    assert answer["Location"] == f"/api/v1/rooms/{document['id']}"
    return document


def test_name_and_durations_are_enough(caller: Caller) -> None:
    room = created(caller, bufferAfterMinutes=15)
    assert room == {
        "id": room["id"],
        "bookingType": room["bookingType"],
        "slug": "the-vault",
        "name": "The Vault",
        "description": "",
        "imageUrl": None,
        "active": True,
        "schedule": {
            "id": room["schedule"]["id"],
            "handle": "the-vault",
            "name": "The Vault",
            "timezone": "America/New_York",
        },
        "modes": ["private"],
        "seats": None,
        "durations": [60],
        "slotIntervalMinutes": 75,
        "bufferBeforeMinutes": 0,
        "bufferAfterMinutes": 15,
        "minNoticeMinutes": 0,
        "maxDaysAhead": 90,
        "guests": {"min": 1, "max": 1},
        "pricing": {
            "currency": "USD",
            "base": 0,
            "perGuest": 0,
            "tiers": [],
            "durations": [],
            "adjustments": [],
            "taxes": [],
            "depositPercent": 0,
        },
        "holdMinutes": 10,
        "cancellationPolicy": [],
        "bookingUrl": f"{settings.PUBLIC_URL}/book/the-vault/{room['id']}",
        "createdAt": room["createdAt"],
        "updatedAt": room["createdAt"],
    }


def test_duration_minutes_stands_for_durations(caller: Caller) -> None:
    answer = caller.post("/api/v1/rooms", {"name": "Lesson", "durationMinutes": 45})
    assert answer.json()["durations"] == [45]


@pytest.mark.parametrize("body", [{"name": "Lesson"}, {"durations": [60]}, {}])
def test_both_are_needed_and_missing_ones_are_named(caller: Caller, body: dict[str, Any]) -> None:
    error = error_of(caller.post("/api/v1/rooms", body), 400)
    missing = {detail["field"] for detail in error["details"] if detail["code"] == "required"}
    assert missing == {"name", "durations"} - set(body)


def test_a_duration_that_disagrees_with_the_durations_is_refused(caller: Caller) -> None:
    body = {"name": "Lesson", "durations": [60], "durationMinutes": 45}
    assert error_of(caller.post("/api/v1/rooms", body), 400)["details"][0]["field"] == "durationMinutes"


def test_the_default_grid_is_the_shortest_duration_and_the_buffers(caller: Caller) -> None:
    room = created(caller, durations=[90, 60], bufferBeforeMinutes=5, bufferAfterMinutes=10)
    assert (room["durations"], room["slotIntervalMinutes"]) == ([60, 90], 75)


@pytest.mark.parametrize(
    ("sent", "seats", "guests"),
    [
        ({"modes": ["shared"], "seats": 8}, 8, {"min": 1, "max": 8}),
        ({"seats": 8}, 8, {"min": 1, "max": 8}),
        ({"modes": ["shared"], "guests": {"min": 2, "max": 6}}, 6, {"min": 2, "max": 6}),
        ({"modes": ["shared"], "seats": 5000}, 5000, {"min": 1, "max": 1000}),
        ({"guests": {"max": 6}}, None, {"min": 1, "max": 6}),
        ({"guests": {"min": 2}}, None, {"min": 2, "max": 2}),
    ],
)
def test_guests_and_seats_follow_from_one_another(
    caller: Caller, sent: dict[str, Any], seats: int | None, guests: dict[str, int]
) -> None:
    room = created(caller, **sent)
    assert (room["seats"], room["guests"]) == (seats, guests)


def test_its_own_schedule_is_open_from_nine_to_five_every_day(caller: Caller) -> None:
    schedule = caller.get(f"/api/v1/schedules/{created(caller)['schedule']['id']}").json()
    assert schedule["hours"] == every_day(("09:00", "17:00"))


def test_a_new_schedule_takes_handle_hours_and_zone(caller: Caller) -> None:
    room = created(caller, handle="pier-9", timezone="Asia/Tokyo", hours={"fri": [["18:00", "02:00"]]})
    schedule = caller.get("/api/v1/schedules/pier-9").json()
    assert (schedule["id"], schedule["timezone"]) == (room["schedule"]["id"], "Asia/Tokyo")
    assert (schedule["hours"]["fri"], schedule["hours"]["sat"]) == ([["18:00", "02:00"]], [])


@pytest.mark.parametrize("name", ["pk", "handle"])
def test_it_joins_a_schedule_by_id_or_handle(caller: Caller, organization: Organization, name: str) -> None:
    schedule = make_schedule(organization)
    assert created(caller, schedule=getattr(schedule, name))["schedule"]["id"] == schedule.pk
    assert Schedule.objects.count() == 1


def test_hours_and_zone_of_a_schedule_that_is_there_are_not_changed_by_a_new_room(
    caller: Caller, organization: Organization
) -> None:
    sent = {"name": "x", "durations": [60], "schedule": make_schedule(organization).pk}
    error = error_of(caller.post("/api/v1/rooms", {**sent, "hours": {}, "timezone": "UTC"}), 400)
    assert {detail["field"] for detail in error["details"]} == {"hours", "timezone"}


def test_an_unknown_schedule_is_404_and_nothing_is_made(caller: Caller) -> None:
    body = {"name": "x", "durations": [60], "schedule": "nowhere"}
    assert error_of(caller.post("/api/v1/rooms", body), 404)["code"] == "NOT_FOUND"
    assert not Room.objects.exists()


def test_a_taken_slug_or_handle_is_409_and_a_made_up_one_gets_a_number(caller: Caller) -> None:
    make_organization(slug="south-quay")
    created(caller)
    for taken in ({"slug": "the-vault"}, {"handle": "the-vault"}, {"handle": "south-quay"}):
        body = {"name": "The Vault", "durations": [60], **taken}
        assert error_of(caller.post("/api/v1/rooms", body), 409)["code"] == "ALREADY_EXISTS"
    assert created(caller)["slug"] == "the-vault-2"


def test_the_organizations_own_slug_may_be_a_handle(caller: Caller) -> None:
    assert created(caller, handle="north-pier")["schedule"]["handle"] == "north-pier"


@pytest.mark.parametrize("field", ["slug", "handle"])
@pytest.mark.parametrize(
    "name", ["The-Vault", "a_b", "12-3", "a b", "x" * 101, "block", "explain", "api", "bt-63bb1a53", "é",
             "6f1cae3e-8a7e-4b6c-9d7a-0123456789ab"],
)  # fmt: skip
def test_what_could_be_taken_for_something_else_is_no_name(caller: Caller, field: str, name: str) -> None:
    error = error_of(caller.post("/api/v1/rooms", {"name": "x", "durations": [60], field: name}), 400)
    assert [detail["field"] for detail in error["details"]] == [field]


def test_under_one_key_it_is_made_once(caller: Caller) -> None:
    body = {"name": "The Vault", "durations": [60]}
    first, again = (caller.post("/api/v1/rooms", body, key="once") for _ in range(2))
    assert (again.content, again["Location"], again["ETag"]) == (
        first.content,
        first["Location"],
        first["ETag"],
    )
    assert Room.objects.count() == 1
