"""What a cancellation policy gives back at a given instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bookingflow.lib.money import format_money, format_percent, percent_of
from rooms.cancellation import PolicyEntry

_ALL = Decimal(100)


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """`policy` is the entry that decided; `deadline` the last instant before the percentage falls."""

    amount: int
    percent: Decimal
    policy: PolicyEntry | None
    deadline: datetime | None
    message: str


def refund_quote(
    policy: Sequence[PolicyEntry],
    *,
    start: datetime,
    now: datetime,
    paid: int,
    refunded_by_staff: int,
    refunded_for_price: int,
    currency: str,
    ceiling_percent: Decimal | None,
) -> RefundQuote:
    """What a cancellation at `now` gives back, in minor units.

    A percentage of what was paid and not refunded for a fall in price, rounded half up, less what staff (or a
    dashboard) refunded. `ceiling_percent` is what a cancellation just before the booking was moved would have
    given back: a move never improves on it. The policy decides where it gives no more than that.
    """
    entry = _entry_at(policy, start, now)
    by_policy = _percent(policy, entry)
    percent = _under(ceiling_percent, by_policy)
    under_ceiling = percent < by_policy
    base = max(0, paid - refunded_for_price)
    because = _ceiling_reason() if under_ceiling else _time_reason(start, now)
    return RefundQuote(
        amount=max(0, percent_of(base, percent) - refunded_by_staff),
        percent=percent,
        policy=None if under_ceiling or not policy else entry,
        deadline=_deadline(policy, start, now, percent),
        message=_share(percent, base, refunded_by_staff, currency) + because,
    )


def percent_at(
    policy: Sequence[PolicyEntry], *, start: datetime, now: datetime, ceiling_percent: Decimal | None
) -> Decimal:
    """What percentage a cancellation at `now` gives back: the ceiling that a move at `now` leaves behind."""
    return _under(ceiling_percent, _percent(policy, _entry_at(policy, start, now)))


# An empty policy refunds all until the start.
_FREE = PolicyEntry(0, _ALL)


def _entry_at(policy: Sequence[PolicyEntry], start: datetime, now: datetime) -> PolicyEntry | None:
    """The entry with the largest `hours_before` that is not greater than the time left."""
    fitting = [entry for entry in policy or (_FREE,) if timedelta(hours=entry.hours_before) <= start - now]
    return max(fitting, key=lambda entry: entry.hours_before, default=None)


def _percent(policy: Sequence[PolicyEntry], entry: PolicyEntry | None) -> Decimal:
    return entry.refund_percent if entry else Decimal(0)


def _under(ceiling_percent: Decimal | None, percent: Decimal) -> Decimal:
    return percent if ceiling_percent is None else min(percent, ceiling_percent)


def _deadline(
    policy: Sequence[PolicyEntry], start: datetime, now: datetime, percent: Decimal
) -> datetime | None:
    """An entry holds up to its boundary, that instant included; behind it the next smaller one decides."""
    ahead = sorted(
        (entry for entry in policy or (_FREE,) if start - timedelta(hours=entry.hours_before) >= now),
        key=lambda entry: -entry.hours_before,
    )
    for position, entry in enumerate(ahead):
        following = ahead[position + 1].refund_percent if position + 1 < len(ahead) else Decimal(0)
        if following < percent:
            return start - timedelta(hours=entry.hours_before)
    return None


def _share(percent: Decimal, base: int, refunded_by_staff: int, currency: str) -> str:
    part = f"{format_percent(percent)} %" if percent else "Nothing"
    less = f", less {format_money(refunded_by_staff, currency)} refunded already" if refunded_by_staff else ""
    return f"{part} of {format_money(base, currency)}{less if percent else ''}, because "


def _time_reason(start: datetime, now: datetime) -> str:
    if now > start:
        return "the start has passed"
    minutes = (start - now) // timedelta(minutes=1)
    count, unit = (minutes // 60, "hour") if minutes >= 60 else (minutes, "minute")
    return f"the start is {count} {unit}{'' if count == 1 else 's'} away"


def _ceiling_reason() -> str:
    return "a cancellation just before the booking was moved would have given back no more"
