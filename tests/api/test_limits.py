"""What a client sees of the limits, and which limit a call counts against."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import http_sf
import pytest
from django.http import HttpResponse
from pytest_django import Settings

from bookingflow.api import middleware
from bookingflow.api.models import StoredAnswer
from bookingflow.lib.rates import Rate
from bookingflow.organizations.models import ApiKey, Organization, Plan
from bookings.models import Booking
from tests.builders import make_api_key, make_organization, make_room, slot
from tests.caller import Caller, error_of

pytestmark = pytest.mark.django_db

_numbers = count(1)


@pytest.fixture(autouse=True)
def address(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The test's own, as far as the limits know."""
    own = f"test-{next(_numbers)}"
    monkeypatch.setattr(middleware, "limited_as", lambda address: f"{own}-{address}")
    settings.RATE_LIMIT_KEY, settings.RATE_LIMIT_ADDRESS = Rate(5, 60), Rate(50, 60)
    return own


def standing(response: HttpResponse) -> tuple[str, dict[str, Any]]:
    """By the grammar of RFC 9651, and whole by the draft: a list with the one limit, its name a string."""
    (told,) = http_sf.parse(response["RateLimit"].encode(), tltype="list")
    (policy,) = http_sf.parse(response["RateLimit-Policy"].encode(), tltype="list")
    assert isinstance(told[0], str)
    assert not isinstance(told[0], http_sf.Token)
    assert told[0] == policy[0]
    assert (set(told[1]), set(policy[1])) == ({"r", "t"}, {"q", "w"})
    assert all(type(number) is int for number in [*told[1].values(), *policy[1].values()])
    assert 0 <= told[1]["r"] <= policy[1]["q"]
    assert 0 <= told[1]["t"] <= policy[1]["w"]
    return told[0], told[1] | policy[1]


def left(response: HttpResponse) -> tuple[str, int]:
    name, figures = standing(response)
    return name, figures["r"]


def test_what_is_left_counts_down_by_one(caller: Caller) -> None:
    told = [standing(caller.get("/api/v1/me")) for _ in range(5)]
    assert [(name, figures["r"]) for name, figures in told] == [("key", number) for number in (4, 3, 2, 1, 0)]
    assert {(figures["q"], figures["w"]) for _, figures in told} == {(5, 60)}


def test_the_headers_read_as_the_draft_writes_them(caller: Caller) -> None:
    answer = caller.get("/api/v1/me")
    assert answer["RateLimit-Policy"] == '"key";q=5;w=60'
    assert answer["RateLimit"] == '"key";r=4;t=60'
    assert "Retry-After" not in answer


def test_one_call_more_than_allowed_is_429(caller: Caller) -> None:
    assert [caller.get("/api/v1/me").status_code for _ in range(5)] == [200] * 5
    refused = caller.get("/api/v1/me")
    error = error_of(refused, 429)
    assert error["code"] == "RATE_LIMITED"
    name, figures = standing(refused)
    assert (name, figures["r"]) == ("key", 0)
    assert int(refused["Retry-After"]) >= figures["t"] > 0


def test_a_refused_call_is_not_counted(caller: Caller, settings: Settings) -> None:
    for _ in range(9):
        caller.get("/api/v1/me")
    settings.RATE_LIMIT_KEY = Rate(7, 60)
    assert [caller.get("/api/v1/me").status_code for _ in range(3)] == [200, 200, 429]


def test_the_tighter_limit_is_told(caller: Caller, settings: Settings) -> None:
    settings.RATE_LIMIT_ADDRESS = Rate(4, 60)
    told = [left(caller.get("/api/v1/me")) for _ in range(2)]
    assert told == [("address", 3), ("address", 2)]
    settings.RATE_LIMIT_ADDRESS = Rate(5, 60)
    assert left(caller.get("/api/v1/me")) == ("key", 2)


def test_keys_share_the_limit_of_their_address(organization: Organization, settings: Settings) -> None:
    settings.RATE_LIMIT_ADDRESS = Rate(3, 60)
    callers = [Caller(make_api_key(organization)[1]) for _ in range(4)]
    assert [each.get("/api/v1/me").status_code for each in callers] == [200, 200, 200, 429]


