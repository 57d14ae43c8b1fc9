"""Rooms and schedules as clients send them. Names stand here as on the wire; types and bounds are checked here,
what depends on more than one field in the services."""

from typing import Any

from rest_framework import serializers

from bookingflow.api.fields import (
    MAX_MINOR,
    FlagField,
    InstantField,
    PercentField,
    QueryInstantField,
    RoomIdentifierField,
    TextField,
    WholeNumberField,
)
from bookingflow.api.serializers import StrictSerializer
from rooms.availability import ReasonCode
from rooms.hours import WEEKDAYS
from rooms.models import Mode

DAY_MINUTES = 24 * 60
YEAR_MINUTES = 365 * DAY_MINUTES
MAX_LIST = 100


class MinorField(WholeNumberField):
    """An amount in the currency's minor units."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MAX_MINOR} | kwargs)


class MinutesField(WholeNumberField):
    def __init__(self, least: int = 0, most: int = DAY_MINUTES, **kwargs: Any) -> None:
        super().__init__(min_value=least, max_value=most, **kwargs)


class ClockField(serializers.RegexField):
    """A local wall time, `HH:MM`; `24:00` ends a day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"\A(?:[01]\d|2[0-3]):[0-5]\d\Z|\A24:00\Z", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class OpeningField(serializers.ListField):
    """`["10:00", "22:00"]`: from, to; an end at or before its start is on the next day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=ClockField(), min_length=2, max_length=2, **kwargs)


class HoursSerializer(StrictSerializer):
    """A day left out is closed."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            day: serializers.ListField(child=OpeningField(), required=False, max_length=24)
            for day in WEEKDAYS
        }


class TierSerializer(StrictSerializer):
    minGuests = WholeNumberField(min_value=1, max_value=1000)
    perGuest = MinorField()


class DurationPriceSerializer(StrictSerializer):
    minutes = MinutesField(5)
    base = MinorField()


class AdjustmentSerializer(StrictSerializer):
    label = TextField(max_length=200)  # type: ignore[assignment]
    weekdays = serializers.ListField(child=serializers.ChoiceField(WEEKDAYS), required=False, max_length=7)
    to = ClockField(required=False)
    percent = PercentField(-100, 1000, required=False)
    amount = MinorField(min_value=-MAX_MINOR, required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": ClockField(required=False)}  # a keyword of Python


class TaxSerializer(StrictSerializer):
    label = TextField(max_length=200)  # type: ignore[assignment]
    percent = PercentField()
    included = FlagField(default=False)


class PricingSerializer(StrictSerializer):
    """Kept as it is sent: these keys are the stored ones."""

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
    min = WholeNumberField(min_value=1, max_value=1000)
    max = WholeNumberField(min_value=1, max_value=1000)


class ScheduleBriefSerializer(StrictSerializer):
    id = serializers.IntegerField()
    handle = serializers.CharField()
    name = serializers.CharField()
    timezone = serializers.CharField()


class SlotPriceSerializer(StrictSerializer):
    currency = serializers.CharField()
    total = serializers.IntegerField()


class SlotSerializer(StrictSerializer):
    start = InstantField()
    end = InstantField()
    seatsLeft = serializers.IntegerField(help_text="Guests that still fit.")
    price = SlotPriceSerializer()


class AvailabilitySerializer(StrictSerializer):
    startDate = serializers.DateField()
    endDate = serializers.DateField()
    slots = SlotSerializer(many=True)


class RoomBriefSerializer(StrictSerializer):
    id = serializers.IntegerField()
    bookingType = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()


class SlotsOfRoomSerializer(StrictSerializer):
    room = RoomBriefSerializer()
    schedule = serializers.IntegerField()
    timezone = serializers.CharField()
    slots = SlotSerializer(many=True)


class AvailabilityOfRoomsSerializer(StrictSerializer):
    startDate = serializers.DateField()
    endDate = serializers.DateField()
    rooms = SlotsOfRoomSerializer(many=True)


class ReasonSerializer(StrictSerializer):
    code = serializers.ChoiceField(list(ReasonCode))
    message = serializers.CharField()


class ExplanationSerializer(StrictSerializer):
    bookable = serializers.BooleanField()
    reasons = ReasonSerializer(many=True)


class RoomSerializer(StrictSerializer):
    """A room as it is shown, and as it is changed."""

    computed = frozenset({"bookingUrl", "availability", "updatedAt"})

    id = serializers.IntegerField(read_only=True)
    bookingType = serializers.CharField(read_only=True)
    slug = TextField(max_length=100, required=False)
    name = TextField(max_length=200, required=False)
    description = TextField(max_length=10_000, allow_blank=True, required=False)
    imageUrl = serializers.URLField(source="image_url", max_length=500, allow_null=True, required=False)
    active = FlagField(required=False)
    schedule = ScheduleBriefSerializer(read_only=True)
    modes = serializers.ListField(
        child=serializers.ChoiceField(Mode.values), min_length=1, max_length=2, required=False
    )
    seats = WholeNumberField(min_value=1, max_value=10_000, allow_null=True, required=False)
    durations = serializers.ListField(
        child=MinutesField(5), min_length=1, max_length=MAX_LIST, required=False
    )
    slotIntervalMinutes = MinutesField(5, source="slot_interval_minutes", required=False)
    bufferBeforeMinutes = MinutesField(source="buffer_before_minutes", required=False)
    bufferAfterMinutes = MinutesField(source="buffer_after_minutes", required=False)
    minNoticeMinutes = MinutesField(most=YEAR_MINUTES, source="min_notice_minutes", required=False)
    maxDaysAhead = WholeNumberField(source="max_days_ahead", min_value=1, max_value=730, required=False)
    guests = GuestsRangeSerializer(required=False)
    pricing = PricingSerializer(required=False)
    holdMinutes = MinutesField(1, source="hold_minutes", required=False)
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

    name = TextField(max_length=200)
    durationMinutes = MinutesField(5, source="duration_minutes", required=False)
    schedule = RoomIdentifierField(  # type: ignore[assignment]
        required=False, help_text="An existing schedule, by id or handle."
    )
    handle = TextField(max_length=100, required=False, help_text="For the new schedule.")
    timezone = TextField(max_length=64, required=False, help_text="For the new schedule.")
    hours = HoursSerializer(required=False, help_text="For the new schedule.")


class DaysQuery(StrictSerializer):
    """A range of local days, both included."""

    startDate = serializers.DateField(source="start_date", required=False)
    endDate = serializers.DateField(source="end_date", required=False)


class SlotsQuery(StrictSerializer):
    startDate = serializers.DateField(source="start_date")
    endDate = serializers.DateField(source="end_date")
    room = serializers.CharField(required=False, max_length=100)
    guests = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    durationMinutes = serializers.IntegerField(
        source="duration_minutes", min_value=5, max_value=DAY_MINUTES, required=False
    )
    mode = serializers.ChoiceField(Mode.values, required=False)


class ExplainQuery(StrictSerializer):
    room = serializers.CharField(max_length=100)
    start = QueryInstantField()
    guests = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    durationMinutes = serializers.IntegerField(
        source="duration_minutes", min_value=5, max_value=DAY_MINUTES, required=False
    )
    mode = serializers.ChoiceField(Mode.values, required=False)
