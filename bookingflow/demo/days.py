"""Days that follow from the day of loading."""

from collections.abc import Callable
from datetime import date, timedelta

from rooms.hours import WEEKDAYS

DayRule = Callable[[date], date]


def weekday(name: str, *, weeks: int) -> DayRule:
    """That weekday within the next seven days, today left out, and so many weeks further on (or back)."""

    def rule(today: date) -> date:
        ahead = (WEEKDAYS.index(name) - today.weekday() - 1) % 7 + 1
        return today + timedelta(days=ahead, weeks=weeks)

    return rule


def yearly(month: int, day: int) -> DayRule:
    """That day of the year: the coming one, or the last one until a month after it."""

    def rule(today: date) -> date:
        days = (date(year, month, day) for year in (today.year - 1, today.year, today.year + 1))
        return next(each for each in days if each >= today - timedelta(days=30))

    return rule
