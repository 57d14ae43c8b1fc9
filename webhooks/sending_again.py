"""Sending once more what was recorded: one delivery, or all that an endpoint subscribes to since some instant.

A delivery that is sent once more stays the one that it was. It is due at once, has the whole schedule before it, and
is left alone where it has not been attempted yet, or is under way at this moment.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import QuerySet

from bookingflow.api import unit_of_work
from bookingflow.lib import clock
from bookingflow.lib.errors import BookingStateConflict
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Act, Actor, record_acts
from bookingflow.organizations.models import Organization
from webhooks.event_types import RESCHEDULED, heard_as, types_heard
from webhooks.fanout import made_new_booking
from webhooks.models import Delivery, Endpoint, Event, Replay
from webhooks.outbox import renamed
from webhooks.queries import end_of_log, find_delivery, find_endpoint
from webhooks.retention import KEPT_FOR
from webhooks.wake import wake_drain

BATCH = 200
# So many may be due before more are made so: what happens now comes soon in between.
DUE_AT_MOST = 100
# In one round, so that a round stays short.
ENDPOINTS_AT_ONCE = 5
ATTEMPTS_KEPT = 20
# Positions tell when an event was placed, which is later than it was recorded unless clocks were set.
CLOCKS_APART = timedelta(hours=1)


def resend_delivery(
    *, organization: Organization, actor: Actor, endpoint_id: UUID | str, delivery_id: UUID | str
) -> Delivery:
    """Raises NotFound, and BookingStateConflict where the endpoint is disabled."""
    require_transaction()
    endpoint = _enabled(find_endpoint(organization, endpoint_id))
    delivery = find_delivery(endpoint, delivery_id)
    _send_again(endpoint.id, [delivery.event_id], now=clock.now())
    _audit(endpoint, actor, "delivery_resent", {"delivery": [None, str(delivery.id)]})
    transaction.on_commit(wake_drain, robust=True)
    return find_delivery(endpoint, delivery_id)


def replay_events(
    *, organization: Organization, actor: Actor, endpoint_id: UUID | str, since: datetime
) -> int:
    """How many messages will be sent: of what was recorded since then and is in the log by now. The drain does it.

    A second replay of an endpoint is put together with what is left of the first. Raises as `resend_delivery` does.
    """
    require_transaction()
    endpoint = _enabled(find_endpoint(organization, endpoint_id))
    since, until = max(since, clock.now() - KEPT_FOR), end_of_log(organization)
    wanted = Replay(endpoint=endpoint, since=since, after=_position_before(since), until=until)
    number = _number_of_messages(wanted)
    if number:
        _put_together(wanted)
        transaction.on_commit(wake_drain, robust=True)
    _audit(endpoint, actor, "replayed", {"since": [None, since.isoformat()], "events": [None, number]})
    return number


def continue_replays() -> int:
    """One batch for some of the endpoints that have little waiting; how many events were made due."""
    if not Replay.objects.exists():
        return 0
    return sum(unit_of_work.run(partial(_continue, endpoint_id)) for endpoint_id in _with_room())


def _with_room() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            _WITH_ROOM, {"now": clock.now(), "at_most": DUE_AT_MOST, "endpoints": ENDPOINTS_AT_ONCE}
        )
        return [row[0] for row in cursor.fetchall()]


# One of each organization before anyone's second. By lot: nobody needs to remember whose turn it was.
_WITH_ROOM = """
SELECT replay.endpoint_id FROM webhooks_replay AS replay
JOIN webhooks_endpoint AS endpoint ON endpoint.id = replay.endpoint_id
WHERE (SELECT count(*) FROM (
    SELECT 1 FROM webhooks_delivery AS delivery
    WHERE delivery.endpoint_id = replay.endpoint_id AND delivery.next_attempt_at <= %(now)s LIMIT %(at_most)s
) AS due) < %(at_most)s
ORDER BY row_number() OVER (PARTITION BY endpoint.organization_id ORDER BY random()), random()
LIMIT %(endpoints)s
"""


def _continue(endpoint_id: UUID) -> int:
    endpoint = _kept(endpoint_id)
    replay = Replay.objects.select_for_update(skip_locked=True).filter(endpoint=endpoint_id).first()
    if replay is None:
        return 0
    events = list(_events_of(replay, endpoint)[:BATCH]) if endpoint else []
    if endpoint is None or not events:
        replay.delete()
        return 0
    _send_all(events, endpoint)
    replay.after = events[-1].position or 0
    replay.save(update_fields=["after"])
    return len(events)


def _kept(endpoint_id: UUID) -> Endpoint | None:
    """Kept from being deleted meanwhile. None where it is disabled."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM webhooks_endpoint WHERE id = %s FOR KEY SHARE", [endpoint_id])
    return Endpoint.objects.filter(id=endpoint_id, active=True).first()


def _send_all(events: Sequence[Event], endpoint: Endpoint) -> None:
    now, told = clock.now(), _told(events, endpoint.events)
    known = _send_again(endpoint.id, told, now=now)
    _send_first(endpoint, told, known, now=now)


def _events_of(replay: Replay, endpoint: Endpoint) -> QuerySet[Event]:
    """Kept from being swept meanwhile."""
    between = Event.objects.filter(position__gt=replay.after, position__lte=replay.until)
    own = between.filter(organization_id=endpoint.organization_id, recorded_at__gte=replay.since)
    heard = own.filter(type__in=types_heard(endpoint.events))
    return heard.order_by("position").select_for_update(no_key=True)


