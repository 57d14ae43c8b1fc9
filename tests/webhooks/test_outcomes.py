from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookingflow.lib.http import Answer
from webhooks.models import DeliveryStatus
from webhooks.outcomes import Outcome, health_after, is_success, outcome_of

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
DAYS = timedelta(days=1)


def answer(status: int | None = 500, error: str | None = None, retry_after: str | None = None) -> Answer:
    return Answer(status=status, duration_ms=7, error=error, body="", retry_after=retry_after)


def outcome(reply: Answer, **overrides: Any) -> Outcome:
    arguments: dict[str, Any] = {
        "delivered": False,
        "attempts_made": 1,
        "ended_at": NOW,
        "schedule": (0, 5, 300),
        "jitter": 0.0,
        "still_wanted": True,
    }
    return outcome_of(answer=reply, **arguments | overrides)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_success(status: int) -> None:
    assert is_success(answer(status))


@pytest.mark.parametrize("status", [None, 100, 199, 300, 301, 304, 307, 308, 400, 404, 410, 429, 500, 503])
def test_all_else_is_failure(status: int | None) -> None:
    assert not is_success(answer(status))


def test_a_failure_is_tried_again_by_the_schedule() -> None:
    assert outcome(answer()) == Outcome(DeliveryStatus.FAILED, NOW + timedelta(seconds=5))
    assert outcome(answer(), attempts_made=2).next_attempt_at == NOW + timedelta(seconds=300)


def test_a_receiver_may_put_the_next_attempt_off() -> None:
    assert outcome(answer(503, retry_after="60")).next_attempt_at == NOW + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("reply", "overrides"),
    [(answer(), {"attempts_made": 3}), (answer(), {"still_wanted": False})],
    ids=["the schedule is used up", "the endpoint was switched off"],
)
def test_then_it_is_exhausted(reply: Answer, overrides: dict[str, Any]) -> None:
    assert outcome(reply, **overrides) == Outcome(DeliveryStatus.EXHAUSTED, None)


def test_success_makes_an_endpoint_healthy_again() -> None:
    assert (
        health_after(NOW - 9 * DAYS, delivered=True, answer=answer(200), ended_at=NOW).failing_since is None
    )


def test_failing_begins_with_the_first_failure_and_is_at_fault_after_five_days() -> None:
    def health(since: datetime | None) -> Any:
        return health_after(since, delivered=False, answer=answer(), ended_at=NOW)

    assert (health(None).failing_since, health(None).fault) == (NOW, None)
    assert health(NOW - 4.9 * DAYS).fault is None
    assert health(NOW - 5 * DAYS).fault


def test_410_is_a_fault_at_once() -> None:
    assert health_after(None, delivered=False, answer=answer(410), ended_at=NOW).fault
