"""The first answer again, and the change made once: for every kind of answer, and for twins at once."""

from datetime import timedelta
from typing import Any

import pytest

from bookingflow.api.models import StoredAnswer
from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from bookings.models import Booking
from rooms.models import Room
from tests.builders import make_api_key, make_room, make_schedule
from tests.caller import Caller, error_of

ADA = {"name": "Ada Park", "email": "ada@example.com"}


@pytest.fixture
def vault(organization: Organization) -> Room:
    return make_room(make_schedule(organization, handle="the-vault"), slug="the-vault")


@pytest.fixture
def body(vault: Room) -> dict[str, Any]:
    start = (clock.now() + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
    return {"room": vault.pk, "start": start.isoformat(), "customer": ADA}


def test_the_first_answer_comes_again_and_the_change_is_made_once(
    caller: Caller, body: dict[str, Any]
) -> None:
    first = caller.post("/api/v1/bookings", body, key="order-1")
    again = caller.post("/api/v1/bookings", body, key="order-1")
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Booking.objects.count() == 1


def test_a_refusal_is_kept_with_its_request_id(caller: Caller, body: dict[str, Any]) -> None:
    caller.post("/api/v1/bookings", body)
    first = caller.post("/api/v1/bookings", body, key="order-1")
    again = caller.post("/api/v1/bookings", body, key="order-1")
    assert first.status_code == again.status_code == 409
    assert again.json() == first.json()
    assert again["X-Request-Id"] != first["X-Request-Id"]


def test_a_refused_call_leaves_nothing_else_behind(caller: Caller, body: dict[str, Any]) -> None:
    body["customer"] = {"name": "New", "email": "new@example.com"}
    body["start"] = "2020-01-01T10:00:00Z"
    assert caller.post("/api/v1/bookings", body, key="order-1").status_code == 422
    assert not Booking.objects.exists()
    assert StoredAnswer.objects.count() == 1
    assert not Organization.objects.get(slug="north-pier").customers.exists()


@pytest.mark.parametrize(
    "same",
    [
        lambda body: ("/v1/bookings", body),
        lambda body: ("/api/v1/bookings/", body),
        lambda body: ("/api/v1/bookings", dict(reversed(body.items()))),
    ],
    ids=["alias", "slash", "key order"],
)
def test_spelling_makes_no_other_request(caller: Caller, body: dict[str, Any], same: Any) -> None:
    first = caller.post("/api/v1/bookings", body, key="order-1")
    path, spelled = same(body)
    assert caller.post(path, spelled, key="order-1").content == first.content


def test_a_quoted_key_is_the_bare_one(caller: Caller, body: dict[str, Any]) -> None:
    first = caller.post("/api/v1/bookings", body, key='"order-1"')
    assert caller.post("/api/v1/bookings", body, key="order-1").content == first.content


@pytest.mark.parametrize(
    ("method", "path", "change"),
    [
        ("POST", "/api/v1/bookings", {"guests": 2}),
        ("POST", "/api/v1/bookings?x=1", {}),
        ("POST", "/api/v1/rooms", {}),
    ],
    ids=["body", "query", "path"],
)
def test_another_request_under_the_same_key_is_a_conflict(
    caller: Caller, body: dict[str, Any], method: str, path: str, change: dict[str, Any]
) -> None:
    caller.post("/api/v1/bookings", body, key="order-1")
    error = error_of(caller.send(method, path, {**body, **change}, key="order-1"), 409)
    assert error["code"] == "IDEMPOTENCY_CONFLICT"


def test_keys_of_two_organizations_never_meet(caller: Caller, stranger: Caller, body: dict[str, Any]) -> None:
    assert caller.post("/api/v1/bookings", body, key="order-1").status_code == 201
    error = error_of(stranger.post("/api/v1/bookings", body, key="order-1"), 404)
    assert error["code"] == "BOOKING_TYPE_NOT_FOUND"


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ü", '"', '"a', "a\tb", '"a"b"'])
def test_a_key_that_is_none_is_400(caller: Caller, body: dict[str, Any], key: str) -> None:
    error = error_of(caller.post("/api/v1/bookings", body, key=key), 400)
    assert error["details"][0]["field"] == "Idempotency-Key"
    assert not Booking.objects.exists()


def test_a_missing_scope_is_not_kept(
    organization: Organization, caller: Caller, body: dict[str, Any]
) -> None:
    reader = Caller(make_api_key(organization, scopes=["bookings:read"])[1])
    assert reader.post("/api/v1/bookings", body, key="order-1").status_code == 403
    assert caller.post("/api/v1/bookings", body, key="order-1").status_code == 201


def test_authorization_comes_before_the_stored_answer(
    organization: Organization, caller: Caller, body: dict[str, Any]
) -> None:
    caller.post("/api/v1/bookings", body, key="order-1")
    reader = Caller(make_api_key(organization, scopes=["bookings:read"])[1])
    assert reader.post("/api/v1/bookings", body, key="order-1").status_code == 403


def test_after_a_day_the_key_is_free(caller: Caller, body: dict[str, Any]) -> None:
    caller.post("/api/v1/bookings", body, key="order-1")
    StoredAnswer.objects.update(created_at=clock.now() - timedelta(hours=24))
    assert caller.post("/api/v1/bookings", {**body, "guests": 2}, key="order-1").status_code == 409
    assert "Idempotent-Replayed" not in caller.post("/api/v1/bookings", {**body, "guests": 3}, key="order-2")
    assert StoredAnswer.objects.count() == 2


def test_stored_answers_cant_be_read_in_the_database(caller: Caller, body: dict[str, Any]) -> None:
    caller.post("/api/v1/bookings", body, key="order-1")
    assert b"ada@example.com" not in bytes(StoredAnswer.objects.get().answer)


def test_a_defect_is_not_kept(caller: Caller, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("bookings.api.venue.booking_document", lambda *args, **kwargs: 1 / 0)
        error = error_of(caller.post("/api/v1/bookings", body, key="order-1"), 500)
        assert error["code"] == "INTERNAL_ERROR"
        assert "division" not in error["message"]
    assert not Booking.objects.exists()
    assert caller.post("/api/v1/bookings", body, key="order-1").status_code == 201
