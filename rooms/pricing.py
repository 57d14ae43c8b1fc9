"""What a party pays for a slot, line by line. Whole minor units throughout; a half rounds towards plus infinity.

Base (or the duration's), guests, each matching adjustment in order on the running total, then the taxes on that
total. The line amounts add up to the total, whatever was rounded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Self

from bookingflow.lib.money import contained_percent, format_money, format_percent, percent_of
from bookingflow.lib.zones import wall
from rooms.hours import DAY_MINUTES
from rooms.price_list import Adjustment, Pricing, PricingFault, Tax, parse_pricing

__all__ = [
    "Line", "Pricing", "PricingFault", "Quote", "Totals", "parse_pricing", "quote", "starting_price", "total_for",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """`kind` is base, guests, adjustment or tax."""

    kind: str
    label: str
    quantity: int
    unit_amount: int
    amount: int

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "label": self.label,
            "quantity": self.quantity,
            "unitAmount": self.unit_amount,
            "amount": self.amount,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(value["kind"], value["label"], value["quantity"], value["unitAmount"], value["amount"])


@dataclass(frozen=True, slots=True)
class Quote:
    """`deposit` is 0 where none is asked for."""

    currency: str
    total: int
    deposit: int
    lines: tuple[Line, ...]


def quote(pricing: Pricing, *, local_start: datetime, duration_minutes: int, guests: int) -> Quote:
    """`local_start` is naive: what the wall shows when the slot begins."""
    lines = _lines(pricing, _matching(pricing, local_start), duration_minutes, guests)
    total = sum(line.amount for line in lines)
    return Quote(pricing.currency, total, percent_of(total, pricing.deposit_percent), tuple(lines))


def total_for(pricing: Pricing, *, local_start: datetime, duration_minutes: int, guests: int) -> int:
    """The total of `quote`; for many slots at once ask `Totals`."""
    return Totals(pricing, guests)(local_start, duration_minutes)


class Totals:
    """Totals for one party over many slots: worked out once for each duration and set of matching adjustments."""

    def __init__(self, pricing: Pricing, guests: int) -> None:
        self._pricing = pricing
        self._guests = guests
        self._known: dict[tuple[tuple[int, ...], int], int] = {}

    def at(self, start: datetime, zone: tzinfo, duration_minutes: int) -> int:
        """The wall is looked at only where a price depends on it."""
        return self(wall(start, zone) if self._pricing.adjustments else start, duration_minutes)

    def __call__(self, local_start: datetime, duration_minutes: int) -> int:
        matching = _matching(self._pricing, local_start)
        key = matching, duration_minutes
        if key not in self._known:
            lines = _lines(self._pricing, matching, duration_minutes, self._guests)
            self._known[key] = sum(line.amount for line in lines)
        return self._known[key]


def starting_price(
    pricing: Pricing,
    *,
    durations: Iterable[int],
    guests_min: int,
    guests_max: int,
    starts: Mapping[int, Sequence[datetime]] | None = None,
) -> int:
    """The total of the cheapest combination of duration, party and time.

    `starts` are the local starts that each duration has in an ordinary week (`rooms.hours.ordinary_week`); without
    any, every time of the week counts. Within a tier a smaller party never pays more, so only the smallest of each
    is asked about.
    """
    parties = {
        guests_min,
        *(tier.min_guests for tier in pricing.tiers if guests_min < tier.min_guests <= guests_max),
    }
    offered = {minutes: (starts or {}).get(minutes, ()) for minutes in durations}
    if not any(offered.values()):
        offered = dict.fromkeys(offered, _telling_starts(pricing))
    return min(
        Totals(pricing, guests)(start, minutes)
        for minutes, local_starts in offered.items()
        for start in _one_of_each(pricing, local_starts)
        for guests in parties
    )


def _matching(pricing: Pricing, local_start: datetime) -> tuple[int, ...]:
    """The positions of the adjustments that apply, by weekday and time of the slot's local start."""
    if not pricing.adjustments:
        return ()
    weekday, minute = local_start.weekday(), local_start.hour * 60 + local_start.minute
    return tuple(
        position
        for position, adjustment in enumerate(pricing.adjustments)
        if (adjustment.weekdays is None or weekday in adjustment.weekdays) and _is_within(adjustment, minute)
    )


def _is_within(adjustment: Adjustment, minute: int) -> bool:
    since = adjustment.since or 0
    until = DAY_MINUTES if adjustment.until is None else adjustment.until
    return since <= minute < until if since < until else minute >= since or minute < until


def _lines(pricing: Pricing, matching: Sequence[int], duration_minutes: int, guests: int) -> list[Line]:
    lines = [*_base_lines(pricing, duration_minutes), *_guest_lines(pricing, guests)]
    running = sum(line.amount for line in lines)
    for position in matching:
        line = _adjustment_line(pricing.adjustments[position], running)
        running += line.amount
        lines += [line] if line.amount else []
    included = sum((tax.percent for tax in pricing.taxes if tax.included), Decimal(0))
    return lines + [_tax_line(tax, running, included, pricing.currency) for tax in pricing.taxes]


def _base_lines(pricing: Pricing, duration_minutes: int) -> list[Line]:
    own = {entry.minutes: entry.base for entry in pricing.durations}
    base = own.get(duration_minutes, pricing.base)
    return [Line("base", f"{duration_minutes} minutes", 1, base, base)] if base else []


def _guest_lines(pricing: Pricing, guests: int) -> list[Line]:
    """The tier with the highest least number of guests that the party reaches is for every guest."""
    reached = [tier for tier in pricing.tiers if tier.min_guests <= guests]
    tier = max(reached, key=lambda tier: tier.min_guests, default=None)
    each = tier.per_guest if tier else pricing.per_guest
    label = f"{guests} guest{'' if guests == 1 else 's'}"
    return [Line("guests", label, guests, each, guests * each)] if each else []


def _adjustment_line(adjustment: Adjustment, running: int) -> Line:
    """A reduction takes off no more than there is: the running total never falls below 0."""
    by = adjustment.amount if adjustment.percent is None else percent_of(running, adjustment.percent)
    amount = max(-running, by or 0)
    return Line("adjustment", adjustment.label, 1, amount, amount)


def _tax_line(tax: Tax, running: int, included: Decimal, currency: str) -> Line:
    """Included taxes share one net: each is its part of what the total holds beyond that."""
    if not tax.included:
        amount = percent_of(running, tax.percent)
        return Line("tax", tax.label, 1, amount, amount)
    held = format_money(contained_percent(running, tax.percent, included), currency)
    return Line("tax", f"{tax.label} {format_percent(tax.percent)} % included ({held})", 1, 0, 0)


def _one_of_each(pricing: Pricing, starts: Iterable[datetime]) -> Iterable[datetime]:
    """One start for each set of adjustments that match."""
    return {_matching(pricing, start): start for start in starts}.values()


def _telling_starts(pricing: Pricing) -> list[datetime]:
    """Every weekday at every minute at which an adjustment begins or ends."""
    edges = {0} | {
        edge % DAY_MINUTES for each in pricing.adjustments for edge in (each.since, each.until) if edge
    }
    monday = datetime(2001, 1, 1)  # noqa: DTZ001  wall time
    return [monday + timedelta(days=day, minutes=edge) for day in range(7) for edge in edges]
