"""Why a time is or isn't on offer, by the engine that lists the slots and decides bookings."""

from datetime import UTC, datetime, timedelta

from bookingflow.lib.zones import EARLIEST_DAY, LATEST_DAY, wall
from rooms import queries
from rooms.availability import Party, Reason, reasons_against, timeline_span
from rooms.models import Room


def explain(
    *,
    room: Room,
    start: datetime,
    now: datetime,
    guests: int | None = None,
    duration_minutes: int | None = None,
    mode: str | None = None,
) -> list[Reason]:
    """All that speaks against a start, or nothing. Changes nothing and needs no transaction.

    What is left out is the room's own: fewest guests, any duration, default mode.
    """
    start = _within_the_calendar(start)
    rules = queries.room_rules(room)
    day = wall(start, rules.zone).date()
    span = timeline_span(rules, day, day, duration_minutes)
    timeline = queries.load_timeline(
        schedule=room.schedule, window_start=span.start, window_end=span.end, now=now
    )
    party = Party(duration_minutes, guests or room.guests_min, mode or room.default_mode)
    return reasons_against(rules, timeline, now, start, party)


def _within_the_calendar(start: datetime) -> datetime:
    """What can't be reckoned with is moved by whole weeks to where it can: as long past, or as far ahead, and at the
    same hours, for no override reaches that far."""
    day = start.astimezone(UTC).date()
    weeks_up = max(0, (EARLIEST_DAY - day).days + 6) // 7
    weeks_down = max(0, (day - LATEST_DAY).days + 6) // 7
    return start + timedelta(weeks=weeks_up - weeks_down)
