from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bookingflow.lib.zones import wall, zone
from rooms.hours import WEEKDAYS, Opening, grid, openings, ordinary_week, parse_weekly

DAY = timedelta(days=1)


def opened(
    zone_name: str, day: date, *pairs: tuple[str, str], overrides: Mapping[date, Sequence[Any]] | None = None
) -> list[Opening]:
    """What begins on `day`, with the same hours every day."""
    weekly = parse_weekly({name: list(pairs) for name in WEEKDAYS})
    found = openings(weekly, overrides or {}, zone(zone_name), day, day)
    return [opening for opening in found if opening.date == day]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def shown(opening: Opening, interval: int, zone_name: str) -> str:
    return " ".join(
        f"{wall(start, zone(zone_name)):%H:%M}" for start in grid(opening, interval, zone(zone_name))
    )


def test_hours_are_local() -> None:
    [opening] = opened("America/New_York", date(2026, 12, 5), ("10:00", "22:00"))
    assert opening == Opening(
        date(2026, 12, 5), datetime(2026, 12, 5, 10), utc(2026, 12, 5, 15), utc(2026, 12, 6, 3)
    )  # fmt: skip


def test_the_days_around_come_along() -> None:
    weekly = parse_weekly({name: [["10:00", "12:00"]] for name in WEEKDAYS})
    found = openings(weekly, {}, zone("UTC"), date(2026, 12, 5), date(2026, 12, 6))
    assert [opening.date.day for opening in found] == [4, 5, 6, 7, 8]


def test_an_override_replaces_the_hours_that_begin_on_its_day() -> None:
    christmas = date(2026, 12, 25)
    assert opened("UTC", christmas, ("18:00", "02:00"), overrides={christmas: []}) == []
    [eve] = opened("UTC", christmas - DAY, ("18:00", "02:00"), overrides={christmas: []})
    assert eve.end == utc(2026, 12, 25, 2)
    [other] = opened("UTC", christmas, ("18:00", "02:00"), overrides={christmas: [["12:00", "13:00"]]})
    assert other.start == utc(2026, 12, 25, 12)


@pytest.mark.parametrize("day", [date.min, date.max, date(9999, 12, 30), date(1, 1, 2)])
def test_days_at_the_ends_of_the_calendar_have_no_hours(day: date) -> None:
    assert opened("Pacific/Kiritimati", day, ("00:00", "24:00")) == []


def test_a_night_without_a_gap_has_the_whole_grid() -> None:
    [opening] = opened("Europe/London", date(2026, 6, 5), ("22:15", "01:00"))
    assert shown(opening, 45, "Europe/London") == "22:15 23:00 23:45 00:30"


def test_times_in_a_gap_yield_no_start() -> None:
    [opening] = opened("America/New_York", date(2026, 3, 8), ("00:00", "05:00"))
    assert opening.end - opening.start == timedelta(hours=4)
    assert shown(opening, 30, "America/New_York") == "00:00 00:30 01:00 01:30 03:00 03:30 04:00 04:30"


def test_times_that_come_twice_yield_both() -> None:
    [opening] = opened("America/New_York", date(2026, 11, 1), ("00:00", "03:00"))
    assert opening.end - opening.start == timedelta(hours=4)
    assert shown(opening, 30, "America/New_York") == "00:00 00:30 01:00 01:30 01:00 01:30 02:00 02:30"


def test_an_opening_in_a_gap_is_the_next_instant_that_exists_and_the_grid_starts_there() -> None:
    [opening] = opened("America/New_York", date(2026, 3, 8), ("02:20", "05:00"))
    assert (opening.start, opening.local_start) == (utc(2026, 3, 8, 7), datetime(2026, 3, 8, 3))
    assert shown(opening, 45, "America/New_York") == "03:00 03:45 04:30"


def test_a_closing_in_a_gap_is_when_the_gap_begins() -> None:
    [opening] = opened("America/New_York", date(2026, 3, 8), ("00:00", "02:30"))
    assert opening.end == utc(2026, 3, 8, 7)


def test_hours_that_lie_in_a_gap_are_none() -> None:
    assert opened("America/New_York", date(2026, 3, 8), ("02:00", "02:59")) == []
    assert opened("Pacific/Apia", date(2011, 12, 30), ("10:00", "22:00")) == []


def test_an_opening_in_a_repeated_hour_is_its_first_and_a_closing_its_second() -> None:
    [opening] = opened("America/New_York", date(2026, 11, 1), ("01:15", "01:45"))
    assert (opening.start, opening.end) == (utc(2026, 11, 1, 5, 15), utc(2026, 11, 1, 6, 45))
    assert shown(opening, 30, "America/New_York") == "01:15 01:45 01:15"


def test_a_closing_at_the_begin_of_a_repeated_hour_leaves_the_first_pass_open() -> None:
    [opening] = opened("America/New_York", date(2026, 11, 1), ("00:00", "01:00"))
    assert shown(opening, 30, "America/New_York") == "00:00 00:30 01:00 01:30"


def test_the_half_hour_of_lord_howe_comes_twice() -> None:
    [opening] = opened("Australia/Lord_Howe", date(2026, 4, 5), ("01:00", "03:00"))
    assert shown(opening, 30, "Australia/Lord_Howe") == "01:00 01:30 01:30 02:00 02:30"


def test_midnight_itself_may_not_exist() -> None:
    [opening] = opened("Africa/Cairo", date(2026, 4, 24), ("00:00", "03:00"))
    assert shown(opening, 60, "Africa/Cairo") == "01:00 02:00"


def test_an_ordinary_week_gives_the_starts_that_a_duration_has() -> None:
    weekly = parse_weekly(
        {"fri": [["22:00", "24:00"]], "sat": [["00:00", "01:00"]], "sun": [["23:00", "01:00"]]}
    )
    hour = ordinary_week(weekly, interval_minutes=30, duration_minutes=60)
    assert [f"{start:%a %H:%M}" for start in hour] == [
        "Mon 00:00", "Fri 22:00", "Fri 22:30", "Fri 23:00", "Fri 23:30", "Sat 00:00", "Sun 23:00", "Sun 23:30",
    ]  # fmt: skip
