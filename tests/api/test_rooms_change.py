"""`PUT`, `PATCH` and `DELETE` of a room."""

from typing import Any

import pytest

from bookingflow.lib import json
from bookingflow.organizations.models import Organization
from rooms.models import Room
from tests.builders import make_api_key, make_booking, make_room, make_schedule, slot
from tests.caller import Caller, error_of
from webhooks.models import Event

PRICING = {
    "base": 500,
    "perGuest": 3500,
    "tiers": [{"minGuests": 4, "perGuest": 3000}],
    "durations": [{"minutes": 90, "base": 4000}],
    "adjustments": [
        {"label": "Weekend", "weekdays": ["sat", "fri"], "from": "17:00", "to": "23:00", "percent": 20},
        {"label": "Early", "to": "10:00", "amount": -500},
    ],
    "taxes": [{"label": "VAT", "percent": 8.875, "included": False}],
    "depositPercent": 50,
}
EVERYTHING = {
    "name": "The Vault",
    "durations": [60, 90],
    "description": " Two\nlines ",
    "imageUrl": "https://example.com/vault.jpg",
    "modes": ["shared", "private"],
    "seats": 8,
    "slotIntervalMinutes": 30,
    "bufferBeforeMinutes": 5,
    "bufferAfterMinutes": 15,
    "minNoticeMinutes": 120,
    "maxDaysAhead": 30,
    "guests": {"min": 2, "max": 6},
    "pricing": PRICING,
    "holdMinutes": 20,
    "cancellationPolicy": [
        {"hoursBefore": 24, "refundPercent": 50},
        {"hoursBefore": 48, "refundPercent": 100},
    ],
}


@pytest.fixture
def room(organization: Organization) -> Room:
    return make_room(make_schedule(organization), slug="the-vault", name="The Vault")


def events(room_id: int) -> list[dict[str, Any]]:
    rows = Event.objects.filter(subject_type="room", subject_id=str(room_id)).order_by("sequence")
    return [{"type": row.type, **json.loads(row.body)["data"]} for row in rows]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_is_sent_changes_and_the_rest_stays(caller: Caller, room: Room, method: str) -> None:
    before = caller.get("/api/v1/rooms/the-vault").json()
    after = caller.send(method, "/api/v1/rooms/the-vault", {"name": "The Safe", "guests": {"max": 4}}).json()
    del before["availability"]
    changed = {"name": "The Safe", "guests": {"min": 1, "max": 4}, "updatedAt": after["updatedAt"]}
    assert after == before | changed
    assert after["updatedAt"] > before["updatedAt"]
    [event] = events(room.pk)
    assert (event["type"], event["room"]) == ("room.updated", after)
    assert set(event["changes"]) == {"name", "guests"}


@pytest.mark.parametrize("identifier", ["pk", "booking_type", "slug"])
def test_any_of_its_names_will_do(caller: Caller, room: Room, identifier: str) -> None:
    path = f"/api/v1/rooms/{getattr(room, identifier)}"
    assert caller.patch(path, {"holdMinutes": 7}).json()["holdMinutes"] == 7
    assert caller.get(path).json()["holdMinutes"] == 7


@pytest.mark.parametrize(
    "sent", [EVERYTHING, {"name": "Plain", "durations": [60]}], ids=["everything", "plain"]
)
def test_what_get_shows_can_be_put_back_and_changes_nothing(caller: Caller, sent: dict[str, Any]) -> None:
    path = caller.post("/api/v1/rooms", sent)["Location"]
    read = caller.get(path)
    put = caller.put(path, read.json())
    assert put.status_code == 200, put.content
    assert {**put.json(), "availability": read.json()["availability"]} == read.json()
    assert put["ETag"] == read["ETag"]
    assert [event["type"] for event in events(read.json()["id"])] == ["room.created"]


def test_everything_is_kept_as_it_was_sent(caller: Caller) -> None:
    shown = caller.post("/api/v1/rooms", EVERYTHING).json()
    pricing = {"currency": "USD", **PRICING}
    pricing["adjustments"] = [
        {**PRICING["adjustments"][0], "weekdays": ["fri", "sat"]},
        PRICING["adjustments"][1],
    ]  # type: ignore[index]
    expected = {**EVERYTHING, "modes": ["private", "shared"], "pricing": pricing}
    expected["cancellationPolicy"] = EVERYTHING["cancellationPolicy"][::-1]  # type: ignore[index]
    assert {name: shown[name] for name in expected} == expected


