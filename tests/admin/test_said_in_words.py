"""Instants, hours, prices and policies as the staff read them."""

from datetime import UTC, datetime

import pytest

from bookingflow.organizations.admin_base.shown import local_span, local_time
from rooms.admin.price_rows import read_policy, shown_policy
from rooms.admin.saving import place_of, prefixes
from rooms.admin.shown import policy_lines, price_lines, week_lines

NEW_YORK = "America/New_York"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (at(2026, 12, 5, 18), at(2026, 12, 5, 19), "Sat 5 Dec 2026, 13:00–14:00 EST"),
        (at(2026, 12, 6, 4), at(2026, 12, 6, 6), "Sat 5 Dec 2026, 23:00 – Sun 6 Dec 2026, 01:00 EST"),
        (at(2026, 11, 1, 5), at(2026, 11, 1, 7), "Sun 1 Nov 2026, 01:00 EDT–02:00 EST"),
    ],
)
def test_a_stretch_is_told_on_the_wall(start: datetime, end: datetime, said: str) -> None:
    assert local_span(start, end, NEW_YORK) == said


def test_no_instant_is_a_dash() -> None:
    assert local_time(None, NEW_YORK) == "–"


def test_days_with_the_same_hours_are_told_together() -> None:
    nine = [["09:00", "17:00"]]
    hours = {
        "mon": nine,
        "tue": nine,
        "wed": nine,
        "thu": [["09:00", "12:00"], ["13:00", "24:00"]],
        "sun": [],
    }
    assert week_lines(hours) == ["Mon–Wed 09:00–17:00", "Thu 09:00–12:00, 13:00–24:00", "Fri–Sun closed"]
    assert week_lines({}) == ["Every day closed"]


def test_a_policy_is_told_step_by_step() -> None:
    steps = [{"hoursBefore": 48, "refundPercent": 100}, {"hoursBefore": 5, "refundPercent": 50}]
    assert policy_lines(steps).split("<br>") == [
        "2 days before the start or earlier: 100 % goes back",
        "5 hours before the start or earlier: 50 % goes back",
        "Later: nothing",
    ]
    assert read_policy(shown_policy(steps)) == steps


def test_prices_are_told_in_their_currency() -> None:
    pricing = {
        "perGuest": 3500,
        "tiers": [{"minGuests": 4, "perGuest": 3000}],
        "adjustments": [{"label": "Late", "from": "22:00", "percent": 20}, {"label": "Off", "amount": -500}],
        "taxes": [{"label": "VAT", "percent": 20, "included": True}],
    }
    assert price_lines(pricing, "USD").split("<br>") == [
        "35.00 USD per guest",
        "From 4 guests: 30.00 USD per guest",
        "Late: +20 % (from 22:00)",
        "Off: -5.00 USD",
        "VAT 20 %, included",
    ]
    assert price_lines({}, "JPY") == "Free"


def test_a_fault_finds_its_row() -> None:
    assert prefixes("pricing.tiers.0.perGuest")[1:3] == ["pricing.tiers.0", "pricing.tiers"]
    assert (place_of("1.perGuest"), place_of("0"), place_of("")) == ("Row 2, per guest: ", "Row 1: ", "")
