"""What must always hold of bookings: this app's part of `manage.py doctor`."""

from bookingflow.lib import clock
from bookingflow.lib.checks import Check, CheckResult, none_of
from bookings.payments import checks as payments
from webhooks import sequence_check

_LIVE = """(
    booking.status = 'confirmed' AND booking."end" > %(now)s
    OR booking.status = 'pending' AND booking.hold_expires_at > %(now)s
)"""


def bookings_have_their_time() -> CheckResult:
    return none_of(
        "every upcoming booking has exactly its time",
        f"""
        SELECT 1 FROM bookings_booking AS booking WHERE {_LIVE} AND NOT EXISTS (
            SELECT 1 FROM rooms_claim AS claim JOIN rooms_session AS session ON session.id = claim.session_id
            WHERE claim.holder_id = booking.id AND claim.holder_ref = booking.reference
                AND claim.expires_at IS NOT DISTINCT FROM booking.hold_expires_at
                AND claim.seats = CASE session.mode WHEN 'shared' THEN booking.guests ELSE 1 END
                AND session.organization_id = booking.organization_id AND session.room_id = booking.room_id
                AND session.mode = booking.mode
                AND session.start = booking.start AND session."end" = booking."end"
        )
        """,  # noqa: S608
        what="upcoming bookings whose time is not taken, or not as they say",
        now=clock.now(),
    )


def time_is_taken_by_live_bookings() -> CheckResult:
    """A claim that ran out takes nothing, swept or not."""
    return none_of(
        "all time that is taken has its booking",
        """
        SELECT 1 FROM rooms_claim AS claim
        LEFT JOIN bookings_booking AS booking ON booking.id = claim.holder_id
        WHERE (claim.expires_at IS NULL OR claim.expires_at > %(now)s)
            AND (booking.id IS NULL OR booking.status IN ('canceled', 'expired'))
        """,
        what="stretches of time that are taken for no live booking",
        now=clock.now(),
    )


def totals_are_the_sums_of_their_lines() -> CheckResult:
    return none_of(
        "every total is the sum of its lines",
        """
        SELECT 1 FROM bookings_booking AS booking WHERE booking.total_minor <> (
            SELECT coalesce(sum((line ->> 'amount')::bigint), 0)
            FROM jsonb_array_elements(booking.price_lines) AS line
        )
        """,
        what="bookings whose price lines don't add up to their total",
    )


def rescheduled_bookings_are_linked() -> CheckResult:
    return none_of(
        "every booking that took another's place ended that one",
        """
        SELECT 1 FROM bookings_booking AS booking
        JOIN bookings_booking AS old ON old.id = booking.rescheduled_from_id
        WHERE old.status <> 'canceled' OR old.cancel_reason IS DISTINCT FROM 'rescheduled'
            OR old.organization_id <> booking.organization_id OR old.id = booking.id
        """,
        what="bookings whose predecessor still stands, or isn't theirs",
    )


def sequences_are_those_of_the_newest_events() -> CheckResult:
    return sequence_check.sequences_are_those_of_the_newest_events(
        "bookings_booking",
        "booking",
        said="every booking's sequence is that of its newest event",
        what="bookings whose newest event is missing or not their own",
    )


def complete_bookings_were_told_of() -> CheckResult:
    """Imports alone come without events."""
    return none_of(
        "every complete booking was told of",
        """
        SELECT 1 FROM bookings_booking
        WHERE sequence = 0 AND status IN ('confirmed', 'completed', 'no_show') AND source <> 'import'
        """,
        what="complete bookings that made no event",
    )


CHECKS: list[Check] = [
    bookings_have_their_time,
    time_is_taken_by_live_bookings,
    totals_are_the_sums_of_their_lines,
    rescheduled_bookings_are_linked,
    sequences_are_those_of_the_newest_events,
    complete_bookings_were_told_of,
    *payments.CHECKS,
]
