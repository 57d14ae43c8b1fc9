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


@pytest.mark.parametrize("path", ["/api", "/api/", "/v1", "/v1/", "/api/v1", "/api/v1/"])
def test_the_bare_roots_are_nothing_and_never_redirect(path: str, db: None) -> None:
    answer = Caller().get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"  # type: ignore[attr-defined]


def test_what_is_allowed_is_what_is_answered(caller: Caller) -> None:
    answer = caller.send("OPTIONS", "/api/v1/me")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
