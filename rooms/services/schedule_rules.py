"""What a schedule must be: its zone, its weekly hours, and the dates with other hours."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypedDict

from bookingflow.lib import zones
from bookingflow.lib.errors import Fault
from rooms.hours import day_json, parse_day, parse_weekly, weekly_json
from rooms.models import DateOverride, Schedule
from rooms.services.naming import handle_faults
from rooms.services.room_rules import LONGEST_NAME, text_fault

MOST_OVERRIDES = 1_000
LONGEST_REASON = 200
DAYS = (date(1970, 1, 1), date(2199, 12, 31))

NINE_TO_FIVE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}

Override = Mapping[str, Any]


class ScheduleFields(TypedDict, total=False):
    """`hours` and `overrides` are JSON as the API shows them (an override's date may be a `date`)."""

    name: str
    handle: str
    timezone: str
    hours: Mapping[str, Any]
    overrides: Sequence[Override]


def assign(schedule: Schedule, fields: ScheduleFields) -> list[Fault]:
    """Put all but the overrides into the schedule, and say what is wrong with it then. Nothing is written."""
    schedule.name = fields.get("name", schedule.name).strip()
    schedule.handle = fields.get("handle", schedule.handle)
    schedule.timezone = fields.get("timezone", schedule.timezone)
    faults = handle_faults(fields.get("handle"))
    if fault := text_fault("name", schedule.name, LONGEST_NAME):
        faults.append(fault)
    if not zones.is_zone(schedule.timezone):
        faults.append(Fault("timezone", f"There is no time zone “{schedule.timezone}”."))
    if "hours" in fields:
        try:
            schedule.hours = weekly_json(parse_weekly(fields["hours"]))
        except ValueError as refusal:
            faults.append(Fault("hours", str(refusal)))
    return faults


def read_overrides(entries: Sequence[Override]) -> tuple[list[DateOverride], list[Fault]]:
    """Rows still without a schedule, ascending by date, and what is wrong with the entries."""
    faults: list[Fault] = []
    if len(entries) > MOST_OVERRIDES:
        return [], [Fault("overrides", f"{MOST_OVERRIDES:,} dates at most.", "max_length")]
    read = [_override(entry, f"overrides.{position}", faults) for position, entry in enumerate(entries)]
    found = {row.date: row for row in read if row}
    if len(found) < len(entries) and not faults:
        faults.append(Fault("overrides", "Name each date once."))
    return [found[day] for day in sorted(found)], faults


def _override(entry: Override, path: str, faults: list[Fault]) -> DateOverride | None:
    day = _date(entry.get("date"))
    reason = entry.get("reason") or ""
    if day is None or not DAYS[0] <= day <= DAYS[1]:
        faults.append(Fault(f"{path}.date", "Not a date between 1970 and 2199, such as 2026-12-25."))
    if fault := text_fault(f"{path}.reason", reason, LONGEST_REASON):
        faults.append(fault)
    try:
        hours = day_json(parse_day(entry.get("hours", []), str(entry.get("date"))))
    except ValueError as refusal:
        faults.append(Fault(f"{path}.hours", str(refusal)))
        return None
    return DateOverride(date=day, hours=hours, reason=reason) if day else None


def _date(value: object) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) else None
