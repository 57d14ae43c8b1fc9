"""What real web and worker processes write while the whole API is walked: every request's id, and nothing private."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from benchmarks.stage import web_server
from tests.api.routes import api_routes
from tests.builders import make_api_key, make_room, slot
from tests.processes import database_url, wait_until
from tests.receiver import receiving
from tests.webhooks.workers import celery
from webhooks.models import Delivery, Event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(400),
    pytest.mark.usefixtures("broker"),
]

PERSON = {
    "name": "Zephyrine Quillfeather",
    "email": "zephyrine@quillfeather.example",
    "phone": "+442079460958",
}
NOTE = "Allergic to walnuts"
PRIVATE = ["Zephyrine", "Quillfeather", "quillfeather", "2079460958", "walnuts", "4242424242424242"]


def walk(http: httpx.Client, room: Any, target: str) -> list[httpx.Response]:
    """Calls that succeed, calls that are refused, and every route there is with a person in path, query and body."""
    asked: list[httpx.Response] = []

    def ask(method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = http.request(method, path, json=body, **more)
        asked.append(answer)
        return answer.json() if answer.content else {}

    customer = ask("POST", "/api/v1/customers", {**PERSON, "notes": NOTE})
    ask("POST", "/api/v1/customers", PERSON)
    ask("PATCH", f"/api/v1/customers/{customer['id']}", {"notes": f"{NOTE}, still"})
    ask("GET", "/api/v1/customers", params={"search": "Zephyrine"})
    hook = ask("POST", "/api/v1/webhooks", {"url": target, "events": ["*"]})
    booking = {"room": room.pk, "start": slot().isoformat(), "customer": PERSON, "notes": NOTE}
    booked = ask("POST", "/api/v1/bookings", booking, headers={"Idempotency-Key": "Zephyrine-1"})
    ask("POST", "/api/v1/bookings", booking)
    ask("POST", "/api/v1/bookings", {**booking, "customer": {**PERSON, "email": "zephyrine@@quillfeather"}})
    paid = {"amount": 100, "method": "card_terminal", "note": "4242424242424242"}
    ask("POST", f"/api/v1/bookings/{booked['id']}/payments", paid)
    ask("GET", "/api/v1/bookings", params={"search": PERSON["email"]})
    ask("DELETE", f"/api/v1/bookings/{booked['id']}", params={"reason": NOTE})
    asked.append(http.post("/api/v1/bookings", content=b'{"name": "Zephyrine Quillfeather'))
    ask("GET", "/api/v1/me", headers={"Authorization": "Bearer bf_live_Quillfeather"})
    for route in api_routes():
        path = route.filled(**dict.fromkeys(route.parameters, PERSON["email"]))
        for query in ({}, {"search": PERSON["name"]}, {"q": PERSON["name"]}):
            ask(route.method, path, {"customer": PERSON, "notes": NOTE}, params=query)
    assert {200, 201, 400, 401, 404, 409} <= {answer.status_code for answer in asked}
    assert hook["secret"].startswith("whsec_")
    PRIVATE.append(hook["secret"].removeprefix("whsec_"))
    return asked


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_a_walk_over_the_api_leaves_its_request_ids_and_nothing_private(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOG_FORMAT", "json")
    monkeypatch.setenv("WEBHOOK_ALLOW_PRIVATE_TARGETS", "true")
    room = make_room()
    key = make_api_key(room.organization)[1]
    headers = {"Authorization": f"Bearer {key}"}
    with (
        receiving() as hook,
        celery("worker", "--pool", "threads", "--concurrency", "1", "--loglevel", "INFO"),
        web_server(database_url(), workers=1) as server,
        httpx.Client(base_url=server.url, headers=headers, timeout=60) as http,
    ):
        answers = walk(http, room, hook.url())
        wait_until(_all_delivered, seconds=90)
    text = "".join(capfd.readouterr())
    told = lines_of(text)
    assert {answer.headers["X-Request-Id"] for answer in answers} <= {line.get("request_id") for line in told}
    woken = [line for line in told if line["event"] == "task"]
    assert {line["request_id"] for line in woken} <= {answer.headers["X-Request-Id"] for answer in answers}
    assert woken
    assert all(line["task"] for line in woken)
    for private in [*PRIVATE, key, key.rpartition("_")[2]]:
        assert private not in text, next(line for line in text.splitlines() if private in line)


def _all_delivered() -> bool:
    return not Event.objects.filter(position=None, alias_of=None).exists() and not (
        Delivery.objects.filter(next_attempt_at__isnull=False, endpoint__isnull=False).exists()
    )


@pytest.mark.django_db(transaction=True)
def test_a_defect_is_told_with_its_request_and_without_what_was_sent(
    client: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: Any, **__: Any) -> Callable[[], None]:
        raise LookupError("Zephyrine Quillfeather")

    monkeypatch.setattr("bookingflow.api.views.caller_key", breaks)
    key = make_api_key()[1]
    client.raise_request_exception = False
    client.get("/api/v1/me", headers={"Authorization": f"Bearer {key}", "X-Request-Id": "defect-1"})
    from bookingflow.lib.logs import configuration

    formatter: Any = configuration("json")["formatters"]["structured"]
    shown = formatter.pop("()")(**formatter)
    told = [json.loads(shown.format(record)) for record in caplog.records]
    (failed,) = [line for line in told if line["event"] == "request_failed"]
    assert failed["request_id"] == "defect-1"
    assert failed["exception"].endswith("LookupError")
    assert "Quillfeather" not in failed["exception"].splitlines()[-1]
