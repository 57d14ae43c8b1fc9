"""What must always hold of customers: this app's part of `manage.py doctor`."""

from bookingflow.lib.checks import Check, CheckResult, none_of

# Events are kept for 30 days; what is younger than this has all of its own.
EVENTS_ARE_KEPT = "interval '29 days'"


def sequences_are_those_of_the_newest_events() -> CheckResult:
    return none_of(
        "every customer's sequence is that of their newest event",
        f"""
        SELECT 1 FROM customers_customer AS customer
        LEFT JOIN LATERAL (
            SELECT max(sequence) AS newest FROM webhooks_event AS event
            WHERE event.organization_id = customer.organization_id
                AND event.subject_id = customer.id::text AND event.subject_type = 'customer'
        ) AS told ON true
        WHERE (told.newest IS NOT NULL OR customer.created_at > clock_timestamp() - {EVENTS_ARE_KEPT})
            AND coalesce(told.newest, 0) <> customer.sequence
        """,  # noqa: S608
        what="customers whose newest event is missing or not their own",
    )


CHECKS: list[Check] = [sequences_are_those_of_the_newest_events]
