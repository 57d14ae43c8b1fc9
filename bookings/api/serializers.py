"""Bookings as clients send them. Names stand here as on the wire."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from bookingflow.api.fields import (
    DayField,
    InstantField,
    KeyField,
    MetadataField,
    QueryInstantField,
    RoomIdentifierField,
    TextField,
    WholeNumberField,
)
from bookingflow.api.paging import PageQuery
from bookingflow.api.serializers import StrictSerializer
from bookingflow.lib.references import has_shape_of_reference, normalised_reference
from bookings.lifecycle import Status
from bookings.models import Source
from bookings.payments import stripe
from bookings.payments.models import Method, PaymentStatus, Provider
from bookings.queries import ORDERINGS
from rooms.fields import RoomFilterField, ScheduleFilterField
from rooms.models import Mode
from rooms.serializers import PolicyEntrySerializer

PAYMENTS = ("none", "hold", "stripe")
NO_CARDS = "Card payments are not set up here: money taken elsewhere can be recorded."
MAX_GUESTS, MAX_NOTES = 1000, 5_000
LEAST_MINUTES, MOST_MINUTES = 5, 24 * 60


class CustomerSerializer(StrictSerializer):
    """Who books. Known emails, whatever their case, are the same person."""

    name = TextField(max_length=200)
    email = serializers.EmailField(max_length=254)
    phone = TextField(max_length=40, allow_blank=True, required=False)


class CustomerChangeSerializer(StrictSerializer):
    """As a booking shows them: another `id` or `email` links another customer, else name and phone are updated."""

    id = KeyField(required=False, allow_null=True)
    name = TextField(max_length=200, required=False)
    email = serializers.EmailField(max_length=254, required=False, allow_null=True)
    phone = TextField(max_length=40, allow_blank=True, allow_null=True, required=False)


class RoomOfBookingField(RoomIdentifierField):
    """A room by id, `bt-` id or slug, or the object that a booking shows."""

    def to_internal_value(self, data: Any) -> int | str:
        return super().to_internal_value(data.get("id") if isinstance(data, dict) else data)


class BookingCreateSerializer(StrictSerializer):
    choices = ({"oneOf": [{"required": ["customer"]}, {"required": ["customerId"]}]},)

    room = RoomIdentifierField()
    start = InstantField()
    end = InstantField(required=False, help_text="Must agree with start and duration.")
    durationMinutes = WholeNumberField(
        source="duration_minutes", min_value=LEAST_MINUTES, max_value=MOST_MINUTES, required=False
    )
    mode = serializers.ChoiceField(Mode.values, required=False)
    guests = WholeNumberField(min_value=1, max_value=MAX_GUESTS, required=False)
    customer = CustomerSerializer(required=False)
    customerId = KeyField(source="customer_id", required=False)
    notes = TextField(max_length=MAX_NOTES, allow_blank=True, trim_whitespace=False, required=False)
    metadata = MetadataField(required=False)
    payment = serializers.ChoiceField(PAYMENTS, default="none")

    def validate_payment(self, value: str) -> str:
        if value == "stripe" and not stripe.is_set_up():
            raise serializers.ValidationError(NO_CARDS, code="not_configured")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("customer" in attrs) == ("customer_id" in attrs):
            message = "Either customer or customerId is needed, not both."
            raise serializers.ValidationError({"customer": [ErrorDetail(message, code="required")]})
        return attrs


class PriceLineSerializer(StrictSerializer):
    kind = serializers.ChoiceField(["base", "guests", "adjustment", "tax"])
    label = serializers.CharField()  # type: ignore[assignment]
    quantity = serializers.IntegerField()
    unitAmount = serializers.IntegerField()
    amount = serializers.IntegerField()


class PriceSerializer(StrictSerializer):
    """Minor units. Frozen when the booking is made; the lines add up to the total."""

    currency = serializers.CharField()
    total = serializers.IntegerField()
    deposit = serializers.IntegerField()
    paid = serializers.IntegerField()
    refunded = serializers.IntegerField()
    due = serializers.IntegerField(
        help_text="Total less paid plus refunded, never below 0; 0 when cancelled or expired."
    )
    lines = PriceLineSerializer(many=True)


class PaymentOfBookingSerializer(StrictSerializer):
    """The newest payment that isn't cancelled. Of a card payment `clientSecret` is what Stripe's own form pays with:
    it is in the answer that begins the payment alone."""

    not_always = frozenset({"method", "clientSecret", "publishableKey", "stripeAccount"})

    provider = serializers.ChoiceField(Provider.values)
    id = serializers.CharField(help_text="Stripe's `pi_…`, or the id of what was recorded.")
    method = serializers.ChoiceField(
        [method.value for method in Method if method is not Method.STRIPE], help_text="Of what was recorded."
    )
    clientSecret = serializers.CharField()
    publishableKey = serializers.CharField(allow_null=True)
    stripeAccount = serializers.CharField(
        allow_null=True, help_text="Stripe.js has to be told it, where there is one."
    )
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(PaymentStatus.values)


class RefundSerializer(StrictSerializer):
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(["pending", "succeeded", "failed", "not_needed"])


class BookingSerializer(StrictSerializer):
    """A booking as it is shown, and as it is changed."""

    computed = frozenset({"price", "payment", "refund", "manageUrl", "updatedAt", "timezone"})
    not_always = frozenset({"manageUrl"})

    id = serializers.UUIDField(read_only=True)
    reference = serializers.CharField(read_only=True)
    status = serializers.ChoiceField([status.value for status in Status], required=False)
    room = RoomOfBookingField(required=False)
    start = InstantField(required=False)
    end = InstantField(required=False)
    timezone = serializers.CharField(read_only=True)
    durationMinutes = WholeNumberField(
        source="duration_minutes", min_value=LEAST_MINUTES, max_value=MOST_MINUTES, required=False
    )
    mode = serializers.ChoiceField(Mode.values, read_only=True)
    guests = WholeNumberField(min_value=1, max_value=MAX_GUESTS, required=False)
    customer = CustomerChangeSerializer(required=False)
    price = PriceSerializer(read_only=True)
    payment = PaymentOfBookingSerializer(read_only=True, allow_null=True)
    refund = RefundSerializer(read_only=True, allow_null=True)
    cancellationPolicy = PolicyEntrySerializer(many=True, read_only=True)
    notes = TextField(max_length=MAX_NOTES, allow_blank=True, trim_whitespace=False, required=False)
    metadata = MetadataField(required=False)
    source = serializers.ChoiceField(Source.values, read_only=True)  # type: ignore[assignment]
    manageUrl = serializers.CharField(read_only=True, help_text="For keys with bookings:write only.")
    holdExpiresAt = InstantField(read_only=True, allow_null=True, help_text="When a hold runs out.")
    canceledAt = InstantField(read_only=True, allow_null=True)
    cancelReason = serializers.CharField(read_only=True, allow_null=True)
    rescheduledFrom = serializers.UUIDField(
        read_only=True,
        allow_null=True,
        help_text="The booking whose place this one took, by the Booking API.",
    )
    rescheduledTo = serializers.UUIDField(
        read_only=True, allow_null=True, help_text="The booking that took the place of this one."
    )
    createdAt = InstantField(read_only=True)
    updatedAt = InstantField(read_only=True)


class BookingListQuery(PageQuery):
    """Filters narrow together. Days are local days of the schedule that the booking is on."""

    date = DayField(required=False, help_text="The local day of the start.")
    dateFrom = DayField(
        source="date_from", required=False, help_text="From this local day on, itself included."
    )
    dateTo = DayField(source="date_to", required=False, help_text="Up to this local day, itself included.")
    room = RoomFilterField(required=False, help_text="By id, `bt-` id or slug.")
    schedule = ScheduleFilterField(required=False, help_text="By id or handle.")
    status = serializers.CharField(
        required=False, max_length=200, help_text="Comma-separated: `pending,confirmed`."
    )
    customer = KeyField(required=False, help_text="By id.")
    email = serializers.EmailField(required=False, max_length=254, help_text="The customer's, in any case.")
    reference = serializers.CharField(required=False, max_length=20, help_text="In any case.")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        Source.values, required=False, help_text="Where it was made."
    )
    updatedSince = QueryInstantField(source="updated_since", required=False, help_text="Itself included.")
    search = serializers.CharField(
        required=False, max_length=200, help_text="What a name, email, phone or reference begins with."
    )
    ordering = serializers.ChoiceField(
        list(ORDERINGS), default="-start", help_text="With `-` in front, the latest first."
    )

    def validate_status(self, value: str) -> list[str]:
        asked = value.split(",")
        unknown = [status for status in asked if status not in list(Status)]
        if unknown:
            raise serializers.ValidationError(f"No such status: {', '.join(unknown)}.", code="invalid_choice")
        return asked

    def validate_reference(self, value: str) -> str:
        if not has_shape_of_reference(normalised_reference(value)):
            raise serializers.ValidationError("References look like BF-7K3Q9D.", code="invalid")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, last = attrs.get("date_from"), attrs.get("date_to")
        if first and last and last < first:
            message = "Must not be before dateFrom."
            raise serializers.ValidationError({"dateTo": [ErrorDetail(message, code="min_value")]})
        return attrs


class CancelQuery(StrictSerializer):
    refund = serializers.ChoiceField(
        ["policy", "full", "none"],
        default="policy",
        help_text="By the booking's cancellation policy, all that was paid, or nothing.",
    )
    reason = serializers.CharField(
        required=False, max_length=500, help_text="Kept with the booking as `cancelReason`."
    )
