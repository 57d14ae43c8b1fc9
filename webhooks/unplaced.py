"""Which of the events that wait get their places next.

Organizations take turns, the one first that was given a place longest ago, so no backlog of one holds up another.
"""

from collections.abc import Sequence

from django.db.models import QuerySet

from webhooks.models import Event


def unplaced_events() -> QuerySet[Event]:
    return Event.objects.filter(position=None, alias_of=None)


def next_events(at_most: int) -> Sequence[Event]:
    """Without their bodies. Beyond `at_most` come only those which their subject's sequence puts before another."""
    return list(Event.objects.raw(NEXT, {"at_most": at_most}))


# To be selected first, for the transaction: only one index gives the order without sorting. By statistics from before a
# backlog, or from amid one, the planner would take another, and sort all that waits or was ever placed, each time.
ALONG_THE_INDEX = "set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true)"


# `lane` steps from organization to organization along the index, so the length of a backlog costs nothing. An earlier
# event of a subject may have a later time, where the clock was set back between the two.
# `OFFSET 0` has each subject looked up by itself.
NEXT = """
WITH RECURSIVE lane AS (
    (SELECT organization_id FROM webhooks_event
     WHERE position IS NULL AND alias_of_id IS NULL
     ORDER BY organization_id, recorded_at, id LIMIT 1)
    UNION ALL
    SELECT (SELECT later.organization_id FROM webhooks_event AS later
            WHERE later.position IS NULL AND later.alias_of_id IS NULL
                AND later.organization_id > lane.organization_id
            ORDER BY later.organization_id, later.recorded_at, later.id LIMIT 1)
    FROM lane WHERE lane.organization_id IS NOT NULL
),
waiting AS (
    SELECT organization_id, (
        SELECT max(placed.position) FROM webhooks_event AS placed
        WHERE placed.organization_id = lane.organization_id
    ) AS served
    FROM lane WHERE organization_id IS NOT NULL
    ORDER BY served NULLS FIRST LIMIT %(at_most)s
),
chosen AS MATERIALIZED (
    SELECT head.*
    FROM waiting
    CROSS JOIN LATERAL (
        SELECT id, organization_id, subject_type, subject_id, sequence,
            row_number() OVER (ORDER BY recorded_at, id) AS turn
        FROM webhooks_event
        WHERE organization_id = waiting.organization_id AND position IS NULL AND alias_of_id IS NULL
        ORDER BY recorded_at, id LIMIT %(at_most)s
    ) AS head
    ORDER BY head.turn, waiting.served NULLS FIRST LIMIT %(at_most)s
),
wanted AS (
    SELECT id FROM chosen
    UNION
    SELECT earlier.id FROM chosen CROSS JOIN LATERAL (
        SELECT id FROM webhooks_event AS same
        WHERE same.organization_id = chosen.organization_id AND same.subject_id = chosen.subject_id
            AND same.subject_type = chosen.subject_type AND same.sequence < chosen.sequence
            AND same.position IS NULL AND same.alias_of_id IS NULL
        OFFSET 0
    ) AS earlier
)
SELECT event.id, event.organization_id, event.type, event.subject_type, event.subject_id, event.sequence,
    event.recorded_at
FROM wanted JOIN webhooks_event AS event USING (id)
"""
