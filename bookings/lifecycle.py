"""The states of a booking, and which may follow which."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELED = "canceled"
    EXPIRED = "expired"


# An expired hold whose payment arrives late is confirmed if its time is still free. What is completed, a
# no-show or cancelled stays so.
FOLLOWS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.PENDING: frozenset({Status.CONFIRMED, Status.CANCELED, Status.EXPIRED}),
        Status.CONFIRMED: frozenset({Status.COMPLETED, Status.NO_SHOW, Status.CANCELED}),
        Status.COMPLETED: frozenset(),
        Status.NO_SHOW: frozenset(),
        Status.CANCELED: frozenset(),
        Status.EXPIRED: frozenset({Status.CONFIRMED}),
    }
)


def may_follow(old: Status, new: Status) -> bool:
    """Staying in a state is no move: False for a state after itself."""
    return new in FOLLOWS[old]


def effective_status(stored: Status, hold_expires_at: datetime | None, now: datetime) -> Status:
    """A hold reads `expired` from the very instant that it runs out, whether or not it was swept."""
    if stored == Status.PENDING and hold_expires_at is not None and hold_expires_at <= now:
        return Status.EXPIRED
    return Status(stored)
