"""Sweeping holds that ran out. They read expired, and their time is free, from that very instant; this only writes
it down."""

from collections.abc import Sequence
from datetime import datetime

from bookingflow.lib import clock
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import SYSTEM, Actor
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.payments import ledger
from bookings.payments.models import GivenUp
from bookings.services.journal import Journal
from bookings.services.state import move_status
from rooms import sessions


def expire_holds(*, actor: Actor = SYSTEM, limit: int = 50) -> int:
    """How many were expired: the oldest, `limit` at most. Safe to run any number of times at once: what another
    has in hand is passed over."""
    require_transaction()
    now = clock.now()
    sessions.sweep_expired(now=now, limit=limit)
    due = Booking.objects.filter(status=Status.PENDING.value, hold_expires_at__lte=now)
    in_order = due.order_by("hold_expires_at", "pk")
    swept = list(in_order.select_for_update(skip_locked=True, no_key=True)[:limit])
    for booking in swept:
        move_status(booking, Status.EXPIRED, now=now)
    keys = [booking.pk for booking in swept]
    Booking.objects.filter(pk__in=keys).update(status=Status.EXPIRED.value, updated_at=now)
    ledger.give_up_card_payments(*swept, why=GivenUp.EXPIRED, at=now)
    _write_acts(swept, actor, now)
    return len(swept)


def _write_acts(swept: Sequence[Booking], actor: Actor, now: datetime) -> None:
    journals = {booking.organization_id: Journal(booking.organization_id, actor, now) for booking in swept}
    for booking in swept:
        journals[booking.organization_id].act("booking.expired", booking)
    for journal in journals.values():
        journal.write()
