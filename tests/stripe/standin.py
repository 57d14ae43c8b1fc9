"""Stripe for tests: localstripe with a proxy before it, and events of our own where localstripe tells none."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx
import stripe
from django.test import Client

from tests.processes import ROOT

SECRET_KEY, PUBLISHABLE_KEY, WEBHOOK_SECRET = "sk_test_12345", "pk_test_12345", "whsec_first"
START_SECONDS = 60
_numbers = count(1)


class StandIn:
    """What a test holds of the two processes."""

    def __init__(self, url: str, localstripe: str) -> None:
        self.url, self.localstripe = url, localstripe
        self.http = httpx.Client(timeout=30)

    def settings(self) -> dict[str, Any]:
        """For the product."""
        return {
            "STRIPE_SECRET_KEY": SECRET_KEY,
            "STRIPE_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
            "STRIPE_WEBHOOK_SECRETS": [WEBHOOK_SECRET],
            "STRIPE_API_BASE": self.url,
        }

    def mood(self, **moods: Any) -> None:
        self.http.post(f"{self.url}/-/mood", json=moods).raise_for_status()

    def calls(self, method: str = "POST", path: str = "/v1/") -> list[dict[str, Any]]:
        told = self.http.get(f"{self.url}/-/calls").json()
        return [call for call in told if call["method"] == method and call["path"].startswith(path)]

    def pay(self, intent: str, card: str = "pm_card_visa") -> dict[str, Any]:
        """As a customer does in Stripe's own form."""
        self.ask("POST", f"/v1/payment_intents/{intent}", {"payment_method": card})
        return self.ask("POST", f"/v1/payment_intents/{intent}/confirm")

    def intent(self, intent: str) -> dict[str, Any]:
        return self.ask("GET", f"/v1/payment_intents/{intent}")

    def refund(self, intent: str, amount: int) -> dict[str, Any]:
        """As somebody does in Stripe's dashboard."""
        return self.ask("POST", "/v1/refunds", {"payment_intent": intent, "amount": amount})

    def refunds(self, intent: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", f"/v1/refunds?payment_intent={intent}")["data"]
        return found

    def keep(self, told: dict[str, Any]) -> dict[str, Any]:
        """An event that it lists, and that no webhook has brought."""
        self.http.post(f"{self.url}/-/events", json=told).raise_for_status()
        return told

    def ask(self, method: str, path: str, sent: dict[str, Any] | None = None) -> dict[str, Any]:
        """Past the proxy."""
        headers = {"Authorization": f"Bearer {SECRET_KEY}"}
        answer = self.http.request(method, f"{self.localstripe}{path}", data=sent, headers=headers)
        shown: dict[str, Any] = answer.json()
        return shown


def environment(stripe: StandIn) -> dict[str, str]:
    """For processes of the product."""
    set_up = stripe.settings()
    return {
        **{name: value for name, value in set_up.items() if isinstance(value, str)},
        "STRIPE_WEBHOOK_SECRET": set_up["STRIPE_WEBHOOK_SECRETS"][0],
    }


def event(kind: str, shown: dict[str, Any], **more: Any) -> dict[str, Any]:
    """As Stripe tells it. A made-up id unless one is given."""
    fields = {"id": f"evt_{next(_numbers)}_{os.getpid()}", "object": "event", "created": int(time.time())}
    return {**fields, "type": kind, "data": {"object": shown}, **more}


def tell(told: dict[str, Any], *, secret: str = WEBHOOK_SECRET, at: float | None = None) -> Any:
    """To the product's webhook, signed."""
    body = json.dumps(told)
    timestamp = int(time.time() if at is None else at)
    signature = stripe.WebhookSignature.generate_signature_header(body, secret, timestamp)
    return Client().post(
        "/webhooks/stripe", body, content_type="application/json", headers={"Stripe-Signature": signature}
    )


@contextmanager
def standing_in() -> Iterator[StandIn]:
    ports = _free_port(), _free_port()
    localstripe = f"http://127.0.0.1:{ports[0]}"
    commands = (
        [sys.executable, "-m", "localstripe", "--from-scratch", "--port", str(ports[0])],
        [sys.executable, "-m", "tests.stripe.proxy", "--port", str(ports[1]), "--target", localstripe],
    )
    started = [
        subprocess.Popen(each, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for each in commands
    ]
    try:
        for port in ports:
            _wait_for(port)
        yield StandIn(f"http://127.0.0.1:{ports[1]}", localstripe)
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait(30)


def _free_port() -> int:
    with socket.socket(socket.AF_INET6) as free:
        free.bind(("::", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the stand-in for Stripe didn't come up")
