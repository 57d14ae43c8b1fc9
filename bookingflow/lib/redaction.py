"""What may not stand in a log: secrets, keys, cards, and whatever tells of a person."""

import re
import traceback
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError

REDACTED: Final = "[redacted]"
_PRIVATE_NAMES: Final = """
    address api_key apikey authorization body card clientsecret client_secret content cookie cookies
    customer data email first_name form full_name headers key last_name metadata name note notes number
    password phone postal_code query query_string reason secret signature state subject text token user
    username
"""
PRIVATE_NAMES: Final = frozenset(_PRIVATE_NAMES.split())
# Made or checked by us; a client's own request id is to be found as it was sent.
PLAIN_NAMES: Final = frozenset({"request_id", "task_id", "timestamp", "level", "logger", "route"})
_PRIVATE: Final = re.compile(
    "|".join(
        (
            r"\bbf_(?:live|test)_\w+",
            r"\bwhsec_[\w+/=-]+",
            r"\b(?:sk|rk)_(?:live|test)_\w+",
            r"\b(?:pi|seti|cs)_\w+_secret_\w+",
            r"(?i:\bbearer\s+[^\s,]+)",
            r"(?i:\bbasic\s+[\w+/=]{8,})",
            r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+",
            r"\+\d[\d ()./-]{6,}\d",  # a phone number in international form
            r"\b\d(?:[ -]?\d){12,18}\b",  # a card's number
            r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",  # user and password of an address
            r"(?<=[?&])[^\s\"'#]+",  # a query may name a person
            r"(?s:\bDETAIL:.*)",  # PostgreSQL shows the row
        )
    )
)
# Told by the system about itself. Any other exception's message may quote what somebody has sent.
_TELLING: Final = (OSError, OperationalError, InterfaceError, RedisError)


def redacted(text: str) -> str:
    return _PRIVATE.sub(REDACTED, text)


def redact(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A structlog processor: values under a private name go, and in the others what is recognized as private."""
    return {name: _value(name, value) for name, value in event.items()}


def _value(name: str, value: Any) -> Any:
    if name.lower() in PRIVATE_NAMES and value is not None:
        return REDACTED
    if isinstance(value, Mapping):
        return {inner: _value(str(inner), each) for inner, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value("", each) for each in value]
    if name in PLAIN_NAMES or value is None or isinstance(value, bool | int | float):
        return value
    return redacted(str(value))


def told_exception(exc_info: Any) -> str:
    """Frames without their variables, and the kind of each exception; a message only where the system speaks."""
    return "\n".join(_told(exc_info[1], ())) if exc_info and exc_info[1] is not None else ""


def _told(fault: BaseException, told: tuple[BaseException, ...]) -> Iterator[str]:
    """A chain may lead back to where it began."""
    behind = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if behind is not None and behind not in (*told, fault):
        yield from _told(behind, (*told, fault))
    yield "".join(traceback.format_tb(fault.__traceback__)) + kind_of(fault)


def kind_of(fault: BaseException) -> str:
    name = f"{type(fault).__module__}.{type(fault).__qualname__}".removeprefix("builtins.")
    return f"{name}: {redacted(str(fault))}" if isinstance(fault, _TELLING) else name
