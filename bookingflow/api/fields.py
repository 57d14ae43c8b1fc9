"""Fields that take what the contract says and nothing near it: `"4"` is no number, `1` is no text."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from bookingflow.lib.ids import read_uuid

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)
_WITHOUT_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?\Z", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}\Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
MAX_MINOR = 10**11
# Of days that a client may name: those that services reckon with.
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 50, 40, 500


class TextField(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeNumberField(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class QueryNumberField(serializers.IntegerField):
    """The same in a query string: plain digits, where `int()` takes `1_0`, ` 3`, `3.0` and those of any script."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not _NUMBER.match(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class KeyField(serializers.UUIDField):
    """An id, a UUID in its usual form alone: no number, no braces."""

    def to_internal_value(self, data: Any) -> UUID:
        key = read_uuid(data) if isinstance(data, str) else None
        if key is None:
            self.fail("invalid", value=data)
        return key


class FlagField(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class InstantField(serializers.Field[Any, Any, Any, Any]):
    """An RFC 3339 instant with an offset, as an aware datetime in UTC."""

    default_error_messages = {
        "invalid": "Not an RFC 3339 instant, such as 2026-12-05T13:00:00-05:00.",
        "offset": "An instant needs an offset: 2026-12-05T13:00:00-05:00 or …Z.",
    }

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str):
            self.fail("invalid")
        if _WITHOUT_OFFSET.match(data):
            self.fail("offset")
        if not _RFC3339.match(data):
            self.fail("invalid")
        try:
            return datetime.fromisoformat(data.upper().replace(" ", "T")).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class DayField(serializers.DateField):
    """A local day, `YYYY-MM-DD` and no other form of it, between 1970 and 2199."""

    default_error_messages = {
        "invalid": "Not a date such as 2026-12-25.",
        "range": f"Must be between {FIRST_DAY.year} and {LAST_DAY.year}.",
    }

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not _DAY.match(data):
            self.fail("invalid")
        try:
            day = date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail("range")
        return day


class QueryFlagField(serializers.BooleanField):
    """`true` or `false` in a query string, and no other word for them."""

    default_error_messages = {"invalid": "Either true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if data not in ("true", "false"):
            self.fail("invalid", input=data)
        return bool(data == "true")


class QueryInstantField(InstantField):
    """The same in a query string, where an unescaped `+` has become a space."""

    def to_internal_value(self, data: Any) -> datetime:
        return super().to_internal_value(
            re.sub(r" (\d\d:\d\d)\Z", r"+\1", data) if isinstance(data, str) else data
        )


class MetadataField(serializers.DictField):
    """Up to 50 string keys (40 characters) with string values (500 characters). The keys are the client's own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=TextField(allow_blank=True, max_length=METADATA_VALUE_LENGTH, trim_whitespace=False),
            **kwargs,
        )

    def to_internal_value(self, data: Any) -> dict[str, str]:
        values: dict[str, str] = super().to_internal_value(data)
        if len(values) > METADATA_KEYS:
            raise ValidationError(f"At most {METADATA_KEYS} keys.", code="max_length")
        if any(not 1 <= len(key) <= METADATA_KEY_LENGTH for key in values):
            raise ValidationError(f"Keys have 1–{METADATA_KEY_LENGTH} characters.", code="max_length")
        return values


class RoomIdentifierField(serializers.Field[Any, Any, Any, Any]):
    """A room's integer id (also as a string), its `bt-` id or its slug. What can't be any of them names no room."""

    default_error_messages = {"invalid": "A room is named by its id, its bt- id or its slug."}

    def to_internal_value(self, data: Any) -> int | str:
        if isinstance(data, bool) or not isinstance(data, int | str) or data == "":
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class PercentField(serializers.Field[Any, Any, Any, Any]):
    """A number with up to four decimals, kept as the JSON number that it is."""

    default_error_messages = {
        "invalid": "Not a number.",
        "range": "Must be between {least} and {most}.",
        "decimals": "At most four decimals.",
    }

    def __init__(self, least: int = 0, most: int = 100, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int | float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        if not self.least <= data <= self.most:
            self.fail("range", least=self.least, most=self.most)
        exponent = Decimal(str(data)).normalize().as_tuple().exponent
        if isinstance(exponent, int) and exponent < -4:
            self.fail("decimals")
        return int(data) if data == int(data) else data

    def to_representation(self, value: Any) -> Any:
        return value
