"""Money as clients send it and as it is shown. Names stand here as on the wire."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from bookingflow.api.fields import MAX_MINOR, InstantField, TextField, WholeNumberField
from bookingflow.api.serializers import StrictSerializer
from bookings.api.serializers import NO_CARDS
from bookings.payments import stripe
from bookings.payments.models import Method, PaymentStatus, Provider, RefundStatus
from rooms.serializers import PolicyEntrySerializer

OFFLINE_METHODS = [method.value for method in Method if method is not Method.STRIPE]
MAX_TEXT = 500


class ConfirmSerializer(StrictSerializer):
    paid = WholeNumberField(min_value=0, max_value=MAX_MINOR, help_text="Minor units, up to the total.")
    method = serializers.ChoiceField(
        OFFLINE_METHODS, required=False, help_text="How it was paid. May be left out where nothing was."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["paid"] and "method" not in attrs:
            raise ValidationError({"method": [ErrorDetail("Say how it was paid.", code="required")]})
        return {
            "paid_minor": attrs["paid"],
            **({"method": Method(attrs["method"])} if "method" in attrs else {}),
        }


class PaymentCreateSerializer(StrictSerializer):
    amount = WholeNumberField(
        source="amount_minor",
        min_value=1,
        max_value=MAX_MINOR,
        required=False,
        help_text="Minor units, up to what is due. May be left out for a card payment alone.",
    )
    method = serializers.ChoiceField(Method.values)
    note = TextField(max_length=MAX_TEXT, allow_blank=True, required=False)

    def validate_method(self, value: str) -> Method:
        if value == Method.STRIPE and not stripe.is_set_up():
            raise ValidationError(NO_CARDS, code="not_configured")
        return Method(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["method"] == Method.STRIPE:
            if "note" in attrs:
                told = "Notes are for money taken elsewhere."
                raise ValidationError({"note": [ErrorDetail(told, code="invalid")]})
        elif "amount_minor" not in attrs:
            raise ValidationError({"amount": [ErrorDetail("This field is required.", code="required")]})
        return attrs


class RefundCreateSerializer(StrictSerializer):
    amount = WholeNumberField(
        source="amount_minor",
        min_value=1,
        max_value=MAX_MINOR,
        help_text="Minor units, up to what is left of what was paid.",
    )
    reason = TextField(
        max_length=MAX_TEXT, allow_blank=True, required=False, help_text="The label of the line on the price."
    )


class PaymentSerializer(StrictSerializer):
    id = serializers.UUIDField()
    provider = serializers.ChoiceField(Provider.values)
    method = serializers.ChoiceField(Method.values)
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(PaymentStatus.values)
    note = serializers.CharField()
    createdAt = InstantField()


class RefundOfPaymentsSerializer(StrictSerializer):
    id = serializers.UUIDField()
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(RefundStatus.values)
    reason = serializers.CharField()
    createdAt = InstantField()


class RefundQuoteSerializer(StrictSerializer):
    """`policy` is the entry that decides; null where none does, or where a ceiling does."""

    amount = serializers.IntegerField()
    currency = serializers.CharField()
    percent = serializers.FloatField()
    paid = serializers.IntegerField()
    refunded = serializers.IntegerField()
    policy = PolicyEntrySerializer(allow_null=True)
    deadline = InstantField(allow_null=True, help_text="When this quote gets worse.")
    message = serializers.CharField()
