"""What anybody may see of an organization: its active rooms, each with the price that it starts at."""

from collections.abc import Iterable
from functools import lru_cache

from bookingflow.lib import json
from bookingflow.organizations.models import Organization
from rooms.documents import Document, booking_url, price_list, room_brief
from rooms.hours import ordinary_week, parse_weekly
from rooms.models import Room
from rooms.pricing import parse_pricing, starting_price
from rooms.queries import room_rules

_KEPT = 2_000


def catalog_document(organization: Organization, rooms: Iterable[Room]) -> Document:
    """Reads each room's schedule: load it along."""
    return {
        "organization": {
            "id": str(organization.pk),
            "slug": organization.slug,
            "name": organization.name,
            "timezone": organization.timezone,
            "currency": organization.currency,
        },
        "rooms": [_room(room) for room in rooms],
    }


def _room(room: Room) -> Document:
    return {
        **room_brief(room),
        "description": room.description,
        "imageUrl": room.image_url,
        "modes": list(room.modes),
        "seats": room.seats,
        "durations": list(room.durations),
        "guests": {"min": room.guests_min, "max": room.guests_max},
        "pricing": price_list(room),
        "cancellationPolicy": room.cancellation_policy,
        "timezone": room.schedule.timezone,
        "bookingUrl": booking_url(room),
        "startingPrice": {"currency": room.organization.currency, "total": starting_total(room)},
    }


def starting_total(room: Room) -> int:
    """The cheapest that any party pays for any duration at any start of an ordinary week; minor units."""
    rules = room_rules(room)
    return _starting_total(
        pricing=json.canonical(room.pricing),
        currency=room.organization.currency,
        hours=json.canonical(room.schedule.hours),
        slot_interval=rules.slot_interval,
        durations=rules.durations,
        guests_min=rules.guests_min,
        guests_max=max(rules.most_guests(mode) for mode in rules.modes),
    )


@lru_cache(_KEPT)
def _starting_total(
    *,
    pricing: bytes,
    currency: str,
    hours: bytes,
    slot_interval: int,
    durations: tuple[int, ...],
    guests_min: int,
    guests_max: int,
) -> int:
    """Follows from its arguments alone, so it may be kept; a week of starts takes milliseconds to go through."""
    weekly = parse_weekly(json.loads(hours))
    starts = {
        minutes: ordinary_week(weekly, interval_minutes=slot_interval, duration_minutes=minutes)
        for minutes in durations
    }
    return starting_price(
        parse_pricing(json.loads(pricing), currency),
        durations=durations,
        guests_min=guests_min,
        guests_max=guests_max,
        starts=starts,
    )
