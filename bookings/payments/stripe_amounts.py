"""Amounts as Stripe counts them, which is not ISO 4217's way for every currency. Pure.

Source: docs.stripe.com/currencies ("Minor units", "Special cases"). The króna and the shilling of Uganda have no
decimals and are written with two, always 00; the ariary has two by ISO and none at Stripe; of three decimals the last
must be 0.
"""

from bookingflow.lib.money import exponent

_WRITTEN_WITH_TWO = frozenset({"ISK", "UGX"})
_WRITTEN_WITH_NONE = frozenset({"MGA"})


def to_stripe(amount_minor: int, currency: str) -> int:
    """Raises ValueError for what Stripe can't be asked for: see `chargeable`."""
    if amount_minor != chargeable(amount_minor, currency):
        raise ValueError(f"{amount_minor} {currency} can't be charged to the last minor unit")
    if currency in _WRITTEN_WITH_TWO:
        return amount_minor * 100
    return amount_minor // 100 if currency in _WRITTEN_WITH_NONE else amount_minor


def from_stripe(amount: int, currency: str) -> int:
    if currency in _WRITTEN_WITH_TWO:
        return amount // 100
    return amount * 100 if currency in _WRITTEN_WITH_NONE else amount


def chargeable(amount_minor: int, currency: str) -> int:
    """The most that can be charged without going above `amount_minor`."""
    return amount_minor - amount_minor % _step(currency)


def _step(currency: str) -> int:
    if currency in _WRITTEN_WITH_NONE:
        return 100
    return 10 if exponent(currency) == 3 else 1
