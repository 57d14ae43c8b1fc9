"""What `rooms.sessions` must do, said as simply as can be: lists in memory, no database, no sweeping."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from rooms.models import Room


class NeverOnOffer(Exception):
    pass


class Taken(Exception):
    pass


@dataclass
class Part:
    """One party's claim."""

    seats: int
    expires_at: datetime | None


@dataclass
class Stretch:
    """One session: its slot, the time that it occupies, its seats, and who has them."""

    room: Room
    mode: str
    start: datetime
    end: datetime
    occupied: tuple[datetime, datetime]
    capacity: int
    parts: dict[UUID, Part] = field(default_factory=dict)

    def is_slot(self, wanted: "Wanted") -> bool:
        slot = (wanted.room.pk, wanted.mode, wanted.start, wanted.end)
        return (self.room.pk, self.mode, self.start, self.end) == slot

    def seats_taken(self) -> int:
        return sum(part.seats for part in self.parts.values())


@dataclass(frozen=True)
class Wanted:
    room: Room
    start: datetime
    duration: int
    mode: str
    guests: int

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.duration)

    @property
    def occupied(self) -> tuple[datetime, datetime]:
        before = timedelta(minutes=self.room.buffer_before_minutes)
        return self.start - before, self.end + timedelta(minutes=self.room.buffer_after_minutes)

    @property
    def seats(self) -> int:
        return self.guests if self.mode == "shared" else 1

    @property
    def guests_fit(self) -> bool:
        most = self.room.guests_max
        if self.mode == "shared" and self.room.seats is not None:
            most = min(most, self.room.seats)
        return self.room.guests_min <= self.guests <= most

    @property
    def on_offer(self) -> bool:
        return self.guests_fit and self.mode in self.room.modes and self.duration in self.room.durations


@dataclass
class Reference:
    """`blocks` are (schedule id, start, end)."""

    sessions: list[Stretch] = field(default_factory=list)
    blocks: list[tuple[int, datetime, datetime]] = field(default_factory=list)

    def forget_void(self, now: datetime) -> None:
        for session in self.sessions:
            session.parts = {
                holder: part
                for holder, part in session.parts.items()
                if part.expires_at is None or part.expires_at > now
            }
        self.sessions = [session for session in self.sessions if session.parts]

    def claim(self, holder: UUID, wanted: Wanted, expires_at: datetime | None) -> None:
        if not wanted.on_offer:
            raise NeverOnOffer
        self.take(holder, wanted, expires_at)

    def take(self, holder: UUID, wanted: Wanted, expires_at: datetime | None) -> None:
        self._refuse_taken(wanted, self.sessions)
        self._session_for(wanted).parts[holder] = Part(wanted.seats, expires_at)

    def keep(self, holder: UUID) -> bool:
        session = self.of(holder)
        if session:
            session.parts[holder].expires_at = None
        return session is not None

    def release(self, holder: UUID) -> None:
        for session in self.sessions:
            session.parts.pop(holder, None)
        self.sessions = [session for session in self.sessions if session.parts]

    def move(self, holder: UUID, new_holder: UUID, wanted: Wanted) -> None:
        """As if the party went, and came again; where it stays, the session keeps the time that it occupies."""
        old = self.of(holder)
        assert old is not None
        others = [other for other in (_without(each, holder) for each in self.sessions) if other.parts]
        stays = old.is_slot(wanted)
        if not (wanted.guests_fit if stays else wanted.on_offer):
            raise NeverOnOffer
        self._refuse_full(wanted, others) if stays else self._refuse_taken(wanted, others)
        expires_at = old.parts[holder].expires_at
        self.release(holder)
        new = self._session_for(wanted)
        new.occupied = old.occupied if stays else new.occupied
        new.parts[new_holder] = Part(wanted.seats, expires_at)

    def of(self, holder: UUID) -> Stretch | None:
        return next((session for session in self.sessions if holder in session.parts), None)

    def _refuse_taken(self, wanted: Wanted, sessions: list[Stretch]) -> None:
        self._refuse_full(wanted, sessions)
        schedule, joined = wanted.room.schedule_id, _joined(wanted, sessions)
        occupied = joined.occupied if joined else wanted.occupied
        in_the_way = [each.occupied for each in sessions if each.room.schedule_id == schedule and not joined]
        in_the_way += [(start, end) for on, start, end in self.blocks if on == schedule]
        if any(_meet(each, occupied) for each in in_the_way):
            raise Taken

    def _refuse_full(self, wanted: Wanted, sessions: list[Stretch]) -> None:
        joined = _joined(wanted, sessions)
        if joined and joined.seats_taken() + wanted.seats > joined.capacity:
            raise Taken

    def _session_for(self, wanted: Wanted) -> Stretch:
        joined = _joined(wanted, self.sessions)
        if joined is None:
            capacity = max(wanted.room.seats or wanted.room.guests_max, wanted.guests)
            joined = Stretch(
                wanted.room, wanted.mode, wanted.start, wanted.end, wanted.occupied,
                capacity if wanted.mode == "shared" else 1,
            )  # fmt: skip
            self.sessions.append(joined)
        return joined


def _without(session: Stretch, holder: UUID) -> Stretch:
    parts = {each: part for each, part in session.parts.items() if each != holder}
    return Stretch(
        session.room, session.mode, session.start, session.end, session.occupied, session.capacity, parts
    )


def _joined(wanted: Wanted, sessions: list[Stretch]) -> Stretch | None:
    return next((each for each in sessions if wanted.mode == "shared" and each.is_slot(wanted)), None)


def _meet(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])
