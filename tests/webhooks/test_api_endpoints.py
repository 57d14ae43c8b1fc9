"""Webhook endpoints over HTTP."""

from socket import AF_INET, SOCK_STREAM
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from bookingflow.organizations.models import Organization
from tests.builders import make_api_key, make_delivery, make_endpoint, make_organization
from tests.caller import Caller, error_of
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db

HOOKS = "/api/v1/webhooks"
WANTED = {"url": "https://hooks.invalid/till", "events": ["booking.created", "booking.canceled"]}


def made(caller: Caller, **fields: Any) -> dict[str, Any]:
    answer = caller.post(HOOKS, WANTED | fields)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def faults(caller: Caller, body: Any, path: str = "") -> dict[str, str]:
    """Field and message."""
    answer = caller.put(f"{HOOKS}/{path}", body) if path else caller.post(HOOKS, body)
    error = error_of(answer, 400)
    assert error["code"] == "INVALID_REQUEST"
    return {detail["field"]: detail["message"] for detail in error["details"]}


def test_an_endpoint_is_made_with_its_secret_and_read_without_it(caller: Caller) -> None:
    answer = caller.post(HOOKS, WANTED | {"description": "The till"})
    document = answer.json()
    secret = document.pop("secret")
    assert secret.startswith("whsec_")
    assert answer["Location"] == f"{HOOKS}/{document['id']}"
    assert document["active"] is True
    assert document["events"] == WANTED["events"]
    assert caller.get(answer["Location"]).json() == document
    assert secret not in caller.get(HOOKS).content.decode()


def test_the_list_is_oldest_first_in_pages(caller: Caller) -> None:
    ids = [made(caller)["id"] for _ in range(3)]
    first = caller.get(HOOKS, limit=2).json()
    rest = caller.get(first["next"].partition("8000")[2]).json()
    assert [row["id"] for row in first["results"] + rest["results"]] == ids
    assert rest["next"] is None


def test_a_retry_gets_the_same_secret_and_makes_no_second_endpoint(caller: Caller) -> None:
    first, again = (caller.post(HOOKS, WANTED, key="once") for _ in range(2))
    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"
    assert Endpoint.objects.count() == 1


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_change_leaves_what_is_not_sent(caller: Caller, method: str) -> None:
    before = made(caller, description="The till")
    before.pop("secret")
    after = getattr(caller, method)(f"{HOOKS}/{before['id']}", {"events": ["*"]}).json()
    assert after.pop("updatedAt") > before.pop("updatedAt")
    assert after == before | {"events": ["*"]}


def test_what_was_read_can_be_edited_and_sent_back(caller: Caller) -> None:
    path = f"{HOOKS}/{made(caller)['id']}"
    shown = caller.get(path).json()
    assert caller.put(path, shown | {"description": "The other till"}).status_code == 200
    assert caller.put(path, caller.get(path).json()).json() == caller.get(path).json()
    assert faults(caller, shown | {"createdAt": "2020-01-01T00:00:00Z"}, shown["id"]).keys() == {"createdAt"}


def test_an_endpoint_is_disabled_and_enabled_again(caller: Caller, organization: Organization) -> None:
    path = f"{HOOKS}/{made(caller)['id']}"
    assert caller.put(path, {"active": False}).json()["active"] is False
    Endpoint.objects.update(failing_since="2026-11-01T00:00:00Z")
    enabled = caller.put(path, {"active": True}).json()
    assert (enabled["active"], enabled["failingSince"]) == (True, None)


def test_a_deleted_endpoint_is_gone_with_its_deliveries(caller: Caller, organization: Organization) -> None:
    endpoint, _ = make_endpoint(organization, url=WANTED["url"])
    make_delivery(endpoint)
    path = f"{HOOKS}/{endpoint.pk}"
    answer = caller.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert Delivery.objects.count() == 0
    for method in ("GET", "PUT", "DELETE"):
        assert (
            error_of(caller.send(method, path, None if method == "GET" else {}), 404)["code"] == "NOT_FOUND"
        )


