"""What waits to be told, and what was told of lately."""

from collections.abc import Iterator

from django.db import connection

from bookingflow.lib.figures import Figure
from webhooks.models import DeliveryStatus

# All by partial or small ranges of indexes, whatever the tables have grown to.
_PLACES = """
    SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(recorded_at)), 0)
    FROM webhooks_event WHERE position IS NULL AND alias_of_id IS NULL
"""
_DELIVERIES = """
    SELECT status, count(*), count(*) FILTER (WHERE next_attempt_at <= clock_timestamp()),
           coalesce(extract(epoch FROM clock_timestamp() - min(next_attempt_at)), 0)
    FROM webhooks_delivery WHERE next_attempt_at IS NOT NULL GROUP BY status
"""
_EVENTS = """
    SELECT type, count(*) FROM webhooks_event
    WHERE recorded_at > clock_timestamp() - interval '5 minutes' AND alias_of_id IS NULL GROUP BY type ORDER BY type
"""
OPEN = (DeliveryStatus.PENDING, DeliveryStatus.FAILED)


def figures() -> Iterator[Figure]:
    with connection.cursor() as cursor:
        cursor.execute(_PLACES)
        unplaced, event_lag = cursor.fetchone()
        cursor.execute(_DELIVERIES)
        rows = {status: figures for status, *figures in cursor.fetchall()}
        cursor.execute(_EVENTS)
        events = cursor.fetchall()
    yield Figure("bookingflow_events_unplaced", "Events that are in nobody's deliveries yet.", unplaced)
    for status in OPEN:
        waiting, due, _ = rows.get(status, (0, 0, 0.0))
        labels = {"status": str(status)}
        yield Figure("bookingflow_deliveries_waiting", "Deliveries still to be made.", waiting, labels)
        yield Figure("bookingflow_deliveries_due", "Deliveries whose time has come.", due, labels)
    late = max([float(event_lag), *(float(lag) for _, _, lag in rows.values())])
    yield Figure(
        "bookingflow_delivery_lag_seconds",
        "How long the oldest event or delivery that is due has waited.",
        max(late, 0.0),
    )
    for name, number in events:
        yield Figure(
            "bookingflow_events_last_5_minutes", "Events of the last five minutes.", number, {"type": name}
        )