def test_every_field_can_be_changed(caller: Caller, room: Room) -> None:
    shown = caller.put("/api/v1/rooms/the-vault", {**EVERYTHING, "slug": "the-safe"}).json()
    assert {name: shown[name] for name in EVERYTHING} == {
        name: caller.get("/api/v1/rooms/the-safe").json()[name] for name in EVERYTHING
    }
    assert (shown["slug"], shown["seats"], shown["holdMinutes"]) == ("the-safe", 8, 20)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 999_999),
        ("bookingType", "bt-00000000"),
        ("createdAt", "2020-01-01T00:00:00Z"),
        ("schedule", 999_999),
        ("schedule", {"id": 1}),
        ("schedule", True),
        ("handle", "other"),
        ("timezone", "UTC"),
        ("hours", {}),
        ("durationMinutes", 60),
    ],
)
def test_what_cant_be_written_is_refused_with_another_value(
    caller: Caller, room: Room, field: str, value: Any
) -> None:
    error = error_of(caller.put("/api/v1/rooms/the-vault", {field: value}), 400)
    assert [detail["field"] for detail in error["details"]] == [field]


def test_computed_fields_are_passed_over_whatever_they_say(caller: Caller, room: Room) -> None:
    sent = {"availability": {"slots": []}, "bookingUrl": "https://example.com", "updatedAt": None}
    assert caller.put("/api/v1/rooms/the-vault", sent).status_code == 200
    assert not events(room.pk)


def test_its_schedule_may_be_named_as_in_a_create(caller: Caller, room: Room) -> None:
    for name in (room.schedule_id, str(room.schedule_id), room.schedule.handle):
        assert caller.put("/api/v1/rooms/the-vault", {"schedule": name}).status_code == 200


def test_a_taken_slug_is_409(caller: Caller, room: Room) -> None:
    make_room(room.schedule, slug="the-safe")
    error = error_of(caller.put("/api/v1/rooms/the-vault", {"slug": "the-safe"}), 409)
    assert error["code"] == "ALREADY_EXISTS"


def test_a_deleted_room_can_be_read_keeps_its_slug_and_is_off_offer(caller: Caller, room: Room) -> None:
    answer = caller.delete("/api/v1/rooms/the-vault")
    assert (answer.status_code, answer.content) == (204, b"")
    read = caller.get("/api/v1/rooms/the-vault").json()
    assert (read["active"], read["slug"], read["availability"]["slots"]) == (False, "the-vault", [])
    body = {"name": "The Vault", "durations": [60], "slug": "the-vault"}
    assert error_of(caller.post("/api/v1/rooms", body), 409)["code"] == "ALREADY_EXISTS"
    booking = {
        "room": room.pk,
        "start": slot().isoformat(),
        "customer": {"name": "A", "email": "a@example.com"},
    }
    assert error_of(caller.post("/api/v1/bookings", booking), 422)["code"] == "SLOT_UNAVAILABLE"


def test_deleting_twice_is_one_event_and_a_put_brings_it_back(caller: Caller, room: Room) -> None:
    assert [caller.delete("/api/v1/rooms/the-vault").status_code for _ in range(2)] == [204, 204]
    assert len(events(room.pk)) == 1
    assert caller.put("/api/v1/rooms/the-vault", {"active": True}).json()["active"] is True
    assert caller.get("/api/v1/rooms/the-vault").json()["availability"]["slots"]


@pytest.mark.parametrize(
    ("method", "body"), [("DELETE", None), ("PUT", {"active": False}), ("PATCH", {"active": False})]
)
def test_with_upcoming_bookings_it_stays_and_they_are_listed(
    caller: Caller, room: Room, method: str, body: Any
) -> None:
    booking = make_booking(room)
    error = error_of(caller.send(method, "/api/v1/rooms/the-vault", body), 409)
    assert error["code"] == "BOOKING_STATE_CONFLICT"
    assert error["details"] == [
        {
            "bookingId": str(booking.pk),
            "reference": booking.reference,
            "start": json.instant(booking.start),
            "end": json.instant(booking.end),
        }
    ]
    assert caller.get("/api/v1/rooms/the-vault").json()["active"] is True
    assert caller.delete(f"/api/v1/bookings/{booking.pk}").status_code == 200
    assert caller.send(method, "/api/v1/rooms/the-vault", body).status_code in (200, 204)


def test_a_changed_buffer_duration_or_grid_leaves_taken_sessions_as_they_are(
    caller: Caller, room: Room
) -> None:
    booking = make_booking(room)
    path = f"/api/v1/bookings/{booking.pk}"
    before = caller.get(path).json()
    change = {"bufferAfterMinutes": 60, "durations": [90], "slotIntervalMinutes": 45}
    assert caller.put("/api/v1/rooms/the-vault", change).status_code == 200
    assert caller.get(path).json() == before


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_an_unknown_room_is_404(caller: Caller, method: str) -> None:
    error = error_of(caller.send(method, "/api/v1/rooms/nowhere", None if method == "GET" else {}), 404)
    assert error["code"] == "BOOKING_TYPE_NOT_FOUND"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_key_that_only_reads_changes_nothing(organization: Organization, room: Room, method: str) -> None:
    reader = Caller(make_api_key(organization, scopes=["rooms:read", "schedules:write"])[1])
    path = "/api/v1/rooms" if method == "POST" else "/api/v1/rooms/the-vault"
    assert error_of(reader.send(method, path, {}), 403)["details"] == [{"scope": "rooms:write"}]
