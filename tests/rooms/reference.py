"""The rules of hours and slots once more, written for plainness: minute by minute, every pair compared.

Shares nothing with `rooms.hours` and `rooms.availability` but the shapes of question and answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from rooms.slot_rules import Busy, Party, RoomRules, Taken

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HoursJson = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True)
class Minute:
    instant: datetime
    wall: datetime


@lru_cache(maxsize=24)
def walls(tz: ZoneInfo, day: date) -> list[Minute]:
    """Every minute from the UTC day before `day` to the end of the second after it, with what the wall shows."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - DAY
    count = 4 * 24 * 60
    instants = (start + index * MINUTE for index in range(count))
    return [Minute(instant, instant.astimezone(tz).replace(tzinfo=None, fold=0)) for instant in instants]


def meeting(minutes: Sequence[Minute], local: datetime, *, last: bool) -> datetime:
    """The first or last instant that shows `local`, or the end of the gap that swallowed it."""
    shown = [minute.instant for minute in minutes if minute.wall == local]
    if shown:
        return shown[-1] if last else shown[0]
    return next(after.instant for before, after in pairwise(minutes) if before.wall < local < after.wall)


def at(day: date, clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return datetime(day.year, day.month, day.day) + timedelta(hours=int(hours), minutes=int(minutes))


def open_stretches(
    hours: HoursJson, overrides: Mapping[date, Sequence[Sequence[str]]], tz: ZoneInfo, first: date, last: date
) -> list[tuple[datetime, datetime]]:
    """One for each opening that begins on `first` to `last`."""
    found: list[tuple[datetime, datetime]] = []
    for index in range((last - first).days + 1):
        day = first + index * DAY
        minutes = walls(tz, day)
        for begins, ends in overrides.get(day, hours.get(NAMES[day.weekday()], [])):
            local_end = at(day, ends) if at(day, ends) > at(day, begins) else at(day, ends) + DAY
            start, end = meeting(minutes, at(day, begins), last=False), meeting(minutes, local_end, last=True)
            if start < end:
                found.append((start, end))
    return found


def grid_of(stretch: tuple[datetime, datetime], interval: int, tz: ZoneInfo) -> list[datetime]:
    start, end = stretch
    beginning = start.astimezone(tz).replace(tzinfo=None)
    found = []
    for index in range(int((end - start) / MINUTE)):
        instant = start + index * MINUTE
        since = instant.astimezone(tz).replace(tzinfo=None) - beginning
        if since >= timedelta(0) and since % timedelta(minutes=interval) == timedelta(0):
            found.append(instant)
    return found


def is_covered(stretches: Sequence[tuple[datetime, datetime]], start: datetime, end: datetime) -> bool:
    """Walks from `start` along whatever is open until `end` is reached or nothing leads on."""
    reached = start
    while reached < end:
        onward = [until for since, until in stretches if since <= reached < until]
        if not onward:
            return False
        reached = max(onward)
    return True


def may_book(
    rules: RoomRules, taken: Sequence[Taken], busy: Sequence[Busy], now: datetime, start: datetime, party: Party,
    length: int,
) -> bool:  # fmt: skip
    """Hours and grid aside."""
    end = start + timedelta(minutes=length)
    local_days = (start.astimezone(rules.zone).date() - now.astimezone(rules.zone).date()).days
    most = rules.guests_max if party.mode == "private" else min(rules.guests_max, rules.seats or 0)
    if (
        not rules.active
        or party.mode not in rules.modes
        or length not in rules.durations
        or not rules.guests_min <= party.guests <= most
        or start < now
        or start - now < timedelta(minutes=rules.min_notice)
        or local_days > rules.max_days_ahead
    ):
        return False
    occupied = start - timedelta(minutes=rules.buffer_before), end + timedelta(minutes=rules.buffer_after)
    mine = [
        session
        for session in taken
        if (session.room_id, session.start, session.end) == (rules.room_id, start, end)
        and session.mode == party.mode == "shared"
    ]
    if mine:
        if mine[0].seats - mine[0].seats_taken < party.guests:
            return False
        occupied = mine[0].occupied_start, mine[0].occupied_end
    closed = [(each.start, each.end) for each in busy if each.start < each.end]
    if not mine:
        closed += [(session.occupied_start, session.occupied_end) for session in taken]
    return not any(since < occupied[1] and occupied[0] < until for since, until in closed)
