"""`GET /schedules?startDate=&endDate=`: what is on offer, of all rooms or of one."""

from typing import Any

import pytest

from bookingflow.organizations.models import Organization
from rooms.models import Room
from tests.builders import make_block, make_booking, make_room, make_schedule, make_shared_room, slot
from tests.caller import Caller, error_of

DAY = str(slot().date())
ASKED = {"startDate": DAY, "endDate": DAY}


@pytest.fixture
def vault(organization: Organization) -> Room:
    pricing = {"perGuest": 3500, "tiers": [{"minGuests": 4, "perGuest": 3000}]}
    return make_room(make_schedule(organization), slug="the-vault", guests_min=2, pricing=pricing)


@pytest.fixture
def tasting(organization: Organization) -> Room:
    schedule = make_schedule(organization, timezone="Asia/Tokyo")
    return make_shared_room(schedule, slug="tasting", durations=[60, 120], seats=8)


def listed(caller: Caller, **asked: Any) -> dict[str, list[dict[str, Any]]]:
    answer = caller.get("/api/v1/schedules", **ASKED | asked)
    assert answer.status_code == 200, answer.content
    return {each["room"]["slug"]: each["slots"] for each in answer.json()["rooms"]}


def test_all_active_rooms_each_with_its_schedule_and_zone(caller: Caller, vault: Room, tasting: Room) -> None:
    make_room(vault.schedule, active=False)
    answer = caller.get("/api/v1/schedules", **ASKED).json()
    assert (answer["startDate"], answer["endDate"]) == (DAY, DAY)
    one, other = answer["rooms"]
    assert one["room"] == {
        "id": vault.pk,
        "bookingType": vault.booking_type,
        "slug": "the-vault",
        "name": vault.name,
    }
    assert (one["schedule"], one["timezone"]) == (vault.schedule_id, "UTC")
    assert (other["schedule"], other["timezone"]) == (tasting.schedule_id, "Asia/Tokyo")


def test_a_slot_has_start_end_seats_and_the_least_partys_price(caller: Caller, vault: Room) -> None:
    assert listed(caller)["the-vault"][0] == {
        "start": f"{DAY}T09:00:00Z",
        "end": f"{DAY}T10:00:00Z",
        "seatsLeft": 6,
        "price": {"currency": "USD", "total": 7000},
    }


def test_days_are_the_schedules_own(caller: Caller, tasting: Room) -> None:
    assert listed(caller)["tasting"][0]["start"] == f"{DAY}T00:00:00Z"  # nine in Tokyo


def test_guests_duration_and_mode_narrow_and_price(caller: Caller, vault: Room, tasting: Room) -> None:
    found = listed(caller, guests=4)
    assert found["the-vault"][0]["price"]["total"] == 12000
    assert listed(caller, guests=7)["the-vault"] == []
    two_hours = listed(caller, durationMinutes=120)
    assert (two_hours["the-vault"], len(two_hours["tasting"])) == ([], 7)
    shared = listed(caller, mode="shared")
    assert (shared["the-vault"], bool(shared["tasting"])) == ([], True)


@pytest.mark.parametrize("name", ["pk", "booking_type", "slug"])
def test_one_room_by_any_of_its_names(caller: Caller, vault: Room, tasting: Room, name: str) -> None:
    assert list(listed(caller, room=getattr(vault, name))) == ["the-vault"]


def test_a_duration_that_the_named_room_lacks_is_400(caller: Caller, vault: Room) -> None:
    answer = caller.get("/api/v1/schedules", **ASKED, room="the-vault", durationMinutes=45)
    assert [detail["field"] for detail in error_of(answer, 400)["details"]] == ["durationMinutes"]


def test_an_unknown_room_is_404_for_it_is_no_filter(caller: Caller) -> None:
    answer = caller.get("/api/v1/schedules", **ASKED, room="nowhere")
    assert error_of(answer, 404)["code"] == "BOOKING_TYPE_NOT_FOUND"


def test_what_is_taken_or_blocked_is_not_listed(caller: Caller, vault: Room) -> None:
    make_booking(vault, guests=2)
    make_block(vault.schedule, start=slot(13), end=slot(14, 30))
    starts = [found["start"][11:16] for found in listed(caller)["the-vault"]]
    assert starts == ["09:00", "11:00", "12:00", "15:00", "16:00"]


def test_every_listed_slot_can_be_booked(caller: Caller, vault: Room) -> None:
    make_booking(vault, guests=2)
    for found in listed(caller, guests=5)["the-vault"]:
        customer = {"name": "Ada", "email": "ada@example.com"}
        body = {"room": vault.pk, "start": found["start"], "guests": 5, "customer": customer}
        made = caller.post("/api/v1/bookings", body)
        assert made.status_code == 201, made.content
        assert made.json()["price"]["total"] == found["price"]["total"]
    assert listed(caller)["the-vault"] == []


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({}, {"startDate", "endDate"}),
        ({"startDate": DAY}, {"endDate"}),
        ({"startDate": "2026-12-05", "endDate": "2026-12-04"}, {"endDate"}),
        ({"startDate": "2026-12-01", "endDate": "2027-02-01"}, {"endDate"}),
        ({"startDate": "0001-01-01", "endDate": "9999-12-31"}, {"startDate", "endDate"}),
        ({**ASKED, "guests": "0"}, {"guests"}),
        ({**ASKED, "guests": "1001"}, {"guests"}),
        ({**ASKED, "durationMinutes": "4"}, {"durationMinutes"}),
        ({**ASKED, "durationMinutes": "1441"}, {"durationMinutes"}),
        ({**ASKED, "mode": "secret"}, {"mode"}),
        ({**ASKED, "room": ""}, {"room"}),
        ({**ASKED, "colour": "red"}, {"colour"}),
    ],
)
def test_bad_questions_are_400_and_name_what_is_wrong(
    caller: Caller, asked: dict[str, str], fields: set[str]
) -> None:
    error = error_of(caller.get("/api/v1/schedules", **asked), 400)
    assert {detail["field"] for detail in error["details"]} == fields


def test_62_days_may_be_asked_for(caller: Caller, vault: Room) -> None:
    assert caller.get("/api/v1/schedules", startDate="2026-12-01", endDate="2027-01-31").status_code == 200
