"""One transaction for one use case: opened here, by whoever calls a service (view, admin, command, task)."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, IntegrityError, OperationalError, transaction

from bookingflow.lib.errors import SlotNotAvailable

T = TypeVar("T")

TRIES = 4
# After it nothing is tried again: with the wait for one lock on top an answer still comes within fifteen seconds.
PATIENCE_SECONDS = 7.0
DEADLOCK, SERIALIZATION_FAILURE, LOCK_NOT_AVAILABLE = "40P01", "40001", "55P03"
TRIED_AGAIN = frozenset({DEADLOCK, SERIALIZATION_FAILURE, LOCK_NOT_AVAILABLE})
EXCLUSION_VIOLATION = "23P01"


def run(work: Callable[[], T]) -> T:
    """`work` in a transaction of its own, tried again where the database asks for that.

    Raises what `work` raises; SlotNotAvailable where the exclusion constraint had the last word; OperationalError
    when the database is out of reach or stays busy.
    """
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic(durable=True):
                return work()
        except OperationalError as fault:
            if left == 0 or time.monotonic() > give_up_at or sqlstate(fault) not in TRIED_AGAIN:
                raise
            time.sleep(random.uniform(0.005, 0.03))  # noqa: S311
        except IntegrityError as fault:
            if (told := translated(fault)) is fault:
                raise
            raise told from fault
    raise AssertionError("unreachable")


def sqlstate(fault: DatabaseError) -> str | None:
    return getattr(fault.__cause__, "sqlstate", None)


def translated(fault: IntegrityError) -> Exception:
    """The constraint against overlapping sessions is the backstop: whoever meets it came second."""
    return SlotNotAvailable() if sqlstate(fault) == EXCLUSION_VIOLATION else fault
