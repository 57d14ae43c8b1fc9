"""Celery's beat, by a clock that nobody sets."""

import time
from datetime import timedelta
from typing import Any

from celery.beat import Scheduler

# What the two clocks drift apart by themselves between two ticks is far less.
JUMP_SECONDS = 0.5


class SteadyScheduler(Scheduler):  # type: ignore[misc]
    """Beat plans by the machine's time of day: put back by an hour, it would wake nobody for an hour.

    So what it planned moves along with the clock.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._ahead = _ahead()
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        jumped = _ahead() - self._ahead
        if abs(jumped) > JUMP_SECONDS:
            self._ahead += jumped
            self._move(timedelta(seconds=jumped))
        return super().tick(*args, **kwargs)

    def _move(self, jumped: timedelta) -> None:
        for entry in self.schedule.values():
            entry.last_run_at += jumped
        self._heap = None  # planned anew


def _ahead() -> float:
    """By how much the time of day is ahead of the steady clock."""
    return time.time() - time.monotonic()
