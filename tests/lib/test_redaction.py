"""What a log line may not hold is gone from it, and what it is for is still there."""

import json
import logging
import logging.config
from typing import Any

import pytest
import structlog
from django.db import IntegrityError, OperationalError

from bookingflow.lib.logs import FORMATS, configuration
from bookingflow.lib.redaction import REDACTED, redact, redacted, told_exception

PRIVATE = [
    "ada.lovelace+tea@example.co.uk",
    "bf_live_7Fh2kQ_9sLw8d7fGh2kQ9sLw8d7fG",
    "bf_test_abc_def",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw==",
    "sk_live_51Habc",
    "rk_test_51Habc",
    "pi_3Abc_secret_9xyz",
    "Bearer abc.def",
    "Basic YWRhOmxvdmVsYWNl",
    "+44 20 7946 0958",
    "+1 (212) 555-0142",
    "4242 4242 4242 4242",
    "4242424242424242",
]


@pytest.mark.parametrize("secret", PRIVATE)
def test_it_is_gone_from_the_midst_of_a_sentence(secret: str) -> None:
    assert redacted(f"It was {secret}, they said.") == f"It was {REDACTED}, they said."


def test_addresses_lose_their_password_and_their_query() -> None:
    told = redacted("GET https://ada:hunter2@example.com/api?search=Ada+Park&x=1 failed")
    assert "hunter2" not in told
    assert "Park" not in told
    assert "example.com/api" in told


@pytest.mark.parametrize(
    "told",
    [
        "Delivery 6f1c6a52-4f0e-4d5c-9d0a-3c1d2e4b5a60 was taken over.",
        "request BF-7K3Q9D 2026-12-05T18:00:00Z 12000 USD",
        "Redis is away; going on without it: ConnectionError: Error 2 connecting to unix:///tmp/redis.sock",
    ],
)
def test_what_a_line_is_for_stays(told: str) -> None:
    assert redacted(told) == told


def test_values_under_private_names_are_gone_however_deep() -> None:
    line = {"event": "made", "customer": {"name": "Ada"}, "rows": [{"email": "a@b.example", "id": 7}], "n": 3}
    assert redact(None, "info", line) == {
        "event": "made",
        "customer": REDACTED,
        "rows": [{"email": REDACTED, "id": 7}],
        "n": 3,
    }


def test_a_request_id_stays_as_the_client_sent_it() -> None:
    assert redact(None, "info", {"request_id": "4242424242424242"})["request_id"] == "4242424242424242"


def told_of(fault: Exception) -> str:
    try:
        raise fault
    except Exception as caught:
        return told_exception((type(caught), caught, caught.__traceback__))


def test_an_exception_is_told_by_its_frames_and_kind() -> None:
    told = told_of(ValueError("invalid literal: 'Ada Park'"))
    assert "test_redaction.py" in told
    assert told.endswith("ValueError")
    assert "literal: 'Ada" not in told.replace("ValueError(\"invalid literal: 'Ada Park'\")", "")


def test_the_row_that_the_database_shows_is_not_told() -> None:
    told = told_of(IntegrityError("duplicate key\nDETAIL:  Key (email)=(ada@example.com) already exists."))
    assert "example" not in told.splitlines()[-1]
    assert told_of(OperationalError("connection refused")).endswith("OperationalError: connection refused")


def test_what_was_behind_an_exception_is_told_as_well() -> None:
    try:
        try:
            raise KeyError("ada")
        except KeyError as fault:
            raise RuntimeError("Ada Park") from fault
    except RuntimeError as caught:
        told = told_exception((type(caught), caught, caught.__traceback__))
    assert [line for line in told.splitlines() if not line.startswith(" ")] == ["KeyError", "RuntimeError"]


def test_a_chain_that_leads_back_to_its_beginning_is_told_once() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert told_exception((ValueError, first, None)) == "KeyError\nValueError"
    first.__cause__ = first
    assert told_exception((ValueError, first, None)) == "ValueError"


@pytest.mark.parametrize("log_format", FORMATS)
def test_every_logger_goes_through_it(log_format: str, capsys: Any) -> None:
    before = logging.root.handlers[:]
    try:
        logging.config.dictConfig(configuration(log_format))
        logging.getLogger("somebody.else").warning("wrote to %s", "ada@example.com")
        structlog.get_logger("ours").warning("made", email="ada@example.com", note="call +44 20 7946 0958")
        try:
            int("ada@example.com")
        except ValueError:
            logging.getLogger("somebody.else").exception("failed")
        told = capsys.readouterr().err
    finally:
        logging.root.handlers[:] = before
    assert told.count(REDACTED) == 4  # in the line of the source as well
    assert "ada@example.com'" not in told
    assert "7946" not in told
    if log_format == "json":
        assert [json.loads(line)["level"] for line in told.splitlines()] == ["warning", "warning", "error"]
