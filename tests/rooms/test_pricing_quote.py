from datetime import datetime
from typing import Any

import pytest

from rooms.pricing import Line, Pricing, Quote, Totals, parse_pricing, quote, total_for

FRIDAY = datetime(2026, 12, 4, 18)
VAULT: dict[str, Any] = {
    "base": 0,
    "perGuest": 3500,
    "tiers": [{"minGuests": 4, "perGuest": 3000}],
    "durations": [{"minutes": 90, "base": 4000}],
    "adjustments": [
        {
            "label": "Weekend evening",
            "weekdays": ["fri", "sat"],
            "from": "17:00",
            "to": "23:00",
            "percent": 20,
        }
    ],
    "depositPercent": 50,
}


def prices(currency: str = "USD", **json: Any) -> Pricing:
    return parse_pricing(json, currency)


def ask(pricing: Pricing, at: datetime = FRIDAY, *, minutes: int = 60, guests: int = 2) -> Quote:
    return quote(pricing, local_start=at, duration_minutes=minutes, guests=guests)


def amounts(answer: Quote) -> list[tuple[str, int]]:
    return [(line.kind, line.amount) for line in answer.lines]


def test_a_party_pays_for_each_guest() -> None:
    answer = ask(prices(perGuest=3000), guests=4)
    assert answer.lines == (Line("guests", "4 guests", 4, 3000, 12000),)
    assert (answer.currency, answer.total, answer.deposit) == ("USD", 12000, 0)
    assert ask(prices(perGuest=3000), guests=1).lines[0].label == "1 guest"


@pytest.mark.parametrize(("guests", "total"), [(2, 7000), (3, 10500), (4, 12000), (6, 18000)])
def test_the_highest_tier_reached_is_for_every_guest(guests: int, total: int) -> None:
    monday = datetime(2026, 12, 7, 18)
    assert ask(prices(**VAULT), monday, guests=guests).total == total


def test_tiers_need_no_order() -> None:
    tiers = [
        {"minGuests": 6, "perGuest": 1},
        {"minGuests": 2, "perGuest": 3},
        {"minGuests": 4, "perGuest": 2},
    ]
    totals = [ask(prices(perGuest=9, tiers=tiers), guests=guests).total for guests in (1, 2, 3, 4, 5, 6)]
    assert totals == [9, 6, 9, 8, 10, 6]


@pytest.mark.parametrize(("minutes", "total"), [(60, 1000), (90, 4000), (120, 0)])
def test_a_duration_with_a_base_of_its_own_takes_that(minutes: int, total: int) -> None:
    pricing = prices(base=1000, durations=[{"minutes": 90, "base": 4000}, {"minutes": 120, "base": 0}])
    assert ask(pricing, minutes=minutes).total == total


def test_a_price_of_nothing_has_no_lines() -> None:
    assert ask(prices()) == Quote("USD", 0, 0, ())


def test_base_and_guests_add_up() -> None:
    assert amounts(ask(prices(base=2500, perGuest=500))) == [("base", 2500), ("guests", 1000)]


@pytest.mark.parametrize(
    ("at", "applies"),
    [
        (datetime(2026, 12, 4, 17, 0), True),
        (datetime(2026, 12, 4, 22, 59), True),
        (datetime(2026, 12, 4, 23, 0), False),
        (datetime(2026, 12, 4, 16, 59), False),
        (datetime(2026, 12, 5, 18, 0), True),
        (datetime(2026, 12, 6, 18, 0), False),
    ],
)
def test_an_adjustment_applies_by_the_local_start(at: datetime, applies: bool) -> None:
    assert ask(prices(**VAULT), at).total == (8400 if applies else 7000)


@pytest.mark.parametrize(
    ("at", "applies"),
    [
        (datetime(2026, 12, 4, 22, 0), True),
        (datetime(2026, 12, 5, 1, 59), True),
        (datetime(2026, 12, 5, 2, 0), False),
        (datetime(2026, 12, 4, 1, 0), True),
        (datetime(2026, 12, 6, 1, 0), False),
        (datetime(2026, 12, 4, 12, 0), False),
    ],
)
def test_a_window_over_midnight_goes_by_the_weekday_of_the_start_itself(at: datetime, applies: bool) -> None:
    night = {"label": "Night", "weekdays": ["fri", "sat"], "from": "22:00", "to": "02:00", "amount": 100}
    assert ask(prices(adjustments=[night]), at).total == (100 if applies else 0)


@pytest.mark.parametrize(
    ("window", "hours"),
    [
        ({}, set(range(24))),
        ({"from": "20:00"}, {20, 21, 22, 23}),
        ({"to": "03:00"}, {0, 1, 2}),
        ({"from": "22:00", "to": "24:00"}, {22, 23}),
        ({"from": "22:00", "to": "00:00"}, {22, 23}),
        ({"from": "10:00", "to": "10:00"}, set(range(24))),
    ],
)
def test_a_window_left_out_or_open_at_one_end(window: dict[str, str], hours: set[int]) -> None:
    pricing = prices(adjustments=[{"label": "Then", "amount": 1, **window}])
    assert {hour for hour in range(24) if ask(pricing, datetime(2026, 12, 4, hour)).total} == hours


