"""What Celery runs. A message is a wake-up call: each task looks for itself, and may run twice at once."""

from celery import shared_task

from bookingflow.api import unit_of_work
from bookingflow.lib import clock
from webhooks import delivery
from webhooks.retention import sweep_events
from webhooks.turns import turn
from webhooks.unplaced import unplaced_events
from webhooks.upkeep import put_right
from webhooks.wake import DRAIN_TASK, unmark, wake_drain

SWEPT_AT_ONCE = 500
# Before the next minute's turn: several times what a busy installation records in a minute.
SWEEPS = 40


@shared_task(name=DRAIN_TASK)  # type: ignore[untyped-decorator]
def drain() -> None:
    """Woken after commits, and by beat every few seconds for what is due by its time or was missed."""
    unmark()
    with turn() as mine:
        done = delivery.drain() if mine else True
    # Who was refused a turn relied on the one that had it, which may have looked for the last time already.
    if not done or (mine and unplaced_events().exists()):
        wake_drain()


@shared_task(name="webhooks.tidy")  # type: ignore[untyped-decorator]
def tidy() -> None:
    unit_of_work.run(lambda: put_right(now=clock.now()))
    for _ in range(SWEEPS):
        if unit_of_work.run(lambda: sweep_events(now=clock.now(), limit=SWEPT_AT_ONCE)) < SWEPT_AT_ONCE:
            break
