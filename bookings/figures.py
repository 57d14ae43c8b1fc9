"""Bookings and refunds, as those who watch over the installation need to see them."""

from collections.abc import Iterator

from django.db import connection

from bookingflow.lib.figures import Figure

# Where they are many, what the table's statistics say is near enough, and costs nothing.
_BOOKINGS = """
    SELECT CASE WHEN reltuples > 100000 THEN reltuples ELSE (SELECT count(*) FROM bookings_booking) END
    FROM pg_class WHERE oid = 'bookings_booking'::regclass
"""
_REFUNDS = """
    SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)
    FROM bookings_refund WHERE status = 'pending'
"""


def figures() -> Iterator[Figure]:
    with connection.cursor() as cursor:
        cursor.execute(_BOOKINGS)
        (bookings,) = cursor.fetchone()
        cursor.execute(_REFUNDS)
        refunds, oldest = cursor.fetchone()
    yield Figure(
        "bookingflow_bookings",
        "Bookings that there are; over 100,000 about.",
        bookings,
    )
    yield Figure("bookingflow_refunds_waiting", "Refunds that are on their way.", refunds)
    yield Figure("bookingflow_refund_lag_seconds", "How long the oldest of them has waited.", float(oldest))
