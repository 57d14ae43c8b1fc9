"""Gives committed events their place in the log, and a delivery for everyone who must hear of them.

All of it under one advisory lock, after the commit of what is told: positions become visible in their order, so a
reader who remembers the last position it saw misses no event, however late that one was committed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from bookingflow.api import unit_of_work
from bookingflow.lib import clock, json
from webhooks.consumers import consumers_of
from webhooks.event_types import RENAMED_TYPES, RESCHEDULED, heard_as
from webhooks.models import Event
from webhooks.outbox import renamed
from webhooks.unplaced import ALONG_THE_INDEX, next_events, unplaced_events

PLACED_AT_ONCE = 100

# Any number that nothing else in this database locks.
PLACING = 7_305_081_101


@dataclass(frozen=True, slots=True)
class Listener:
    endpoint_id: UUID
    subscriptions: Sequence[str]


def place_events(*, at_most: int = PLACED_AT_ONCE) -> int:
    """How many were placed. Waits for another's turn to end, so that nothing committed before is passed over."""
    if not unplaced_events().exists():
        return 0
    return unit_of_work.run(lambda: _place(at_most))


def _place(at_most: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock(%s), {ALONG_THE_INDEX}", [PLACING])
    events = in_order(next_events(at_most))
    if events:
        now = _give_positions(events)
        _create_deliveries(events, now)
    return len(events)


def in_order(events: Sequence[Event]) -> list[Event]:
    """By time of recording, but never against the sequence of a subject, whatever the clocks said.

    The log is read by organization: between two of them the order says nothing.
    """
    latest: dict[tuple[UUID, str, str], datetime] = {}
    rank: dict[UUID, datetime] = {}
    for event in sorted(events, key=lambda event: event.sequence):
        subject = (event.organization_id, event.subject_type, event.subject_id)
        latest[subject] = rank[event.id] = max(latest.get(subject, event.recorded_at), event.recorded_at)
    return sorted(events, key=lambda event: (rank[event.id], event.subject_id, event.sequence))


def _give_positions(events: Sequence[Event]) -> datetime:
    """Microseconds since 1970, or one more than the last position where the clock is behind that.

    So positions go on rising when old events are swept, and when an older backup is restored: a counter would
    then give a reader's last position a second time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), (SELECT max(position) FROM webhooks_event)")
        instant, last = cursor.fetchone()
        now = clock.from_database(instant)
        first = max(int(now.timestamp() * 1_000_000), (last or 0) + 1)
        positions = [first + number for number in range(len(events))]
        cursor.execute(
            "UPDATE webhooks_event AS event SET position = given.position "
            "FROM unnest(%s::uuid[], %s::bigint[]) AS given (id, position) WHERE event.id = given.id",
            [[event.id for event in events], positions],
        )
    return now


def _create_deliveries(events: Sequence[Event], now: datetime) -> None:
    """Due by the schedule's first entry, a microsecond apart: first attempts are due in the order of the log."""
    due = now + timedelta(seconds=settings.WEBHOOK_RETRY_SCHEDULE[0])
    receivers = _Receivers(events)
    rows = [
        (uuid4(), event.organization_id, told.id, endpoint_id, consumer, due + timedelta(microseconds=number))
        for number, event in enumerate(events)
        for told, endpoint_id, consumer in receivers.of(event)
    ]
    Event.objects.bulk_create(receivers.aliases.values())
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [now, *(list(column) for column in zip(*rows, strict=True))])


# Arrays instead of a list of values: thousands of rows in a tenth of the time.
_INSERT = """
INSERT INTO webhooks_delivery
    (created_at, status, attempts, id, organization_id, event_id, endpoint_id, consumer, next_attempt_at)
SELECT %s, 'pending', '[]', given.*
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[]) AS given
"""


class _Receivers:
    """Who hears of which event, and under which name."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.aliases: dict[tuple[UUID, str], Event] = {}
        self._listeners = _listeners({event.organization_id for event in events})
        self._whole = Event.objects.in_bulk([event.id for event in events if event.type in RENAMED_TYPES])

    def of(self, event: Event) -> Iterable[tuple[Event, UUID | None, str]]:
        """(event or its alias, endpoint, "") and (event, None, consumer)."""
        is_new = event.type == RESCHEDULED and made_new_booking(self._whole[event.id])
        for listener in self._listeners[event.organization_id]:
            names = heard_as(event.type, subscriptions=listener.subscriptions, made_new_booking=is_new)
            for name in names:
                yield self._under(name, event), listener.endpoint_id, ""
        for consumer in consumers_of(event.type):
            yield event, None, consumer.name

    def _under(self, name: str, event: Event) -> Event:
        if name == event.type:
            return event
        if (event.id, name) not in self.aliases:
            self.aliases[event.id, name] = renamed(self._whole[event.id], name)
        return self.aliases[event.id, name]


def _listeners(organization_ids: Iterable[UUID]) -> Mapping[UUID, list[Listener]]:
    """The endpoints are kept from being deleted until their deliveries are there (a deletion locks them first)."""
    listeners: dict[UUID, list[Listener]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organization_id, id, events FROM webhooks_endpoint "
            "WHERE organization_id = ANY(%s) AND active ORDER BY id FOR KEY SHARE",
            [list(organization_ids)],
        )
        for organization_id, endpoint_id, subscriptions in cursor.fetchall():
            listeners[organization_id].append(Listener(endpoint_id, subscriptions))
    return listeners


def made_new_booking(event: Event) -> bool:
    """Whether a reschedule ended one booking and made another."""
    data = json.loads(event.body)["data"]
    return bool(data.get("oldBookingId") != data.get("newBookingId"))
