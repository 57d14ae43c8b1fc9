"""Which slots a room has, and what is against a start: one engine for the list, the explanation and the booking.

Pure: the hours, the taken time and the clock come as arguments. `ENGINE_VERSION` rises whenever the same question
may get another answer, so that what was cached before is not found again.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from typing import NamedTuple

from bookingflow.lib.intervals import Interval, merge
from bookingflow.lib.zones import LATEST_DAY, start_of_day, wall
from rooms.hours import Opening, grid
from rooms.refusals import about_busy, about_clock, about_party, about_place, about_session
from rooms.slot_rules import (
    SHARED,
    Busy,
    Party,
    Reason,
    ReasonCode,
    RoomRules,
    Slot,
    SlotAnswer,
    Taken,
    Timeline,
    never_on_offer,
)

__all__ = [
    "ENGINE_VERSION", "Busy", "Party", "Reason", "ReasonCode", "RoomRules", "Slot", "SlotAnswer", "Taken", "Timeline",
    "answer_valid_until", "free_slots", "never_on_offer", "reasons_against", "slot_answer", "timeline_span",
]  # fmt: skip

ENGINE_VERSION = 1

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
# The longest buffer there can be: a session may reach so much further than the present rules say.
_REACH = timedelta(hours=24)


def free_slots(  # noqa: PLR0917
    rules: RoomRules, timeline: Timeline, now: datetime, first: date, last: date, party: Party
) -> list[Slot]:
    """The slots whose start lies on the local days `first` to `last`, ascending by start, then end."""
    return slot_answer(rules, timeline, now, first, last, party).slots


def answer_valid_until(  # noqa: PLR0917
    rules: RoomRules, timeline: Timeline, now: datetime, first: date, last: date, party: Party
) -> datetime | None:
    """The first instant at which `free_slots` may answer otherwise although nobody changed anything."""
    return slot_answer(rules, timeline, now, first, last, party).valid_until


def slot_answer(  # noqa: PLR0917
    rules: RoomRules, timeline: Timeline, now: datetime, first: date, last: date, party: Party
) -> SlotAnswer:
    """Slots and their validity in one pass."""
    if about_party(rules, party):
        return SlotAnswer([], None)
    ledger = _Ledger(rules, timeline, party)
    listing = _Listing(ledger, _Clock(rules, now))
    for start in _grid_starts(rules, timeline.openings, first, last):
        if start >= listing.clock.earliest and listing.settled(start):
            break
    return SlotAnswer(listing.slots, listing.changes_at)


def reasons_against(
    rules: RoomRules, timeline: Timeline, now: datetime, start: datetime, party: Party
) -> list[Reason]:
    """All that speaks against a start, in the order of ReasonCode; nothing means that it can be booked.

    A party that names no duration is refused only where every duration is, with the reasons for the shortest. A
    start that has passed is IN_PAST and not MIN_NOTICE too; one outside the hours is off no grid.
    """
    start = start.astimezone(UTC)
    ledger, clock = _Ledger(rules, timeline, party), _Clock(rules, now)
    always = about_party(rules, party)
    if code := clock.code_against(start):
        always.append(about_clock(code, rules))
    answers = [always + ledger.reasons(start, length) for length in ledger.lengths]
    return min(answers, key=bool)


def timeline_span(rules: RoomRules, first: date, last: date, duration: int | None = None) -> Interval:
    """The time whose sessions, blocks and busy times bear on slots that start on the local days `first` to
    `last`: what a Timeline has to be loaded for. For one start, both are its local date."""
    longest = timedelta(minutes=max((*rules.durations, duration or 0)))
    return Interval(start_of_day(first, rules.zone) - _REACH, _end_of_day(last, rules) + longest + _REACH)


class _Objection(NamedTuple):
    """`lifts_at`: when the clock alone may take it away; None is never."""

    code: ReasonCode
    source: Taken | Busy | None
    lifts_at: datetime | None


class _Clock:
    """What depends on the time of asking, and when that changes."""

    def __init__(self, rules: RoomRules, now: datetime) -> None:
        self.rules = rules
        self.now = now.astimezone(UTC)
        self.notice = timedelta(minutes=rules.min_notice)
        self.days_ahead = timedelta(days=rules.max_days_ahead)
        self.earliest = self.now + self.notice
        self.beyond = _end_of_day(wall(self.now, rules.zone).date() + self.days_ahead, rules)

    def code_against(self, start: datetime) -> ReasonCode | None:
        if start < self.now:
            return ReasonCode.IN_PAST
        if start < self.earliest:
            return ReasonCode.MIN_NOTICE
        return ReasonCode.BEYOND_HORIZON if start >= self.beyond else None

    def enters_at(self, start: datetime) -> datetime:
        """When the local day of `start` comes within the horizon."""
        return start_of_day(wall(start, self.rules.zone).date() - self.days_ahead, self.rules.zone)

    def leaves_at(self, start: datetime) -> datetime:
        """The first instant at which `start` is too near; at the notice to the microsecond it is not."""
        return start - self.notice + _TICK


class _Ledger:
    """Open, taken and busy time of one question, indexed by time."""

    def __init__(self, rules: RoomRules, timeline: Timeline, party: Party) -> None:
        self.rules = rules
        self.party = party
        self.before = timedelta(minutes=rules.buffer_before)
        self.after = timedelta(minutes=rules.buffer_after)
        durations = rules.durations if party.duration is None else (party.duration,)
        self.lengths = [timedelta(minutes=minutes) for minutes in sorted(durations)]
        self.openings = timeline.openings
        self.open = merge(Interval(opening.start, opening.end) for opening in timeline.openings)
        self.open_starts = [interval.start for interval in self.open]
        self.taken = sorted(timeline.taken, key=lambda taken: taken.occupied_start)
        self.taken_ends = [taken.occupied_end for taken in self.taken]
        self.busy = sorted(
            (busy for busy in timeline.busy if busy.start < busy.end), key=lambda busy: busy.start
        )
        self.busy_starts = [busy.start for busy in self.busy]
        self.busy_reach = list(accumulate((busy.end for busy in self.busy), max))

    def objections(self, start: datetime, end: datetime) -> tuple[list[_Objection], Taken | None]:
        """What of hours, sessions and busy times is against a slot, and the shared session that it would join.

        Joining takes no new time: the session's own buffers count, not the room's present ones.
        """
        found = [] if self._is_open(start, end) else [_Objection(ReasonCode.OUTSIDE_HOURS, None, None)]
        occupied = Interval(start - self.before, end + self.after)
        met = self._taken_in(occupied)
        if not met and not self.busy:  # most of a long list, and most of its time
            return found, None
        joined = next((taken for taken in met if self._joins(taken, start, end)), None)
        gone_at = None
        if joined:
            occupied = Interval(joined.occupied_start, joined.occupied_end)
            gone_at = joined.hold_expires_at if joined.held else None
            if joined.seats - joined.seats_taken < self.party.guests:
                found.append(_Objection(ReasonCode.SEATS, joined, joined.hold_expires_at))
        else:
            found += [objection for taken in met for objection in self._collision(taken, start, end)]
        found += [_Objection(busy.code, busy, gone_at) for busy in self._busy_in(occupied)]
        return found, joined

    def reasons(self, start: datetime, length: timedelta) -> list[Reason]:
        """The objections to one start as sentences, and whether it is on the grid."""
        objections, _ = self.objections(start, start + length)
        holding = [opening for opening in self.openings if opening.start <= start < opening.end]
        if holding and not any(
            start in grid(opening, self.rules.slot_interval, self.rules.zone) for opening in holding
        ):
            objections.append(_Objection(ReasonCode.OFF_GRID, None, None))
        order = list(ReasonCode)
        objections.sort(key=lambda objection: order.index(objection.code))
        return [self._reason(objection, start, start + length) for objection in objections]

    def seats_left(self, joined: Taken | None) -> int:
        if joined:
            return joined.seats - joined.seats_taken
        return self.rules.session_seats if self.party.mode == SHARED else self.rules.guests_max

    def _reason(self, objection: _Objection, start: datetime, end: datetime) -> Reason:
        match objection.source:
            case Taken() as taken:
                return about_session(objection.code, taken, self.rules, start)
            case Busy() as busy:
                return about_busy(busy, start, end)
            case None:
                return about_place(objection.code, self.rules)

    def _is_open(self, start: datetime, end: datetime) -> bool:
        position = bisect_right(self.open_starts, start) - 1
        return position >= 0 and end <= self.open[position].end

    def _taken_in(self, occupied: Interval) -> Sequence[Taken]:
        first = past = bisect_right(self.taken_ends, occupied.start)
        while past < len(self.taken) and self.taken[past].occupied_start < occupied.end:
            past += 1
        return self.taken[first:past]

    def _busy_in(self, occupied: Interval) -> Iterator[Busy]:
        position = bisect_left(self.busy_starts, occupied.end) - 1
        while position >= 0 and self.busy_reach[position] > occupied.start:
            if self.busy[position].end > occupied.start:
                yield self.busy[position]
            position -= 1

    def _is_same(self, taken: Taken, start: datetime, end: datetime) -> bool:
        return taken.start == start and taken.end == end and taken.room_id == self.rules.room_id

    def _joins(self, taken: Taken, start: datetime, end: datetime) -> bool:
        return taken.mode == SHARED == self.party.mode and self._is_same(taken, start, end)

    def _collision(self, taken: Taken, start: datetime, end: datetime) -> Iterator[_Objection]:
        """BOOKED or HELD where the slots themselves overlap, BUFFER where only what surrounds them does."""
        lifts_at = taken.hold_expires_at if taken.held else None
        if not (taken.start < end and start < taken.end):
            yield _Objection(ReasonCode.BUFFER, taken, lifts_at)
            return
        yield _Objection(ReasonCode.HELD if taken.held else ReasonCode.BOOKED, taken, lifts_at)
        if taken.mode != self.party.mode and self._is_same(taken, start, end):
            yield _Objection(ReasonCode.MODE, taken, lifts_at)


class _Listing:
    """Slots in the making, and the earliest instant at which the clock changes them."""

    def __init__(self, ledger: _Ledger, clock: _Clock) -> None:
        self.ledger = ledger
        self.clock = clock
        self.slots: list[Slot] = []
        self.changes_at: datetime | None = None

    def settled(self, start: datetime) -> bool:
        """Takes up the slots from `start`; whether nothing later can change the answer any sooner."""
        if start < self.clock.beyond:
            self._list(start)
            return False
        return self._await(start)

    def _list(self, start: datetime) -> None:
        for length in self.ledger.lengths:
            objections, joined = self.ledger.objections(start, start + length)
            if objections:
                self._change(_lifted_at(objections), start)
                continue
            if not self.slots:
                self._change(self.clock.leaves_at(start), None)
            if joined:
                self._change(joined.hold_expires_at, start)
            self.slots.append(Slot(start, start + length, self.ledger.seats_left(joined)))

    def _await(self, start: datetime) -> bool:
        """Days enter the horizon in order, so the first slot that only waits for its day ends the search."""
        enters_at = self.clock.enters_at(start)
        for length in self.ledger.lengths:
            objections, _ = self.ledger.objections(start, start + length)
            if lifted_at := _lifted_at(objections) if objections else enters_at:
                self._change(max(lifted_at, enters_at), start)
        return self.changes_at is not None and self.changes_at <= enters_at

    def _change(self, at: datetime | None, start: datetime | None) -> None:
        """Not where `start` is too near by then."""
        if at is None or (start is not None and at >= self.clock.leaves_at(start)):
            return
        self.changes_at = at if self.changes_at is None else min(self.changes_at, at)


def _lifted_at(objections: Sequence[_Objection]) -> datetime | None:
    latest = None
    for objection in objections:
        if objection.lifts_at is None:
            return None
        latest = objection.lifts_at if latest is None else max(latest, objection.lifts_at)
    return latest


def _grid_starts(rules: RoomRules, openings: Sequence[Opening], first: date, last: date) -> list[datetime]:
    """Ascending, each once, although openings that reach over midnight may share some."""
    since, until = start_of_day(first, rules.zone), _end_of_day(last, rules)
    starts = sorted(
        start
        for opening in openings
        if opening.end > since and opening.start < until
        for start in grid(opening, rules.slot_interval, rules.zone)
        if since <= start < until
    )
    return [*starts[:1], *(later for earlier, later in pairwise(starts) if earlier != later)]


def _end_of_day(day: date, rules: RoomRules) -> datetime:
    return start_of_day(min(day, LATEST_DAY) + _DAY, rules.zone)
