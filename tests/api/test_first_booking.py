"""List slots, book, be refused the same, have it explained, move, cancel: over HTTP, as an integrator does."""

from datetime import timedelta
from typing import Any

import pytest

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from rooms.models import Room
from tests.builders import make_room, make_schedule
from tests.caller import Caller, error_of

ADA = {"name": "Ada Park", "email": "Ada@Example.com", "phone": "+1 212 555 0100"}


@pytest.fixture
def vault(organization: Organization) -> Room:
    schedule = make_schedule(organization, handle="the-vault", timezone="America/New_York")
    return make_room(schedule, slug="the-vault", pricing={"perGuest": 3000, "depositPercent": 50})


@pytest.fixture
def slots(caller: Caller, vault: Room) -> list[dict[str, Any]]:
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    answer = caller.get("/api/v1/schedules", startDate=day, endDate=day, room=vault.pk, guests=4)
    found: list[dict[str, Any]] = answer.json()["rooms"][0]["slots"]
    return found


def test_the_whole_way(caller: Caller, vault: Room, slots: list[dict[str, Any]]) -> None:
    first, later = slots[0], slots[3]
    body = {"room": vault.slug, "start": first["start"], "guests": 4, "customer": ADA}

    booked = caller.post("/api/v1/bookings", body, key="first")
    assert booked.status_code == 201
    booking = booked.json()
    assert booked["Location"] == f"/api/v1/bookings/{booking['id']}"
    assert booking["status"] == "confirmed"
    assert booking["price"]["total"] == first["price"]["total"] == 12000
    assert booking["customer"]["email"] == "ada@example.com"

    assert error_of(caller.post("/api/v1/bookings", body), 409)["code"] == "SLOT_NOT_AVAILABLE"
    told = caller.get("/api/v1/schedules/explain", room=vault.pk, start=first["start"]).json()
    assert told["bookable"] is False
    assert told["reasons"][0]["code"] == "BOOKED"
    assert booking["reference"] in told["reasons"][0]["message"]

    moved = caller.put(f"/api/v1/bookings/{booking['reference']}", {"start": later["start"]}).json()
    assert (moved["id"], moved["start"], moved["end"]) == (booking["id"], later["start"], later["end"])

    canceled = caller.delete(f"/api/v1/bookings/{booking['id']}?reason=ill")
    assert canceled.status_code == 200
    assert canceled.json()["status"] == "canceled"
    assert canceled.json()["cancelReason"] == "ill"
    assert canceled.json()["refund"] == {"amount": 0, "currency": "USD", "status": "not_needed"}
    assert caller.post("/api/v1/bookings", body).status_code == 201


def test_what_get_shows_can_be_put_back(caller: Caller, vault: Room, slots: list[dict[str, Any]]) -> None:
    body = {"room": vault.pk, "start": slots[0]["start"], "customer": ADA, "metadata": {"snake_case": "kept"}}
    shown = caller.post("/api/v1/bookings", body).json()
    assert caller.put(f"/api/v1/bookings/{shown['id']}", shown).json() == shown


def test_what_cant_be_written_is_named(caller: Caller, vault: Room, slots: list[dict[str, Any]]) -> None:
    body = {
        "room": vault.pk,
        "start": slots[0]["start"],
        "customer": ADA,
        "price": {"total": 1},
        "id": "mine",
    }
    error = error_of(caller.post("/api/v1/bookings", body), 400)
    assert {detail["field"] for detail in error["details"]} == {"price", "id"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start": "2026-12-05T13:00:00"}, "start"),
        ({"start": "tomorrow"}, "start"),
        ({"start": 1}, "start"),
        ({"start": "9999-12-31T23:59:59-23:59"}, "start"),
        ({"guests": 0}, "guests"),
        ({"guests": 1001}, "guests"),
        ({"guests": "4"}, "guests"),
        ({"guests": True}, "guests"),
        ({"guests": 10**30}, "guests"),
        ({"durationMinutes": 1}, "durationMinutes"),
        ({"customer": {"name": "Ada"}}, "customer.email"),
        ({"customer": {"name": "Ada", "email": "ada"}}, "customer.email"),
        ({"customer": None}, "customer"),
        ({"customerId": "00000000-0000-0000-0000-000000000000"}, "customer"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"metadata": {"a" * 41: "1"}}, "metadata"),
        ({"metadata": {str(n): "1" for n in range(51)}}, "metadata"),
        ({"payment": "gold"}, "payment"),
        ({"mode": "secret"}, "mode"),
        ({"notes": "x" * 5001}, "notes"),
        ({"room": None}, "room"),
        ({"room": 1.5}, "room"),
    ],
)
def test_bad_input_is_400_and_names_the_field(
    caller: Caller, vault: Room, slots: list[dict[str, Any]], change: dict[str, Any], field: str
) -> None:
    body = {"room": vault.pk, "start": slots[0]["start"], "customer": ADA, **change}
    error = error_of(caller.post("/api/v1/bookings", body), 400)
    assert field in {detail["field"] for detail in error["details"]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"guests": 7}, "GUESTS"),
        ({"durationMinutes": 90}, "DURATION"),
        ({"mode": "shared"}, "MODE"),
        ({"start": "2020-01-01T12:00:00Z"}, "IN_PAST"),
    ],
)
def test_what_was_never_on_offer_is_422_with_the_reasons(
    caller: Caller, vault: Room, slots: list[dict[str, Any]], change: dict[str, Any], code: str
) -> None:
    body = {"room": vault.pk, "start": slots[0]["start"], "customer": ADA, **change}
    error = error_of(caller.post("/api/v1/bookings", body), 422)
    assert error["code"] == "SLOT_UNAVAILABLE"
    assert code in {detail["code"] for detail in error["details"]}


def test_an_end_that_disagrees_is_422(caller: Caller, vault: Room, slots: list[dict[str, Any]]) -> None:
    body = {"room": vault.pk, "start": slots[0]["start"], "end": slots[1]["end"], "customer": ADA}
    assert error_of(caller.post("/api/v1/bookings", body), 422)["code"] == "SLOT_UNAVAILABLE"


def test_a_hold_takes_the_time_until_the_instant_it_runs_out(
    caller: Caller, vault: Room, slots: list[dict[str, Any]]
) -> None:
    body = {"room": vault.pk, "start": slots[0]["start"], "customer": ADA}
    held = caller.post("/api/v1/bookings", {**body, "payment": "hold"}).json()
    assert held["status"] == "pending"
    assert error_of(caller.post("/api/v1/bookings", body), 409)["code"] == "SLOT_NOT_AVAILABLE"
    clock.shift = timedelta(minutes=10, seconds=1)
    assert caller.get(f"/api/v1/bookings/{held['id']}").json()["status"] == "expired"
    assert [row["id"] for row in caller.get("/api/v1/bookings", status="expired").json()["results"]] == [
        held["id"]
    ]
    assert caller.post("/api/v1/bookings", body).status_code == 201


def test_manage_links_are_for_keys_that_write_bookings(
    caller: Caller, organization: Organization, vault: Room, slots: list[dict[str, Any]]
) -> None:
    from tests.builders import make_api_key

    made = caller.post(
        "/api/v1/bookings", {"room": vault.pk, "start": slots[0]["start"], "customer": ADA}
    ).json()
    assert made["manageUrl"]
    reader = Caller(make_api_key(organization, scopes=["bookings:read"])[1])
    assert "manageUrl" not in reader.get(f"/api/v1/bookings/{made['id']}").json()
    assert "manageUrl" not in reader.get("/api/v1/bookings").json()["results"][0]
