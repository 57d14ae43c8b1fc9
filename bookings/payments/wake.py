"""Wakes the worker for what Stripe is to be asked. Whatever gets lost here, the sweep by beat finds."""

from webhooks.wake import wake

ERRANDS_TASK = "bookings.card_errands"


def wake_errands() -> None:
    wake(ERRANDS_TASK)
