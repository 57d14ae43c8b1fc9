"""A room's prices and cancellation policy as a form shows them, and as the API writes them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from bookingflow.lib.money import exponent
from rooms.admin.inputs import money, percent, text, whole
from rooms.admin.rows import WeekdaysField

Pricing = Mapping[str, Any]


class AmountError(ValueError):
    """More decimals than the currency has; `field` is the form's."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


class TierRow(forms.Form):
    min_guests = whole("From … guests")
    per_guest = money("Per guest")


class DurationRow(forms.Form):
    minutes = whole("Minutes")
    base = money("Base price")


class AdjustmentRow(forms.Form):
    label = text("Label")
    percent = percent("Percent", required=False)
    amount = money("or amount", required=False)
    since = text("From", required=False, placeholder="17:00")
    until = text("To", required=False, placeholder="23:00")
    weekdays = WeekdaysField(label="Only on")


class TaxRow(forms.Form):
    label = text("Label")
    percent = percent("Percent")
    included = forms.ChoiceField(
        label="Is",
        required=False,
        choices=(("", "added to the price"), ("included", "included in it")),
        widget=UnfoldAdminSelectWidget(),
    )


class PolicyRow(forms.Form):
    hours_before = whole("Hours before the start")
    refund_percent = percent("Percent back")


def shown_pricing(pricing: Pricing, currency: str) -> dict[str, Any]:
    """The form's initial values."""
    return {
        "base_price": _amount(pricing.get("base", 0), currency),
        "guest_price": _amount(pricing.get("perGuest", 0), currency),
        "deposit_percent": pricing.get("depositPercent", 0),
        "tiers": [
            {"min_guests": tier["minGuests"], "per_guest": _amount(tier["perGuest"], currency)}
            for tier in pricing.get("tiers", [])
        ],
        "duration_prices": [
            {"minutes": entry["minutes"], "base": _amount(entry["base"], currency)}
            for entry in pricing.get("durations", [])
        ],
        "adjustments": [_shown_adjustment(each, currency) for each in pricing.get("adjustments", [])],
        "taxes": [
            {**tax, "included": "included" if tax["included"] else ""} for tax in pricing.get("taxes", [])
        ],
    }


def _shown_adjustment(adjustment: Pricing, currency: str) -> dict[str, Any]:
    amount = adjustment.get("amount")
    return {
        "label": adjustment["label"],
        "percent": adjustment.get("percent"),
        "amount": None if amount is None else _amount(amount, currency),
        "since": adjustment.get("from", ""),
        "until": adjustment.get("to", ""),
        "weekdays": adjustment.get("weekdays", []),
    }


def read_pricing(cleaned: Pricing, currency: str) -> dict[str, Any]:
    """The API's `pricing`, from the form's cleaned data. Raises AmountError."""

    def minor(field: str, amount: Decimal | None) -> int:
        return _minor(field, amount, currency)

    return {
        "base": minor("base_price", cleaned["base_price"]),
        "perGuest": minor("guest_price", cleaned["guest_price"]),
        "tiers": [
            {"minGuests": row["min_guests"], "perGuest": minor("tiers", row["per_guest"])}
            for row in cleaned["tiers"]
        ],
        "durations": [
            {"minutes": row["minutes"], "base": minor("duration_prices", row["base"])}
            for row in cleaned["duration_prices"]
        ],
        "adjustments": [_adjustment(row, currency) for row in cleaned["adjustments"]],
        "taxes": [{**row, "included": row["included"] == "included"} for row in cleaned["taxes"]],
        "depositPercent": cleaned["deposit_percent"] or Decimal(0),
    }


def _adjustment(row: Pricing, currency: str) -> dict[str, Any]:
    amount = row["amount"]
    entry = {
        "label": row["label"],
        "weekdays": row["weekdays"],
        "from": row["since"],
        "to": row["until"],
        "percent": row["percent"],
        "amount": None if amount is None else _minor("adjustments", amount, currency),
    }
    return {name: value for name, value in entry.items() if value not in (None, "", [])}


def shown_policy(policy: Sequence[Pricing]) -> list[dict[str, Any]]:
    return [
        {"hours_before": entry["hoursBefore"], "refund_percent": entry["refundPercent"]} for entry in policy
    ]


def read_policy(rows: Iterable[Pricing]) -> list[dict[str, Any]]:
    return [{"hoursBefore": row["hours_before"], "refundPercent": row["refund_percent"]} for row in rows]


def _amount(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-exponent(currency))


def _minor(field: str, amount: Decimal | None, currency: str) -> int:
    scaled = (amount or Decimal(0)).scaleb(exponent(currency))
    if scaled != int(scaled):
        decimals = exponent(currency)
        said = f"{decimals} decimals" if decimals else "no decimals"
        raise AmountError(field, f"{currency} has {said}: {amount} can't be charged.")
    return int(scaled)
