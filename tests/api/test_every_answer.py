"""Request ids, aliases and slashes: the same on every path."""

import re

import pytest

from tests.caller import Caller


def test_the_clients_request_id_comes_back(caller: Caller) -> None:
    assert (
        caller.send("GET", "/api/v1/me", headers={"X-Request-Id": "pos-7.1_a"})["X-Request-Id"] == "pos-7.1_a"
    )


@pytest.mark.parametrize("sent", ["", "with space", "x" * 129, "ü"])
def test_any_other_is_replaced(caller: Caller, sent: str) -> None:
    answered = caller.send("GET", "/api/v1/me", headers={"X-Request-Id": sent})["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{32}", answered)


@pytest.mark.parametrize("path", ["/v1/me", "/v1/me/", "/api/v1/me/"])
def test_alias_and_slash_answer_the_same_without_redirect(caller: Caller, path: str) -> None:
    answer = caller.get(path)
    assert answer.status_code == 200
    assert answer.json()["key"]["id"] == caller.get("/api/v1/me").json()["key"]["id"]


def test_health_needs_no_key(client, db) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}
