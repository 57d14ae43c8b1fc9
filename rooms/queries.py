"""Reading rooms and schedules, always from their organization, and who has what of their time."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Func, Q, QuerySet

from bookingflow.lib.errors import BookingTypeNotFound, NotFound
from bookingflow.lib.zones import zone
from bookingflow.organizations.models import Organization
from rooms.availability import RoomRules
from rooms.models import Room, Schedule
from rooms.timelines import load_timeline

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

__all__ = [
    "ReadAt", "UpcomingClaim", "claims_within", "find_room", "find_schedule", "load_timeline", "room_is", "room_rules",
    "rooms_of", "schedules_of", "upcoming_claims",
]  # fmt: skip

_INTEGER = re.compile(r"[1-9][0-9]{0,18}")
_BOOKING_TYPE = re.compile(r"bt-[0-9a-f]{8}")
_NAME = re.compile(r"[a-z0-9-]{1,100}")


class ReadAt(TypedDict):
    read_at: datetime


def rooms_of(organization: Organization) -> QuerySet[Room]:
    """With their schedules; the inactive ones too."""
    return organization.rooms.select_related("schedule")


def room_is(identifier: int | str) -> Q:
    """The integer id (also as a string), the `bt-` id or the slug."""
    text = str(identifier)
    if _INTEGER.fullmatch(text):
        return Q(pk=int(text))
    if _BOOKING_TYPE.fullmatch(text):
        return Q(booking_type=text)
    return Q(slug=text) if _NAME.fullmatch(text) else Q(pk__in=[])


def find_room(organization: Organization, identifier: int | str) -> "WithAnnotations[Room, ReadAt]":
    """With its schedule and `read_at`, the database's clock at the reading. Raises BookingTypeNotFound."""
    read_at = Func(function="clock_timestamp", output_field=DateTimeField())
    found = rooms_of(organization).annotate(read_at=read_at).filter(room_is(identifier)).first()
    if found is None:
        raise BookingTypeNotFound
    return found


def schedules_of(organization: Organization) -> QuerySet[Schedule]:
    return organization.schedules.all()


def find_schedule(organization: Organization, identifier: int | str) -> Schedule:
    """By id (also as a string) or handle. Raises NotFound."""
    text = str(identifier)
    named = Q(pk=int(text)) if _INTEGER.fullmatch(text) else Q(handle=text)
    found = schedules_of(organization).filter(named).first() if _NAME.fullmatch(text) else None
    if found is None:
        raise NotFound("There is no such schedule.")
    return found


def room_rules(room: Room) -> RoomRules:
    """Reads `room.schedule` for its zone."""
    return RoomRules(
        room_id=room.pk,
        active=room.active,
        modes=tuple(room.modes),
        seats=room.seats,
        durations=tuple(room.durations),
        slot_interval=room.slot_interval_minutes,
        buffer_before=room.buffer_before_minutes,
        buffer_after=room.buffer_after_minutes,
        min_notice=room.min_notice_minutes,
        max_days_ahead=room.max_days_ahead,
        guests_min=room.guests_min,
        guests_max=room.guests_max,
        zone=zone(room.schedule.timezone),
    )


@dataclass(frozen=True, slots=True)
class UpcomingClaim:
    """A live claim with its session's time."""

    holder_id: UUID
    holder_ref: str
    start: datetime
    end: datetime


def upcoming_claims(
    *, now: datetime, room: Room | None = None, schedule: Schedule | None = None
) -> list[UpcomingClaim]:
    """Of a room, or else of all rooms on a schedule: what is not over yet, ascending by start."""
    if room is not None:
        return _claims(schedule_id=room.schedule_id, start=now, now=now, ends_after=now, room_id=room.pk)
    if schedule is None:
        raise ValueError("upcoming claims of what?")
    return _claims(schedule_id=schedule.pk, start=now, now=now, ends_after=now)


def claims_within(
    *, schedule: Schedule, start: datetime, end: datetime, now: datetime
) -> list[UpcomingClaim]:
    """The live claims whose time, buffers included, reaches into `start` to `end`; ascending by start."""
    return _claims(schedule_id=schedule.pk, start=start, end=end, now=now)


def _claims(
    *,
    schedule_id: int,
    start: datetime,
    now: datetime,
    end: datetime | None = None,
    ends_after: datetime | None = None,
    room_id: int | None = None,
) -> list[UpcomingClaim]:
    parameters: dict[str, Any] = {
        "schedule_id": schedule_id, "start": start, "end": end, "now": now,
        "ends_after": ends_after, "room_id": room_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS, parameters)
        return [UpcomingClaim(*row) for row in cursor.fetchall()]


# As in rooms.timelines: spelled as in the exclusion constraint, and (by OFFSET 0) claim by claim of these sessions
# alone, where the planner would read through all claims.
_CLAIMS = """
    SELECT c.holder_id, c.holder_ref, s.start, s."end"
    FROM rooms_session s CROSS JOIN LATERAL (SELECT * FROM rooms_claim WHERE session_id = s.id OFFSET 0) c
    WHERE int8range(s.schedule_id, s.schedule_id, '[]') && int8range(%(schedule_id)s, %(schedule_id)s, '[]')
        AND s.occupied && tstzrange(%(start)s, %(end)s)
        AND (%(ends_after)s IS NULL OR s."end" > %(ends_after)s)
        AND (%(room_id)s IS NULL OR s.room_id = %(room_id)s)
        AND (c.expires_at IS NULL OR c.expires_at > %(now)s)
    ORDER BY s.start, c.id
"""
