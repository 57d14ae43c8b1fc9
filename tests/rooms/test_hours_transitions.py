"""Hours and grids around the coming changes of clock, against the minute-by-minute reference."""

import zoneinfo
from datetime import date

import pytest

from bookingflow.lib.zones import zone
from rooms.hours import WEEKDAYS, grid, openings, parse_weekly
from tests.rooms.reference import grid_of, open_stretches
from tests.rooms.worlds import DAY, PATTERNS, SAMPLE_ZONES, transition_days

INTERVALS = (45, 60)


def assert_agreement(zone_name: str, day: date, interval: int) -> None:
    tz = zone(zone_name)
    for pattern in PATTERNS:
        hours = dict.fromkeys(WEEKDAYS, pattern)
        expected = open_stretches(hours, {}, tz, day - DAY, day + 2 * DAY)
        found = openings(parse_weekly(hours), {}, tz, day, day)
        assert sorted((each.start, each.end) for each in found) == sorted(expected), (zone_name, day, pattern)
        for each in found:
            assert grid(each, interval, tz) == grid_of((each.start, each.end), interval, tz), (
                zone_name,
                each,
            )


@pytest.mark.parametrize("zone_name", SAMPLE_ZONES)
def test_hours_hold_through_the_next_change_of_clock(zone_name: str) -> None:
    for day, interval in zip(transition_days(zone_name)[:2], INTERVALS, strict=False):
        assert_agreement(zone_name, day, interval)


def test_hours_hold_where_a_whole_day_was_left_out() -> None:
    assert_agreement("Pacific/Apia", date(2011, 12, 29), 60)


@pytest.mark.faults
@pytest.mark.parametrize("zone_name", sorted(zoneinfo.available_timezones()))
def test_hours_hold_through_every_change_of_clock_of_every_zone(zone_name: str) -> None:
    for day in transition_days(zone_name):
        assert_agreement(zone_name, day, 60)
