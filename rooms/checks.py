"""What must always hold of rooms, schedules and taken time: this app's part of `manage.py doctor`."""

from bookingflow.lib import zones
from bookingflow.lib.checks import Check, CheckResult, none_of
from rooms.hours import parse_day, parse_weekly
from rooms.models import DateOverride, Room, Schedule
from rooms.price_list import parse_pricing

# The log keeps events for thirty days; a day less, so that its tidying is never mistaken for a loss.
EVENTS_KEPT = "interval '29 days'"


def no_overlap() -> CheckResult:
    """Sorted by start, each has to begin after the latest end so far."""
    return none_of(
        "no two sessions overlap on one schedule",
        """
        SELECT 1 FROM (
            SELECT lower(occupied) AS begins, max(upper(occupied)) OVER (
                PARTITION BY schedule_id ORDER BY lower(occupied), id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS taken_until
            FROM rooms_session
        ) AS neighbours WHERE begins < taken_until
        """,
        what="sessions that overlap another on their schedule",
    )


def no_oversold_session() -> CheckResult:
    return none_of(
        "no session is oversold",
        "SELECT 1 FROM rooms_session WHERE seats_taken > seats",
        what="sessions with more seats taken than there are",
    )


def seats_are_those_claimed() -> CheckResult:
    return none_of(
        "the seats taken are those claimed",
        """
        SELECT 1 FROM rooms_session AS session JOIN rooms_claim AS claim ON claim.session_id = session.id
        GROUP BY session.id HAVING sum(claim.seats) <> session.seats_taken
        """,
        what="sessions whose seats taken aren't the sum of their claims",
    )


def every_session_has_a_claim() -> CheckResult:
    return none_of(
        "every session has a claim",
        """
        SELECT 1 FROM rooms_session AS session
        WHERE NOT EXISTS (SELECT 1 FROM rooms_claim AS claim WHERE claim.session_id = session.id)
        """,
        what="sessions that take time for nobody",
    )


def occupied_time_covers_the_session() -> CheckResult:
    return none_of(
        "what a session takes covers it",
        """
        SELECT 1 FROM rooms_session
        WHERE isempty(occupied) OR NOT coalesce(lower(occupied) <= start AND upper(occupied) >= "end", false)
        """,
        what="sessions that reach out of the time that they take",
    )


def organizations_agree() -> CheckResult:
    """A foreign key ties each; this finds what was let in while constraints were off, as in some restores."""
    return none_of(
        "rooms, blocks and sessions are in their schedule's organization",
        """
        SELECT 1 FROM rooms_schedule AS schedule JOIN (
            SELECT schedule_id, organization_id FROM rooms_room
            UNION ALL SELECT schedule_id, organization_id FROM rooms_block
            UNION ALL SELECT schedule_id, organization_id FROM rooms_session
        ) AS part ON part.schedule_id = schedule.id
        WHERE part.organization_id <> schedule.organization_id
        """,
        what="rooms, blocks or sessions on another organization's schedule",
    )


def sessions_are_on_their_rooms_schedule() -> CheckResult:
    return none_of(
        "sessions are on their room's schedule",
        """
        SELECT 1 FROM rooms_session AS session LEFT JOIN rooms_room AS room ON room.id = session.room_id
        WHERE room.schedule_id IS DISTINCT FROM session.schedule_id
        """,
        what="sessions on another schedule than their room's",
    )


def changes_have_their_events() -> CheckResult:
    """`sequence` counts the events of its row, so the newest event has to bear it. Older ones may be tidied away."""
    return none_of(
        "every change of a room or schedule has its event",
        f"""
        SELECT 1 FROM (
            SELECT 'room' AS type, id::text AS id, sequence, updated_at FROM rooms_room
            UNION ALL SELECT 'schedule', id::text, sequence, updated_at FROM rooms_schedule
        ) AS subject LEFT JOIN (
            SELECT subject_type AS type, subject_id AS id, max(sequence) AS sequence FROM webhooks_event
            WHERE subject_type IN ('room', 'schedule') AND alias_of_id IS NULL GROUP BY 1, 2
        ) AS newest USING (type, id)
        WHERE newest.sequence > subject.sequence
            OR (subject.sequence > coalesce(newest.sequence, 0) AND updated_at > now() - {EVENTS_KEPT})
        """,  # noqa: S608  a constant of this file
        what="rooms or schedules whose newest event isn't that of their last change",
    )


def what_is_stored_can_be_read() -> CheckResult:
    """Hours, zones and prices are documents, which no constraint looks into."""
    found = (
        sum(not _schedule_is_readable(schedule) for schedule in Schedule.objects.iterator())
        + sum(not _override_is_readable(override) for override in DateOverride.objects.iterator())
        + sum(
            not _prices_are_readable(room) for room in Room.objects.select_related("organization").iterator()
        )
    )
    message = f"{found or 'No'} schedules, overrides or rooms whose hours, zone or prices can't be read"
    return CheckResult("hours, zones and prices can be read", not found, found, message)


def _schedule_is_readable(schedule: Schedule) -> bool:
    try:
        parse_weekly(schedule.hours)
    except ValueError:
        return False
    return zones.is_zone(schedule.timezone)


def _override_is_readable(override: DateOverride) -> bool:
    try:
        parse_day(override.hours, str(override.date))
    except ValueError:
        return False
    return True


def _prices_are_readable(room: Room) -> bool:
    try:
        parse_pricing(room.pricing, room.organization.currency)
    except ValueError:
        return False
    return True


CHECKS: list[Check] = [
    no_overlap,
    no_oversold_session,
    seats_are_those_claimed,
    every_session_has_a_claim,
    occupied_time_covers_the_session,
    organizations_agree,
    sessions_are_on_their_rooms_schedule,
    changes_have_their_events,
    what_is_stored_can_be_read,
]
