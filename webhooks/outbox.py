"""The only writer of events: in the transaction of the change that they tell of, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from bookingflow.lib import json
from webhooks.event_types import EVENT_TYPES, HOUSE_TYPES
from webhooks.models import Event
from webhooks.wake import wake_drain

API_VERSION = "2026-11-01"


@dataclass(frozen=True, slots=True)
class Draft:
    """`sequence` counts the events of its subject; whoever records increments it with the change itself."""

    type: str
    subject_type: str
    subject_id: str
    sequence: int
    data: Mapping[str, Any]


def record(drafts: Sequence[Draft], *, organization_id: UUID, at: datetime) -> None:
    """One INSERT for all, in the order given; after the commit the worker is woken.

    Raises RuntimeError outside a transaction, ValueError for a type that isn't there.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event belongs into the transaction of its change")
    if not drafts:
        return
    events = [
        # A microsecond apart, so that the log keeps their order.
        _event(draft, organization_id, at, at + timedelta(microseconds=number))
        for number, draft in enumerate(drafts)
    ]
    Event.objects.bulk_create(events)
    transaction.on_commit(wake_drain, robust=True)


def _event(draft: Draft, organization_id: UUID, at: datetime, recorded_at: datetime) -> Event:
    if draft.type not in EVENT_TYPES and draft.type not in HOUSE_TYPES:
        raise ValueError(f"there is no event type {draft.type}")
    event_id = uuid4()
    return Event(
        id=event_id,
        organization_id=organization_id,
        type=draft.type,
        subject_type=draft.subject_type,
        subject_id=draft.subject_id,
        sequence=draft.sequence,
        body=_body(event_id, draft, organization_id, at),
        recorded_at=recorded_at,
    )


def _body(event_id: UUID, draft: Draft, organization_id: UUID, at: datetime) -> str:
    """The very text that every attempt sends."""
    envelope = {
        "id": f"evt_{event_id.hex}",
        "type": draft.type,
        "apiVersion": API_VERSION,
        "timestamp": at,
        "organization": organization_id,
        "data": {**draft.data, "sequence": draft.sequence},
    }
    return json.dumps(envelope).decode()


def renamed(event: Event, name: str) -> Event:
    """The same event under another name: same data, an id of its own, no place in the log."""
    alias_id = uuid4()
    envelope = json.loads(event.body) | {"id": f"evt_{alias_id.hex}", "type": name}
    return Event(
        id=alias_id,
        organization_id=event.organization_id,
        type=name,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        sequence=event.sequence,
        body=json.dumps(envelope).decode(),
        recorded_at=event.recorded_at,
        alias_of=event,
    )
