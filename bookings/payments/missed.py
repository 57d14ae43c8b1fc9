"""Events that no webhook brought here: it was set up wrongly, or nobody answered for longer than Stripe tries.

What stays open is asked about one by one (`errands`). What becomes of a payment that has ended, such as a refund in the
dashboard, one that fails days later, or a dispute, is told by events alone. Those are few, so Stripe's list of them is
gone through once more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bookingflow.lib import clock
from bookings.models import Payment
from bookings.payments import inbound, stripe
from bookings.payments.models import PaymentStatus, Provider

KINDS = ("refund.*", "charge.dispute.*")
# Stripe tries to tell for three days.
LOOKED_BACK = timedelta(days=4)

log = structlog.get_logger(__name__)


@dataclass
class Missed:
    """`accounts_failed`: those of which Stripe could not be asked."""

    taken_in: int = 0
    accounts_failed: int = 0


def take_in_missed(*, since: datetime | None = None) -> Missed:
    """Those since then, or of the last days. Safe to run at any time: each event is acted on once."""
    found = Missed()
    for account in list(_accounts()):
        try:
            found.taken_in += _take_in_of(account, since or clock.now() - LOOKED_BACK)
        except stripe.StripeProblem as fault:
            log.warning("stripe_events_not_listed", account=account, error=str(fault))
            found.accounts_failed += 1
    return found


def _accounts() -> Iterator[str]:
    """Where money has come in. The empty one is the installation's own."""
    paid = Payment.objects.filter(provider=Provider.STRIPE, status=PaymentStatus.SUCCEEDED).order_by()
    yield from paid.values_list("stripe_account", flat=True).distinct()


def _take_in_of(account: str, since: datetime) -> int:
    taken_in = 0
    for kind in KINDS:
        for event in stripe.events_since(since, kind=kind, account=account):
            try:
                taken_in += inbound.take_in(event)
            except inbound.NotUnderstood:
                log.exception("stripe_event_not_understood")
    return taken_in
