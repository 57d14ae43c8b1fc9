"""Values of rooms and schedules, as they stand on the wire."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from bookingflow.api.fields import MAX_MINOR, RoomIdentifierField, TextField, WholeNumberField
from bookingflow.lib.names import MAX_LENGTH, name_fault
from bookingflow.lib.zones import is_zone
from rooms.queries import may_name_a_room, may_name_a_schedule

DAY_MINUTES = 24 * 60
YEAR_MINUTES = 365 * DAY_MINUTES


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


class NameField(TextField):
    """A slug or handle: lower-case letters, digits and hyphens, and no word that is, or may become, a path."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if fault := name_fault(name):
            raise ValidationError(fault, code="invalid")
        return name


class ZoneField(TextField):
    """An IANA zone."""

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if not is_zone(name):
            raise ValidationError(f"There is no time zone “{name}”.", code="invalid")
        return name


class ScheduleIdentifierField(RoomIdentifierField):
    """A schedule's id (also as a string) or its handle."""

    default_error_messages = {"invalid": "A schedule is named by its id or its handle."}


class RoomFilterField(serializers.CharField):
    """What can't name a room is refused; what could, and doesn't, filters to nothing."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not may_name_a_room(text):
            raise ValidationError("A room is named by its id, its bt- id or its slug.", code="invalid")
        return text


class ScheduleFilterField(serializers.CharField):
    """The same for schedules."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not may_name_a_schedule(text):
            raise ValidationError("A schedule is named by its id or its handle.", code="invalid")
        return text
