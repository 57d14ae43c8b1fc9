"""Numbers, ids, instants and media types are taken in their one form; what GET shows is that form."""

from typing import Any
from urllib.parse import quote

import pytest

from bookingflow.organizations.models import Organization
from bookings.models import Booking
from tests.bookings.stage import priced_room, stand_at, told
from tests.builders import make_booking, make_schedule, slot
from tests.caller import Caller, error_of

BOOKINGS = "/api/v1/bookings"
DAYS = "startDate=2026-12-01&endDate=2026-12-02"
NO_NUMBERS = ["٣", "+3", " 3", "3.0", "1_0", "3e0", "0x3", "３"]


@pytest.fixture
def booking(organization: Organization) -> Booking:
    return make_booking(priced_room(make_schedule(organization)))


@pytest.mark.parametrize("number", NO_NUMBERS)
@pytest.mark.parametrize(
    ("path", "name"),
    [
        (BOOKINGS, "limit"),
        (f"/api/v1/schedules?{DAYS}", "guests"),
        (f"/api/v1/schedules?{DAYS}", "durationMinutes"),
        ("/api/v1/schedules/explain?room=1&start=2026-12-01T10:00:00Z", "guests"),
    ],
)
def test_numbers_in_queries_are_plain_digits(caller: Caller, path: str, name: str, number: str) -> None:
    joint = "&" if "?" in path else "?"
    error = error_of(caller.send("GET", f"{path}{joint}{name}={quote(number)}"), 400)
    assert [detail["field"] for detail in error["details"]] == [name]


def forms_of(key: Any) -> list[str]:
    """Which `uuid.UUID()` reads, and which are no ids of ours."""
    arabic = str(key).translate(dict(zip(range(0x30, 0x3A), range(0x660, 0x66A), strict=True)))
    return [key.hex, f"{{{key}}}", f"urn:uuid:{key}", arabic, f"{key.hex[:4]}-{key.hex[4:]}"]


def test_ids_are_uuids_in_their_usual_form(caller: Caller, booking: Booking) -> None:
    for name, key in (("bookings", booking.pk), ("customers", booking.customer_id)):
        assert caller.get(f"/api/v1/{name}/{str(key).upper()}").status_code == 200
        for text in forms_of(key):
            assert error_of(caller.get(f"/api/v1/{name}/{quote(text)}"), 404)
    for text in forms_of(booking.organization_id):
        assert error_of(Caller().get("/api/v1/catalog", orgId=text), 404)


def test_ids_in_queries_and_bodies_likewise(caller: Caller, booking: Booking) -> None:
    key = booking.customer_id
    for text in forms_of(key):
        assert error_of(caller.get(BOOKINGS, customer=text), 400)
    for value in (*forms_of(key), key.int, True):
        body = {"room": booking.room_id, "start": slot(12).isoformat(), "customerId": value}
        fields = [detail["field"] for detail in error_of(caller.post(BOOKINGS, body), 400)["details"]]
        assert "customerId" in fields
        refused = caller.patch(f"{BOOKINGS}/{booking.pk}", {"customer": {"id": value}})
        assert [each["field"] for each in error_of(refused, 400)["details"]] == ["customer.id"]


@pytest.mark.parametrize("when", ["2026-12-01T10:00Z", "2026-12-01T10:00+01:00", "2026-12-01T10:00:٠٠Z"])
def test_instants_have_their_seconds_in_plain_digits(caller: Caller, booking: Booking, when: str) -> None:
    for answer in (
        caller.patch(f"{BOOKINGS}/{booking.pk}", {"start": when}),
        caller.get("/api/v1/schedules/explain", room=booking.room_id, start=when),
    ):
        assert [each["field"] for each in error_of(answer, 400)["details"]] == ["start"]
    assert error_of(caller.get(BOOKINGS, updatedSince=when), 400)


NOT_TAKEN = [
    "text/html", "*/*;q=0", "application/json;q=0", "application/json; Q=0.000, */*", "application/*;q=0, */*",
    "text/html;q=0.1, application/json;q=0.0", "junk", "application/xml, text/xml",
]  # fmt: skip
TAKEN = [
    "*/*", "application/json", "application/*", "text/html, */*;q=0.1", "*/*;q=0, application/json", "",
    "application/json;charset=utf-8", "APPLICATION/JSON", "text/html;q=0, */*", "application/json;q=0.001", ", ,",
]  # fmt: skip


@pytest.mark.parametrize("accept", NOT_TAKEN)
def test_who_takes_no_json_is_told_so_in_the_envelope(caller: Caller, booking: Booking, accept: str) -> None:
    path, headers = f"{BOOKINGS}/{booking.pk}", {"Accept": accept}
    for method, body in (("GET", None), ("PATCH", {"notes": "x"}), ("DELETE", None)):
        error = error_of(caller.send(method, path, body, headers=headers), 406)
        assert error["code"] == "NOT_ACCEPTABLE"
    assert error_of(caller.send("GET", "/api/v1/catalog?orgId=north-pier", headers=headers), 406)
    assert caller.get(path).json()["notes"] == ""


