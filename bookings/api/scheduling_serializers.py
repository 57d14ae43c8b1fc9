"""The Booking API's bodies, queries and answers. Names stand here as on the wire."""

from rest_framework import serializers

from bookingflow.api.fields import (
    DayField,
    InstantField,
    MetadataField,
    QueryNumberField,
    RoomIdentifierField,
    TextField,
    WholeNumberField,
)
from bookingflow.api.serializers import StrictSerializer
from bookings.api.serializers import LEAST_MINUTES, MAX_GUESTS, MAX_NOTES, MOST_MINUTES
from bookings.documents import APPOINTMENT_STATUSES, CANCELLED, RESCHEDULED
from bookings.lifecycle import Status

MAX_REASON = 500
USERNAME = "A schedule's handle, or the organization's slug for any of its schedules."


class FreeTimesQuery(StrictSerializer):
    username = serializers.CharField(help_text=USERNAME)
    slug = serializers.CharField(help_text="The room's slug, integer id or `bt-` id.")
    startDate = DayField(source="start_date", help_text="The first local day.")
    endDate = DayField(source="end_date", help_text="Itself included.")
    duration = QueryNumberField(
        min_value=LEAST_MINUTES,
        max_value=MOST_MINUTES,
        required=False,
        help_text="In minutes; may be left out where the room has one alone.",
    )


class TimeSerializer(StrictSerializer):
    start = InstantField()
    end = InstantField()


class FreeTimesSerializer(StrictSerializer):
    slots = TimeSerializer(many=True)


class AppointmentCreateSerializer(TimeSerializer):
    bookingType = RoomIdentifierField(source="room")
    name = TextField(max_length=200)
    email = serializers.EmailField(max_length=254)
    notes = TextField(max_length=MAX_NOTES, allow_blank=True, trim_whitespace=False, required=False)
    username = TextField(required=False, help_text=USERNAME)
    guests = WholeNumberField(min_value=1, max_value=MAX_GUESTS, required=False)
    phone = TextField(max_length=40, allow_blank=True, required=False)
    metadata = MetadataField(required=False)


class AppointmentMadeSerializer(StrictSerializer):
    bookingId = serializers.UUIDField()
    status = serializers.ChoiceField([Status.CONFIRMED.value])


class AttendeeSerializer(StrictSerializer):
    """Who was erased has no email."""

    email = serializers.EmailField(allow_null=True)
    name = serializers.CharField()


class AppointmentSerializer(StrictSerializer):
    id = serializers.UUIDField()
    userId = serializers.CharField(help_text="The schedule's handle.")
    bookingType = serializers.CharField(help_text="The room's `bt-` id.")
    startUtc = InstantField()
    endUtc = InstantField()
    status = serializers.ChoiceField(APPOINTMENT_STATUSES)
    attendee = AttendeeSerializer()
    notes = serializers.CharField()
    rescheduledFrom = serializers.UUIDField(allow_null=True)
    rescheduledTo = serializers.UUIDField(allow_null=True)


class AppointmentCancelSerializer(StrictSerializer):
    reason = TextField(max_length=MAX_REASON, allow_blank=True, required=False)


class AppointmentCancelledSerializer(StrictSerializer):
    status = serializers.ChoiceField([CANCELLED])


class AppointmentMoveSerializer(StrictSerializer):
    newSlot = TimeSerializer(source="new_slot")


class AppointmentMovedSerializer(StrictSerializer):
    oldBookingId = serializers.UUIDField()
    newBookingId = serializers.UUIDField()
    status = serializers.ChoiceField([RESCHEDULED])
