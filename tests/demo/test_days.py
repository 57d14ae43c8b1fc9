"""Days that follow from the day of loading."""

from datetime import date, timedelta

import pytest

from bookingflow.demo.days import weekday, yearly

WEDNESDAY = date(2026, 12, 2)


@pytest.mark.parametrize(
    ("name", "weeks", "day"),
    [
        ("thu", 0, date(2026, 12, 3)),
        ("wed", 0, date(2026, 12, 9)),
        ("tue", 0, date(2026, 12, 8)),
        ("tue", 1, date(2026, 12, 15)),
        ("wed", -1, date(2026, 12, 2)),
        ("mon", -2, date(2026, 11, 23)),
    ],
)
def test_a_weekday_is_one_of_the_next_seven_days_and_weeks_from_there(
    name: str, weeks: int, day: date
) -> None:
    assert weekday(name, weeks=weeks)(WEDNESDAY) == day


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (WEDNESDAY, date(2026, 12, 25)),
        (date(2026, 12, 25), date(2026, 12, 25)),
        (date(2027, 1, 24), date(2026, 12, 25)),
        (date(2027, 1, 25), date(2027, 12, 25)),
    ],
)
def test_a_day_of_the_year_is_the_coming_one_until_a_month_after_it(today: date, day: date) -> None:
    assert yearly(12, 25)(today) == day


def test_a_day_of_the_year_is_never_far() -> None:
    for offset in range(800):
        today = WEDNESDAY + timedelta(days=offset)
        assert -30 <= (yearly(1, 1)(today) - today).days <= 366