def _told(events: Sequence[Event], subscriptions: Sequence[str]) -> list[UUID]:
    """The ids under which the endpoint hears of them, in their order; a missing alias is made."""
    aliases: dict[tuple[UUID | None, str], UUID] = {
        (alias.alias_of_id, alias.type): alias.id
        for alias in Event.objects.filter(alias_of__in=events).defer("body")
    }
    told = []
    for event in events:
        for name in _names(event, subscriptions):
            if name != event.type and (event.id, name) not in aliases:
                alias = renamed(event, name)
                alias.save(force_insert=True)
                aliases[event.id, name] = alias.id
            told.append(event.id if name == event.type else aliases[event.id, name])
    return told


def _names(event: Event, subscriptions: Sequence[str]) -> list[str]:
    is_new = event.type == RESCHEDULED and made_new_booking(event)
    return heard_as(event.type, subscriptions=subscriptions, made_new_booking=is_new)


def _send_again(endpoint_id: UUID, event_ids: Sequence[UUID], *, now: datetime) -> set[UUID]:
    """Those of the events of which the endpoint has a delivery."""
    with connection.cursor() as cursor:
        cursor.execute(
            _AGAIN,
            {
                "endpoint": endpoint_id,
                "events": list(event_ids),
                "due": _moments(now, len(event_ids)),
                "now": now,
                "kept": ATTEMPTS_KEPT,
            },
        )
    known = Delivery.objects.filter(endpoint_id=endpoint_id, event_id__in=event_ids)
    return set(known.values_list("event_id", flat=True))


_AGAIN = """
UPDATE webhooks_delivery AS delivery
SET status = 'pending', next_attempt_at = given.due,
    attempts = jsonb_path_query_array(delivery.attempts, '$[last - $back to last]',
        jsonb_build_object('back', %(kept)s::int - 1)),
    attempts_before = least(jsonb_array_length(delivery.attempts), %(kept)s::int)
FROM unnest(%(events)s::uuid[], %(due)s::timestamptz[]) AS given (event_id, due)
WHERE delivery.event_id = given.event_id AND delivery.endpoint_id = %(endpoint)s
    AND (delivery.leased_until IS NULL OR delivery.leased_until <= %(now)s)
    AND NOT (delivery.status = 'pending' AND delivery.next_attempt_at <= %(now)s)
"""


def _send_first(endpoint: Endpoint, told: Sequence[UUID], known: set[UUID], *, now: datetime) -> None:
    missing = [
        Delivery(
            id=uuid4(),
            organization_id=endpoint.organization_id,
            event_id=event_id,
            endpoint=endpoint,
            next_attempt_at=due,
            created_at=now,
        )
        for event_id, due in zip(told, _moments(now, len(told)), strict=True)
        if event_id not in known
    ]
    Delivery.objects.bulk_create(missing)


def _moments(now: datetime, number: int) -> list[datetime]:
    """A microsecond apart, so that they are sent in their order."""
    return [now + timedelta(microseconds=place) for place in range(number)]


def _number_of_messages(replay: Replay) -> int:
    subscriptions = replay.endpoint.events
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTED,
            {
                "organization": replay.endpoint.organization_id,
                "types": sorted(types_heard(subscriptions)),
                "after": replay.after,
                "until": replay.until,
                "since": replay.since,
                "rescheduled": RESCHEDULED,
            },
        )
        counted = cursor.fetchall()
    return sum(
        number * len(heard_as(name, subscriptions=subscriptions, made_new_booking=is_new))
        for name, is_new, number in counted
    )


_COUNTED = """
SELECT type, CASE WHEN type = %(rescheduled)s
    THEN (body::jsonb #>> '{data,oldBookingId}') IS DISTINCT FROM (body::jsonb #>> '{data,newBookingId}')
    ELSE false END AS made_new_booking, count(*)
FROM webhooks_event
WHERE organization_id = %(organization)s AND position > %(after)s AND position <= %(until)s
    AND recorded_at >= %(since)s AND type = ANY(%(types)s)
GROUP BY 1, 2
"""


def _put_together(wanted: Replay) -> None:
    """What is left of an earlier one is not forgotten. One request at a time; a drain is not held up."""
    Endpoint.objects.select_for_update(no_key=True).get(id=wanted.endpoint_id)
    left = Replay.objects.select_for_update().filter(endpoint=wanted.endpoint).first()
    if left is not None:
        wanted.since, wanted.after = min(wanted.since, left.since), min(wanted.after, left.after)
    wanted.save(force_insert=left is None, force_update=left is not None)


def _position_before(since: datetime) -> int:
    return int((since - CLOCKS_APART).timestamp() * 1_000_000)


def _enabled(endpoint: Endpoint) -> Endpoint:
    if not endpoint.active:
        raise BookingStateConflict('This endpoint is disabled: enable it first, with {"active": true}.')
    return endpoint


def _audit(endpoint: Endpoint, actor: Actor, done: str, changes: Mapping[str, object]) -> None:
    act = Act(f"endpoint.{done}", "endpoint", str(endpoint.id), changes)
    record_acts([act], organization_id=endpoint.organization_id, actor=actor)
