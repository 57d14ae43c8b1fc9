"""An attempt that got no answer, gone on with: the same booking, the same payment, whatever was killed in between."""

import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.db import connections

from benchmarks.stage import web_server
from bookingflow.api import idempotency
from bookingflow.organizations.models import Organization
from bookings.models import Booking, Payment
from tests.builders import make_api_key
from tests.caller import Caller, error_of
from tests.processes import database_url, wait_until
from tests.stripe.stage import events_of, hold, intent_of, later, room_of, seen, sound, tell_paid, wish, work
from tests.stripe.standin import StandIn, environment

pytestmark = pytest.mark.django_db(transaction=True)


def begin_and_break_off(caller: Caller, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process had died once the hold was committed: nothing after it happens."""

    def die(*args: Any) -> Any:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "go_on", die)
        with pytest.raises(SystemExit):
            caller.post("/api/v1/bookings", body, key="once")


def test_a_retry_finds_its_own_hold_and_not_a_taken_slot(
    organization: Organization, caller: Caller, stripe: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = wish(room_of(organization))
    begin_and_break_off(caller, body, monkeypatch)
    left = Booking.objects.get()
    assert seen(caller, {"id": left.pk})["payment"] is None
    again = caller.post("/api/v1/bookings", body, key="once")
    assert (again.status_code, again.json()["id"]) == (201, str(left.pk))
    assert again.json()["payment"]["clientSecret"]
    assert Payment.objects.count() == 1
    assert caller.post("/api/v1/bookings", body, key="once")["Idempotent-Replayed"] == "true"


def test_another_request_under_its_key_is_refused(
    organization: Organization, caller: Caller, stripe: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = wish(room_of(organization))
    begin_and_break_off(caller, body, monkeypatch)
    error = error_of(caller.post("/api/v1/bookings", body | {"notes": "Other"}, key="once"), 409)
    assert error["code"] == "IDEMPOTENCY_CONFLICT"


def test_nobody_coming_back_the_hold_runs_out_and_stripe_is_tidied(
    organization: Organization, caller: Caller, stripe: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = wish(room_of(organization))
    begin_and_break_off(caller, body, monkeypatch)
    later(minutes=11)
    work()
    payment = Payment.objects.get()
    assert payment.status == "canceled"
    assert stripe.intent(payment.stripe_id)["status"] == "canceled"
    again = caller.post("/api/v1/bookings", body, key="once")
    assert again.status_code == 201, again.content
    assert Booking.objects.count() == 2
    sound()


def test_begun_again_after_its_hold_ran_out_it_begins_anew(
    organization: Organization, caller: Caller, stripe: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = wish(room_of(organization))
    begin_and_break_off(caller, body, monkeypatch)
    later(minutes=11)
    again = caller.post("/api/v1/bookings", body, key="once")
    assert again.status_code == 201, again.content
    work()
    tell_paid(stripe, again.json())
    assert events_of(again.json()) == ["payment.succeeded", "booking.created"]
    sound()


def test_a_twin_is_told_that_the_first_is_running(organization: Organization, stripe: StandIn) -> None:
    api_key = make_api_key(organization)[1]
    body = wish(room_of(organization))

    def post() -> tuple[int, str, str]:
        try:
            answer = Caller(api_key).post("/api/v1/bookings", body, key="twin")
            shown = answer.json()
            return answer.status_code, shown.get("id", ""), shown.get("error", {}).get("code", "")
        finally:
            connections.close_all()

    stripe.mood(slow=1.0)
    with ThreadPoolExecutor(6) as pool:
        answers = [each.result() for each in [pool.submit(post) for _ in range(6)]]
    made = {identifier for status, identifier, _ in answers if status == 201}
    assert len(made) == 1
    assert {code for status, _, code in answers if status != 201} <= {"IDEMPOTENCY_IN_PROGRESS"}
    assert Payment.objects.count() == Booking.objects.count() == 1


@pytest.mark.parametrize("mood", ["slow", "hold"])
def test_a_web_process_killed_while_stripe_is_asked_leaves_nothing_in_the_way(
    organization: Organization, stripe: StandIn, monkeypatch: pytest.MonkeyPatch, mood: str
) -> None:
    key = make_api_key(organization)[1]
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "killed"}
    body = wish(room_of(organization))
    for name, value in environment(stripe).items():
        monkeypatch.setenv(name, value)

    stripe.mood(**{mood: 3})
    before = len(stripe.calls(path="/v1/payment_intents"))
    with web_server(database_url(), workers=1) as server, ThreadPoolExecutor(1) as pool:
        url = f"{server.url}/api/v1/bookings"
        first = pool.submit(httpx.post, url, json=body, headers=headers, timeout=30)
        wait_until(lambda: len(stripe.calls(path="/v1/payment_intents")) > before)
        for parent in server.processes:
            found = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False)
            for child in found.stdout.split():
                os.kill(int(child), signal.SIGKILL)
        with pytest.raises(httpx.TransportError):
            first.result(60)
    stripe.mood()
    again = Caller(key).post("/api/v1/bookings", body, key="killed")
    assert again.status_code == 201, again.content
    assert "Idempotent-Replayed" not in again
    assert Booking.objects.count() == Payment.objects.count() == 1
    tell_paid(stripe, again.json())
    sound()


def test_a_balance_is_gone_on_with_as_well(
    organization: Organization, caller: Caller, stripe: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = hold(caller, room_of(organization))
    tell_paid(stripe, shown)
    path = f"/api/v1/bookings/{shown['id']}/payments"

    def die(*args: Any) -> Any:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "go_on", die)
        with pytest.raises(SystemExit):
            caller.post(path, {"method": "stripe"}, key="balance")
    begun = caller.post(path, {"method": "stripe"}, key="balance")
    assert begun.status_code == 201, begun.content
    assert Payment.objects.count() == 2
    assert intent_of(begun.json()) != intent_of(shown)
