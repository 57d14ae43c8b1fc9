"""Reading rooms and schedules, always from their organization."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import DateTimeField, Func, Q, QuerySet

from bookingflow.lib.errors import BookingTypeNotFound, NotFound
from bookingflow.lib.zones import zone
from bookingflow.organizations.models import Organization
from rooms.availability import RoomRules
from rooms.models import Room, Schedule
from rooms.timelines import UpcomingClaim, claims_within, load_timeline, upcoming_claims

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
