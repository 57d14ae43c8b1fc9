"""`POST …/test`: a ping sent at once, and what came back."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx
import psutil
import pytest
from django.db import connection
from pytest_django import Settings
from standardwebhooks import Webhook

from benchmarks.stage import web_server
from bookingflow.organizations.models import Organization
from tests.builders import make_api_key, make_endpoint
from tests.caller import Caller, error_of
from tests.processes import database_url, wait_until
from tests.receiver import Receiver, Reply
from webhooks import pings
from webhooks.models import Delivery, Endpoint, Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint(organization: Organization, receiver: Receiver) -> tuple[Endpoint, str]:
    return make_endpoint(organization, url=receiver.url("/hooks"))


def path_of(endpoint: tuple[Endpoint, str]) -> str:
    return f"/api/v1/webhooks/{endpoint[0].pk}/test"


def test_it_is_signed_as_any_delivery_and_tells_what_came_back(
    caller: Caller, receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    answer = caller.post(path_of(endpoint))
    found = answer.json()
    assert found.pop("durationMs") >= 0
    assert (answer.status_code, found) == (
        200,
        {"delivered": True, "status": 200, "error": None, "response": "thanks"},
    )
    (request,) = receiver.requests()
    message = Webhook(endpoint[1]).verify(request.body, request.headers)
    assert (message["type"], message["id"]) == ("ping", request.headers["webhook-id"])
    assert message["organization"] == str(endpoint[0].organization_id)


def test_it_is_in_no_log_and_counts_neither_for_nor_against_the_endpoint(
    caller: Caller, receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    receiver.answer("/hooks", Reply(status=410, body="gone"))
    found = caller.post(path_of(endpoint)).json()
    assert (found["delivered"], found["status"], found["response"]) == (False, 410, "gone")
    after = Endpoint.objects.get()
    assert (after.active, after.failing_since) == (True, None)
    assert not Event.objects.exists()
    assert not Delivery.objects.exists()


def test_who_doesnt_answer_is_told_of_in_words(
    caller: Caller, receiver: Receiver, endpoint: tuple[Endpoint, str], settings: Settings
) -> None:
    settings.WEBHOOK_TIMEOUT = 0.3
    receiver.answer("/hooks", Reply(hang=True))
    found = caller.post(path_of(endpoint)).json()
    assert (found["delivered"], found["status"], found["error"]) == (
        False,
        None,
        "No answer came in time.",
    )
    Endpoint.objects.update(url="http://127.0.0.1:1/hooks")
    assert caller.post(path_of(endpoint)).json()["error"] == "No connection could be made."
    settings.WEBHOOK_ALLOW_PRIVATE_TARGETS = False
    Endpoint.objects.update(url="https://127.0.0.1/hooks")
    assert "not allowed" in caller.post(path_of(endpoint)).json()["error"]


def test_under_a_key_it_is_sent_once_and_answered_alike(
    caller: Caller, receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    first, again = (caller.post(path_of(endpoint), key="once") for _ in range(2))
    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"
    assert len(receiver.requests()) == 1
    other = caller.post(f"/api/v1/webhooks/{endpoint[0].pk}/rotate-secret", key="once")
    assert error_of(other, 409)["code"] == "IDEMPOTENCY_CONFLICT"
    caller.post(path_of(endpoint))
    assert len(receiver.requests()) == 2


def test_a_refusal_under_a_key_is_kept_too(caller: Caller, endpoint: tuple[Endpoint, str]) -> None:
    answers = [caller.post(path_of(endpoint), {"colour": "red"}, key="once") for _ in range(2)]
    assert [error_of(answers[0], 400)["requestId"]] == [answers[1].json()["error"]["requestId"]]


def test_while_the_receiver_thinks_a_twin_is_told_and_no_transaction_is_open(
    organization: Organization, receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    caller, twin = (Caller(key) for key in [make_api_key(organization)[1]] * 2)
    receiver.answer("/hooks", Reply(hang=True), Reply())
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(in_thread, caller, path_of(endpoint))
        wait_until(lambda: receiver.at_once("/hooks") == 1)
        assert open_transactions() == 0
        assert error_of(twin.post(path_of(endpoint), key="once"), 409)["code"] == "IDEMPOTENCY_IN_PROGRESS"
        receiver.let_go()
        assert first.result(30).json()["delivered"] is True
    assert len(receiver.requests()) == 1


def test_killed_while_the_receiver_thinks_it_blocks_no_retry(
    organization: Organization,
    receiver: Receiver,
    endpoint: tuple[Endpoint, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEBHOOK_ALLOW_PRIVATE_TARGETS", "true")
    receiver.answer("/hooks", Reply(hang=True), Reply())
    sent = {"Authorization": f"Bearer {make_api_key(organization)[1]}", "Idempotency-Key": "once"}
    with web_server(database_url(), workers=1) as server, ThreadPoolExecutor(1) as pool:
        url = f"{server.url}{path_of(endpoint)}"
        first = pool.submit(httpx.post, url, headers=sent, timeout=60)
        wait_until(lambda: receiver.at_once("/hooks") == 1)
        for worker in psutil.Process(server.processes[0]).children():
            worker.kill()  # its parent starts another
        assert isinstance(first.exception(60), httpx.TransportError)
        wait_until(lambda: delivered(url, sent))


def delivered(url: str, headers: dict[str, str]) -> bool:
    with suppress(httpx.TransportError):
        answer = httpx.post(url, headers=headers, timeout=60)
        return answer.status_code == 200 and answer.json()["delivered"] is True
    return False


def test_receivers_that_hang_leave_a_process_places_for_others(
    organization: Organization, receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    caller = Caller(make_api_key(organization)[1])
    receiver.answer("/hooks", *[Reply(hang=True)] * pings.AT_ONCE, Reply())
    with ThreadPoolExecutor(pings.AT_ONCE) as pool:
        hanging = [pool.submit(in_thread, caller, path_of(endpoint), key=None) for _ in range(pings.AT_ONCE)]
        wait_until(lambda: receiver.at_once("/hooks") == pings.AT_ONCE)
        answer = caller.post(path_of(endpoint))
        assert error_of(answer, 503)["code"] == "SERVICE_UNAVAILABLE"
        assert int(answer["Retry-After"]) > 0
        receiver.let_go()
        assert all(each.result(30).json()["delivered"] for each in hanging)
    assert caller.post(path_of(endpoint)).json()["delivered"] is True


def in_thread(caller: Caller, path: str, key: str | None = "once") -> Any:
    try:
        return caller.post(path, key=key)
    finally:
        connection.close()


def open_transactions() -> int:
    """Beside this one's, on this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])