def test_a_key_has_one_limit_from_all_addresses(caller: Caller, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1

    def call(number: int) -> int:
        sent = {"X-Forwarded-For": f"192.0.2.{number}"}
        return caller.send("GET", "/api/v1/me", headers=sent).status_code

    assert [call(number) for number in range(6)] == [200] * 5 + [429]


@pytest.mark.parametrize("trusted", [0, 1])
def test_a_client_cannot_choose_its_address(caller: Caller, settings: Settings, trusted: int) -> None:
    settings.TRUSTED_PROXIES, settings.RATE_LIMIT_ADDRESS = trusted, Rate(3, 60)
    seen_by_proxy = ", 203.0.113.7" if trusted else ""
    anonymous = Caller()

    def call(number: int) -> int:
        sent = {"X-Forwarded-For": f"192.0.2.{number}{seen_by_proxy}"}
        return anonymous.send("GET", "/api/v1/me", headers=sent).status_code

    assert [call(number) for number in range(5)] == [401, 401, 401, 429, 429]


def test_bad_keys_count_against_the_address(caller: Caller, settings: Settings) -> None:
    settings.RATE_LIMIT_ADDRESS = Rate(3, 60)
    revoked = make_api_key(make_organization())
    ApiKey.objects.filter(pk=revoked[0].pk).update(revoked_at="2026-01-01T00:00:00Z")
    bad = ["", "bf_live_nonsense", revoked[1]]
    assert [left(Caller(key).get("/api/v1/me")) for key in bad] == [
        ("address", 2),
        ("address", 1),
        ("address", 0),
    ]
    assert Caller("bf_live_nonsense").get("/api/v1/me").status_code == 429
    assert caller.get("/api/v1/me").status_code == 429


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/catalog?orgId=north-pier", 200),
        ("GET", "/v1/catalog?orgId=north-pier", 200),
        ("OPTIONS", "/api/v1/catalog", 204),
        ("GET", "/api/v1/catalog?orgId=nobody", 404),
        ("GET", "/api/openapi.json", 200),
        ("GET", "/api/docs", 200),
        ("GET", "/api/v1/rooms", 401),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api", 404),
        ("GET", "/v1", 404),
        ("POST", "/v1/nothing/", 404),
    ],
)
def test_without_a_key_every_answer_tells_of_the_address(
    organization: Organization, method: str, path: str, status: int
) -> None:
    answer = Caller().send(method, path)
    assert answer.status_code == status
    assert left(answer) == ("address", 49)


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/api/v1/rooms", {}, 200),
        ("GET", "/api/v1/rooms?limit=many", {}, 400),
        ("GET", "/api/v1/rooms/none", {}, 404),
        ("GET", "/api/v1/nothing", {}, 404),
        ("DELETE", "/api/v1/me", {}, 405),
        ("GET", "/api/v1/rooms", {"headers": {"Accept": "text/csv"}}, 406),
        ("POST", "/api/v1/rooms", {"body": b" " * 1_100_000}, 413),
        ("POST", "/api/v1/rooms", {"body": b"a", "content_type": "text/plain"}, 415),
        ("GET", "/api/v1/rooms", {"headers": {"Host": "elsewhere.example.com"}}, 400),
    ],
)
def test_with_a_key_every_answer_tells_of_it(
    caller: Caller, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    answer = caller.send(method, path, **sent)
    assert answer.status_code == status
    assert left(answer) == ("key", 4)


def test_a_defect_tells_too(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookingflow.api.views.caller_key", lambda request: 1 / 0)
    answer = caller.get("/api/v1/me")
    assert answer.status_code == 500
    assert left(answer) == ("key", 4)


def test_a_call_that_the_plan_or_the_scope_forbids_counts(organization: Organization) -> None:
    Organization.objects.filter(pk=organization.pk).update(plan=Plan.STARTER)
    caller = Caller(make_api_key(organization, scopes=["rooms:read"])[1])
    assert [caller.get("/api/v1/rooms").status_code for _ in range(6)] == [403] * 5 + [429]
    Organization.objects.filter(pk=organization.pk).update(plan=Plan.BUSINESS)
    other = Caller(make_api_key(organization, scopes=["rooms:read"])[1])
    assert [other.get("/api/v1/customers").status_code for _ in range(6)] == [403] * 5 + [429]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_not_limited(client: Any, settings: Settings, path: str) -> None:
    settings.RATE_LIMIT_ADDRESS = Rate(1, 60)
    answers = [client.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert "RateLimit" not in answers[0]


def test_a_page_elsewhere_can_read_that_the_catalog_refused_it(
    organization: Organization, settings: Settings
) -> None:
    settings.RATE_LIMIT_ADDRESS = Rate(1, 60)
    answers = [Caller().get("/api/v1/catalog", orgId="north-pier") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1]["Access-Control-Allow-Origin"] == "*"
    assert {"RateLimit", "Retry-After"} <= {*answers[1]["Access-Control-Expose-Headers"].split(", ")}


def test_a_refusal_is_not_kept_and_nothing_is_done(caller: Caller, settings: Settings) -> None:
    room = make_room()
    organization = room.organization
    caller = Caller(make_api_key(organization)[1])
    customer = {"name": "Ada Park", "email": "ada@example.com"}
    body = {"room": room.pk, "start": slot().isoformat(), "customer": customer}
    settings.RATE_LIMIT_KEY = Rate(1, 60)
    assert caller.get("/api/v1/me").status_code == 200
    assert caller.post("/api/v1/bookings", body, key="order-1").status_code == 429
    assert not StoredAnswer.objects.exists()
    assert not Booking.objects.exists()
    settings.RATE_LIMIT_KEY = Rate(5, 60)
    booked = caller.post("/api/v1/bookings", body, key="order-1")
    assert booked.status_code == 201
    assert "Idempotent-Replayed" not in booked


def test_a_replayed_answer_counts_and_has_its_own_figures(caller: Caller) -> None:
    room = make_room()
    caller = Caller(make_api_key(room.organization)[1])
    customer = {"name": "Ada Park", "email": "ada@example.com"}
    body = {"room": room.pk, "start": slot().isoformat(), "customer": customer}
    answers = [caller.post("/api/v1/bookings", body, key="order-1") for _ in range(2)]
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert [left(answer) for answer in answers] == [("key", 4), ("key", 3)]


def test_a_key_is_looked_up_once(caller: Caller, django_assert_num_queries: Any) -> None:
    caller.get("/api/v1/me")  # its use is noted, once in a while
    with django_assert_num_queries(1):
        caller.get("/api/v1/me")


def test_me_tells_the_limit_of_the_key(caller: Caller, settings: Settings) -> None:
    settings.RATE_LIMIT_KEY = Rate(40, 3600)
    assert caller.get("/api/v1/me").json()["rateLimit"] == {"limit": 40, "windowSeconds": 3600}
