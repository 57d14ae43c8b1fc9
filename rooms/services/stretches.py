"""The time that a block covers, as it was asked for: two instants, or whole local days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookingflow.lib.errors import Fault, InvalidRequest
from bookingflow.lib.intervals import Interval
from bookingflow.lib.zones import start_of_day, zone
from rooms.services.schedule_rules import DAYS

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Instants:
    start: datetime
    end: datetime

    def in_zone(self, timezone: str) -> Interval:
        return Interval(self.start, self.end)


@dataclass(frozen=True, slots=True)
class LocalDays:
    """Both included, in each schedule's own zone."""

    first: date
    last: date

    def in_zone(self, timezone: str) -> Interval:
        """Raises InvalidRequest where the zone has left these days out."""
        tz = zone(timezone)
        days = Interval(start_of_day(self.first, tz), start_of_day(self.last + _DAY, tz))
        if days.start == days.end:
            raise InvalidRequest.of(Fault("startDate", f"There is no such day in {timezone}."))
        return days


Stretch = Instants | LocalDays


def read_stretch(
    start: datetime | None, end: datetime | None, start_date: date | None, end_date: date | None
) -> tuple[Stretch | None, list[Fault]]:
    """Nothing is wrong where there is a stretch."""
    instants, days = {"start": start, "end": end}, {"startDate": start_date, "endDate": end_date}
    by_day = any(days.values())
    if by_day and any(instants.values()):
        return None, [Fault("start", "Send start and end, or startDate and endDate.")]
    if start and end:
        return _checked(Instants(start, end), start.date(), end.date(), "", start >= end)
    if start_date and end_date:
        return _checked(LocalDays(start_date, end_date), start_date, end_date, "Date", start_date > end_date)
    wanted = days if by_day else instants
    return None, [Fault(name, "This field is required.", "required") for name, at in wanted.items() if not at]


def _checked(
    stretch: Stretch, first: date, last: date, suffix: str, backwards: bool
) -> tuple[Stretch | None, list[Fault]]:
    faults = [
        Fault(f"{name}{suffix}", "Must be between 1970 and 2199.")
        for name, day in (("start", first), ("end", last))
        if not DAYS[0] <= day <= DAYS[1]
    ]
    if backwards:
        sentence = "Must not be before startDate." if suffix else "Must be after start."
        faults.append(Fault(f"end{suffix}", sentence))
    return (None, faults) if faults else (stretch, [])