@pytest.mark.parametrize("accept", TAKEN)
def test_whoever_takes_json_is_given_it(caller: Caller, organization: Organization, accept: str) -> None:
    answer = caller.send("GET", "/api/v1/me", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("notes", ["  outer  ", "\n", "a\n b\n"])
def test_spaces_around_notes_stay(caller: Caller, booking: Booking, notes: str) -> None:
    for path in (f"{BOOKINGS}/{booking.pk}", f"/api/v1/customers/{booking.customer_id}"):
        assert caller.patch(path, {"notes": notes}).json()["notes"] == notes
        shown = caller.get(path)
        assert caller.put(path, shown.json()).content == shown.content


def test_spaces_around_a_name_never_come_in(caller: Caller, booking: Booking) -> None:
    person = {"name": " Ada ", "email": "ada@example.com", "phone": " 1 "}
    other = make_booking(booking.room, customer=person, start=slot(14), notes=" as sent ")
    path, events = f"{BOOKINGS}/{other.pk}", told(other)
    shown = caller.get(path)
    assert shown.json()["customer"]["name"] == "Ada"
    assert caller.put(path, shown.json()).content == shown.content
    assert told(other) == events


def test_a_price_is_shown_in_the_same_words_from_the_first(caller: Caller, booking: Booking) -> None:
    person = {"name": "Ada", "email": "ada@example.com"}
    body = {"room": booking.room_id, "start": slot(12).isoformat(), "customer": person, "guests": 2}
    made = caller.post(BOOKINGS, body)
    lines = made.json()["price"]["lines"]
    assert [list(line) for line in lines] == [["kind", "label", "quantity", "unitAmount", "amount"]] * 2
    assert caller.get(made["Location"]).content == made.content


@pytest.mark.parametrize("status", ["pending", "confirmed", "canceled", "completed"])
def test_what_ran_out_takes_no_status(caller: Caller, booking: Booking, status: str) -> None:
    """Also not the one that it was shown with before."""
    hold = make_booking(booking.room, start=slot(15), hold=True)
    path = f"{BOOKINGS}/{hold.pk}"
    shown = caller.get(path).json()
    stand_at(hold.hold_expires_at)
    for body in (shown | {"status": status}, {"status": status}):
        assert error_of(caller.put(path, body), 409)["code"] == "BOOKING_STATE_CONFLICT"


@pytest.mark.parametrize("status", ["confirmed", "canceled", "expired", "completed", "no_show"])
def test_a_hold_takes_no_status_either(caller: Caller, booking: Booking, status: str) -> None:
    hold = make_booking(booking.room, start=slot(15), hold=True)
    error = error_of(caller.put(f"{BOOKINGS}/{hold.pk}", {"status": status}), 409)
    assert error["code"] == "BOOKING_STATE_CONFLICT"


@pytest.mark.parametrize("status", ["pending", "canceled", "expired"])
def test_what_can_be_set_in_no_state_is_400(caller: Caller, booking: Booking, status: str) -> None:
    error = error_of(caller.put(f"{BOOKINGS}/{booking.pk}", {"status": status}), 400)
    assert [detail["field"] for detail in error["details"]] == ["status"]


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("0001-01-01T00:00:00Z", "IN_PAST"),
        ("0001-01-01T10:00:00Z", "IN_PAST"),
        ("1969-01-01T10:00:00Z", "IN_PAST"),
        ("2500-01-01T10:00:00Z", "BEYOND_HORIZON"),
        ("9999-12-31T23:59:59Z", "BEYOND_HORIZON"),
    ],
)
def test_far_from_today_an_instant_is_well_formed_and_not_on_offer(
    caller: Caller, booking: Booking, start: str, code: str
) -> None:
    told_of = caller.get("/api/v1/schedules/explain", room=booking.room_id, start=start).json()
    assert code in [reason["code"] for reason in told_of["reasons"]]
    assert ("OUTSIDE_HOURS" in str(told_of)) is ("T10" not in start)
    person = {"name": "Ada", "email": "ada@example.com"}
    body = {"room": booking.room_id, "start": start, "customer": person}
    assert error_of(caller.post(BOOKINGS, body), 422)["code"] == "SLOT_UNAVAILABLE"
    moved = caller.patch(f"{BOOKINGS}/{booking.pk}", {"start": start})
    assert error_of(moved, 422)["code"] == "SLOT_UNAVAILABLE"


def test_a_price_may_name_a_duration_that_the_room_lacks(caller: Caller, booking: Booking) -> None:
    """So that a duration can be taken off and put back."""
    pricing = {"perGuest": 3500, "durations": [{"minutes": 90, "base": 4000}]}
    made = caller.post("/api/v1/rooms", {"name": "The Vault", "durations": [60], "pricing": pricing})
    assert made.status_code == 201
    assert made.json()["pricing"]["durations"] == [{"minutes": 90, "base": 4000}]
