"""JSON as this house writes it: UTF-8 bytes, instants in UTC with a `Z`."""

from datetime import UTC, date, datetime
from typing import Any

import orjson

Fragment = orjson.Fragment
JSONDecodeError = orjson.JSONDecodeError
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, `2026-04-21T09:00:00Z`; a fraction only where it has one. Refuses a naive one."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def instant_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else instant(moment)


def dumps(document: Any) -> bytes:
    """Raises TypeError on what JSON has no form for."""
    return orjson.dumps(document, default=_plain, option=_OPTIONS)


def dumps_utc(document: Any) -> bytes:
    """The same several times faster, where every instant is in UTC already."""
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)


def canonical(document: Any) -> bytes:
    """One form for equal documents: keys sorted, no white space."""
    return orjson.dumps(document, default=_plain, option=_OPTIONS | orjson.OPT_SORT_KEYS)


def loads(content: bytes | str) -> Any:
    """Raises ValueError on malformed JSON; NaN and Infinity are malformed."""
    return orjson.loads(content)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
