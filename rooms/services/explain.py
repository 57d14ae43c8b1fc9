"""Why a time is or isn't on offer, by the engine that lists the slots and decides bookings."""

from datetime import datetime

from bookingflow.lib.errors import Fault, InvalidRequest
from bookingflow.lib.zones import wall
from rooms import queries
from rooms.availability import Party, Reason, reasons_against, timeline_span
from rooms.models import Room
from rooms.services.schedule_rules import DAYS


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

    What is left out is the room's own: fewest guests, any duration, default mode. Raises InvalidRequest for a
    start outside of this era.
    """
    if not DAYS[0] <= start.date() <= DAYS[1]:
        raise InvalidRequest.of(Fault("start", "Must be between 1970 and 2199."))
    rules = queries.room_rules(room)
    day = wall(start, rules.zone).date()
    span = timeline_span(rules, day, day, duration_minutes)
    timeline = queries.load_timeline(
        schedule=room.schedule, window_start=span.start, window_end=span.end, now=now
    )
    party = Party(duration_minutes, guests or room.guests_min, mode or room.default_mode)
    return reasons_against(rules, timeline, now, start, party)
