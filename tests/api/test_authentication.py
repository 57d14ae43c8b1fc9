"""Who may call, and what a key may do."""

from datetime import timedelta

import pytest

from bookingflow.lib import clock
from bookingflow.organizations.models import ApiKey, Organization
from tests.builders import make_api_key
from tests.caller import Caller, error_of


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic abc", "bf_live_x"])
def test_a_missing_or_malformed_key_is_401_and_says_how(client, db, header: str) -> None:
    answer = client.get("/api/v1/me", headers={"Authorization": header} if header else {})
    assert error_of(answer, 401)["code"] == "UNAUTHORIZED"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_mistyped_key_costs_no_query(caller: Caller, django_assert_num_queries) -> None:
    key = caller.api_key or ""
    caller.api_key = key[:-8] + ("a" if key[-8] != "a" else "b") + key[-7:]
    with django_assert_num_queries(0):
        error_of(caller.get("/api/v1/me"), 401)


def test_a_revoked_key_is_refused_from_the_next_call_on(caller: Caller) -> None:
    assert caller.get("/api/v1/me").status_code == 200
    ApiKey.objects.update(revoked_at=clock.now())
    error_of(caller.get("/api/v1/me"), 401)


def test_a_key_ends_when_it_expires(caller: Caller) -> None:
    ApiKey.objects.update(expires_at=clock.now() + timedelta(hours=1))
    assert caller.get("/api/v1/me").status_code == 200
    clock.shift = timedelta(hours=1)
    error_of(caller.get("/api/v1/me"), 401)


def test_another_plan_counts_from_the_next_call_on(caller: Caller, organization: Organization) -> None:
    Organization.objects.filter(id=organization.id).update(plan="starter")
    assert error_of(caller.get("/api/v1/me"), 403)["code"] == "PLAN_REQUIRED"


def test_a_missing_scope_is_named(organization: Organization) -> None:
    caller = Caller(make_api_key(organization, scopes=["bookings:read"])[1])
    error = error_of(caller.post("/api/v1/bookings", {}), 403)
    assert error["code"] == "FORBIDDEN"
    assert "bookings:write" in error["message"]


def test_write_includes_read(organization: Organization) -> None:
    caller = Caller(make_api_key(organization, scopes=["bookings:write"])[1])
    assert caller.get("/api/v1/bookings").status_code == 200


def test_me_tells_of_the_key_and_its_organization(caller: Caller, organization: Organization) -> None:
    body = caller.get("/api/v1/me").json()
    assert body["organization"] == {
        "id": str(organization.id),
        "slug": "north-pier",
        "name": "North Pier",
        "timezone": "America/New_York",
        "currency": "USD",
        "plan": "business",
    }
    assert set(body["key"]) == {"id", "name", "scopes", "expiresAt", "lastUsedAt"}
    assert set(body["rateLimit"]) == {"limit", "windowSeconds"}


def test_use_is_noted_without_a_write_per_call(caller: Caller, django_assert_num_queries) -> None:
    caller.get("/api/v1/me")
    with django_assert_num_queries(1):
        caller.get("/api/v1/me")
    assert ApiKey.objects.get(public_part__in=[(caller.api_key or "").split("_")[2]]).last_used_at is not None


def test_two_tenants_see_each_their_own(caller: Caller, stranger: Caller) -> None:
    assert caller.get("/api/v1/me").json()["organization"]["slug"] == "north-pier"
    assert stranger.get("/api/v1/me").json()["organization"]["slug"] == "south-quay"
