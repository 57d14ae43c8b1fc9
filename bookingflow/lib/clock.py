"""The one clock: the database's. Holds, leases and notices are decided by it, on every machine alike.

This is the one seam by which tests move time: `shift` is added to what the database says.
"""

from datetime import UTC, datetime, timedelta

from django.db import connection

shift = timedelta(0)


def now() -> datetime:
    """This instant in UTC, also within a transaction that began long ago (`clock_timestamp()`, not `now()`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return from_database(cursor.fetchone()[0])


def from_database(instant: datetime) -> datetime:
    """A `clock_timestamp()` that came along with another query, as this clock tells it."""
    return instant.astimezone(UTC) + shift
