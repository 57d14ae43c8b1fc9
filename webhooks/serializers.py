"""Webhook endpoints, deliveries and events as clients send them and see them. Names stand here as on the wire."""

import re
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from bookingflow.api.fields import FlagField, InstantField, TextField
from bookingflow.api.paging import PageQuery
from bookingflow.api.serializers import StrictSerializer
from bookingflow.lib.ids import read_uuid
from webhooks.event_types import CANCELLED, EVENT_TYPES
from webhooks.models import DeliveryStatus
from webhooks.services import LONGEST_URL, events_faults, url_form_faults

_BOOKING_TYPE = re.compile(r"bt-[0-9a-f]{8}\Z")
_ROW = re.compile(r"[1-9][0-9]{0,18}\Z", re.ASCII)

URL_HELP = "https://…; in development also http:// and addresses on this machine."
EVENTS_HELP = 'Event types, or ["*"] for every one but `booking.cancelled`.'
DESCRIPTION_HELP = "For people, such as which system it is."


class UrlField(TextField):
    """All that can be told of an address without looking its name up; one that was there before is left as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_URL, help_text=URL_HELP, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        url = super().to_internal_value(data)
        shown = getattr(self.parent, "shown", None) or {}
        if url != shown.get("url") and (faults := url_form_faults(url)):
            raise ValidationError([ErrorDetail(fault.message, code=fault.code) for fault in faults])
        return url


class EventTypesField(serializers.ListField):
    """Event types that there are; each that isn't is named."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=TextField(max_length=40), min_length=1, max_length=100, help_text=EVENTS_HELP, **kwargs
        )

    def to_internal_value(self, data: Any) -> list[str]:
        names: list[str] = super().to_internal_value(data)
        if faults := events_faults(names):
            raise ValidationError([ErrorDetail(fault.message, code=fault.code) for fault in faults])
        return names


class EndpointCreateSerializer(StrictSerializer):
    url = UrlField()
    events = EventTypesField()
    description = TextField(max_length=200, allow_blank=True, required=False, help_text=DESCRIPTION_HELP)


class EndpointSerializer(StrictSerializer):
    """An endpoint as it is shown, and as it is changed."""

    computed = frozenset({"failingSince", "updatedAt"})

    id = serializers.UUIDField(read_only=True)
    url = UrlField(required=False)
    description = TextField(max_length=200, allow_blank=True, required=False, help_text=DESCRIPTION_HELP)
    events = EventTypesField(required=False)
    active = FlagField(required=False, help_text="Enabling it forgets its past failures.")
    failingSince = InstantField(
        read_only=True, allow_null=True, help_text="Since when no delivery has succeeded."
    )
    createdAt = InstantField(read_only=True)
    updatedAt = InstantField(read_only=True)


class EndpointWithSecretSerializer(EndpointSerializer):
    secret = serializers.CharField(help_text="whsec_…: signs every delivery. Shown this once.")


class EventBriefSerializer(StrictSerializer):
    id = serializers.CharField()
    type = serializers.CharField()


class AttemptSerializer(StrictSerializer):
    at = InstantField()
    status = serializers.IntegerField(allow_null=True, help_text="The receiver's; null where none came.")
    durationMs = serializers.IntegerField()
    error = serializers.CharField(allow_null=True, help_text="Why there is no status.")
    response = serializers.CharField(help_text="The first 4 KiB of the receiver's answer.")


class DeliverySerializer(StrictSerializer):
    id = serializers.UUIDField()
    event = EventBriefSerializer()
    status = serializers.ChoiceField(
        DeliveryStatus.values, help_text="`failed`: the last attempt failed and another will come."
    )
    attempts = AttemptSerializer(many=True, help_text="Oldest first.")
    nextAttemptAt = InstantField(allow_null=True)
    createdAt = InstantField()


class DeliveryListQuery(PageQuery):
    status = serializers.ChoiceField(DeliveryStatus.values, required=False, help_text="One of them.")


class EventSerializer(StrictSerializer):
    """What happened, as it is sent to endpoints: to the letter."""

    id = serializers.CharField(help_text="The `webhook-id` of its deliveries.")
    type = serializers.CharField()
    apiVersion = serializers.CharField()
    timestamp = InstantField(help_text="When it happened.")
    organization = serializers.UUIDField()
    data = serializers.DictField(  # type: ignore[assignment]
        help_text="By type; `sequence` rises with each event of one subject."
    )


class EventPageSerializer(StrictSerializer):
    results = EventSerializer(many=True)
    next = serializers.URLField(help_text="Where to go on, at the end of the log too: never null.")
    previous = serializers.URLField(allow_null=True, help_text="Always null.")


class EventTypeFilterField(serializers.CharField):
    """A type that is never in the log, as its second spelling, finds nothing."""

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name not in EVENT_TYPES and name != CANCELLED:
            raise ValidationError(f"There is no event type “{name}”.", code="invalid")
        return name


class SubjectFilterField(serializers.CharField):
    """As it stands in the log, whatever the letters' case."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data).lower()
        if _ROW.match(text) or _BOOKING_TYPE.match(text):
            return text
        subject = read_uuid(text)
        if subject is None:
            raise ValidationError(
                "A subject is named by the id of a booking, room, schedule or customer.", code="invalid"
            )
        return str(subject)


class EventListQuery(PageQuery):
    type = EventTypeFilterField(required=False, help_text="One event type.")
    subject = SubjectFilterField(
        required=False, help_text="A booking's, room's, schedule's or customer's id."
    )


class PingSerializer(StrictSerializer):
    delivered = FlagField(help_text="Whether it answered with a 2xx status in time.")
    status = serializers.IntegerField(allow_null=True)
    durationMs = serializers.IntegerField()
    error = serializers.CharField(allow_null=True)
    response = serializers.CharField(help_text="The first 4 KiB of what came back.")


class ReplayCreateSerializer(StrictSerializer):
    since = InstantField(help_text="Events recorded at that instant or later, of the last 30 days.")


class ReplaySerializer(StrictSerializer):
    events = serializers.IntegerField(help_text="How many will be sent once more.")
