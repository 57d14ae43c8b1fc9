"""What a room must be: its defaults, its bounds, and what its fields demand of one another."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from bookingflow.lib.errors import Fault
from bookingflow.lib.names import name_fault
from bookingflow.lib.shapes import ShapeError
from rooms.cancellation import parse_policy
from rooms.models import Mode, Room
from rooms.price_list import parse_pricing

DAY_MINUTES = 24 * 60
MOST_DURATIONS = 50
LONGEST_NAME = 200
LONGEST_URL = 500

# Attribute → its name on the wire, least, most.
NUMBERS: Mapping[str, tuple[str, int, int]] = {
    "seats": ("seats", 1, 10_000),
    "slot_interval_minutes": ("slotIntervalMinutes", 5, DAY_MINUTES),
    "buffer_before_minutes": ("bufferBeforeMinutes", 0, DAY_MINUTES),
    "buffer_after_minutes": ("bufferAfterMinutes", 0, DAY_MINUTES),
    "min_notice_minutes": ("minNoticeMinutes", 0, 365 * DAY_MINUTES),
    "max_days_ahead": ("maxDaysAhead", 1, 730),
    "guests_min": ("guests.min", 1, 1_000),
    "guests_max": ("guests.max", 1, 1_000),
    "hold_minutes": ("holdMinutes", 1, DAY_MINUTES),
}
# Attribute → longest.
TEXTS: Mapping[str, int] = {"name": LONGEST_NAME, "description": 10_000}
AS_GIVEN = (
    "slug", "description", "image_url", "active", "modes", "seats", "slot_interval_minutes",
    "buffer_before_minutes", "buffer_after_minutes", "min_notice_minutes", "max_days_ahead", "hold_minutes",
)  # fmt: skip

_is_web_address = URLValidator(schemes=["http", "https"])


class Guests(TypedDict, total=False):
    min: int
    max: int


class RoomFields(TypedDict, total=False):
    """What may be written of a room. `pricing` and `cancellation_policy` are JSON as the API shows them."""

    name: str
    slug: str
    description: str
    image_url: str | None
    active: bool
    modes: Sequence[str]
    seats: int | None
    durations: Sequence[int]
    slot_interval_minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    min_notice_minutes: int
    max_days_ahead: int
    guests: Guests
    pricing: Mapping[str, Any]
    hold_minutes: int
    cancellation_policy: Sequence[Mapping[str, Any]]


def assign(room: Room, fields: RoomFields) -> list[Fault]:
    """Put the fields into the room, and say what is wrong with it then. Nothing is written."""
    for name in AS_GIVEN:
        if name in fields:
            setattr(room, name, fields[name])  # type: ignore[literal-required]
    room.name = fields.get("name", room.name).strip()
    room.image_url = room.image_url or None
    room.modes = [mode for mode in Mode.values if mode in room.modes] if _known(room.modes) else room.modes
    room.durations = sorted(fields.get("durations", room.durations))
    guests = fields.get("guests", {})
    room.guests_min = guests.get("min", room.guests_min)
    room.guests_max = guests.get("max", room.guests_max)
    slug_fault = name_fault(fields["slug"]) if "slug" in fields else None
    slug_faults = [Fault("slug", slug_fault)] if slug_fault else []
    return [*slug_faults, *_documents(room, fields), *faults_of(room)]


def complete(fields: RoomFields) -> RoomFields:
    """A new room's fields with every default that follows from the others."""
    seats, guests = fields.get("seats"), fields.get("guests", {})
    modes = fields.get("modes") or ([Mode.SHARED] if seats else [Mode.PRIVATE])
    if Mode.SHARED in modes and seats is None:
        seats = guests.get("max")
    least = guests.get("min", 1)
    most = guests.get("max", max(least, seats if seats and Mode.SHARED in modes else 1))
    full: RoomFields = {"pricing": {}, **fields, "modes": modes, "seats": seats}
    full["guests"] = {"min": least, "max": min(most, 1_000) if "max" not in guests else most}
    full.setdefault("slot_interval_minutes", _default_interval(full))
    return full


