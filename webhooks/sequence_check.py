"""What must hold between the rows of any app and the events that tell of them."""

from bookingflow.lib.checks import CheckResult, none_of

# Events are kept for 30 days; what is younger than this has all of its own.
EVENTS_ARE_KEPT = "interval '29 days'"


def sequences_are_those_of_the_newest_events(
    table: str, subject: str, *, said: str, what: str
) -> CheckResult:
    """`table` has `sequence` and `created_at`; events call its rows `subject`."""
    return none_of(
        said,
        f"""
        SELECT 1 FROM {table} AS own
        LEFT JOIN LATERAL (
            SELECT max(sequence) AS newest FROM webhooks_event AS event
            WHERE event.organization_id = own.organization_id
                AND event.subject_id = own.id::text AND event.subject_type = '{subject}'
        ) AS told ON true
        WHERE (told.newest IS NOT NULL OR own.created_at > clock_timestamp() - {EVENTS_ARE_KEPT})
            AND coalesce(told.newest, 0) <> own.sequence
        """,  # noqa: S608
        what=what,
    )
