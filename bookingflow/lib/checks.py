"""What every app's `checks.py` speaks in: a list `CHECKS` of functions, each proving one invariant."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`found` counts what offends; `message` is a sentence for the operator."""

    name: str
    ok: bool
    found: int
    message: str


Check = Callable[[], CheckResult]


def none_of(name: str, offenders: str, *, what: str, **values: datetime) -> CheckResult:
    """Holds while the query `offenders` gives no row. `what` names its rows: "sessions that overlap". `values` are
    the query's own, as `%(now)s`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({offenders}) AS offenders", values or None)  # noqa: S608  written in checks.py
        found = int(cursor.fetchone()[0])
    return CheckResult(name, found == 0, found, f"{found or 'No'} {what}")
