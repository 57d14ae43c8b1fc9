"""Prices against a second, plainer calculation in exact fractions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.hours import WEEKDAYS
from rooms.pricing import Line, Pricing, parse_pricing, quote, starting_price, total_for

MONDAY = datetime(2026, 12, 7)
percents = st.integers(-1_000_000, 3_000_000).map(lambda n: n / 10_000)
clocks = st.sampled_from(("00:00", "06:00", "12:30", "18:00", "23:59"))
windows = st.fixed_dictionaries(
    {"label": st.just("Some")},
    optional={
        "weekdays": st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True),
        "from": clocks,
        "to": clocks | st.just("24:00"),
    },
)
changes = st.one_of(
    percents.map(lambda percent: {"percent": percent}),
    st.integers(-5000, 5000).map(lambda minor: {"amount": minor}),
)
adjustments = st.builds(lambda window, change: {**window, **change}, windows, changes)
taxes = st.fixed_dictionaries(
    {
        "label": st.just("Tax"),
        "percent": percents.map(lambda percent: abs(percent) % 100),
        "included": st.booleans(),
    }
)
price_lists = st.fixed_dictionaries(
    {
        "base": st.integers(0, 5000),
        "perGuest": st.integers(0, 3000),
        "tiers": st.lists(
            st.fixed_dictionaries({"minGuests": st.integers(1, 8), "perGuest": st.integers(0, 3000)}),
            max_size=3, unique_by=lambda tier: tier["minGuests"],
        ),
        "durations": st.lists(
            st.fixed_dictionaries({"minutes": st.sampled_from((30, 60)), "base": st.integers(0, 5000)}),
            max_size=2, unique_by=lambda entry: entry["minutes"],
        ),
        "adjustments": st.lists(adjustments, max_size=3),
        "taxes": st.lists(taxes.map(lambda tax: {**tax, "percent": round(tax["percent"], 4)}), max_size=2),
        "depositPercent": st.integers(0, 1_000_000).map(lambda n: n / 10_000),
    }
)  # fmt: skip
starts = st.integers(0, 7 * 24 * 60 - 1).map(lambda minutes: MONDAY + timedelta(minutes=minutes))


def half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()


def minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def applies(adjustment: Mapping[str, Any], start: datetime) -> bool:
    """Walks the window minute by minute from where it begins."""
    if WEEKDAYS[start.weekday()] not in adjustment.get("weekdays", WEEKDAYS):
        return False
    since, until = minute(adjustment.get("from", "00:00")), minute(adjustment.get("to", "24:00"))
    length = (until - since) % 1440 or 1440
    return (start.hour * 60 + start.minute - since) % 1440 < length


def plain_total(prices: Mapping[str, Any], start: datetime, minutes: int, guests: int) -> int:
    total = next((each["base"] for each in prices["durations"] if each["minutes"] == minutes), prices["base"])
    per_guest = prices["perGuest"]
    for tier in sorted(prices["tiers"], key=lambda tier: tier["minGuests"]):
        per_guest = tier["perGuest"] if guests >= tier["minGuests"] else per_guest
    total += guests * per_guest
    for each in prices["adjustments"]:
        if applies(each, start):
            change = each["amount"] if "amount" in each else Fraction(str(each["percent"])) * total / 100
            total = max(0, half_up(total + Fraction(change)))
    added = [Fraction(str(tax["percent"])) for tax in prices["taxes"] if not tax["included"]]
    return total + sum(half_up(total * percent / 100) for percent in added)


@settings(deadline=None, max_examples=300)
@given(price_lists, starts, st.sampled_from((30, 45, 60)), st.integers(1, 10))
def test_the_total_is_what_plain_arithmetic_gives(
    prices: dict[str, Any], start: datetime, minutes: int, guests: int
) -> None:
    answer = total_for(
        parse_pricing(prices, "USD"), local_start=start, duration_minutes=minutes, guests=guests
    )
    assert answer == plain_total(prices, start, minutes, guests)


@settings(deadline=None, max_examples=200)
@given(price_lists, starts, st.sampled_from((30, 45, 60)), st.integers(1, 10))
def test_lines_add_up_to_a_total_that_is_never_negative(
    prices: dict[str, Any], start: datetime, minutes: int, guests: int
) -> None:
    answer = quote(parse_pricing(prices, "USD"), local_start=start, duration_minutes=minutes, guests=guests)
    assert answer.total == sum(line.amount for line in answer.lines) >= 0
    assert 0 <= answer.deposit <= answer.total
    assert all(line.amount == line.quantity * line.unit_amount for line in answer.lines)
    assert [Line.from_json(line.to_json()) for line in answer.lines] == list(answer.lines)


@settings(deadline=None)
@given(price_lists)
def test_a_price_list_survives_json(prices: dict[str, Any]) -> None:
    pricing = parse_pricing(prices, "JPY")
    assert parse_pricing(pricing.to_json(), "JPY") == pricing


def cheapest(pricing: Pricing, times: list[datetime], low: int, high: int) -> int:
    return min(
        total_for(pricing, local_start=at, duration_minutes=minutes, guests=guests)
        for at in times
        for minutes in (30, 45)
        for guests in range(low, high + 1)
    )


@settings(deadline=None, max_examples=60)
@given(price_lists, st.integers(1, 4), st.integers(0, 6))
def test_the_starting_price_is_the_lowest_of_all(prices: dict[str, Any], low: int, more: int) -> None:
    pricing, high = parse_pricing(prices, "USD"), low + more
    edges = ("00:00", "06:00", "12:30", "18:00", "23:59")
    times = [MONDAY + timedelta(days=day, minutes=minute(edge)) for day in range(7) for edge in edges]
    assert starting_price(pricing, durations=(30, 45), guests_min=low, guests_max=high) == (
        cheapest(pricing, times, low, high)
    )


@settings(deadline=None, max_examples=60)
@given(price_lists, st.lists(starts, min_size=1, max_size=5), st.integers(1, 4))
def test_only_times_that_can_be_booked_count_for_the_starting_price(
    prices: dict[str, Any], times: list[datetime], guests: int
) -> None:
    pricing = parse_pricing(prices, "USD")
    answer = starting_price(
        pricing, durations=(30, 45), guests_min=guests, guests_max=guests, starts={30: times, 45: times}
    )
    assert answer == cheapest(pricing, times, guests, guests)


def test_a_duration_without_a_start_is_not_the_cheapest() -> None:
    pricing = parse_pricing({"durations": [{"minutes": 30, "base": 1}, {"minutes": 60, "base": 9}]}, "USD")
    question: dict[str, Any] = {"durations": (30, 60), "guests_min": 1, "guests_max": 1}
    assert starting_price(pricing, **question, starts={60: [MONDAY], 30: []}) == 9
    assert starting_price(pricing, **question, starts={}) == 1
