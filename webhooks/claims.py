"""Takes what is due, for one sender at a time: a lease in the database, had in one short statement.

A lease that ran out (its holder was killed) counts as none. Who is served next:
- no endpoint has more under way than it is allowed, in all workers together, and one that fails has one;
- a first attempt waits until the first attempts of its subject's earlier events are over;
- organizations take turns, within them endpoints, and none has more than its share of the places.
What belongs to an inactive endpoint, or to an organization whose plan lacks the API, waits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from bookingflow.lib import clock
from bookingflow.organizations.models import PLANS_WITH_API
from webhooks import pace

# Beyond the longest that an attempt may take, for the result to be recorded.
LEASE_MARGIN_SECONDS = 15.0
CONSUMER_LEASE_SECONDS = 300.0
# How far into an endpoint's queue is looked: over what is under way and what waits for its subject's turn.
WINDOW = 3 * pace.AT_MOST


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery to be attempted, with all that this takes. Secrets are encrypted still."""

    delivery_id: UUID
    lease: UUID
    claimed_at: datetime
    due_at: datetime
    attempts_made: int
    organization_id: UUID
    event_id: UUID
    event_type: str
    body: str
    consumer: str
    endpoint_id: UUID | None
    url: str | None
    secret: bytes | None
    former_secrets: Sequence[bytes] | None
    former_until: Sequence[datetime] | None

    @property
    def message_id(self) -> str:
        return f"evt_{self.event_id.hex}"


def claim_for_endpoints(
    *,
    places: int,
    per_organization: int,
    allowances: Mapping[UUID, int],
    slow_per_organization: int = 1_000_000,
) -> list[Parcel]:
    """At most `places`. `allowances`: how many an endpoint may have under way, where that isn't the usual number.

    An organization may have `per_organization` under way, and beside those as many as `slow_per_organization` that have
    been waiting for their answer for over a second.
    """
    return _claimed(
        _FOR_ENDPOINTS,
        places=places,
        per_organization=per_organization,
        slow_per_organization=slow_per_organization,
        slow_seconds=pace.SLOW_SECONDS,
        paced=list(allowances.keys()),
        paces=list(allowances.values()),
        at_first=pace.AT_FIRST,
        window=WINDOW,
        plans=[plan.value for plan in PLANS_WITH_API],
        lease_seconds=settings.WEBHOOK_TIMEOUT + LEASE_MARGIN_SECONDS,
    )


def claim_for_consumers(*, places: int) -> list[Parcel]:
    return _claimed(_FOR_CONSUMERS, places=places, lease_seconds=CONSUMER_LEASE_SECONDS)


def give_back(leases: Mapping[UUID, UUID]) -> None:
    """Ends these leases, by delivery, where they are still theirs: what was under way is due again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE webhooks_delivery SET lease = NULL, leased_until = NULL WHERE id = ANY(%s) AND lease = ANY(%s)",
            [list(leases.keys()), list(leases.values())],
        )


def _claimed(statement: str, **parameters: Any) -> list[Parcel]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"shift": clock.shift.total_seconds(), **parameters})
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return sorted((Parcel(*row) for row in rows), key=lambda parcel: parcel.due_at)


_TAKE = """
UPDATE webhooks_delivery AS delivery
SET lease = gen_random_uuid(), leased_until = moment.now + make_interval(secs => %(lease_seconds)s)
FROM taken
CROSS JOIN moment
JOIN webhooks_event AS event ON event.id = taken.event_id
LEFT JOIN webhooks_endpoint AS endpoint ON endpoint.id = taken.endpoint_id
WHERE delivery.id = taken.id
RETURNING delivery.id, delivery.lease, moment.now, delivery.next_attempt_at,
    jsonb_array_length(delivery.attempts) - delivery.attempts_before,
    delivery.organization_id, event.id, event.type, event.body, delivery.consumer,
    endpoint.id, endpoint.url, endpoint.secret, endpoint.former_secrets, endpoint.former_until