def test_rotating_gives_a_new_secret_once(caller: Caller) -> None:
    before = made(caller)
    path = f"{HOOKS}/{before['id']}"
    first, again = (caller.post(f"{path}/rotate-secret", key="turn") for _ in range(2))
    assert first.status_code == 200
    assert first.json()["secret"] == again.json()["secret"] != before["secret"]
    assert "secret" not in caller.get(path).json()


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://example.com/x", "https://"),
        ("ftp://example.com/x", "https://"),
        ("https://user:secret@example.com/x", "password"),
        ("https://127.0.0.1/x", "not allowed"),
        ("https://[::1]/x", "not allowed"),
        ("https://10.1.2.3/x", "not allowed"),
        ("https://169.254.169.254/latest", "not allowed"),
        ("https://localhost/x", "not allowed"),
        ("https://2130706433/x", "plainly written"),
        ("https:///x", "host"),
        ("no url", "https://"),
    ],
)
def test_a_url_that_may_not_be_asked_is_refused_in_words(
    caller: Caller, settings: Settings, url: str, word: str
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE_TARGETS = False
    kept = made(caller)["id"]
    for found in (faults(caller, WANTED | {"url": url}), faults(caller, {"url": url}, kept)):
        assert found.keys() == {"url"}
        assert word in found["url"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", [None, "once"])
def test_a_name_is_looked_up_with_no_transaction_open(
    caller: Caller, settings: Settings, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE_TARGETS = False
    endpoint, opened = made(caller), []

    def leads_inside(*_: Any, **__: Any) -> list[Any]:
        opened.append(open_transactions())
        return [(AF_INET, SOCK_STREAM, 6, "", ("10.0.0.7", 0))]

    monkeypatch.setattr("socket.getaddrinfo", leads_inside)
    body = {"url": "https://till.example.com/"}
    answers = [
        caller.post(HOOKS, WANTED | body, key=key),
        caller.put(f"{HOOKS}/{endpoint['id']}", body, key=key and f"{key} more"),
    ]
    assert [error_of(answer, 400)["details"][0]["field"] for answer in answers] == ["url", "url"]
    assert opened == [0, 0]
    assert Endpoint.objects.get().url == WANTED["url"]


def open_transactions() -> int:
    """Of others than the thread that asks."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND state = 'idle in transaction'"
            )
            return int(cursor.fetchone()[0])
    finally:
        connection.close()


def test_a_written_address_is_named_beside_other_faults(caller: Caller, settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE_TARGETS = False
    assert set(faults(caller, {"url": "https://10.0.0.7/", "events": ["nothing"]})) == {"url", "events"}


def test_an_unknown_event_type_is_named(caller: Caller) -> None:
    found = faults(caller, WANTED | {"events": ["booking.created", "booking.exploded"]})
    assert "booking.exploded" in found["events"]
    for events in ([], "booking.created", [None], ["ping"], ["endpoint.disabled"], None):
        assert any(field.startswith("events") for field in faults(caller, WANTED | {"events": events}))


def test_every_field_at_fault_is_named(caller: Caller) -> None:
    body = {"url": 7, "events": ["nothing"], "description": "x" * 201, "colour": "red", "secret": "mine"}
    assert faults(caller, body).keys() == {"url", "events", "description", "colour", "secret"}
    body = {"url": "https://user:secret@example.com/x", "events": ["nothing"]}
    assert faults(caller, body).keys() == {"url", "events"}


def test_an_address_that_was_allowed_once_can_be_sent_back(caller: Caller, settings: Settings) -> None:
    document = made(caller, url="http://127.0.0.1:9/x")
    settings.WEBHOOK_ALLOW_PRIVATE_TARGETS = False
    body = {"url": document["url"], "description": "The till"}
    assert caller.put(f"{HOOKS}/{document['id']}", body).status_code == 200
    assert faults(caller, {"url": "http://127.0.0.1:9/y"}, document["id"]).keys() == {"url"}


def test_each_call_needs_its_scope(organization: Organization) -> None:
    endpoint, _ = make_endpoint(organization, url=WANTED["url"])
    reader = Caller(make_api_key(organization, scopes=["webhooks:read"])[1])
    other = Caller(make_api_key(organization, scopes=["bookings:write"])[1])
    path = f"{HOOKS}/{endpoint.pk}"
    for reading in (HOOKS, path, f"{path}/deliveries", "/api/v1/events"):
        assert reader.get(reading).status_code == 200
        assert error_of(other.get(reading), 403)["details"] == [{"scope": "webhooks:read"}]
    for method, changing in (
        ("POST", HOOKS),
        ("PUT", path),
        ("PATCH", path),
        ("DELETE", path),
        ("POST", f"{path}/rotate-secret"),
        ("POST", f"{path}/test"),
        ("POST", f"{path}/replay"),
    ):
        assert error_of(reader.send(method, changing, {}), 403)["details"] == [{"scope": "webhooks:write"}]


def test_without_the_plan_there_is_no_api(organization: Organization) -> None:
    starter = make_organization(plan="starter")
    assert error_of(Caller(make_api_key(starter)[1]).get(HOOKS), 403)["code"] == "PLAN_REQUIRED"
