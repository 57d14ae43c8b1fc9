"""The first answer again, and the change made once, in the Booking API: what counts as the same, and what is kept."""

import json
from typing import Any

import pytest

from bookingflow.api.models import StoredAnswer
from bookingflow.lib.rates import Rate
from bookingflow.organizations.models import Organization
from bookings.models import Booking
from rooms.models import Room
from tests.api.appointments import BOOKINGS, book, read, time, wanted
from tests.bookings.stage import types_told
from tests.builders import make_api_key, make_booking, make_room, make_schedule, slot
from tests.caller import Caller, error_of


@pytest.fixture
def room(organization: Organization) -> Room:
    return make_room(make_schedule(organization, handle="clara-finch"), slug="trial-lesson")


def calls(caller: Caller, room: Room) -> dict[str, tuple[str, Any]]:
    booked, other = book(caller, room, slot(13)), book(caller, room, slot(15))
    return {
        "book": (BOOKINGS, wanted(room)),
        "refused": (BOOKINGS, wanted(room, slot(3))),
        "cancel": (f"{BOOKINGS}/{booked}/cancel", {"reason": "Ill"}),
        "reschedule": (f"{BOOKINGS}/{other}/reschedule", {"newSlot": time(slot(12))}),
    }


@pytest.mark.parametrize("name", ["book", "refused", "cancel", "reschedule"])
def test_the_first_answer_comes_again_and_nothing_more_happens(
    caller: Caller, organization: Organization, room: Room, name: str
) -> None:
    path, body = calls(caller, room)[name]
    first = caller.post(path, body, key="order-1")
    stood, told = sorted(Booking.objects.values_list("pk", "status")), types_told(organization)
    again = caller.post(path, body, key="order-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.get("Location") == first.get("Location")
    assert (again["Idempotent-Replayed"], "Idempotent-Replayed" in first) == ("true", False)
    assert again["X-Request-Id"] != first["X-Request-Id"]
    assert (sorted(Booking.objects.values_list("pk", "status")), types_told(organization)) == (stood, told)


def test_neither_spelling_of_the_request_nor_of_the_key_matters(caller: Caller, room: Room) -> None:
    body = wanted(room)
    first = caller.post(BOOKINGS, body, key="order 1")
    turned = json.dumps(dict(reversed(body.items())), indent=3).replace("@", "\\u0040").encode()
    for path, spelled, key in (
        (BOOKINGS, turned, "order 1"),
        (f"{BOOKINGS}/", body, "order 1"),
        (BOOKINGS, body, '"order 1"'),
        (BOOKINGS, body, "  order 1 "),
    ):
        again = caller.post(path, spelled, key=key)
        assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")


def test_the_alias_of_the_venue_api_is_no_alias_of_this_one(caller: Caller, room: Room) -> None:
    venue = {"room": room.pk, "start": slot(), "customer": {"name": "Ada", "email": "ada@example.com"}}
    first = caller.post("/api/v1/bookings", venue, key="order-1")
    assert caller.post("/v1/bookings", venue, key="order-1").content == first.content
    assert error_of(caller.post(BOOKINGS, venue, key="order-1"), 409)["code"] == "IDEMPOTENCY_CONFLICT"


def test_another_request_under_the_key_is_a_conflict(caller: Caller, room: Room) -> None:
    body, identifier = wanted(room), book(caller, room, slot(15))
    caller.post(BOOKINGS, body, key="order-1")
    for path, changed in (
        (BOOKINGS, body | {"notes": "By the window"}),
        (f"{BOOKINGS}?notify=1", body),
        (f"{BOOKINGS}/{identifier}/cancel", body),
        (f"{BOOKINGS}/{identifier}/cancel", {}),
    ):
        error = error_of(caller.post(path, changed, key="order-1"), 409)
        assert error["code"] == "IDEMPOTENCY_CONFLICT"
    assert read(caller, identifier)["status"] == "confirmed"


def test_another_method_under_the_key_is_a_conflict(caller: Caller, room: Room) -> None:
    path = f"/api/v1/bookings/{make_booking(room).pk}"
    assert caller.put(path, {"notes": "By the window"}, key="order-1").status_code == 200
    for method in ("PATCH", "DELETE"):
        error = error_of(caller.send(method, path, {"notes": "By the window"}, key="order-1"), 409)
        assert error["code"] == "IDEMPOTENCY_CONFLICT"


def test_keys_of_two_organizations_never_meet(caller: Caller, stranger: Caller, room: Room) -> None:
    body = wanted(room)
    assert caller.post(BOOKINGS, body, key="order-1").status_code == 201
    assert error_of(stranger.post(BOOKINGS, body, key="order-1"), 404)["code"] == "BOOKING_TYPE_NOT_FOUND"


def test_two_keys_of_one_organization_share_theirs(
    caller: Caller, organization: Organization, room: Room
) -> None:
    first = caller.post(BOOKINGS, wanted(room), key="order-1")
    rotated = Caller(make_api_key(organization)[1])
    assert rotated.post(BOOKINGS, wanted(room), key="order-1").content == first.content


def test_a_refusal_for_want_of_rights_is_not_kept(
    caller: Caller, organization: Organization, room: Room
) -> None:
    reader = Caller(make_api_key(organization, scopes=["bookings:read"])[1])
    for refused, status in ((Caller(), 401), (Caller("bf_live_nobody"), 401), (reader, 403)):
        error_of(refused.post(BOOKINGS, wanted(room), key="order-1"), status)
    assert not StoredAnswer.objects.exists()
    assert caller.post(BOOKINGS, wanted(room), key="order-1").status_code == 201


def test_a_key_that_was_revoked_is_given_no_stored_answer(organization: Organization, room: Room) -> None:
    row, key = make_api_key(organization)
    assert Caller(key).post(BOOKINGS, wanted(room), key="order-1").status_code == 201
    row.revoked_at = row.created_at
    row.save(update_fields=["revoked_at"])
    error_of(Caller(key).post(BOOKINGS, wanted(room), key="order-1"), 401)


def test_too_many_requests_are_not_kept(caller: Caller, room: Room, settings: Any) -> None:
    settings.RATE_LIMIT_KEY = Rate(1, 60)
    caller.get("/api/v1/me")
    error_of(caller.post(BOOKINGS, wanted(room), key="order-1"), 429)
    assert not StoredAnswer.objects.exists()
    settings.RATE_LIMIT_KEY = Rate(1_000_000, 60)
    answer = caller.post(BOOKINGS, wanted(room), key="order-1")
    assert (answer.status_code, "Idempotent-Replayed" in answer) == (201, False)


def test_a_defect_is_not_kept(caller: Caller, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("bookings.api.scheduling.AppointmentCreateSerializer", None)
        error_of(caller.post(BOOKINGS, wanted(room), key="order-1"), 500)
    assert not StoredAnswer.objects.exists()
    assert caller.post(BOOKINGS, wanted(room), key="order-1").status_code == 201


def test_stored_answers_cant_be_read_in_the_database(caller: Caller, room: Room) -> None:
    made = caller.post(BOOKINGS, wanted(room), key="order-1").json()["bookingId"]
    assert made.encode() not in bytes(StoredAnswer.objects.get().answer)