def test_adjustments_apply_in_order_to_the_running_total_rounded_after_each() -> None:
    steps = [{"label": "A", "percent": 50}, {"label": "B", "percent": -50}, {"label": "C", "amount": 7}]
    assert amounts(ask(prices(base=5, adjustments=steps))) == [
        ("base", 5), ("adjustment", 3), ("adjustment", -4), ("adjustment", 7)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("base", "percent", "total"), [(5, 50, 8), (5, -50, 3), (1, 12.5, 1), (100, 0.0001, 100)]
)
def test_a_half_rounds_towards_plus_infinity(base: int, percent: float, total: int) -> None:
    assert ask(prices(base=base, adjustments=[{"label": "A", "percent": percent}])).total == total


def test_a_reduction_takes_off_no_more_than_there_is() -> None:
    steps = [{"label": "Voucher", "amount": -5000}, {"label": "Cleaning", "amount": 700}]
    answer = ask(prices(base=3000, adjustments=steps))
    assert amounts(answer) == [("base", 3000), ("adjustment", -3000), ("adjustment", 700)]
    assert answer.total == 700
    assert ask(prices(base=3000, adjustments=steps[:1])).total == 0


def test_an_adjustment_that_changes_nothing_is_no_line() -> None:
    steps = [{"label": "A", "percent": 0}, {"label": "B", "percent": 0.01}]
    assert amounts(ask(prices(base=10, adjustments=steps))) == [("base", 10)]


def test_taxes_are_on_the_same_base_each_rounded_by_itself() -> None:
    taxes = [{"label": "State", "percent": 8.875}, {"label": "City", "percent": 4.5}]
    answer = ask(prices(base=1000, taxes=taxes))
    assert amounts(answer) == [("base", 1000), ("tax", 89), ("tax", 45)]
    assert [line.label for line in answer.lines[1:]] == ["State", "City"]
    assert answer.total == 1134


def test_an_included_tax_is_a_line_of_nothing_that_names_what_is_contained() -> None:
    answer = ask(prices(base=12000, taxes=[{"label": "VAT", "percent": 20, "included": True}]))
    assert answer.lines[1] == Line("tax", "VAT 20 % included (20.00 USD)", 1, 0, 0)
    assert answer.total == 12000


def test_a_tax_that_is_added_leaves_what_is_contained_alone() -> None:
    taxes = [{"label": "VAT", "percent": 20, "included": True}, {"label": "City", "percent": 5}]
    answer = ask(prices(base=12000, taxes=taxes))
    assert answer.lines[1].label == "VAT 20 % included (20.00 USD)"
    assert (answer.lines[2].amount, answer.total) == (600, 12600)


def test_several_included_taxes_share_one_net() -> None:
    taxes = [{"label": "A", "percent": 5, "included": True}, {"label": "B", "percent": 10, "included": True}]
    labels = [line.label for line in ask(prices(base=11500, taxes=taxes)).lines[1:]]
    assert labels == ["A 5 % included (5.00 USD)", "B 10 % included (10.00 USD)"]


def test_taxes_come_after_the_adjustments() -> None:
    steps = [{"label": "A", "percent": 100}]
    answer = ask(prices("JPY", base=1000, adjustments=steps, taxes=[{"label": "消費税", "percent": 10}]))
    assert amounts(answer) == [("base", 1000), ("adjustment", 1000), ("tax", 200)]


@pytest.mark.parametrize(
    ("base", "percent", "deposit"), [(12000, 50, 6000), (5, 50, 3), (5, 0, 0), (3, 100, 3)]
)
def test_a_deposit_rounds_half_up(base: int, percent: int, deposit: int) -> None:
    assert ask(prices(base=base, depositPercent=percent)).deposit == deposit


def test_a_total_alone_is_the_total_of_the_quote() -> None:
    pricing = prices(**VAULT)
    totals = Totals(pricing, 4)
    for at in (FRIDAY, datetime(2026, 12, 7, 18)):
        for minutes in (60, 90):
            expected = ask(pricing, at, minutes=minutes, guests=4).total
            assert total_for(pricing, local_start=at, duration_minutes=minutes, guests=4) == expected
            assert totals(at, minutes) == totals(at, minutes) == expected


def test_a_line_goes_to_json_and_back() -> None:
    line = Line("guests", "4 guests", 4, 3000, 12000)
    assert line.to_json() == {
        "kind": "guests", "label": "4 guests", "quantity": 4, "unitAmount": 3000, "amount": 12000
    }  # fmt: skip
    assert Line.from_json(line.to_json()) == line
