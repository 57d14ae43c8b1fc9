from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookingflow.lib.money import (
    CURRENCIES,
    contained_percent,
    exponent,
    format_money,
    format_percent,
    is_currency,
    percent_number,
    percent_of,
    round_half_up,
)

percents = st.integers(-1_000_000, 10_000_000).map(lambda n: Decimal(n).scaleb(-4))
amounts = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("2.5", 3),
        ("-2.5", -2),
        ("2.4999", 2),
        ("-2.5001", -3),
        ("0.5", 1),
        ("-0.5", 0),
        ("-0.4", 0),
        ("7", 7),
    ],
)
def test_a_half_rounds_towards_plus_infinity(value: str, rounded: int) -> None:
    assert round_half_up(Decimal(value)) == rounded


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (6000, "USD", "60.00 USD"),
        (5, "USD", "0.05 USD"),
        (-5, "USD", "-0.05 USD"),
        (1234, "JPY", "1234 JPY"),
        (-1, "JPY", "-1 JPY"),
        (1234, "KWD", "1.234 KWD"),
        (0, "KWD", "0.000 KWD"),
        (0, "JPY", "0 JPY"),
        (10**14, "EUR", "1000000000000.00 EUR"),
    ],
)
def test_money_is_shown_with_the_decimals_of_its_currency(amount: int, currency: str, shown: str) -> None:
    assert format_money(amount, currency) == shown


def test_currencies_are_capital_iso_codes_in_use() -> None:
    assert is_currency("USD")
    assert not any(is_currency(code) for code in ("usd", "XXX", "XAU", "DEM", "", "US", "ＵＳＤ"))
    assert {exponent(code) for code in CURRENCIES} == {0, 2, 3}


def test_exponents_are_those_of_iso_4217_where_cash_has_fewer_decimals() -> None:
    assert [exponent(code) for code in ("IQD", "LBP", "HUF", "ISK", "TND")] == [3, 2, 2, 0, 3]


def test_an_unknown_currency_has_no_exponent() -> None:
    with pytest.raises(ValueError, match="no currency"):
        exponent("ABC")


def test_percents_keep_four_decimals_and_read_as_written() -> None:
    assert percent_of(200_00, Decimal("8.8750")) == 1775
    assert format_percent(Decimal("8.8750")) == "8.875"
    assert format_percent(Decimal("100")) == "100"
    assert percent_number(Decimal("20.0000")) == 20
    assert percent_number(Decimal("0.0001")) == 0.0001


def test_contained_taxes_on_one_net_share_the_gross() -> None:
    assert contained_percent(12000, Decimal(20), Decimal(20)) == 2000
    assert [contained_percent(11500, Decimal(part), Decimal(15)) for part in (5, 10)] == [500, 1000]


@settings(deadline=None)
@given(amounts, percents)
def test_percent_of_is_the_exact_share_rounded_half_up(amount: int, percent: Decimal) -> None:
    exact = Fraction(amount) * Fraction(percent) / 100
    assert percent_of(amount, percent) == (exact + Fraction(1, 2)).__floor__()


@settings(deadline=None)
@given(percents)
def test_a_percent_survives_json(percent: Decimal) -> None:
    assert Decimal(repr(percent_number(percent))) == percent
