"""A slot that a party goes for, and what is against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from bookingflow.lib.errors import SlotNotAvailable, SlotUnavailable
from bookingflow.lib.zones import EARLIEST_DAY, LATEST_DAY
from rooms.availability import Party, Reason, ReasonCode, never_on_offer, reasons_against
from rooms.models import Mode, Room, Session
from rooms.queries import room_rules
from rooms.refusals import length
from rooms.timelines import Reading, read_time

LONGEST_MINUTES = 24 * 60

# What is asked of a party that stays at its place.
COUNTING_GUESTS = frozenset({ReasonCode.GUESTS, ReasonCode.SEATS})


@dataclass(frozen=True, slots=True)
class Place:
    """The slot that a party goes for; `duration` is in minutes."""

    room: Room
    start: datetime
    duration: int
    mode: str
    guests: int

    def __post_init__(self) -> None:
        """Refuses what can't be reckoned with: it would leave the calendar."""
        if not 0 < self.duration <= LONGEST_MINUTES:
            raise SlotUnavailable("No room is booked for so long.")
        if not EARLIEST_DAY <= self.start.astimezone(UTC).date() <= LATEST_DAY:
            raise SlotUnavailable("No room is booked that far from today.")

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.duration)

    @property
    def occupied(self) -> DateTimeTZRange:
        before = timedelta(minutes=self.room.buffer_before_minutes)
        return DateTimeTZRange(
            self.start - before, self.end + timedelta(minutes=self.room.buffer_after_minutes)
        )

    @property
    def seats(self) -> int:
        """What the party takes of the session: a private one has a single seat, whatever their number."""
        return self.guests if self.mode == Mode.SHARED else 1

    @property
    def capacity(self) -> int:
        """Of a session that begins here. A party that was agreed on elsewhere may be larger than the room takes."""
        return max(room_rules(self.room).session_seats, self.guests) if self.mode == Mode.SHARED else 1

    def is_of(self, session: Session) -> bool:
        taken = (session.room_id, session.mode, session.start, session.end)
        return taken == (self.room.pk, self.mode, self.start, self.end)


def read_around(place: Place, now: datetime, without_holder: UUID | None = None) -> Reading:
    """The time that the slot would take, buffers included."""
    occupied = place.occupied
    return read_time(
        schedule=place.room.schedule,
        window_start=occupied.lower,
        window_end=occupied.upper,
        now=now,
        without_holder=without_holder,
    )


def objections(place: Place, reading: Reading, now: datetime) -> list[Reason]:
    party = Party(place.duration, place.guests, place.mode)
    return reasons_against(room_rules(place.room), reading.timeline, now, place.start, party)


def about_end(place: Place, end: datetime | None) -> list[Reason]:
    if end is None or end == place.end:
        return []
    message = f"The end does not agree with a duration of {length(place.duration)}"
    return [Reason(ReasonCode.DURATION, message)]


def refuse(reasons: Sequence[Reason]) -> None:
    """What never was on offer outweighs what is taken. What is taken names bookings, so only in the details."""
    if not reasons:
        return
    details = [{"code": reason.code.value, "message": reason.message} for reason in reasons]
    if never_on_offer(reasons):
        raise SlotUnavailable(next(reason.message for reason in reasons if not reason.taken), details)
    raise SlotNotAvailable(details=details)
