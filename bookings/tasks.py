"""What beat wakes up: the rows say what is due, so each task may run any number of times at once."""

from datetime import timedelta

from celery import shared_task

from bookingflow.api import unit_of_work
from bookingflow.lib import clock
from bookings.customer_erasure import finish_erasure, open_erasures
from bookings.payments import errands, inbound, missed, stripe
from bookings.payments.wake import ERRANDS_TASK
from bookings.services import expire_holds as expire_some

AT_ONCE = 50
ROUNDS = 20
# Stripe shows an event for thirty days.
STRIPE_EVENTS_KEPT = timedelta(days=40)


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


@shared_task(name=ERRANDS_TASK)  # type: ignore[untyped-decorator]
def card_errands() -> None:
    """Woken after commits, and by beat for what is due by its time or was missed."""
    if stripe.is_set_up():
        errands.send_refunds()
        errands.look_after_payments()


@shared_task(name="bookings.take_in_missed_events")  # type: ignore[untyped-decorator]
def take_in_missed_events() -> None:
    if stripe.is_set_up():
        missed.take_in_missed()


@shared_task(name="bookings.forget_stripe_events")  # type: ignore[untyped-decorator]
def forget_stripe_events() -> int:
    return inbound.forget_events(before=clock.now() - STRIPE_EVENTS_KEPT)


@shared_task(name="bookings.finish_erasures")  # type: ignore[untyped-decorator]
def finish_erasures() -> int:
    """How many are still open: of those that were left by a long one, or by somebody who was killed."""
    return sum(not finish_erasure(customer_id) for customer_id in open_erasures())
