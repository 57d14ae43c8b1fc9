import json
import subprocess
import sys
import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookingflow.lib.zones import (
    TZDATA_VERSION,
    first_instant,
    instants_of,
    is_zone,
    last_instant,
    start_of_day,
    wall,
    zone,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    "name", ["Europe/London", "America/New_York", "UTC", "Australia/Lord_Howe", "Etc/GMT+5"]
)
def test_iana_names_are_zones(name: str) -> None:
    assert is_zone(name)
    assert zone(name) is zone(name)


@pytest.mark.parametrize(
    "name",
    ["", "Nowhere/Else", "europe/london", "America", "../etc/passwd", "/etc/localtime", "Europe/London\x00"],
)
def test_anything_else_is_refused_with_a_sentence(name: str) -> None:
    assert not is_zone(name)
    with pytest.raises(ValueError, match="There is no time zone"):
        zone(name)


def test_only_the_wheel_gives_zones_even_after_another_was_loaded() -> None:
    program = (
        "import json, zoneinfo; early = zoneinfo.ZoneInfo('Europe/Paris'); import bookingflow.lib.zones as z;"
        "print(json.dumps([list(zoneinfo.TZPATH), z.zone('Europe/Paris') is early, z.TZDATA_VERSION]))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=60)
    assert json.loads(answer.stdout) == [[], False, TZDATA_VERSION]
    assert zoneinfo.TZPATH == ()


NEW_YORK, HOWE, CAIRO = zone("America/New_York"), zone("Australia/Lord_Howe"), zone("Africa/Cairo")


def test_a_local_time_in_a_gap_never_comes() -> None:
    assert instants_of(datetime(2026, 3, 8, 2, 30), NEW_YORK) == ()
    assert first_instant(datetime(2026, 3, 8, 2, 30), NEW_YORK) == utc(2026, 3, 8, 7)
    assert last_instant(datetime(2026, 3, 8, 2, 30), NEW_YORK) == utc(2026, 3, 8, 7)


def test_a_local_time_in_a_fold_comes_twice() -> None:
    local = datetime(2026, 11, 1, 1, 30)
    assert instants_of(local, NEW_YORK) == (utc(2026, 11, 1, 5, 30), utc(2026, 11, 1, 6, 30))
    assert first_instant(local, NEW_YORK) == utc(2026, 11, 1, 5, 30)
    assert last_instant(local, NEW_YORK) == utc(2026, 11, 1, 6, 30)


def test_lord_howe_moves_its_clock_by_half_an_hour() -> None:
    assert len(instants_of(datetime(2026, 4, 5, 1, 45), HOWE)) == 2
    assert len(instants_of(datetime(2026, 4, 5, 1, 15), HOWE)) == 1
    assert first_instant(datetime(2026, 10, 4, 2, 15), HOWE) == utc(2026, 10, 3, 15, 30)


def test_a_day_may_begin_after_midnight_or_not_be_at_all() -> None:
    assert wall(start_of_day(date(2026, 4, 24), CAIRO), CAIRO) == datetime(2026, 4, 24, 1)
    assert start_of_day(date(2011, 12, 30), zone("Pacific/Apia")) == utc(2011, 12, 30, 10)
    assert wall(utc(2011, 12, 30, 10), zone("Pacific/Apia")) == datetime(2011, 12, 31)


def test_days_at_the_ends_of_the_calendar_have_a_start() -> None:
    for day in (date.min, date.max):
        assert start_of_day(day, zone("Pacific/Kiritimati")).tzinfo is UTC


@settings(deadline=None, max_examples=300)
@given(
    st.datetimes(datetime(1980, 1, 1), datetime(2040, 1, 1)),
    st.sampled_from(sorted(zoneinfo.available_timezones())),
)
def test_instants_are_exactly_those_at_which_the_wall_shows_the_time(local: datetime, name: str) -> None:
    tz = zone(name)
    offsets = {
        (local.replace(tzinfo=UTC) + timedelta(hours=hours)).astimezone(tz).utcoffset()
        for hours in range(-30, 31)
    }
    shown = sorted(
        instant
        for offset in offsets
        if wall(instant := local.replace(tzinfo=UTC) - offset, tz) == local  # type: ignore[operator]
    )
    assert list(instants_of(local, tz)) == shown


@settings(deadline=None, max_examples=200)
@given(
    st.datetimes(
        datetime(1980, 1, 1),
        datetime(2040, 1, 1),
        timezones=st.sampled_from([NEW_YORK, HOWE, zone("Pacific/Apia"), zone("Antarctica/Troll")]),
    )
)
def test_the_first_instant_of_a_time_in_a_gap_is_when_the_gap_ends(local: datetime) -> None:
    tz, naive = local.tzinfo, local.replace(tzinfo=None, fold=0)
    assert tz is not None
    instant = first_instant(naive, tz)
    assert wall(instant, tz) >= naive
    assert instants_of(naive, tz) or wall(instant - timedelta(seconds=1), tz) < naive
