import json
from decimal import Decimal
from typing import Any

import pytest

from rooms.pricing import PricingFault, parse_pricing
from tests.rooms.test_pricing_quote import VAULT

EMPTY = {
    "base": 0, "perGuest": 0, "tiers": [], "durations": [], "adjustments": [], "taxes": [], "depositPercent": 0,
}  # fmt: skip


def faults(value: object) -> list[tuple[str, str]]:
    with pytest.raises(PricingFault) as refused:
        parse_pricing(value, "USD")
    return [(fault.field, fault.code) for fault in refused.value.faults]


def adjustment(**changes: Any) -> dict[str, Any]:
    return {"adjustments": [{"label": "A", "percent": 5, **changes}]}


def test_all_may_be_left_out() -> None:
    assert parse_pricing({}, "USD").to_json() == EMPTY


def test_prices_are_written_back_as_they_are_read() -> None:
    full = {
        **EMPTY,
        **VAULT,
        "taxes": [{"label": "VAT", "percent": 8.875, "included": True}],
        "adjustments": [
            {"label": "Night", "weekdays": ["fri", "sat"], "from": "22:00", "to": "02:30", "percent": -12.5},
            {"label": "Late", "from": "20:00", "to": "24:00", "amount": -100},
        ],
    }
    written = parse_pricing(json.loads(json.dumps(full)), "USD").to_json()
    assert written == full
    assert parse_pricing({**written, "currency": "USD"}, "USD").to_json() == full


def test_snake_case_is_understood() -> None:
    assert parse_pricing({"per_guest": 5, "deposit_percent": 10}, "USD").to_json()["perGuest"] == 5


def test_null_is_left_out() -> None:
    assert parse_pricing({"base": None, **adjustment(weekdays=None, amount=None)}, "USD").base == 0


def test_percents_are_taken_as_written_not_as_floats_are() -> None:
    assert parse_pricing({"depositPercent": 33.3333}, "USD").deposit_percent == Decimal("33.3333")
    assert parse_pricing({"depositPercent": Decimal("33.3300")}, "USD").to_json()["depositPercent"] == 33.33


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], ("", "invalid")),
        (None, ("", "invalid")),
        ({"currency": "EUR"}, ("currency", "invalid")),
        ({"price": 1}, ("price", "unknown")),
        ({"base": -1}, ("base", "min_value")),
        ({"base": 10**11 + 1}, ("base", "max_value")),
        ({"base": 1.5}, ("base", "invalid")),
        ({"base": "5"}, ("base", "invalid")),
        ({"base": True}, ("base", "invalid")),
        ({"perGuest": 1, "per_guest": 1}, ("perGuest", "invalid")),
        ({"tiers": {}}, ("tiers", "invalid")),
        ({"tiers": [None]}, ("tiers.0", "invalid")),
        ({"tiers": [{"minGuests": 2}]}, ("tiers.0.perGuest", "required")),
        ({"tiers": [{"minGuests": 0, "perGuest": 1}]}, ("tiers.0.minGuests", "min_value")),
        ({"tiers": [{"minGuests": 2, "perGuest": 1}] * 2}, ("tiers", "invalid")),
        ({"tiers": [{"minGuests": 2, "perGuest": 1}] * 101}, ("tiers", "max_length")),
        ({"durations": [{"minutes": 4, "base": 1}]}, ("durations.0.minutes", "min_value")),
        ({"durations": [{"minutes": 60, "base": 1}] * 2}, ("durations", "invalid")),
        ({"adjustments": [{"label": "A"}]}, ("adjustments.0", "invalid")),
        (adjustment(amount=5), ("adjustments.0", "invalid")),
        (adjustment(percent=-100.5), ("adjustments.0.percent", "min_value")),
        (adjustment(percent=0.00001), ("adjustments.0.percent", "invalid")),
        (adjustment(percent=float("inf")), ("adjustments.0.percent", "invalid")),
        (adjustment(weekdays=["friday"]), ("adjustments.0.weekdays", "invalid")),
        (adjustment(weekdays=[]), ("adjustments.0.weekdays", "invalid")),
        (adjustment(weekdays=[["fri"]]), ("adjustments.0.weekdays", "invalid")),
        (adjustment(weekdays="fri"), ("adjustments.0.weekdays", "invalid")),
        (adjustment(**{"from": "24:00"}), ("adjustments.0.from", "invalid")),
        (adjustment(to="25:00"), ("adjustments.0.to", "invalid")),
        (adjustment(to="9:00"), ("adjustments.0.to", "invalid")),
        (adjustment(to="٠٩:٠٠"), ("adjustments.0.to", "invalid")),
        (adjustment(to=9), ("adjustments.0.to", "invalid")),
        (adjustment(label="  "), ("adjustments.0.label", "blank")),
        (adjustment(label="x" * 201), ("adjustments.0.label", "max_length")),
        (adjustment(label="x\x00"), ("adjustments.0.label", "invalid")),
        (adjustment(label="\ud800"), ("adjustments.0.label", "invalid")),
        (adjustment(label=5), ("adjustments.0.label", "invalid")),
        ({"taxes": [{"label": "T", "percent": 101}]}, ("taxes.0.percent", "max_value")),
        ({"taxes": [{"label": "T", "percent": 1, "included": "yes"}]}, ("taxes.0.included", "invalid")),
        ({"depositPercent": 100.1}, ("depositPercent", "max_value")),
    ],
)
def test_what_is_no_price_is_refused_by_field(value: object, expected: tuple[str, str]) -> None:
    assert faults(value) == [expected]


def test_every_fault_is_named_not_only_the_first() -> None:
    both = {"base": -1, "tiers": [{"minGuests": 0, "perGuest": -1}], "depositPercent": "half"}
    assert [field for field, _ in faults(both)] == [
        "base",
        "tiers.0.minGuests",
        "tiers.0.perGuest",
        "depositPercent",
    ]


def test_prices_that_could_grow_beyond_all_bounds_are_refused() -> None:
    assert faults({"base": 10**11, "adjustments": [{"label": "A", "percent": 1000}] * 9}) == [
        ("", "max_value")
    ]
    assert parse_pricing({"base": 10**11, "perGuest": 10**11}, "USD").per_guest == 10**11