def _default_interval(fields: RoomFields) -> int:
    shortest = min(fields.get("durations") or [DAY_MINUTES])
    buffers = fields.get("buffer_before_minutes", 0) + fields.get("buffer_after_minutes", 0)
    return min(max(shortest + buffers, 5), DAY_MINUTES)


def _documents(room: Room, fields: RoomFields) -> Iterable[Fault]:
    """The fields that are JSON: stored in their canonical form, so that equal ones compare equal."""
    if "pricing" in fields:
        try:
            room.pricing = parse_pricing(fields["pricing"], room.organization.currency).to_json()
        except ShapeError as refusal:
            yield from _under("pricing", refusal)
    if "cancellation_policy" in fields:
        try:
            room.cancellation_policy = [e.to_json() for e in parse_policy(fields["cancellation_policy"])]
        except ShapeError as refusal:
            yield from _under("cancellationPolicy", refusal)


def _under(name: str, refusal: ShapeError) -> list[Fault]:
    return [
        Fault(".".join(part for part in (name, fault.field) if part), fault.message, fault.code)
        for fault in refusal.faults
    ]


def faults_of(room: Room) -> list[Fault]:
    return [
        *(fault for name in NUMBERS if (fault := _number_fault(name, getattr(room, name)))),
        *(fault for name, most in TEXTS.items() if (fault := text_fault(name, getattr(room, name), most))),
        *_image_faults(room.image_url),
        *_mode_faults(room),
        *_duration_faults(room.durations),
        *_guest_faults(room),
    ]


def _number_fault(attribute: str, value: int | None) -> Fault | None:
    name, least, most = NUMBERS[attribute]
    if value is None or least <= value <= most:
        return None
    return Fault(
        name, f"Must be between {least:,} and {most:,}.", "min_value" if value < least else "max_value"
    )


def text_fault(name: str, text: str, longest: int) -> Fault | None:
    """A name must say something; no text may hold what the database can't store, or be too long."""
    if name == "name" and not text:
        return Fault(name, "Must not be blank.", "blank")
    if "\x00" in text:
        return Fault(name, "Leave control characters out.")
    return Fault(name, f"Use {longest:,} characters at most.", "max_length") if len(text) > longest else None


def _image_faults(url: str | None) -> Iterable[Fault]:
    if url is None:
        return
    if len(url) > LONGEST_URL:
        yield Fault("imageUrl", f"Use {LONGEST_URL} characters at most.", "max_length")
    try:
        _is_web_address(url)
    except ValidationError:
        yield Fault("imageUrl", "Not a web address: https://…")


def _mode_faults(room: Room) -> Iterable[Fault]:
    shared = Mode.SHARED in room.modes
    if not room.modes or not _known(room.modes):
        yield Fault("modes", "Name private, shared, or both.")
    elif shared and room.seats is None:
        yield Fault("seats", "A room with shared sessions needs its number of seats.")
    elif not shared and room.seats is not None:
        yield Fault("seats", "Only a room with shared sessions has seats.")


def _known(modes: Sequence[str]) -> bool:
    return set(modes) <= set(Mode.values)


def _duration_faults(durations: Sequence[int]) -> Iterable[Fault]:
    if not durations:
        yield Fault("durations", "Name at least one duration, in minutes.", "required")
    if len(durations) > MOST_DURATIONS:
        yield Fault("durations", f"Name {MOST_DURATIONS} durations at most.", "max_length")
    if len(set(durations)) < len(durations):
        yield Fault("durations", "Name each duration once.")
    if any(not 5 <= minutes <= DAY_MINUTES for minutes in durations):
        yield Fault("durations", f"A duration is between 5 and {DAY_MINUTES:,} minutes.")


def _guest_faults(room: Room) -> Iterable[Fault]:
    if room.guests_min > room.guests_max:
        yield Fault("guests.max", f"Must not be below the least number of guests, {room.guests_min}.")
    only_shared = list(room.modes) == [Mode.SHARED]
    if only_shared and room.seats is not None and room.guests_max > room.seats:
        yield Fault("guests.max", f"Must not be above the seats, {room.seats}.")
