"""What beat wakes up. Each task may run any number of times at once."""

from celery import shared_task

from bookingflow.api import unit_of_work
from bookingflow.api.stored_answers import sweep_answers as sweep_some

AT_ONCE = 500
ROUNDS = 100


@shared_task(name="api.sweep_answers")  # type: ignore[untyped-decorator]
def sweep_answers() -> int:
    """How many stored answers went: batch by batch, each in a short transaction of its own, until none is left."""
    total = 0
    for _ in range(ROUNDS):
        swept = unit_of_work.run(lambda: sweep_some(limit=AT_ONCE))
        total += swept
        if swept < AT_ONCE:
            break
    return total
