"""What an attempt's answer means: for the delivery, and for the endpoint's health. Decides, and does nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from bookingflow.lib import json
from bookingflow.lib.http import Answer
from webhooks.models import DeliveryStatus
from webhooks.retry import next_attempt_after

DISABLED_AFTER = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Outcome:
    status: DeliveryStatus
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """`fault` says, for a person, why the endpoint is to be disabled."""

    failing_since: datetime | None
    fault: str | None = None


def outcome_of(
    *,
    delivered: bool,
    answer: Answer,
    attempts_made: int,
    ended_at: datetime,
    schedule: Sequence[int],
    jitter: float,
    still_wanted: bool,
) -> Outcome:
    """`attempts_made` counts this one. Where it is `still_wanted` no longer, there is no further attempt."""
    if delivered:
        return Outcome(DeliveryStatus.SUCCEEDED, None)
    again_at = next_attempt_after(
        attempts_made=attempts_made,
        schedule=schedule,
        now=ended_at,
        retry_after=answer.retry_after,
        status=answer.status,
        jitter=jitter,
    )
    if again_at is None or not still_wanted:
        return Outcome(DeliveryStatus.EXHAUSTED, None)
    return Outcome(DeliveryStatus.FAILED, again_at)


def health_after(
    failing_since: datetime | None, *, delivered: bool, answer: Answer, ended_at: datetime
) -> Health:
    if delivered:
        return Health(None)
    if is_gone(answer):
        return Health(failing_since or ended_at, "It answered 410 Gone.")
    if failing_since is not None and ended_at - failing_since >= DISABLED_AFTER:
        return Health(failing_since, "Every attempt of the last five days has failed.")
    return Health(failing_since or ended_at)


def is_success(answer: Answer) -> bool:
    return answer.status is not None and HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES


def is_gone(answer: Answer) -> bool:
    return answer.status == HTTPStatus.GONE


def attempt_document(answer: Answer, *, at: datetime) -> dict[str, Any]:
    """As the delivery log shows it."""
    return {
        "at": json.instant(at),
        "status": answer.status,
        "durationMs": answer.duration_ms,
        "error": answer.error,
        "response": answer.body,
    }
