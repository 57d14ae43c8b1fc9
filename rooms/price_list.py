"""A room's prices as they are written down; `rooms.pricing` works out what a party pays."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bookingflow.lib.errors import Fault
from bookingflow.lib.money import percent_number
from bookingflow.lib.shapes import Fields, ShapeError
from rooms.hours import DAY_MINUTES, WEEKDAYS

MOST_MINOR = 10**11
MOST_GUESTS = 1_000
MOST_ENTRIES = 100
LONGEST_LABEL = 200
# What JSON readers keep exact, and far below what the database holds.
_MOST_TOTAL = 2**53 - 1

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_NAMES = ("currency", "base", "perGuest", "tiers", "durations", "adjustments", "taxes", "depositPercent")


class PricingFault(ShapeError):
    """Prices that can't be taken; paths are relative to `pricing`."""


@dataclass(frozen=True, slots=True)
class Tier:
    min_guests: int
    per_guest: int


@dataclass(frozen=True, slots=True)
class DurationBase:
    minutes: int
    base: int


@dataclass(frozen=True, slots=True)
class Adjustment:
    """By a percentage or an amount, never both. `weekdays` are date.weekday() numbers, `since` and `until` minutes
    of local wall time; None is any. A window that doesn't end after it begins crosses midnight."""

    label: str
    weekdays: tuple[int, ...] | None
    since: int | None
    until: int | None
    percent: Decimal | None
    amount: int | None

    def to_json(self) -> dict[str, Any]:
        percent = None if self.percent is None else percent_number(self.percent)
        shown = {
            "label": self.label,
            "weekdays": self.weekdays and [WEEKDAYS[weekday] for weekday in self.weekdays],
            "from": _clock(self.since),
            "to": _clock(self.until),
            "percent": percent,
            "amount": self.amount,
        }
        return {name: value for name, value in shown.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Tax:
    label: str
    percent: Decimal
    included: bool

    def to_json(self) -> dict[str, Any]:
        return {"label": self.label, "percent": percent_number(self.percent), "included": self.included}


@dataclass(frozen=True, slots=True)
class Pricing:
    """Amounts are minor units of `currency`. A deposit of 0 percent is none."""

    currency: str
    base: int
    per_guest: int
    tiers: tuple[Tier, ...]
    durations: tuple[DurationBase, ...]
    adjustments: tuple[Adjustment, ...]
    taxes: tuple[Tax, ...]
    deposit_percent: Decimal

    def to_json(self) -> dict[str, Any]:
        """As `parse_pricing` takes it, every field named, without the currency (the organization's)."""
        return {
            "base": self.base,
            "perGuest": self.per_guest,
            "tiers": [{"minGuests": tier.min_guests, "perGuest": tier.per_guest} for tier in self.tiers],
            "durations": [{"minutes": entry.minutes, "base": entry.base} for entry in self.durations],
            "adjustments": [adjustment.to_json() for adjustment in self.adjustments],
            "taxes": [tax.to_json() for tax in self.taxes],
            "depositPercent": percent_number(self.deposit_percent),
        }


def parse_pricing(value: object, currency: str) -> Pricing:
    """From a room's JSON `pricing`; all of it may be left out. Raises PricingFault with everything at fault."""
    faults: list[Fault] = []
    fields = Fields(value, names=_NAMES, faults=faults)
    if fields.values.get("currency", currency) != currency:
        fields.note("currency", "invalid", f"Prices are in {currency}.")
    pricing = Pricing(
        currency=currency,
        base=fields.integer("base", 0, MOST_MINOR, 0),
        per_guest=fields.integer("perGuest", 0, MOST_MINOR, 0),
        tiers=_tiers(fields),
        durations=_durations(fields),
        adjustments=tuple(
            _adjustment(item) for item in fields.objects("adjustments", _ADJUSTMENT, MOST_ENTRIES)
        ),
        taxes=tuple(
            _tax(item) for item in fields.objects("taxes", ("label", "percent", "included"), MOST_ENTRIES)
        ),
        deposit_percent=fields.percent("depositPercent", 0, 100, Decimal(0)),
    )
    if not faults and _highest_total(pricing) > _MOST_TOTAL:
        fields.note("", "max_value", "These prices can add up to more than can be charged.")
    if faults:
        raise PricingFault(faults)
    return pricing


def _tiers(fields: Fields) -> tuple[Tier, ...]:
    items = fields.objects("tiers", ("minGuests", "perGuest"), MOST_ENTRIES)
    tiers = tuple(
        Tier(item.integer("minGuests", 1, MOST_GUESTS), item.integer("perGuest", 0, MOST_MINOR))
        for item in items
    )
    _once(fields, "tiers", "minGuests", [tier.min_guests for tier in tiers])
    return tiers


def _durations(fields: Fields) -> tuple[DurationBase, ...]:
    items = fields.objects("durations", ("minutes", "base"), MOST_ENTRIES)
    durations = tuple(
        DurationBase(item.integer("minutes", 5, DAY_MINUTES), item.integer("base", 0, MOST_MINOR))
        for item in items
    )
    _once(fields, "durations", "minutes", [entry.minutes for entry in durations])
    return durations


def _once(fields: Fields, name: str, key: str, values: list[int]) -> None:
    if not fields.faults and len(set(values)) < len(values):
        fields.note(name, "invalid", f"Each {key} may be there once.")


_ADJUSTMENT = ("label", "weekdays", "from", "to", "percent", "amount")


def _adjustment(fields: Fields) -> Adjustment:
    if fields.readable and fields.has("percent") is fields.has("amount"):
        fields.note("", "invalid", "An adjustment has either a percent or an amount.")
    return Adjustment(
        label=fields.text("label", LONGEST_LABEL),
        weekdays=_weekdays(fields),
        since=_minutes(fields, "from"),
        until=_minutes(fields, "to"),
        percent=fields.percent("percent", -100, 1_000) if fields.has("percent") else None,
        amount=fields.integer("amount", -MOST_MINOR, MOST_MINOR) if fields.has("amount") else None,
    )


def _weekdays(fields: Fields) -> tuple[int, ...] | None:
    names = fields.values.get("weekdays")
    if names is None:
        return None
    if isinstance(names, list | tuple) and names and all(name in WEEKDAYS for name in names):
        return tuple(sorted({WEEKDAYS.index(name) for name in names}))
    fields.note(
        "weekdays", "invalid", f"A list of {', '.join(WEEKDAYS)} is expected here; leave it out for all."
    )
    return None


def _minutes(fields: Fields, name: str) -> int | None:
    value = fields.values.get(name)
    if value is None:
        return None
    if value == "24:00" and name == "to":
        return DAY_MINUTES
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        fields.note(name, "invalid", "A time of day such as 17:30 is expected here.")
        return None
    return int(match[1]) * 60 + int(match[2])


def _tax(fields: Fields) -> Tax:
    return Tax(
        fields.text("label", LONGEST_LABEL), fields.percent("percent", 0, 100), fields.flag("included", False)
    )


def _highest_total(pricing: Pricing) -> Decimal:
    """What the dearest party would pay if every surcharge applied, and no reduction."""
    base = max([pricing.base, *(entry.base for entry in pricing.durations)])
    per_guest = max([pricing.per_guest, *(tier.per_guest for tier in pricing.tiers)])
    total = Decimal(base + MOST_GUESTS * per_guest)
    for adjustment in pricing.adjustments:
        total += (
            max(0, adjustment.amount or 0) + total * max(Decimal(0), adjustment.percent or Decimal(0)) / 100
        )
    return total + total * _sum(tax.percent for tax in pricing.taxes) / 100


def _sum(percents: Iterable[Decimal]) -> Decimal:
    return sum(percents, Decimal(0))


def _clock(minutes: int | None) -> str | None:
    return None if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"
