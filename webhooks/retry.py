"""When a delivery that failed is tried again."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

# Seconds to wait before each attempt, the first one included.
DEFAULT_SCHEDULE = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.2
LONGEST_RETRY_AFTER = timedelta(hours=24)

_LONGEST_DELAY_DAYS = 30
_MOST_ATTEMPTS = 50
_SECONDS = re.compile(r"[0-9]{1,20}")
_ASKING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def parse_schedule(text: str) -> tuple[int, ...]:
    """Raises ValueError with a sentence."""
    entries = [entry.strip() for entry in text.split(",")]
    if not all(_SECONDS.fullmatch(entry) for entry in entries):
        raise ValueError("A retry schedule is whole seconds, separated by commas, such as 0,5,300.")
    schedule = tuple(int(entry) for entry in entries)
    if len(schedule) > _MOST_ATTEMPTS:
        raise ValueError(f"A retry schedule has {_MOST_ATTEMPTS} attempts at most.")
    if max(schedule) > _LONGEST_DELAY_DAYS * 86_400:
        raise ValueError(f"A retry schedule waits {_LONGEST_DELAY_DAYS} days at most before an attempt.")
    return schedule


def longest_wait(waits: Sequence[int]) -> timedelta:
    """The longest that an attempt may be put off. `waits`: the seconds before the attempts after the first."""
    return max(timedelta(seconds=max(waits, default=0) * (1 + JITTER)), LONGEST_RETRY_AFTER)


def next_attempt_after(
    *,
    attempts_made: int,
    schedule: Sequence[int],
    now: datetime,
    retry_after: str | None,
    status: int | None,
    jitter: float,
) -> datetime | None:
    """The instant of the next attempt (in `now`'s zone), or None when the schedule is used up.

    `jitter` lies in [-1, 1] and moves the wait by up to a fifth. A receiver that answered 429 or 503 may put
    the attempt off by `Retry-After` (RFC 9110, 10.2.3: the least to wait), by 24 hours at most; it can't call
    for one earlier than the schedule says. A malformed value counts as none.
    """
    if attempts_made >= len(schedule):
        return None
    wait = timedelta(seconds=schedule[attempts_made] * (1 + JITTER * jitter))
    if status in _ASKING and retry_after is not None:
        wait = max(wait, min(_asked_wait(retry_after.strip(), now), LONGEST_RETRY_AFTER))
    return now + wait


def _asked_wait(retry_after: str, now: datetime) -> timedelta:
    if _SECONDS.fullmatch(retry_after):
        return timedelta(seconds=min(int(retry_after), LONGEST_RETRY_AFTER.total_seconds()))
    try:
        until = parsedate_to_datetime(retry_after)
        # RFC 9110, 5.6.7: HTTP dates are in UTC, also the old form that names no zone.
        return (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return timedelta(0)
