"""Reading rooms and schedules, always from their organization, and who has what of their time."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Func, Q, QuerySet

from bookingflow.lib.errors import BookingTypeNotFound, NotFound
from bookingflow.lib.ids import read_uuid
from bookingflow.lib.names import slug_from
from bookingflow.lib.zones import start_of_day, zone
from bookingflow.organizations.models import Organization
from rooms.availability import RoomRules
from rooms.models import Block, Room, Schedule
from rooms.timelines import load_timeline

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

__all__ = [
    "ReadAt", "UpcomingClaim", "claims_within", "filtered_blocks", "filtered_rooms", "find_block", "find_room",
    "find_schedule", "load_timeline", "may_name_a_room", "may_name_a_schedule", "room_is", "room_rules", "rooms_of",
    "schedule_is", "schedules_of", "upcoming_claims",
]  # fmt: skip

_INTEGER = re.compile(r"[1-9][0-9]{0,18}")
_BOOKING_TYPE = re.compile(r"bt-[0-9a-f]{8}")
_NAME = re.compile(r"[a-z0-9-]{1,100}")
_DAY = timedelta(days=1)


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


def may_name_a_room(identifier: str) -> bool:
    return _NAME.fullmatch(identifier) is not None


def filtered_rooms(
    organization: Organization,
    *,
    active: bool | None = None,
    schedule: str | None = None,
    mode: str | None = None,
    search: str | None = None,
) -> QuerySet[Room]:
    """What is None doesn't narrow. `search`: every word of it stands in the room's name, slug or description."""
    rows = rooms_of(organization)
    if active is not None:
        rows = rows.filter(active=active)
    if schedule is not None:
        rows = rows.filter(schedule__in=schedules_of(organization).filter(schedule_is(schedule)))
    if mode is not None:
        rows = rows.filter(modes__contains=[mode])
    for word in (search or "").split():
        rows = rows.filter(_holds(word))
    return rows


def _holds(word: str) -> Q:
    """Slugs are without accents and case, so a word is looked for there in that form."""
    plain = slug_from(word, fallback="").strip("-")
    in_slug = Q(slug__contains=plain) if plain else Q()
    return Q(name__icontains=word) | Q(description__icontains=word) | in_slug


def find_room(
    organization: Organization, identifier: int | str, *, username: str | None = None
) -> "WithAnnotations[Room, ReadAt]":
    """With its schedule and `read_at`, the database's clock at the reading; on the schedule with this handle, or
    on any where `username` is the organization's own slug. Raises BookingTypeNotFound."""
    read_at = Func(function="clock_timestamp", output_field=DateTimeField())
    rooms = rooms_of(organization).annotate(read_at=read_at).filter(room_is(identifier))
    if username is not None and username != organization.slug:
        rooms = rooms.filter(schedule__handle=username)
    found = rooms.first()
    if found is None:
        raise BookingTypeNotFound
    return found


def schedules_of(organization: Organization) -> QuerySet[Schedule]:
    return organization.schedules.all()


def schedule_is(identifier: int | str) -> Q:
    """The integer id (also as a string) or the handle."""
    text = str(identifier)
    if _INTEGER.fullmatch(text):
        return Q(pk=int(text))
    return Q(handle=text) if _NAME.fullmatch(text) else Q(pk__in=[])


def may_name_a_schedule(identifier: str) -> bool:
    return _NAME.fullmatch(identifier) is not None


def find_schedule(organization: Organization, identifier: int | str) -> Schedule:
    """By id (also as a string) or handle. Raises NotFound."""
    found = schedules_of(organization).filter(schedule_is(identifier)).first()
    if found is None:
        raise NotFound("There is no such schedule.")
    return found


def filtered_blocks(
    organization: Organization,
    *,
    room: str | None = None,
    schedule: str | None = None,
    start_date: date | None = None,
    end_date: date | None = None,
) -> QuerySet[Block]:
    """What is None doesn't narrow. The dates are local days of each block's schedule, both included: a block counts
    that reaches into them."""
    rows = organization.blocks.all()
    if room is not None:
        rows = rows.filter(schedule__in=rooms_of(organization).filter(room_is(room)).values("schedule"))
    if schedule is not None:
        rows = rows.filter(schedule__in=schedules_of(organization).filter(schedule_is(schedule)))
    if start_date or end_date:
        rows = rows.filter(_within_days(organization, start_date, end_date))
    return rows


def _within_days(organization: Organization, first: date | None, last: date | None) -> Q:
    """A day begins at another instant in each zone; one query tells which there are."""
    zones = schedules_of(organization).order_by("timezone").values_list("timezone", flat=True).distinct()
    condition = Q(pk__in=[])
    for name in zones:
        part = Q(schedule__timezone=name)
        if first:
            part &= Q(end__gt=start_of_day(first, zone(name)))
        if last:
            part &= Q(start__lt=start_of_day(last + _DAY, zone(name)))
        condition |= part
    return condition


def find_block(organization: Organization, identifier: str) -> Block:
    """Raises NotFound."""
    key = read_uuid(identifier)
    found = organization.blocks.filter(pk=key).first() if key else None
    if found is None:
        raise NotFound("There is no such block.")
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
