"""`GET /schedules/explain`: every reason, and the same answer as slots and booking give."""

from datetime import timedelta
from typing import Any

import pytest

from bookingflow.lib import clock, json
from bookingflow.organizations.models import Organization
from rooms.models import Room
from tests.builders import make_block, make_booking, make_room, make_schedule, slot
from tests.caller import Caller, error_of

PATH = "/api/v1/schedules/explain"


@pytest.fixture
def vault(organization: Organization) -> Room:
    both = {"modes": ["private", "shared"], "seats": 4, "guests_min": 2, "guests_max": 4}
    return make_room(
        make_schedule(organization),
        slug="the-vault",
        min_notice_minutes=120,
        max_days_ahead=30,
        buffer_after_minutes=15,
        pricing={"base": 1000},
        **both,
    )


def reasons(caller: Caller, room: str = "the-vault", **asked: Any) -> list[dict[str, str]]:
    answer = caller.get(PATH, room=room, **asked)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["bookable"] is not bool(told["reasons"])
    return list(told["reasons"])


def codes(caller: Caller, **asked: Any) -> list[str]:
    return [reason["code"] for reason in reasons(caller, **asked)]


def at(hour: int, minute: int = 0, **days: int) -> str:
    return json.instant(slot(hour, minute, **days))


def test_what_is_free_is_bookable(caller: Caller, vault: Room) -> None:
    assert reasons(caller, start=at(10)) == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"start": at(20)}, "OUTSIDE_HOURS"),
        ({"start": at(10, 30)}, "OFF_GRID"),
        ({"start": at(10, days=-1)}, "IN_PAST"),
        ({"start": at(10, days=31)}, "BEYOND_HORIZON"),
        ({"start": at(10), "durationMinutes": 45}, "DURATION"),
        ({"start": at(10), "guests": 1}, "GUESTS"),
        ({"start": at(10), "guests": 5}, "GUESTS"),
    ],
    ids=str,
)
def test_what_never_was_on_offer(caller: Caller, vault: Room, asked: dict[str, Any], code: str) -> None:
    assert code in codes(caller, **asked)


def test_what_is_taken(caller: Caller, vault: Room) -> None:
    make_booking(vault, guests=2)
    make_booking(vault, guests=2, start=slot(12), hold=True)
    make_booking(vault, guests=3, start=slot(14), mode="shared")
    make_block(vault.schedule, start=slot(16), end=slot(17))
    assert codes(caller, start=at(10)) == ["BOOKED"]
    assert codes(caller, start=at(11)) == ["BUFFER", "BUFFER"]  # after the one, before the other
    assert codes(caller, start=at(12)) == ["HELD"]
    assert codes(caller, start=at(14)) == ["MODE", "BOOKED"]
    assert codes(caller, start=at(16)) == ["BLOCKED"]
    assert codes(caller, start=at(14), mode="shared", guests=2) == ["SEATS"]


def test_notice_and_inactivity(caller: Caller, vault: Room) -> None:
    clock.shift = slot(8, 30) - clock.now()
    assert codes(caller, start=at(10)) == ["MIN_NOTICE"]
    assert codes(caller, start=at(11)) == []
    caller.put("/api/v1/rooms/the-vault", {"active": False})
    assert codes(caller, start=at(11)) == ["INACTIVE"]


def test_the_message_names_the_booking_in_the_way(caller: Caller, vault: Room) -> None:
    booking = make_booking(vault, guests=2)
    assert reasons(caller, start=at(11)) == [
        {"code": "BUFFER", "message": f"Inside the 15 minutes after {booking.reference}"}
    ]


def test_all_reasons_are_told_not_only_the_first(caller: Caller, vault: Room) -> None:
    make_block(vault.schedule, start=slot(20), end=slot(21))
    assert codes(caller, start=at(20), guests=9, durationMinutes=45) == [
        "DURATION", "GUESTS", "OUTSIDE_HOURS", "BLOCKED",
    ]  # fmt: skip


def test_it_agrees_with_slots_and_booking(caller: Caller, vault: Room) -> None:
    make_booking(vault, guests=2, start=slot(12))
    day = str(slot().date())
    listed = caller.get("/api/v1/schedules", startDate=day, endDate=day, room=vault.pk, guests=3).json()
    starts = {found["start"] for found in listed["rooms"][0]["slots"]}
    for half_hours in range(16, 36):
        start = json.instant(slot(0) + timedelta(minutes=30 * half_hours))
        told = reasons(caller, start=start, guests=3)
        assert (not told) == (start in starts)
        if told:
            body = {
                "room": vault.pk,
                "start": start,
                "guests": 3,
                "customer": {"name": "A", "email": "a@example.com"},
            }
            answer = caller.post("/api/v1/bookings", body)
            assert answer.status_code in (409, 422)
            assert {reason["code"] for reason in told} == {
                detail["code"] for detail in answer.json()["error"]["details"]
            }


@pytest.mark.parametrize("name", ["pk", "booking_type", "slug"])
def test_any_of_the_rooms_names_will_do(caller: Caller, vault: Room, name: str) -> None:
    assert reasons(caller, room=getattr(vault, name), start=at(10)) == []


def test_both_spellings_are_understood(caller: Caller, vault: Room) -> None:
    camel, snake = (
        codes(caller, start=at(10), **{name: 45}) for name in ("durationMinutes", "duration_minutes")
    )
    assert camel == snake == ["DURATION"]


def test_an_offset_with_a_plus_may_come_unescaped(caller: Caller, vault: Room) -> None:
    start = slot(10).strftime("%Y-%m-%dT15:30:00+05:30")
    assert caller.get(f"{PATH}?room=the-vault&start={start}").json()["bookable"] is True
    assert reasons(caller, start=start) == []


def test_an_unknown_room_is_404(caller: Caller) -> None:
    error = error_of(caller.get(PATH, room="nowhere", start=at(10)), 404)
    assert error["code"] == "BOOKING_TYPE_NOT_FOUND"


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({}, {"room", "start"}),
        ({"room": "the-vault"}, {"start"}),
        ({"room": "the-vault", "start": "2026-12-05T10:00:00"}, {"start"}),
        ({"room": "the-vault", "start": "2026-12-05"}, {"start"}),
        ({"room": "the-vault", "start": "0001-01-01T00:00:00+01:00"}, {"start"}),
        ({"room": "the-vault", "start": "9999-12-31T23:59:59-01:00"}, {"start"}),
        ({"room": "the-vault", "start": at(10), "guests": "0"}, {"guests"}),
        ({"room": "the-vault", "start": at(10), "durationMinutes": "x"}, {"durationMinutes"}),
        ({"room": "the-vault", "start": at(10), "mode": "x"}, {"mode"}),
        ({"room": "the-vault", "start": at(10), "end": at(11)}, {"end"}),
    ],
)
def test_bad_questions_are_400(caller: Caller, vault: Room, asked: dict[str, str], fields: set[str]) -> None:
    error = error_of(caller.get(PATH, **asked), 400)
    assert {detail["field"] for detail in error["details"]} == fields
