"""Schedules, their slots and their blocks, as clients send them and see them."""

from typing import Any

from rest_framework import serializers

from bookingflow.api.fields import (
    DayField,
    FlagField,
    InstantField,
    QueryInstantField,
    QueryNumberField,
    RoomIdentifierField,
    TextField,
)
from bookingflow.api.paging import PageQuery
from bookingflow.api.serializers import StrictSerializer
from rooms.availability import ReasonCode
from rooms.fields import (
    DAY_MINUTES,
    NameField,
    OpeningField,
    RoomFilterField,
    ScheduleFilterField,
    ScheduleIdentifierField,
    ZoneField,
)
from rooms.hours import WEEKDAYS
from rooms.models import Mode

MOST_OPENINGS = 24
MOST_OVERRIDES = 1_000
LONGEST_REASON = 200


class HoursSerializer(StrictSerializer):
    """A day left out is closed."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            day: serializers.ListField(child=OpeningField(), required=False, max_length=MOST_OPENINGS)
            for day in WEEKDAYS
        }


class OverrideSerializer(StrictSerializer):
    """Other hours on one local date; none is a closed day."""

    date = DayField()
    hours = serializers.ListField(child=OpeningField(), required=False, max_length=MOST_OPENINGS)
    reason = TextField(max_length=LONGEST_REASON, allow_blank=True, required=False)


class ScheduleSerializer(StrictSerializer):
    """A schedule as it is shown, and as it is changed. `hours` and `overrides` replace what was there."""

    computed = frozenset({"calendars"})

    id = serializers.IntegerField(read_only=True)
    handle = NameField(required=False)
    name = TextField(max_length=200, required=False)
    timezone = ZoneField(required=False)
    hours = HoursSerializer(required=False)
    overrides = OverrideSerializer(many=True, max_length=MOST_OVERRIDES, required=False)
    rooms = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    calendars = serializers.ListField(child=serializers.DictField(), read_only=True)


class ScheduleBriefSerializer(StrictSerializer):
    id = serializers.IntegerField()
    handle = serializers.CharField()
    name = serializers.CharField()
    timezone = serializers.CharField()


class RoomBriefSerializer(StrictSerializer):
    id = serializers.IntegerField()
    bookingType = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()


class TotalSerializer(StrictSerializer):
    currency = serializers.CharField()
    total = serializers.IntegerField(help_text="Minor units.")


class SlotSerializer(StrictSerializer):
    start = InstantField()
    end = InstantField()
    seatsLeft = serializers.IntegerField(help_text="Guests that still fit.")
    price = TotalSerializer()


class SlotsOfRoomSerializer(StrictSerializer):
    room = RoomBriefSerializer()
    schedule = serializers.IntegerField()
    timezone = serializers.CharField()
    slots = SlotSerializer(many=True)


class AvailabilityOfRoomsSerializer(StrictSerializer):
    startDate = serializers.DateField()
    endDate = serializers.DateField()
    rooms = SlotsOfRoomSerializer(many=True)


class AvailabilitySerializer(StrictSerializer):
    startDate = serializers.DateField()
    endDate = serializers.DateField()
    slots = SlotSerializer(many=True)


class ReasonSerializer(StrictSerializer):
    code = serializers.ChoiceField(list(ReasonCode))
    message = serializers.CharField()


class ExplanationSerializer(StrictSerializer):
    bookable = serializers.BooleanField()
    reasons = ReasonSerializer(many=True)


class BlockSerializer(StrictSerializer):
    id = serializers.UUIDField()
    schedule = serializers.IntegerField()
    start = InstantField()
    end = InstantField()
    reason = serializers.CharField(allow_blank=True)
    createdAt = InstantField()


class BookingInTheWaySerializer(StrictSerializer):
    bookingId = serializers.UUIDField()
    reference = serializers.CharField()
    start = InstantField()
    end = InstantField()


class BlockedSerializer(BlockSerializer):
    conflicts = BookingInTheWaySerializer(many=True, help_text="Live bookings that stay in the blocked time.")


class BlocksSerializer(StrictSerializer):
    """The answer to a block of all schedules."""

    blocks = BlockedSerializer(many=True)


class BlockCreateSerializer(StrictSerializer):
    """One of `room`, `schedule` and `all`; either `start` and `end`, or `startDate` and `endDate`."""

    choices = (
        {
            "oneOf": [
                {"required": ["room"]},
                {"required": ["schedule"]},
                {"required": ["all"], "properties": {"all": {"const": True}}},
            ]
        },
        {"oneOf": [{"required": ["start", "end"]}, {"required": ["startDate", "endDate"]}]},
    )

    room = RoomIdentifierField(required=False)
    schedule = ScheduleIdentifierField(required=False)
    all = FlagField(source="all_schedules", required=False)
    start = InstantField(required=False)
    end = InstantField(required=False)
    startDate = DayField(source="start_date", required=False)
    endDate = DayField(source="end_date", required=False, help_text="The last day that is blocked.")
    reason = TextField(max_length=LONGEST_REASON, allow_blank=True, required=False)
    force = FlagField(required=False, help_text="Block although live bookings are in the way; they stay.")


class DaysQuery(StrictSerializer):
    """A range of local days, both included."""

    startDate = DayField(source="start_date", required=False, help_text="The first local day.")
    endDate = DayField(source="end_date", required=False, help_text="The last local day, itself included.")


class PartyQuery(StrictSerializer):
    """For whom and for how long; what is left out is the room's own."""

    guests = QueryNumberField(
        min_value=1, max_value=1000, required=False, help_text="Left out, as few as the room takes."
    )
    durationMinutes = QueryNumberField(
        source="duration_minutes",
        min_value=5,
        max_value=DAY_MINUTES,
        required=False,
        help_text="Left out, each that the room has.",
    )
    mode = serializers.ChoiceField(
        Mode.values, required=False, help_text="Left out, the room's only one, else `private`."
    )


class SlotsQuery(PartyQuery):
    startDate = DayField(source="start_date", help_text="The first local day.")
    endDate = DayField(source="end_date", help_text="The last local day, itself included: 62 days at most.")
    room = serializers.CharField(
        required=False, help_text="By id, `bt-` id or slug; left out, all active rooms."
    )


class ExplainQuery(PartyQuery):
    room = serializers.CharField(help_text="By id, `bt-` id or slug.")
    start = QueryInstantField(help_text="The time that is asked about.")


class BlockListQuery(PageQuery, DaysQuery):
    """`startDate` and `endDate`: what reaches into these local days of its schedule."""

    room = RoomFilterField(required=False, help_text="Blocks of the schedule that this room is on.")
    schedule = ScheduleFilterField(required=False, help_text="By id or handle.")
