"""A new booking on its way into the database, under a reference that its organization doesn't have yet."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from bookingflow.lib.errors import Fault, InvalidRequest, SlotUnavailable
from bookingflow.lib.insertion import inserted
from bookingflow.lib.references import new_reference
from bookingflow.lib.zones import wall, zone
from bookings.models import Booking
from rooms.models import Room
from rooms.places import Place
from rooms.pricing import Quote, parse_pricing, quote

REFERENCE_ONCE = "booking_reference_once"
# One in a hundred and ninety for each, in an organization with a million bookings.
REFERENCES_TRIED = 10
MINUTE = timedelta(minutes=1)


def insert_booking(booking: Booking, *, claim: Callable[[], None], give_back: Callable[[], None]) -> None:
    """`claim` takes the booking's time under its reference; where that turns out to be taken, `give_back` undoes
    it and another is tried."""
    for _ in range(REFERENCES_TRIED):
        booking.reference = new_reference()
        claim()
        if inserted(booking, unless=REFERENCE_ONCE):
            Booking._meta.get_field("rescheduled_to").set_cached_value(booking, None)
            return
        give_back()
    raise RuntimeError("no reference is free")


def place_asked(
    room: Room,
    *,
    start: datetime,
    end: datetime | None,
    duration_minutes: int | None,
    guests: int | None,
    mode: str | None,
) -> Place:
    """What is None is what the room has: its fewest guests, its own mode, its only duration.

    Raises SlotUnavailable for an end that no duration leads to or a time that no calendar holds, InvalidRequest where
    there is a choice to make.
    """
    minutes = _minutes_asked(room, start=start, end=end, duration_minutes=duration_minutes)
    party = room.guests_min if guests is None else guests
    return Place(room, start, minutes, mode or room.default_mode, party)


def draft_at(place: Place, price: Quote, *, at: datetime, **others: Any) -> Booking:
    """Nobody's yet, and without a reference. The price and its lines are frozen here."""
    return Booking(
        pk=uuid4(),
        organization_id=place.room.organization_id,
        room=place.room,
        start=place.start,
        end=place.end,
        mode=place.mode,
        guests=place.guests,
        currency=price.currency,
        total_minor=price.total,
        deposit_minor=price.deposit,
        price_lines=[line.to_json() for line in price.lines],
        updated_at=at,
        **others,
    )


def _minutes_asked(room: Room, *, start: datetime, end: datetime | None, duration_minutes: int | None) -> int:
    """As it was named, or as `end` tells, or the only one that the room has."""
    if duration_minutes is not None:
        return duration_minutes
    if end is not None:
        return minutes_between(start, end)
    if len(room.durations) == 1:
        return int(room.durations[0])
    lengths = ", ".join(str(minutes) for minutes in room.durations)
    raise InvalidRequest.of(
        Fault("durationMinutes", f"This room is booked for {lengths} minutes: name one.", "required")
    )


def minutes_between(start: datetime, end: datetime) -> int:
    minutes, rest = divmod(end - start, MINUTE)
    if minutes <= 0 or rest:
        raise SlotUnavailable("The end does not agree with a duration of this room")
    return minutes


def place_of(booking: Booking) -> Place:
    """Where it is now."""
    minutes = (booking.end - booking.start) // MINUTE
    return Place(booking.room, booking.start, minutes, booking.mode, booking.guests)


def price_of(place: Place, currency: str) -> Quote:
    """By the room's present prices at the slot's local start."""
    room = place.room
    pricing = parse_pricing(room.pricing, currency)
    local_start = wall(place.start, zone(room.schedule.timezone))
    return quote(pricing, local_start=local_start, duration_minutes=place.duration, guests=place.guests)
