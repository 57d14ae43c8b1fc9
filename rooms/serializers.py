"""Rooms as clients send them. Names stand here as on the wire; types and bounds are checked here,
what depends on more than one field in the services."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from bookingflow.api.fields import (
    MAX_MINOR,
    FlagField,
    InstantField,
    PercentField,
    QueryFlagField,
    TextField,
    WholeNumberField,
)
from bookingflow.api.paging import PageQuery
from bookingflow.api.serializers import StrictSerializer
from rooms.fields import (
    YEAR_MINUTES,
    ClockField,
    MinorField,
    MinutesField,
    NameField,
    ScheduleFilterField,
    ScheduleIdentifierField,
    ZoneField,
)
from rooms.hours import WEEKDAYS
from rooms.models import Mode
from rooms.schedule_serializers import (
    AvailabilitySerializer,
    HoursSerializer,
    ScheduleBriefSerializer,
    TotalSerializer,
)

MAX_LIST = 100


class TierSerializer(StrictSerializer):
    minGuests = WholeNumberField(min_value=1, max_value=1000)
    perGuest = MinorField()


class DurationPriceSerializer(StrictSerializer):
    minutes = MinutesField(5)
    base = MinorField()


class AdjustmentSerializer(StrictSerializer):
    not_always = frozenset({"weekdays", "from", "to", "percent", "amount"})

    label = TextField(max_length=200)  # type: ignore[assignment]
    weekdays = serializers.ListField(child=serializers.ChoiceField(WEEKDAYS), required=False, max_length=7)
    to = ClockField(required=False)
    percent = PercentField(-100, 1000, required=False)
    amount = MinorField(min_value=-MAX_MINOR, required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": ClockField(required=False)}  # a keyword of Python


class TaxSerializer(StrictSerializer):
    not_always = frozenset({"included"})

    label = TextField(max_length=200)  # type: ignore[assignment]
    percent = PercentField()
    included = FlagField(default=False)


class PricingSerializer(StrictSerializer):
    """Kept as it is sent: these keys are the stored ones."""

    not_always = frozenset(
        {"base", "perGuest", "tiers", "durations", "adjustments", "taxes", "depositPercent"}
    )

    currency = TextField(required=False, max_length=3)
    base = MinorField(required=False)
    perGuest = MinorField(required=False)
    tiers = TierSerializer(many=True, required=False, max_length=MAX_LIST)
    durations = DurationPriceSerializer(many=True, required=False, max_length=MAX_LIST)
    adjustments = AdjustmentSerializer(many=True, required=False, max_length=MAX_LIST)
    taxes = TaxSerializer(many=True, required=False, max_length=MAX_LIST)
    depositPercent = PercentField(required=False)


class PolicyEntrySerializer(StrictSerializer):
    hoursBefore = WholeNumberField(min_value=0, max_value=24 * 365)
    refundPercent = PercentField()


class GuestsRangeSerializer(StrictSerializer):
    min = WholeNumberField(min_value=1, max_value=1000, required=False)
    max = WholeNumberField(min_value=1, max_value=1000, required=False)


class RoomSerializer(StrictSerializer):
    """A room as it is shown, and as it is changed."""

    computed = frozenset({"bookingUrl", "availability", "updatedAt"})

    id = serializers.IntegerField(read_only=True)
    bookingType = serializers.CharField(read_only=True)
    slug = NameField(required=False)
    name = TextField(max_length=200, required=False)
    description = TextField(max_length=10_000, allow_blank=True, trim_whitespace=False, required=False)
    imageUrl = serializers.URLField(source="image_url", max_length=500, allow_null=True, required=False)
    active = FlagField(required=False)
    schedule = ScheduleBriefSerializer(read_only=True)
    modes = serializers.ListField(
        child=serializers.ChoiceField(Mode.values), min_length=1, max_length=2, required=False
    )
    seats = WholeNumberField(
        min_value=1, max_value=10_000, allow_null=True, required=False, help_text="Of a shared session."
    )
    durations = serializers.ListField(
        child=MinutesField(5), min_length=1, max_length=MAX_LIST, required=False
    )
    slotIntervalMinutes = MinutesField(
        5,
        source="slot_interval_minutes",
        required=False,
        help_text="Local time between the starts, from each opening. Left out: the shortest duration with its buffers.",
    )
    bufferBeforeMinutes = MinutesField(
        source="buffer_before_minutes", required=False, help_text="Part of the time that a session takes."
    )
    bufferAfterMinutes = MinutesField(
        source="buffer_after_minutes", required=False, help_text="Part of the time that a session takes."
    )
    minNoticeMinutes = MinutesField(
        most=YEAR_MINUTES,
        source="min_notice_minutes",
        required=False,
        help_text="The least time between booking and start.",
    )
    maxDaysAhead = WholeNumberField(
        source="max_days_ahead",
        min_value=1,
        max_value=730,
        required=False,
        help_text="Local days, the last included.",
    )
    guests = GuestsRangeSerializer(required=False)
    pricing = PricingSerializer(required=False)
    holdMinutes = MinutesField(
        1, source="hold_minutes", required=False, help_text="How long a hold keeps the time."
    )
    cancellationPolicy = PolicyEntrySerializer(
        source="cancellation_policy", many=True, max_length=MAX_LIST, required=False
    )
    bookingUrl = serializers.CharField(read_only=True)
    createdAt = InstantField(read_only=True)
    updatedAt = InstantField(read_only=True)


class RoomDetailSerializer(RoomSerializer):
    availability = AvailabilitySerializer(read_only=True)


class RoomCreateSerializer(RoomSerializer):
    """Only `name` and `durations` (or `durationMinutes`) are needed."""

    choices = ({"anyOf": [{"required": ["durations"]}, {"required": ["durationMinutes"]}]},)

    name = TextField(max_length=200)
    durationMinutes = MinutesField(5, source="duration_minutes", required=False)
    schedule = ScheduleIdentifierField(  # type: ignore[assignment]
        required=False, help_text="An existing schedule, by id or handle."
    )
    handle = NameField(required=False, help_text="For the new schedule.")
    timezone = ZoneField(required=False, help_text="For the new schedule.")
    hours = HoursSerializer(required=False, help_text="For the new schedule.")

    def _named(self, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[ErrorDetail]]]:
        known, faults = super()._named(data)
        if not {"durations", "durationMinutes"} & {*known, *faults}:
            faults["durations"] = [ErrorDetail("This field is required.", code="required")]
        return known, faults


class RoomChangeSerializer(RoomDetailSerializer):
    """What GET shows, with any of it changed. `schedule` may also be named as in a create: by id or handle."""

    def _may_pass(self, name: str, value: Any) -> bool:
        shown = (self.shown or {}).get(name)
        if name == "schedule" and shown and not isinstance(value, Mapping | bool):
            return value in (shown["id"], str(shown["id"]), shown["handle"])
        return super()._may_pass(name, value)


class RoomListQuery(PageQuery):
    active = QueryFlagField(required=False, help_text="Only those on offer, or only those taken off.")
    schedule = ScheduleFilterField(required=False, help_text="By id or handle.")
    mode = serializers.ChoiceField(Mode.values, required=False, help_text="Rooms that may be booked so.")
    search = serializers.CharField(
        required=False, max_length=200, help_text="Words that all stand in name, slug or description."
    )


class CatalogQuery(StrictSerializer):
    orgId = serializers.CharField(
        source="identifier", max_length=100, help_text="The organization's id or slug."
    )


class CatalogOrganizationSerializer(StrictSerializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    timezone = serializers.CharField()
    currency = serializers.CharField()


class CatalogRoomSerializer(StrictSerializer):
    id = serializers.IntegerField()
    bookingType = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    imageUrl = serializers.URLField(allow_null=True)
    modes = serializers.ListField(child=serializers.ChoiceField(Mode.values))
    seats = serializers.IntegerField(allow_null=True)
    durations = serializers.ListField(child=serializers.IntegerField())
    guests = GuestsRangeSerializer()
    pricing = PricingSerializer()
    cancellationPolicy = PolicyEntrySerializer(many=True)
    timezone = serializers.CharField()
    bookingUrl = serializers.CharField()
    startingPrice = TotalSerializer(help_text="Of the cheapest combination that can be booked.")


class CatalogSerializer(StrictSerializer):
    """What anybody may see of an organization."""

    organization = CatalogOrganizationSerializer()
    rooms = CatalogRoomSerializer(many=True)
