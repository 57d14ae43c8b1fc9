"""Ranges of local days, as clients ask for them."""

from datetime import date

from bookingflow.lib.errors import Fault, InvalidRequest

MAX_DAYS = 62


def checked_days(first: date, last: date) -> tuple[date, date]:
    """Both days included. Raises InvalidRequest where the range is turned round or over 62 days."""
    checked_order(first, last)
    if (last - first).days >= MAX_DAYS:
        raise InvalidRequest.of(
            Fault("endDate", f"the range may have {MAX_DAYS} days at most, both ends counted")
        )
    return first, last


def checked_order(first: date | None, last: date | None) -> None:
    """Raises InvalidRequest where the range is turned round."""
    if first and last and last < first:
        raise InvalidRequest.of(Fault("endDate", "must not be before startDate"))
