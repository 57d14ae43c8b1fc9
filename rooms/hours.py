"""Weekly hours and date overrides, in a zone, as open stretches of real time and the grid of starts in them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookingflow.lib.intervals import Interval, merge, within
from bookingflow.lib.zones import (
    EARLIEST_DAY,
    LATEST_DAY,
    first_instant,
    instants_of,
    last_instant,
    wall,
    zone,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DAY = timedelta(days=1)


class Span(NamedTuple):
    """Minutes of local wall time after the midnight of the day; an end beyond 1440 lies on the next day."""

    start: int
    end: int


DayHours = tuple[Span, ...]
WeeklyHours = tuple[DayHours, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """`date` is the day whose hours these are, `local_start` what the wall shows at `start`: naive, and the
    beginning of the grid. `start` and `end` are UTC."""

    date: date
    local_start: datetime
    start: datetime
    end: datetime


def parse_weekly(value: object) -> WeeklyHours:
    """From `{"mon": [["10:00", "22:00"]], …}`; a day left out is closed. Raises ValueError with a sentence."""
    if not isinstance(value, Mapping):
        raise ValueError("Hours are an object of weekdays, mon to sun, each with a list of openings.")
    for name in value:
        if name not in WEEKDAYS:
            raise ValueError(f"There is no weekday {name!r}: {', '.join(WEEKDAYS)} are known.")
    return tuple(parse_day(value.get(weekday, []), weekday) for weekday in WEEKDAYS)


def parse_day(value: object, name: str) -> DayHours:
    """One day's openings, ascending; `name` says in the sentence of a ValueError which day is wrong.

    An end that is not after its start lies on the next day: `18:00` to `02:00`; `00:00` to `00:00` is all day.
    Openings of one day that overlap or touch are refused, those that reach into the next day's are not: each
    keeps its own grid, and where they meet the time is open throughout.
    """
    if not isinstance(value, list | tuple):
        raise ValueError(f'{name}: a list of openings such as [["10:00", "22:00"]] is expected.')
    spans = tuple(sorted(_span(entry, name) for entry in value))
    for before, after in pairwise(spans):
        if after.start <= before.end:
            raise ValueError(f"{name}: openings overlap or touch at {_clock(after.start)}; make one of them.")
    return spans


def weekly_json(weekly: WeeklyHours) -> dict[str, list[list[str]]]:
    """As `parse_weekly` takes it, every weekday named."""
    return {name: day_json(day) for name, day in zip(WEEKDAYS, weekly, strict=True)}


def day_json(day: DayHours) -> list[list[str]]:
    return [[_clock(start), "24:00" if end == DAY_MINUTES else _clock(end)] for start, end in day]


def openings(
    weekly: WeeklyHours,
    overrides: Mapping[date, Sequence[Sequence[str]]],
    tz: ZoneInfo,
    first: date,
    last: date,
) -> list[Opening]:
    """All that bears on slots that start on the local days `first` to `last`, ascending by start.

    That is the hours from the day before (over midnight) to two days after (a slot may last through them). An
    override replaces the hours that begin on its day; what reaches into it from the day before stays. Days out
    of this era have no hours.
    """
    low = max(first - _DAY, EARLIEST_DAY) if first > EARLIEST_DAY else EARLIEST_DAY
    high = min(last + 2 * _DAY, LATEST_DAY) if last < LATEST_DAY else LATEST_DAY
    found = []
    for offset in range((high - low).days + 1):
        day = low + timedelta(days=offset)
        spans = parse_day(overrides[day], str(day)) if day in overrides else weekly[day.weekday()]
        found += [opening for span in spans if (opening := _opening(day, span, tz))]
    return sorted(found, key=lambda opening: opening.start)


def grid(opening: Opening, interval_minutes: int, tz: ZoneInfo) -> list[datetime]:
    """Every start (UTC) within the opening, each `interval_minutes` of wall time after its local start.

    A time in a gap gives none, one that comes twice gives both.
    """
    step = timedelta(minutes=interval_minutes)
    local_end = wall(opening.end, tz)
    length = opening.end - opening.start
    if local_end - opening.local_start == length:
        return [opening.start + count * step for count in range(-(-length // step))]
    starts = set()
    local = opening.local_start
    while local <= max(local_end, opening.local_start + length):
        starts |= {at for at in instants_of(local, tz) if opening.start <= at < opening.end}
        local += step
    return sorted(starts)


def ordinary_week(weekly: WeeklyHours, *, interval_minutes: int, duration_minutes: int) -> list[datetime]:
    """The naive local starts at which such a slot fits into a week without overrides or change of clock."""
    utc = zone("UTC")
    monday = date(2001, 1, 1)
    found = openings(weekly, {}, utc, monday, monday + 6 * _DAY)
    open_time = merge(Interval(opening.start, opening.end) for opening in found)
    starts = {start for opening in found for start in grid(opening, interval_minutes, utc)}
    length = timedelta(minutes=duration_minutes)
    return [
        start.replace(tzinfo=None)
        for start in sorted(starts)
        if monday <= start.date() < monday + 7 * _DAY and within(open_time, Interval(start, start + length))
    ]


def _span(entry: object, name: str) -> Span:
    if not isinstance(entry, list | tuple) or len(entry) != 2:
        raise ValueError(f'{name}: an opening is a pair such as ["10:00", "22:00"].')
    start, end = _minutes(entry[0], name), DAY_MINUTES if entry[1] == "24:00" else _minutes(entry[1], name)
    return Span(start, end if end > start else end + DAY_MINUTES)


def _minutes(value: object, name: str) -> int:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{name}: {value!r} is no time of day such as 09:30.")
    return int(match[1]) * 60 + int(match[2])


def _clock(minutes: int) -> str:
    hours, rest = divmod(minutes % DAY_MINUTES, 60)
    return f"{hours:02}:{rest:02}"


def _opening(day: date, span: Span, tz: ZoneInfo) -> Opening | None:
    """None where all of it lies in a gap. An opening in a gap begins when the gap ends, one in a repeated hour
    at its first occurrence; a closing in a repeated hour is its second."""
    midnight = datetime.combine(day, time())
    start = first_instant(midnight + timedelta(minutes=span.start), tz)
    end = last_instant(midnight + timedelta(minutes=span.end), tz)
    return Opening(day, wall(start, tz), start, end) if start < end else None
