"""What the availability engine is asked about, and what it answers. All instants are UTC, all lengths minutes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from rooms.hours import Opening

PRIVATE = "private"
SHARED = "shared"


class ReasonCode(StrEnum):
    """In the order in which reasons are given: what never was on offer before what is taken."""

    INACTIVE = "INACTIVE"
    MODE = "MODE"
    DURATION = "DURATION"
    GUESTS = "GUESTS"
    IN_PAST = "IN_PAST"
    MIN_NOTICE = "MIN_NOTICE"
    BEYOND_HORIZON = "BEYOND_HORIZON"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    OFF_GRID = "OFF_GRID"
    BOOKED = "BOOKED"
    HELD = "HELD"
    BUFFER = "BUFFER"
    SEATS = "SEATS"
    BLOCKED = "BLOCKED"
    CALENDAR_BUSY = "CALENDAR_BUSY"


@dataclass(frozen=True, slots=True)
class Reason:
    """`message` is for staff and may name bookings. `taken`: the time is on offer but somebody or something has
    it; otherwise it never was on offer. MODE is the one code that can be either."""

    code: ReasonCode
    message: str
    taken: bool = False


def never_on_offer(reasons: Iterable[Reason]) -> bool:
    """Whether there is more against a slot than that it is taken."""
    return any(not reason.taken for reason in reasons)


@dataclass(frozen=True, slots=True)
class RoomRules:
    room_id: int
    active: bool
    modes: tuple[str, ...]
    seats: int | None
    durations: tuple[int, ...]
    slot_interval: int
    buffer_before: int
    buffer_after: int
    min_notice: int
    max_days_ahead: int
    guests_min: int
    guests_max: int
    zone: ZoneInfo

    @property
    def session_seats(self) -> int:
        """Of a shared session that is yet to begin."""
        return self.guests_max if self.seats is None else self.seats

    def most_guests(self, mode: str) -> int:
        """In one booking."""
        return min(self.guests_max, self.session_seats) if mode == SHARED else self.guests_max


@dataclass(frozen=True, slots=True)
class Taken:
    """A session with at least one live claim on it, as of the `now` of the question.

    `occupied_*` are with the buffers that held when it was taken. `held`: all its live claims are holds.
    `hold_expires_at`: when the first of its live holds runs out, also where others are firm.
    """

    room_id: int
    mode: str
    start: datetime
    end: datetime
    occupied_start: datetime
    occupied_end: datetime
    seats: int
    seats_taken: int
    held: bool
    references: tuple[str, ...]
    hold_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Busy:
    """Time that no session may reach into: BLOCKED, or CALENDAR_BUSY. `label` tells staff whose it is."""

    start: datetime
    end: datetime
    code: ReasonCode
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """One schedule's time, loaded for `availability.timeline_span`. Occupied times don't overlap; `busy` may."""

    openings: Sequence[Opening]
    taken: Sequence[Taken]
    busy: Sequence[Busy]


@dataclass(frozen=True, slots=True)
class Party:
    """`duration` None asks for any that the room has."""

    duration: int | None
    guests: int
    mode: str


@dataclass(frozen=True, slots=True)
class Slot:
    """`seats_left`: guests that still fit, this party among them."""

    start: datetime
    end: datetime
    seats_left: int


@dataclass(frozen=True, slots=True)
class SlotAnswer:
    """`valid_until`: the first instant at which the clock alone changes the slots; None is never."""

    slots: list[Slot]
    valid_until: datetime | None
