"""The event log and the delivery log reach back 30 days: what is older is swept, batch by batch."""

from datetime import datetime, timedelta

from bookingflow.lib.transactions import require_transaction
from webhooks.models import Event

KEPT_FOR = timedelta(days=30)


def sweep_events(*, now: datetime, limit: int) -> int:
    """How many events went, the oldest first, with their other names and all deliveries.

    One that waits for its place in the log has told nobody yet, and stays. What another holds is left for the next
    time. Needs a transaction.
    """
    require_transaction()
    old = Event.objects.filter(recorded_at__lt=now - KEPT_FOR, position__isnull=False)
    locked = old.order_by("recorded_at").select_for_update(skip_locked=True)
    ids = list(locked.values_list("id", flat=True)[:limit])
    Event.objects.filter(id__in=ids).delete()
    return len(ids)