"""

_FOR_CONSUMERS = f"""
WITH moment AS MATERIALIZED (SELECT clock_timestamp() + make_interval(secs => %(shift)s) AS now),
taken AS (
    SELECT id, event_id, endpoint_id FROM webhooks_delivery
    WHERE endpoint_id IS NULL AND next_attempt_at <= (SELECT now FROM moment)
        AND (leased_until IS NULL OR leased_until <= (SELECT now FROM moment))
    ORDER BY next_attempt_at LIMIT %(places)s
    FOR UPDATE SKIP LOCKED
)
{_TAKE}
"""  # noqa: S608

# `lane` steps from endpoint to endpoint along the index, so the length of a queue costs nothing.
_FOR_ENDPOINTS = f"""
WITH RECURSIVE moment AS MATERIALIZED (SELECT clock_timestamp() + make_interval(secs => %(shift)s) AS now),
lane AS (
    (SELECT endpoint_id FROM webhooks_delivery
     WHERE next_attempt_at IS NOT NULL AND endpoint_id IS NOT NULL ORDER BY endpoint_id LIMIT 1)
    UNION ALL
    SELECT (SELECT later.endpoint_id FROM webhooks_delivery AS later
            WHERE later.next_attempt_at IS NOT NULL AND later.endpoint_id > lane.endpoint_id
            ORDER BY later.endpoint_id LIMIT 1)
    FROM lane WHERE lane.endpoint_id IS NOT NULL
),
open_lane AS (
    SELECT endpoint.id, endpoint.organization_id,
        CASE WHEN endpoint.failing_since IS NULL THEN coalesce(given.allowed, %(at_first)s)
            ELSE least(given.allowed, 1) END AS allowed
    FROM lane
    JOIN webhooks_endpoint AS endpoint ON endpoint.id = lane.endpoint_id AND endpoint.active
    JOIN organizations_organization AS organization
        ON organization.id = endpoint.organization_id AND organization.plan = ANY(%(plans)s)
    LEFT JOIN unnest(%(paced)s::uuid[], %(paces)s::int[]) AS given (endpoint_id, allowed)
        ON given.endpoint_id = endpoint.id
),
head AS (
    SELECT queued.id, queued.next_attempt_at, open_lane.id AS endpoint_id, open_lane.organization_id,
        open_lane.allowed, event.subject_id, event.sequence,
        jsonb_array_length(queued.attempts) = queued.attempts_before AS is_first,
        coalesce(queued.leased_until > (SELECT now FROM moment), false) AS is_leased,
        queued.leased_until - make_interval(secs => %(lease_seconds)s - %(slow_seconds)s)
            <= (SELECT now FROM moment) AS is_slow
    FROM open_lane
    CROSS JOIN LATERAL (
        SELECT delivery.* FROM webhooks_delivery AS delivery
        WHERE delivery.endpoint_id = open_lane.id AND delivery.next_attempt_at <= (SELECT now FROM moment)
        ORDER BY delivery.next_attempt_at LIMIT %(window)s
    ) AS queued
    JOIN webhooks_event AS event ON event.id = queued.event_id
),
marked AS (
    SELECT *,
        count(*) FILTER (WHERE is_leased) OVER (PARTITION BY endpoint_id) AS endpoint_busy,
        count(*) FILTER (WHERE is_leased AND NOT is_slow) OVER (PARTITION BY organization_id) AS organization_busy,
        count(*) FILTER (WHERE is_leased AND is_slow) OVER (PARTITION BY organization_id) AS organization_slow,
        row_number() OVER (
            PARTITION BY endpoint_id, subject_id, is_first ORDER BY sequence, next_attempt_at
        ) AS in_subject
    FROM head
),
ready AS (
    SELECT *, endpoint_busy + row_number() OVER (PARTITION BY endpoint_id ORDER BY next_attempt_at) AS turn
    FROM marked WHERE NOT is_leased AND (in_subject = 1 OR NOT is_first)
),
fair AS (
    SELECT id, next_attempt_at,
        organization_busy
            + row_number() OVER (PARTITION BY organization_id ORDER BY turn, next_attempt_at) AS turn
    FROM ready WHERE turn <= allowed AND organization_slow < %(slow_per_organization)s
),
chosen AS (
    SELECT id FROM fair WHERE turn <= %(per_organization)s ORDER BY turn, next_attempt_at LIMIT %(places)s
),
taken AS (
    SELECT delivery.id, delivery.event_id, delivery.endpoint_id
    FROM webhooks_delivery AS delivery JOIN chosen ON chosen.id = delivery.id
    WHERE delivery.next_attempt_at <= (SELECT now FROM moment)
        AND (delivery.leased_until IS NULL OR delivery.leased_until <= (SELECT now FROM moment))
    FOR UPDATE OF delivery SKIP LOCKED
)
{_TAKE}
"""  # noqa: S608
