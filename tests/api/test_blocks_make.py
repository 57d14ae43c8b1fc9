"""`POST /schedules/block`: of a room, a schedule or all; times or whole days; conflicts, and force."""

from typing import Any

import pytest

from bookingflow.lib import json
from bookingflow.organizations.models import Organization
from rooms.models import Block, Room
from tests.builders import make_booking, make_room, make_schedule, make_shared_room, slot
from tests.caller import Caller, error_of
from webhooks.models import Event

PATH = "/api/v1/schedules/block"
TIMES = {"start": json.instant(slot(9)), "end": json.instant(slot(12))}


@pytest.fixture
def vault(organization: Organization) -> Room:
    schedule = make_schedule(organization, handle="the-pier")
    return make_room(schedule, slug="the-vault", buffer_after_minutes=15)


def events(organization: Organization) -> list[dict[str, Any]]:
    rows = Event.objects.filter(organization=organization, type__startswith="schedule.")
    return [json.loads(row.body)["data"] for row in rows.order_by("recorded_at")]


def test_the_answer_is_the_block_with_its_conflicts(caller: Caller, vault: Room) -> None:
    answer = caller.post(PATH, {"room": vault.pk, **TIMES, "reason": "Repairs"})
    block = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/schedules/blocks/{block['id']}"
    assert block == {
        "id": block["id"],
        "schedule": vault.schedule_id,
        **TIMES,
        "reason": "Repairs",
        "createdAt": block["createdAt"],
        "conflicts": [],
    }
    [event] = events(vault.organization)
    assert event["block"] == {name: value for name, value in block.items() if name != "conflicts"}


@pytest.mark.parametrize("name", ["pk", "booking_type", "slug"])
def test_a_room_blocks_its_schedule_under_any_of_its_names(caller: Caller, vault: Room, name: str) -> None:
    block = caller.post(PATH, {"room": getattr(vault, name), **TIMES}).json()
    assert block["schedule"] == vault.schedule_id


def test_a_schedule_is_named_by_id_or_handle(caller: Caller, vault: Room) -> None:
    for name in (vault.schedule_id, str(vault.schedule_id), "the-pier"):
        assert caller.post(PATH, {"schedule": name, **TIMES}).json()["schedule"] == vault.schedule_id


def test_whole_days_are_the_schedules_own_both_included(caller: Caller, organization: Organization) -> None:
    make_schedule(organization, handle="the-pier", timezone="America/New_York")
    body = {"schedule": "the-pier", "startDate": "2026-11-01", "endDate": "2026-11-02"}
    block = caller.post(PATH, body).json()
    assert (block["start"], block["end"]) == ("2026-11-01T04:00:00Z", "2026-11-03T05:00:00Z")


def test_all_blocks_every_schedule_by_its_own_days_with_an_event_each(
    caller: Caller, organization: Organization
) -> None:
    zones = ["America/New_York", "Asia/Tokyo"]
    schedules = [make_schedule(organization, timezone=zone).pk for zone in zones]
    answer = caller.post(PATH, {"all": True, "startDate": "2026-12-25", "endDate": "2026-12-25"})
    assert (answer.status_code, answer["Location"]) == (201, "/api/v1/schedules/blocks")
    blocks = answer.json()["blocks"]
    assert [block["schedule"] for block in blocks] == schedules
    assert [block["start"] for block in blocks] == ["2026-12-25T05:00:00Z", "2026-12-24T15:00:00Z"]
    assert [event["block"]["id"] for event in events(organization)] == [block["id"] for block in blocks]
    assert caller.get(answer["Location"]).json()["results"][0]["id"] == blocks[1]["id"]


def in_the_way(*bookings: Any) -> list[dict[str, str]]:
    return [
        {
            "bookingId": str(booking.pk),
            "reference": booking.reference,
            "start": json.instant(booking.start),
            "end": json.instant(booking.end),
        }
        for booking in bookings
    ]


def test_live_bookings_in_the_way_are_listed_and_nothing_is_blocked(caller: Caller, vault: Room) -> None:
    bookings = [make_booking(vault), make_booking(vault, start=slot(12), hold=True)]
    error = error_of(
        caller.post(PATH, {"room": vault.pk, "start": TIMES["start"], "end": str(slot(15))}), 409
    )
    assert (error["code"], error["details"]) == ("BLOCK_CONFLICT", in_the_way(*bookings))
    assert not Block.objects.exists()
    assert not events(vault.organization)


def test_buffers_count(caller: Caller, vault: Room) -> None:
    make_booking(vault)
    at = {minute: json.instant(slot(11, minute)) for minute in (14, 15)}
    end = json.instant(slot(12))
    assert error_of(caller.post(PATH, {"room": vault.pk, "start": at[14], "end": end}), 409)
    assert caller.post(PATH, {"room": vault.pk, "start": at[15], "end": end}).status_code == 201


def test_cancelled_bookings_are_not_in_the_way(caller: Caller, vault: Room) -> None:
    caller.delete(f"/api/v1/bookings/{make_booking(vault).pk}")
    assert caller.post(PATH, {"room": vault.pk, **TIMES}).status_code == 201


