"""What beat wakes up: the rows say what is due, so each task may run any number of times at once."""

from celery import shared_task

from bookingflow.api import unit_of_work
from bookings.customer_erasure import finish_erasure, open_erasures
from bookings.services import expire_holds as expire_some

AT_ONCE = 50
ROUNDS = 20


@shared_task(name="bookings.expire_holds")  # type: ignore[untyped-decorator]
def expire_holds() -> int:
    """How many holds were expired: batch by batch, each in a transaction of its own, until none is due."""
    total = 0
    for _ in range(ROUNDS):
        swept = unit_of_work.run(lambda: expire_some(limit=AT_ONCE))
        total += swept
        if swept < AT_ONCE:
            break
    return total


@shared_task(name="bookings.finish_erasures")  # type: ignore[untyped-decorator]
def finish_erasures() -> int:
    """How many are still open: of those that were left by a long one, or by somebody who was killed."""
    return sum(not finish_erasure(customer_id) for customer_id in open_erasures())
