"""Money as whole minor units of an ISO 4217 currency, and percentages of it.

The exponents are ISO 4217's own. CLDR's differ for some (it gives the dinar of Iraq and the lek no decimals,
because cash has none), and an amount on the wire means what ISO says.
"""

from decimal import ROUND_FLOOR, Context, Decimal


def _codes(spaced: str) -> frozenset[str]:
    return frozenset(spaced.split())


_ZERO_DECIMAL = _codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF")
_THREE_DECIMAL = _codes("BHD IQD JOD KWD LYD OMR TND")
_TWO_DECIMAL = _codes(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "
    "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP "
    "SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER "
    "ZAR ZMW ZWG"
)
CURRENCIES = _ZERO_DECIMAL | _TWO_DECIMAL | _THREE_DECIMAL

# Enough digits that no product of amounts and percents below is ever rounded by the context itself.
_EXACT = Context(prec=60)
_HALF = Decimal("0.5")


def is_currency(code: str) -> bool:
    """Whether `code` is the three capital letters of a currency that prices can be stated in."""
    return code in CURRENCIES


def exponent(currency: str) -> int:
    """Decimals of the minor unit: 2 for USD, 0 for JPY, 3 for KWD. Raises ValueError for no currency."""
    if currency in _TWO_DECIMAL:
        return 2
    if currency in _ZERO_DECIMAL:
        return 0
    if currency in _THREE_DECIMAL:
        return 3
    raise ValueError(f"There is no currency {currency!r}.")


def format_money(amount_minor: int, currency: str) -> str:
    """`6000, "USD"` as `60.00 USD`: a point, no grouping, the same in every language."""
    decimals = exponent(currency)
    sign = "-" if amount_minor < 0 else ""
    digits = str(abs(amount_minor)).rjust(decimals + 1, "0")
    whole, fraction = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    return f"{sign}{whole}.{fraction} {currency}" if fraction else f"{sign}{whole} {currency}"


def round_half_up(value: Decimal) -> int:
    """To the nearest whole; a half goes towards plus infinity: 2.5 to 3, -2.5 to -2."""
    return int(_EXACT.add(value, _HALF).to_integral_value(rounding=ROUND_FLOOR))


def percent_of(amount_minor: int, percent: Decimal) -> int:
    """Rounded half up to the minor unit."""
    return round_half_up(_EXACT.multiply(Decimal(amount_minor), percent).scaleb(-2, _EXACT))


def contained_percent(amount_minor: int, percent: Decimal, of_percents: Decimal) -> int:
    """The part of `amount_minor` that is a surcharge of `percent` on the net, where all surcharges on that
    net are `of_percents` together; rounded half up."""
    return round_half_up(_EXACT.divide(_EXACT.multiply(Decimal(amount_minor), percent), 100 + of_percents))


def format_percent(percent: Decimal) -> str:
    """`8.8750` as `8.875`, `20` as `20`."""
    return f"{percent.normalize():f}"


def percent_number(percent: Decimal) -> int | float:
    """A percent for JSON: a whole number where it is one. Four decimals survive a float and back."""
    return int(percent) if percent == percent.to_integral_value() else float(percent)