def test_one_booking_in_the_way_of_all_keeps_everything_open(caller: Caller, vault: Room) -> None:
    make_schedule(vault.organization)
    booking = make_booking(vault)
    error = error_of(caller.post(PATH, {"all": True, **TIMES}), 409)
    assert error["details"] == in_the_way(booking)
    assert not Block.objects.exists()


def test_force_blocks_all_the_same_and_the_bookings_stay(caller: Caller, vault: Room) -> None:
    booking = make_booking(vault)
    answer = caller.post(PATH, {"room": vault.pk, **TIMES, "force": True})
    assert (answer.status_code, answer.json()["conflicts"]) == (201, in_the_way(booking))
    assert caller.get(f"/api/v1/bookings/{booking.pk}").json()["status"] == "confirmed"


def test_with_all_each_block_names_its_own_conflicts(caller: Caller, vault: Room) -> None:
    make_schedule(vault.organization)
    booking = make_booking(vault)
    blocks = caller.post(PATH, {"all": True, **TIMES, "force": True}).json()["blocks"]
    assert [block["conflicts"] for block in blocks] == [in_the_way(booking), []]


def test_every_party_of_a_shared_session_is_in_the_way(caller: Caller, organization: Organization) -> None:
    room = make_shared_room(make_schedule(organization))
    parties = [make_booking(room), make_booking(room)]
    error = error_of(caller.post(PATH, {"room": room.pk, **TIMES}), 409)
    assert error["details"] == in_the_way(*parties)


def test_blocked_time_is_off_offer_and_blocks_may_overlap(caller: Caller, vault: Room) -> None:
    for _ in range(2):
        assert caller.post(PATH, {"room": vault.pk, **TIMES}).status_code == 201
    body = {"room": vault.pk, "start": TIMES["start"], "customer": {"name": "A", "email": "a@example.com"}}
    assert error_of(caller.post("/api/v1/bookings", body), 409)["code"] == "SLOT_NOT_AVAILABLE"


def test_under_one_key_it_is_made_once(caller: Caller, vault: Room) -> None:
    body = {"all": True, **TIMES}
    first, again = (caller.post(PATH, body, key="once") for _ in range(2))
    assert (again.content, again["Location"]) == (first.content, first["Location"])
    assert Block.objects.count() == 1


def test_snake_case_is_understood(caller: Caller, vault: Room) -> None:
    body = {"room": vault.pk, "start_date": "2026-12-25", "end_date": "2026-12-25"}
    assert caller.post(PATH, body).status_code == 201
    error = error_of(caller.post(PATH, {**body, "endDate": "2026-12-25"}), 400)
    assert [detail["field"] for detail in error["details"]] == ["endDate"]


def test_unknown_rooms_and_schedules_are_404(caller: Caller) -> None:
    assert error_of(caller.post(PATH, {"room": "nowhere", **TIMES}), 404)["code"] == "BOOKING_TYPE_NOT_FOUND"
    assert error_of(caller.post(PATH, {"schedule": "nowhere", **TIMES}), 404)["code"] == "NOT_FOUND"


DAYS = {"startDate": "2026-12-25", "endDate": "2026-12-25"}
ROOM = {"room": "the-vault"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (TIMES, {"room"}),
        ({**ROOM, **TIMES, "schedule": "the-pier"}, {"room"}),
        ({**ROOM, **TIMES, "all": True}, {"room"}),
        ({"all": False, **TIMES}, {"room"}),
        ({"all": "true", **TIMES}, {"all"}),
        (ROOM, {"start", "end"}),
        ({**ROOM, "start": TIMES["start"]}, {"end"}),
        ({**ROOM, "startDate": "2026-12-25"}, {"endDate"}),
        ({**ROOM, **TIMES, **DAYS}, {"start"}),
        ({**ROOM, "start": TIMES["end"], "end": TIMES["start"]}, {"end"}),
        ({**ROOM, "start": TIMES["start"], "end": TIMES["start"]}, {"end"}),
        ({**ROOM, "startDate": "2026-12-26", "endDate": "2026-12-25"}, {"endDate"}),
        ({**ROOM, "start": "2026-12-25T10:00:00", "end": TIMES["end"]}, {"start"}),
        ({**ROOM, "start": "0001-01-01T00:00:00Z", "end": "9999-12-31T23:59:59Z"}, {"start", "end"}),
        ({**ROOM, "startDate": "25.12.2026", "endDate": 7}, {"startDate", "endDate"}),
        ({**ROOM, "startDate": "0001-01-01", "endDate": "9999-12-31"}, {"startDate", "endDate"}),
        ({**ROOM, **TIMES, "reason": "x" * 201}, {"reason"}),
        ({**ROOM, **TIMES, "reason": None}, {"reason"}),
        ({**ROOM, **TIMES, "force": 1}, {"force"}),
        ({**ROOM, **TIMES, "colour": "red", "id": 1}, {"colour", "id"}),
        ({"room": None, **TIMES}, {"room"}),
        ({"schedule": ["the-pier"], **TIMES}, {"schedule"}),
    ],
)
def test_bad_input_is_400_and_names_what_is_wrong(
    caller: Caller, vault: Room, body: dict[str, Any], fields: set[str]
) -> None:
    error = error_of(caller.post(PATH, body), 400)
    assert {detail["field"] for detail in error["details"]} == fields
    assert not Block.objects.exists()
