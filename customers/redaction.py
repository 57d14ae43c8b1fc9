"""Taking a person out of documents that were made earlier, by the ids that lead to them. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

NAME = "Erased"
ENDED_BY_RESCHEDULE = "rescheduled"
WITHOUT_REASON = "Refund"
_BRIEF = {"id": None, "name": NAME, "email": None, "phone": None}
_WHOLE: dict[str, Any] = {"name": NAME, "email": None, "phone": "", "notes": "", "metadata": {}}
_OF_BOOKING: dict[str, Any] = {"notes": "", "metadata": {}}


@dataclass(frozen=True, slots=True)
class Traces:
    """`money_ids`: of their payments and refunds, whose free text is theirs. `reasons`: what refunds were given
    for, as the lines of a price name them."""

    customer_id: str
    money_ids: Collection[str] = ()
    reasons: Collection[str] = ()


def redacted(document: Any, traces: Traces) -> Any:
    """The same without the person. What was redacted before stays as it is."""
    if isinstance(document, list):
        return [redacted(each, traces) for each in document]
    if not isinstance(document, Mapping):
        return document
    found = {name: redacted(value, traces) for name, value in document.items()}
    if _is_person(document, traces):
        return dict(_BRIEF) if set(document) == set(_BRIEF) else found | _WHOLE
    if _is_person(document.get("customer"), traces) and "reference" in document:
        found |= _OF_BOOKING | {"cancelReason": _cancel_reason(document.get("cancelReason"))}
    if isinstance(changes := found.get("changes"), dict) and _concerns(document, traces):
        found["changes"] = {name: _change(name, change) for name, change in changes.items()}
    if document.get("id") in traces.money_ids:
        found |= {name: "" for name in ("note", "reason") if name in document}
    if document.get("kind") == "adjustment" and document.get("label") in traces.reasons:
        found["label"] = WITHOUT_REASON
    return found


def _is_person(value: Any, traces: Traces) -> bool:
    return isinstance(value, Mapping) and value.get("id") == traces.customer_id and "email" in value


def _concerns(told: Mapping[str, Any], traces: Traces) -> bool:
    """What an event tells: of a booking that was theirs before the change or after it."""
    booking, changes = told.get("booking"), told["changes"]
    sides = changes.get("customer") or {}
    people = [booking.get("customer")] if isinstance(booking, Mapping) else []
    return any(_is_person(each, traces) for each in [*people, *sides.values()])


def _change(name: str, change: Any) -> Any:
    if name not in _OF_BOOKING:
        return change
    return {"from": _OF_BOOKING[name], "to": _OF_BOOKING[name]}


def _cancel_reason(present: Any) -> str | None:
    return ENDED_BY_RESCHEDULE if present == ENDED_BY_RESCHEDULE else None
