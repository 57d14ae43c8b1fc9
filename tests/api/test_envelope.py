"""Whatever goes wrong on a path of the API, the answer is the same envelope."""

import pytest

from tests.caller import Caller, error_of


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/nowhere", "/v1/nowhere", "/api/v1/rooms/1/what"])
def test_an_unknown_path_is_404_with_a_key_or_without(caller: Caller, path: str) -> None:
    assert error_of(caller.get(path), 404)["code"] == "NOT_FOUND"
    assert error_of(Caller().get(path), 404)["code"] == "NOT_FOUND"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/nowhere", "/v1/nowhere", "/api", "/v1"])
def test_an_unknown_path_is_404_by_any_method(caller: Caller, method: str, path: str) -> None:
    assert error_of(caller.send(method, path, {}), 404)["code"] == "NOT_FOUND"
    assert error_of(Caller().send(method, path, {}), 404)["code"] == "NOT_FOUND"


@pytest.mark.parametrize("path", ["/api/openapi.json", "/api/docs"])
def test_documents_can_only_be_read(caller: Caller, path: str) -> None:
    answer = caller.post(path, {})
    assert error_of(answer, 405)["code"] == "METHOD_NOT_ALLOWED"
    assert answer["Allow"] == "GET, HEAD"
    assert caller.send("HEAD", path).status_code == 200


def test_a_method_that_is_not_there_is_405(caller: Caller) -> None:
    answer = caller.delete("/api/v1/me")
    assert error_of(answer, 405)["code"] == "METHOD_NOT_ALLOWED"
    assert "GET" in answer["Allow"]


def test_options_are_told_in_the_openapi_document_alone(caller: Caller) -> None:
    for path in ("/api/v1/me", "/api/v1/rooms", "/api/v1/bookings/x"):
        assert error_of(caller.send("OPTIONS", path), 405)["code"] == "METHOD_NOT_ALLOWED"


def test_an_answer_that_is_not_json_is_406(caller: Caller) -> None:
    answer = caller.send("GET", "/api/v1/me", headers={"Accept": "text/csv"})
    assert error_of(answer, 406)["code"] == "NOT_ACCEPTABLE"


def test_a_body_that_is_not_json_is_415(caller: Caller) -> None:
    answer = caller.post("/api/v1/rooms", b"name=x", content_type="application/x-www-form-urlencoded")
    assert error_of(answer, 415)["code"] == "UNSUPPORTED_MEDIA_TYPE"


def test_a_body_over_one_mebibyte_is_413(caller: Caller) -> None:
    body = b'{"name": "' + b"x" * (1024 * 1024) + b'"}'
    assert error_of(caller.post("/api/v1/rooms", body), 413)["code"] == "PAYLOAD_TOO_LARGE"
    assert error_of(caller.post("/api/v1/rooms", body, key="once"), 413)["code"] == "PAYLOAD_TOO_LARGE"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"name": NaN}',
        b'{"name": "\\ud800"}',
        b"[" * 5000,
        b"\xff\xfe",
        b'{"name": "\x00"}',
        b"[1]",
        b'"x"',
    ],
    ids=["cut off", "NaN", "lone surrogate", "endless nesting", "no UTF-8", "raw NUL", "list", "text"],
)
def test_what_is_no_json_object_is_400(caller: Caller, body: bytes) -> None:
    assert error_of(caller.post("/api/v1/rooms", body), 400)["code"] == "INVALID_REQUEST"
    assert error_of(caller.post("/api/v1/rooms", body, key="once"), 400)["code"] == "INVALID_REQUEST"


def test_nul_characters_are_named_by_their_field(caller: Caller) -> None:
    error = error_of(caller.post("/api/v1/rooms", b'{"name": "a\\u0000b", "durations": [60]}'), 400)
    assert error["details"][0]["field"] == "name"


def test_every_field_at_fault_is_named_at_once(caller: Caller) -> None:
    body = {
        "durations": ["sixty"],
        "colour": "red",
        "maxDaysAhead": 0,
        "pricing": {"tiers": [{"minGuests": 0}]},
    }
    error = error_of(caller.post("/api/v1/rooms", body), 400)
    assert {detail["field"] for detail in error["details"]} == {
        "name",
        "durations.0",
        "colour",
        "maxDaysAhead",
        "pricing.tiers.0.minGuests",
        "pricing.tiers.0.perGuest",
    }


def test_a_field_in_both_spellings_is_refused(caller: Caller) -> None:
    body = {"name": "x", "durations": [60], "maxDaysAhead": 3, "max_days_ahead": 3}
    error = error_of(caller.post("/api/v1/rooms", body), 400)
    assert [detail["code"] for detail in error["details"]] == ["duplicate"]


@pytest.mark.parametrize(
    "query", ["colour=red", "limit=", "limit=0", "limit=201", "limit=5&limit=6", "cursor=x", "cursor="]
)
def test_a_bad_query_is_400(caller: Caller, query: str) -> None:
    assert error_of(caller.get(f"/api/v1/rooms?{query}"), 400)["code"] == "INVALID_REQUEST"
