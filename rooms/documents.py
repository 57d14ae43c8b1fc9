"""Rooms, schedules and blocks as the API and the events show them."""

from typing import Any

from django.conf import settings

from bookingflow.lib.json import instant
from rooms.models import Block, DateOverride, Room, Schedule
from rooms.queries import UpcomingClaim

Document = dict[str, Any]


def room_brief(room: Room) -> Document:
    return {"id": room.pk, "bookingType": room.booking_type, "slug": room.slug, "name": room.name}


def room_document(room: Room) -> Document:
    """Reads `room.schedule` and `room.organization`: load them along."""
    return {
        **room_brief(room),
        "description": room.description,
        "imageUrl": room.image_url,
        "active": room.active,
        "schedule": schedule_brief(room.schedule),
        **_offer(room),
        "pricing": price_list(room),
        "holdMinutes": room.hold_minutes,
        "cancellationPolicy": room.cancellation_policy,
        "bookingUrl": booking_url(room),
        "createdAt": instant(room.created_at),
        "updatedAt": instant(room.updated_at),
    }


def _offer(room: Room) -> Document:
    """What may be booked, and when."""
    return {
        "modes": list(room.modes),
        "seats": room.seats,
        "durations": list(room.durations),
        "slotIntervalMinutes": room.slot_interval_minutes,
        "bufferBeforeMinutes": room.buffer_before_minutes,
        "bufferAfterMinutes": room.buffer_after_minutes,
        "minNoticeMinutes": room.min_notice_minutes,
        "maxDaysAhead": room.max_days_ahead,
        "guests": {"min": room.guests_min, "max": room.guests_max},
    }


def price_list(room: Room) -> Document:
    return {"currency": room.organization.currency, **room.pricing}


def booking_url(room: Room) -> str:
    """Where customers book this room on the hosted pages."""
    return f"{settings.PUBLIC_URL}/book/{room.schedule.handle}/{room.pk}"


def schedule_brief(schedule: Schedule) -> Document:
    return {
        "id": schedule.pk,
        "handle": schedule.handle,
        "name": schedule.name,
        "timezone": schedule.timezone,
    }


def schedule_document(schedule: Schedule) -> Document:
    """Reads `schedule.overrides` and `schedule.rooms`: prefetch them for a list."""
    return {
        **schedule_brief(schedule),
        "hours": schedule.hours,
        "overrides": [override_document(override) for override in schedule.overrides.all()],
        "rooms": sorted(room.pk for room in schedule.rooms.all()),
        "calendars": [],
    }


def override_document(override: DateOverride) -> Document:
    return {"date": override.date.isoformat(), "hours": override.hours, "reason": override.reason}


def claim_document(claim: UpcomingClaim) -> Document:
    """A booking that is in the way, as far as rooms know it."""
    return {
        "bookingId": str(claim.holder_id),
        "reference": claim.holder_ref,
        "start": instant(claim.start),
        "end": instant(claim.end),
    }


def block_document(block: Block) -> Document:
    return {
        "id": str(block.pk),
        "schedule": block.schedule_id,
        "start": instant(block.start),
        "end": instant(block.end),
        "reason": block.reason,
        "createdAt": instant(block.created_at),
    }
