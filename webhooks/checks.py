"""What must always hold of events and deliveries: this app's part of `manage.py doctor`."""

from bookingflow.lib.checks import Check, CheckResult, none_of
from bookingflow.lib.crypto import DecryptionError
from bookingflow.organizations.models import PLANS_WITH_API
from webhooks import secrets
from webhooks.consumers import registered
from webhooks.event_types import CANCELED, CANCELLED, EVERY_TYPE, HOUSE_TYPES, RESCHEDULED, UPDATED
from webhooks.models import Endpoint

_HOUSE_TYPES = ", ".join(f"'{name}'" for name in sorted(HOUSE_TYPES))
_PLANS = ", ".join(f"'{plan.value}'" for plan in sorted(PLANS_WITH_API))

# The worker needs a second or so; it may also have been stopped for a short while.
PLACED_WITHIN = "interval '1 minute'"
ATTEMPTED_WITHIN = "interval '5 minutes'"
# How long after its change an endpoint is taken to be seen by who places events: the change has to be committed.
KNOWN_AFTER = "interval '5 seconds'"


def events_are_placed() -> CheckResult:
    return none_of(
        "every event has its place in the log",
        f"""
        SELECT 1 FROM webhooks_event
        WHERE position IS NULL AND alias_of_id IS NULL AND recorded_at < clock_timestamp() - {PLACED_WITHIN}
        """,  # noqa: S608
        what="events that wait for their place in the log: does a worker run?",
    )


def events_have_their_deliveries() -> CheckResult:
    """To endpoints that were as they are now when the event was placed (positions tell when), under the right name."""
    return none_of(
        "every event has its deliveries",
        f"""
        WITH wanted AS (
            SELECT event.id, endpoint.id AS endpoint_id, event.type AS original, name.told
            FROM webhooks_event AS event
            JOIN webhooks_endpoint AS endpoint ON endpoint.organization_id = event.organization_id
                AND endpoint.active
                AND extract(epoch FROM endpoint.updated_at + {KNOWN_AFTER}) * 1000000 < event.position
            CROSS JOIN LATERAL (
                SELECT event.type AS told WHERE endpoint.events && ARRAY[event.type, '{EVERY_TYPE}']::varchar[]
                UNION ALL
                SELECT '{CANCELLED}' WHERE event.type = '{CANCELED}' AND '{CANCELLED}' = ANY (endpoint.events)
                UNION ALL
                SELECT '{UPDATED}' WHERE event.type = '{RESCHEDULED}' AND '{UPDATED}' = ANY (endpoint.events)
                    AND NOT endpoint.events && ARRAY['{RESCHEDULED}', '{EVERY_TYPE}']::varchar[]
                    AND event.body::jsonb #> '{{data,oldBookingId}}' <> event.body::jsonb #> '{{data,newBookingId}}'
            ) AS name
            WHERE event.type NOT IN ({_HOUSE_TYPES})
        )
        SELECT 1 FROM wanted
        WHERE NOT EXISTS (
            SELECT 1 FROM webhooks_delivery AS delivery
            WHERE wanted.told = wanted.original
                AND delivery.event_id = wanted.id AND delivery.endpoint_id = wanted.endpoint_id
        ) AND NOT EXISTS (
            SELECT 1 FROM webhooks_event AS alias
            JOIN webhooks_delivery AS delivery
                ON delivery.event_id = alias.id AND delivery.endpoint_id = wanted.endpoint_id
            WHERE wanted.told <> wanted.original AND alias.alias_of_id = wanted.id AND alias.type = wanted.told
        )
        """,  # noqa: S608
        what="events without a delivery to an endpoint that subscribes to them",
    )


def events_have_reached_the_house() -> CheckResult:
    """Of each consumer's types, all events since the first one that it was given."""
    given = [(consumer.name, event_type) for consumer in registered() for event_type in consumer.types]
    pairs = ", ".join(f"('{name}', '{event_type}')" for name, event_type in sorted(given))
    return none_of(
        "every event has reached the house's own consumers",
        f"""
        SELECT 1 FROM (VALUES {pairs}) AS given (consumer, type)
        JOIN webhooks_event AS event ON event.type = given.type AND event.position > (
            SELECT min(earlier.position) FROM webhooks_event AS earlier
            JOIN webhooks_delivery AS delivery ON delivery.event_id = earlier.id
            WHERE delivery.consumer = given.consumer
        )
        WHERE NOT EXISTS (
            SELECT 1 FROM webhooks_delivery AS delivery
            WHERE delivery.event_id = event.id AND delivery.consumer = given.consumer
        )
        """,  # noqa: S608
        what="events without a delivery to a consumer in the house",
    )


def deliveries_are_attempted() -> CheckResult:
    """What waits for a plan, or for an endpoint that is switched off, isn't forgotten.

    Nor is what queues at an endpoint whose older deliveries are being attempted: one that hangs takes its time.
    """
    return none_of(
        "no delivery is forgotten",
        f"""
        WITH served AS (
            SELECT endpoint_id, min(created_at) AS since FROM webhooks_delivery
            WHERE leased_until > clock_timestamp() - {ATTEMPTED_WITHIN}
                OR (attempts -> -1 ->> 'at')::timestamptz > clock_timestamp() - {ATTEMPTED_WITHIN}
            GROUP BY endpoint_id
        )
        SELECT 1 FROM webhooks_delivery AS delivery
        JOIN organizations_organization AS organization ON organization.id = delivery.organization_id
        LEFT JOIN webhooks_endpoint AS endpoint ON endpoint.id = delivery.endpoint_id
        LEFT JOIN served ON served.endpoint_id = delivery.endpoint_id
        WHERE delivery.next_attempt_at < clock_timestamp() - {ATTEMPTED_WITHIN}
            AND (delivery.leased_until IS NULL OR delivery.leased_until < clock_timestamp() - {ATTEMPTED_WITHIN})
            AND (delivery.endpoint_id IS NULL OR (endpoint.active AND organization.plan IN ({_PLANS})))
            AND (served.since IS NULL OR served.since > delivery.next_attempt_at)
        """,  # noqa: S608
        what="deliveries that were due and not attempted: does a worker run?",
    )


def aliases_name_their_original() -> CheckResult:
    return none_of(
        "every renamed event belongs to its original's organization",
        """
        SELECT 1 FROM webhooks_event AS alias
        JOIN webhooks_event AS original ON original.id = alias.alias_of_id
        WHERE alias.organization_id <> original.organization_id OR alias.type = original.type
        """,
        what="renamed events that don't fit their original",
    )


def secrets_can_be_read() -> CheckResult:
    found = sum(not _readable(endpoint) for endpoint in Endpoint.objects.only("secret").iterator())
    what = "endpoints whose secret no known SECRET_KEY decrypts"
    return CheckResult("every endpoint's secret can be read", found == 0, found, f"{found or 'No'} {what}")


def _readable(endpoint: Endpoint) -> bool:
    try:
        return bool(secrets.unseal(endpoint.secret))
    except DecryptionError:
        return False


CHECKS: list[Check] = [
    events_are_placed,
    events_have_their_deliveries,
    events_have_reached_the_house,
    deliveries_are_attempted,
    aliases_name_their_original,
    secrets_can_be_read,
]
