"""Hours, prices and policies in words, for the staff's pages."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString

from bookingflow.lib.money import format_money
from bookingflow.organizations.admin_base.shown import EMPTY, lines
from rooms.hours import WEEKDAYS
from rooms.refusals import length

DAY_NAMES = dict(
    zip(
        WEEKDAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)


def openings_text(openings: Sequence[Sequence[str]]) -> str:
    """`09:00–12:00, 13:00–17:00`, or `closed`."""
    return ", ".join(f"{start}–{end}" for start, end in openings) or "closed"


def week_lines(hours: Mapping[str, Any]) -> list[str]:
    """`Mon–Fri 09:00–17:00`, `Sat, Sun closed` as days that follow on one another with the same hours."""
    days = [(day, openings_text(hours.get(day, []))) for day in WEEKDAYS]
    runs = [(text, [day for day, _ in run]) for text, run in groupby(days, key=lambda each: each[1])]
    return [f"{_days(run)} {text}" for text, run in runs]


def _days(run: Sequence[str]) -> str:
    first, last = run[0].capitalize(), run[-1].capitalize()
    if len(run) == len(WEEKDAYS):
        return "Every day"
    return first if first == last else f"{first}–{last}"


def policy_lines(policy: Sequence[Mapping[str, Any]]) -> SafeString | str:
    if not policy:
        return "All of what was paid goes back until the start."
    said = [
        f"{length(entry['hoursBefore'] * 60)} before the start or earlier: {entry['refundPercent']} % goes back"
        for entry in policy
    ]
    return lines([*said, "Later: nothing"] if policy[-1]["hoursBefore"] else said)


def price_lines(pricing: Mapping[str, Any], currency: str) -> SafeString | str:
    return lines(_prices(pricing, currency))


def price_brief(pricing: Mapping[str, Any], currency: str) -> str:
    base, guest = pricing.get("base", 0), pricing.get("perGuest", 0)
    parts = [format_money(base, currency)] if base else []
    parts += [f"{format_money(guest, currency)} per guest"] if guest else []
    return " + ".join(parts) or "Free"


def _prices(pricing: Mapping[str, Any], currency: str) -> Iterable[str]:
    yield price_brief(pricing, currency)
    for tier in pricing.get("tiers", []):
        yield f"From {tier['minGuests']} guests: {format_money(tier['perGuest'], currency)} per guest"
    for entry in pricing.get("durations", []):
        yield f"{entry['minutes']} minutes: {format_money(entry['base'], currency)}"
    for adjustment in pricing.get("adjustments", []):
        yield _adjustment(adjustment, currency)
    for tax in pricing.get("taxes", []):
        yield f"{tax['label']} {tax['percent']} %, {'included' if tax['included'] else 'added'}"
    if pricing.get("depositPercent"):
        yield f"Deposit {pricing['depositPercent']} %"


def _adjustment(adjustment: Mapping[str, Any], currency: str) -> str:
    days = ", ".join(day.capitalize() for day in adjustment.get("weekdays", []))
    window = " ".join(f"{word} {adjustment[word]}" for word in ("from", "to") if word in adjustment)
    percent = adjustment.get("percent")
    change = format_money(adjustment["amount"], currency) if percent is None else f"{percent:+} %"
    when = " ".join(part for part in (days, window) if part)
    return f"{adjustment['label']}: {change}{f' ({when})' if when else ''}"


__all__ = ["DAY_NAMES", "EMPTY", "openings_text", "policy_lines", "price_brief", "price_lines", "week_lines"]
