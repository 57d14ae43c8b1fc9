"""Taking many stretches of a schedule's time at once, as `rooms.sessions.take` takes one: for imports.

The engine judges each in turn, beside those that were taken before it; what is read and written is read and written
for all of them together.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import UUID

from bookingflow.lib.copying import copy_in, number_rows
from bookingflow.lib.transactions import require_transaction
from rooms import sessions
from rooms.availability import Busy, Party, Reason, Taken, Timeline, reasons_against
from rooms.models import Claim, Mode, Session
from rooms.places import Place
from rooms.queries import room_rules
from rooms.timelines import Reading, read_time

# A day long, with a day's buffer on either side.
LONGEST_OCCUPIED = timedelta(days=3)
_BY_START = attrgetter("occupied_start")


@dataclass(frozen=True, slots=True)
class Wish:
    """A place for a holder, on the schedule that all wishes of one call share."""

    place: Place
    holder_id: UUID
    holder_ref: str


def take_many(wishes: Sequence[Wish], *, now: datetime) -> dict[UUID, list[Reason]]:
    """Those that can't be had, by holder, with the reasons why; all others are taken.

    The schedule is locked. Claims that ran out and lie between the first and the last wish are swept.
    """
    require_transaction()
    if not wishes:
        return {}
    schedule = wishes[0].place.room.schedule
    reading = read_time(
        schedule=schedule,
        window_start=min(wish.place.occupied.lower for wish in wishes),
        window_end=max(wish.place.occupied.upper for wish in wishes),
        now=now,
    )
    sessions.clear(reading.void_holders, now=now)
    board = _Board.of(reading)
    refused = {}
    for wish in wishes:
        if against := board.against(wish.place, now):
            refused[wish.holder_id] = against
        else:
            board.add(wish)
    board.store()
    sessions.touch([schedule.pk])
    return refused


@dataclass(slots=True)
class _Board:
    """What lies on the schedule: found there, or put there and not stored yet."""

    busy: Sequence[Busy]
    taken: list[Taken]
    joined: dict[tuple[int, datetime, datetime], Session]
    begun: list[Session] = field(default_factory=list)
    filled: dict[int, Session] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)

    @classmethod
    def of(cls, reading: Reading) -> "_Board":
        taken = sorted(reading.timeline.taken, key=_BY_START)
        shared = {
            (each.room_id, each.start, each.end): Session(pk=session_id, seats_taken=each.seats_taken)
            for session_id, each in zip(reading.session_ids, reading.timeline.taken, strict=True)
            if each.mode == Mode.SHARED
        }
        return cls(reading.timeline.busy, taken, shared)

    def against(self, place: Place, now: datetime) -> list[Reason]:
        timeline = Timeline(openings=[], taken=self.taken[slice(*self._around(place))], busy=self.busy)
        party = Party(place.duration, place.guests, place.mode)
        against = reasons_against(room_rules(place.room), timeline, now, place.start, party)
        return [reason for reason in against if reason.taken]

    def add(self, wish: Wish) -> None:
        place = wish.place
        session = self._join(place) or self._begin(place)
        self._show(place, session, wish.holder_ref)
        self.claims.append(
            Claim(session=session, holder_id=wish.holder_id, holder_ref=wish.holder_ref, seats=place.seats)
        )

    def store(self) -> None:
        number_rows(self.begun)
        copy_in(self.begun)
        Session.objects.bulk_update(self.filled.values(), ["seats_taken"])
        for claim in self.claims:
            claim.session_id = claim.session.pk
        copy_in(self.claims)

    def _join(self, place: Place) -> Session | None:
        session = self.joined.get(_key(place)) if place.mode == Mode.SHARED else None
        if session is None:
            return None
        session.seats_taken += place.seats
        if session.pk is not None:
            self.filled[session.pk] = session
        return session

    def _begin(self, place: Place) -> Session:
        session = sessions.new_session(place)
        self.begun.append(session)
        if place.mode == Mode.SHARED:
            self.joined[_key(place)] = session
        return session

    def _show(self, place: Place, session: Session, reference: str) -> None:
        """To those who come after it."""
        for position in range(*self._around(place)):
            each = self.taken[position]
            if each.mode == place.mode == Mode.SHARED and (each.room_id, each.start, each.end) == _key(place):
                joined = (*each.references, reference)
                self.taken[position] = replace(each, seats_taken=session.seats_taken, references=joined)
                return
        insort(self.taken, _as_taken(place, session, reference), key=_BY_START)

    def _around(self, place: Place) -> tuple[int, int]:
        """The positions of all that may reach into the place, and of little else."""
        occupied = place.occupied
        first = bisect_left(self.taken, occupied.lower - LONGEST_OCCUPIED, key=_BY_START)
        return first, bisect_left(self.taken, occupied.upper, key=_BY_START)


def _key(place: Place) -> tuple[int, datetime, datetime]:
    return place.room.pk, place.start, place.end


def _as_taken(place: Place, session: Session, reference: str) -> Taken:
    return Taken(
        room_id=place.room.pk,
        mode=place.mode,
        start=place.start,
        end=place.end,
        occupied_start=place.occupied.lower,
        occupied_end=place.occupied.upper,
        seats=session.seats,
        seats_taken=session.seats_taken,
        held=False,
        references=(reference,),
        hold_expires_at=None,
    )
