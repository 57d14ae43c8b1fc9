"""Time zones, by the rules of the tzdata wheel alone.

zoneinfo asks the system's files first, and those may be older than the wheel. Importing this module empties
that search path, so that `TZDATA_VERSION` truly names the rules by which an answer was computed.
"""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

import tzdata

zoneinfo.reset_tzpath(to=())
ZoneInfo.clear_cache()

TZDATA_VERSION: str = tzdata.IANA_VERSION

# Days outside of these are cut to them where arithmetic on them could leave the calendar.
EARLIEST_DAY = date(1900, 1, 1)
LATEST_DAY = date(9990, 12, 31)

_SECOND = timedelta(seconds=1)


@cache
def _names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA zone, spelled exactly so."""
    return name in _names()


@cache
def zone(name: str) -> ZoneInfo:
    """Raises ValueError, with a sentence for a person, when there is no such zone."""
    if not is_zone(name):
        raise ValueError(f"There is no time zone {name!r}: IANA names such as Europe/London are known.")
    return ZoneInfo(name)


def wall(instant: datetime, tz: tzinfo) -> datetime:
    """What a clock on the wall shows at `instant` (aware): a naive datetime."""
    return instant.astimezone(tz).replace(tzinfo=None, fold=0)


def instants_of(local: datetime, tz: tzinfo) -> tuple[datetime, ...]:
    """The instants (UTC, ascending) at which the wall shows `local` (naive): none in a gap, two in a fold.

    By PEP 495 the offsets for fold=0 and fold=1 differ in gaps and folds only: they rise over a gap and fall
    over a fold.
    """
    first, second = _offsets(local, tz)
    if first == second:
        return (local.replace(tzinfo=UTC, fold=0) - first,)
    if first < second:
        return ()
    return local.replace(tzinfo=UTC, fold=0) - first, local.replace(tzinfo=UTC, fold=0) - second


def first_instant(local: datetime, tz: tzinfo) -> datetime:
    """The first instant at which the wall shows `local`; in a gap, the instant at which the gap ends."""
    found = instants_of(local, tz)
    return found[0] if found else _end_of_gap(local, tz)


def last_instant(local: datetime, tz: tzinfo) -> datetime:
    """The last instant at which the wall shows `local`; in a gap, the instant at which the gap ends."""
    found = instants_of(local, tz)
    return found[-1] if found else _end_of_gap(local, tz)


def start_of_day(day: date, tz: tzinfo) -> datetime:
    """The first instant (UTC) of a local day; days far out of this era are cut to its ends."""
    within = min(max(day, EARLIEST_DAY), LATEST_DAY)
    return first_instant(datetime.combine(within, time()), tz)


def _offsets(local: datetime, tz: tzinfo) -> tuple[timedelta, timedelta]:
    first = local.replace(tzinfo=tz, fold=0).utcoffset()
    second = local.replace(tzinfo=tz, fold=1).utcoffset()
    if first is None or second is None:
        raise ValueError(f"{tz!r} gives no offset.")
    return first, second


def _end_of_gap(local: datetime, tz: tzinfo) -> datetime:
    """Transitions fall on whole seconds, so halving down to one finds the instant itself."""
    before, after = _offsets(local, tz)
    low = local.replace(tzinfo=UTC, microsecond=0) - after - _SECOND
    high = local.replace(tzinfo=UTC, microsecond=0) - before + _SECOND
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if middle.astimezone(tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
