"""Random schedules: hours around a change of clock, sessions with live and lapsing holds, blocks, a room's rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bookingflow.lib.zones import zone
from rooms.availability import Busy, Party, ReasonCode, RoomRules, Taken, Timeline
from rooms.hours import WEEKDAYS, grid, openings, parse_weekly

DAY = timedelta(days=1)
SAMPLE_ZONES = (
    "America/New_York", "Europe/London", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Apia", "Antarctica/Troll",
    "Africa/Casablanca", "Asia/Gaza", "Pacific/Chatham", "Africa/Cairo", "Asia/Beirut", "America/Havana",
    "Asia/Kathmandu", "America/Santiago", "Atlantic/Azores", "America/Nuuk", "Pacific/Kiritimati", "Pacific/Pago_Pago",
)  # fmt: skip
ROOM, OTHER_ROOM = 1, 2


@cache
def transition_days(name: str, year: int = 2026, years: int = 2) -> tuple[date, ...]:
    """The UTC days on which the zone's offset changes, or the year's first where it never does."""
    tz, begin = zone(name), datetime(year, 1, 1, tzinfo=UTC)
    offsets = [(begin + n * DAY).astimezone(tz).utcoffset() for n in range(years * 366)]
    days = tuple((begin + n * DAY).date() for n in range(len(offsets) - 1) if offsets[n] != offsets[n + 1])
    return days or (begin.date(),)


@dataclass(frozen=True)
class Claim:
    seats: int
    expires_at: datetime | None


@dataclass(frozen=True)
class Session:
    room_id: int
    mode: str
    start: datetime
    end: datetime
    before: timedelta
    after: timedelta
    seats: int
    claims: tuple[Claim, ...]

    def at(self, now: datetime) -> Taken | None:
        live = [claim for claim in self.claims if claim.expires_at is None or claim.expires_at > now]
        ends = [claim.expires_at for claim in live if claim.expires_at is not None]
        if not live:
            return None
        return Taken(
            self.room_id, self.mode, self.start, self.end, self.start - self.before, self.end + self.after,
            self.seats, sum(claim.seats for claim in live), len(ends) == len(live), ("BF-7K3Q9D",),
            min(ends, default=None),
        )  # fmt: skip


@dataclass(frozen=True)
class World:
    tz: ZoneInfo
    hours: Mapping[str, Sequence[Sequence[str]]]
    overrides: Mapping[date, Sequence[Sequence[str]]]
    rules: RoomRules
    sessions: tuple[Session, ...]
    busy: tuple[Busy, ...]
    first: date
    last: date
    now: datetime
    party: Party

    def taken(self, now: datetime) -> list[Taken]:
        return [taken for session in self.sessions if (taken := session.at(now))]

    def timeline(self, now: datetime) -> Timeline:
        found = openings(parse_weekly(self.hours), self.overrides, self.tz, self.first, self.last)
        return Timeline(found, self.taken(now), self.busy)


clock_times = st.sampled_from(
    ("00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00", "09:10", "18:00", "22:00")
)
pairs = st.tuples(clock_times, clock_times | st.just("24:00"))
PATTERNS: tuple[list[tuple[str, str]], ...] = (
    [("00:00", "24:00")],
    [("18:00", "02:30")],
    [("00:30", "02:30"), ("03:00", "09:00")],
    [("02:15", "05:00")],
    [("22:00", "01:30")],
    [("00:00", "03:00"), ("21:00", "02:00")],
    [("00:00", "01:00"), ("09:00", "12:00")],
    [],
)
day_hours = st.sampled_from(PATTERNS) | pairs.map(lambda pair: [pair])
quarters = st.integers(-8, 24 * 4 * 4).map(lambda n: timedelta(minutes=15 * n))


@st.composite
def room_rules(draw: st.DrawFn, tz: ZoneInfo) -> RoomRules:
    modes = draw(st.sampled_from((("private",), ("shared",), ("private", "shared"))))
    low = draw(st.sampled_from((1, 1, 1, 2)))
    buffers = st.sampled_from((0, 0, 10, 15, 30))
    return RoomRules(
        room_id=ROOM,
        active=draw(st.sampled_from((True,) * 19 + (False,))),
        modes=modes,
        seats=draw(st.integers(2, 6)) if "shared" in modes else None,
        durations=draw(st.sampled_from(((60,), (30,), (45, 90), (30, 60, 180), (600,)))),
        slot_interval=draw(st.sampled_from((15, 30, 45, 60, 90))),
        buffer_before=draw(buffers),
        buffer_after=draw(buffers),
        min_notice=draw(st.sampled_from((0, 0, 60, 125, 2880))),
        max_days_ahead=draw(st.sampled_from((1, 2, 90, 90))),
        guests_min=low,
        guests_max=draw(st.integers(max(low, 2), 6)),
        zone=tz,
    )


def session_starts(rules: RoomRules, hours: Timeline, base: datetime) -> st.SearchStrategy[datetime]:
    """On the room's grid more often than not, so that there are sessions to join."""
    pool = [start for opening in hours.openings for start in grid(opening, rules.slot_interval, rules.zone)]
    anywhere = quarters.map(lambda offset: base + offset)
    return st.one_of(st.sampled_from(pool), st.sampled_from(pool), anywhere) if pool else anywhere


@st.composite
def sessions_of(
    draw: st.DrawFn, rules: RoomRules, starts: st.SearchStrategy[datetime], now: datetime, holds: bool
) -> tuple[Session, ...]:
    """Those that would overlap others are dropped."""
    kept: list[Session] = []
    for _ in range(draw(st.integers(0, 12))):
        session = draw(_session(rules, draw(starts), now, holds))
        since, until = session.start - session.before, session.end + session.after
        if all(until <= other.start - other.before or other.end + other.after <= since for other in kept):
            kept.append(session)
    return tuple(kept)


@st.composite
def _session(draw: st.DrawFn, rules: RoomRules, start: datetime, now: datetime, holds: bool) -> Session:
    mode = draw(st.sampled_from((*rules.modes, *rules.modes, "private", "shared")))
    seats = draw(st.sampled_from((2, 4, 6))) if mode == "shared" else 1
    ends = st.integers(1, 3000).map(lambda n: now + timedelta(minutes=n)) if holds else st.nothing()
    count = draw(st.integers(1, min(seats, 3)))
    buffers = st.sampled_from((0, 0, 15, 60)).map(lambda minutes: timedelta(minutes=minutes))
    return Session(
        room_id=draw(st.sampled_from((ROOM, ROOM, ROOM, OTHER_ROOM))),
        mode=mode,
        start=start,
        end=start + timedelta(minutes=draw(st.sampled_from((*rules.durations, *rules.durations, 60)))),
        before=draw(buffers),
        after=draw(buffers),
        seats=seats,
        claims=tuple(Claim(1, draw(st.none() | ends)) for _ in range(count)),
    )


@st.composite
def _busy(draw: st.DrawFn, base: datetime) -> Busy:
    start = base + draw(quarters)
    code = draw(st.sampled_from((ReasonCode.BLOCKED, ReasonCode.CALENDAR_BUSY)))
    return Busy(start, start + timedelta(minutes=draw(st.integers(0, 300))), code, "")


def parties(rules: RoomRules) -> st.SearchStrategy[Party]:
    durations = st.sampled_from((None, *rules.durations, *rules.durations, 60))
    return st.builds(Party, durations, st.sampled_from((1, 2, 2, 2, 3)), st.sampled_from(rules.modes))


@st.composite
def worlds(draw: st.DrawFn, *, holds: bool = True) -> World:
    name = draw(st.sampled_from(SAMPLE_ZONES))
    tz = zone(name)
    first = draw(st.sampled_from(transition_days(name))) + draw(st.integers(-2, 1)) * DAY
    last = first + draw(st.integers(0, 2)) * DAY
    base = datetime(first.year, first.month, first.day, tzinfo=UTC)
    now = base + timedelta(minutes=draw(st.integers(-4 * 1440, 1440)))
    rules = draw(room_rules(tz))
    days = st.integers(-1, 3).map(lambda n: first + n * DAY)
    hours = dict.fromkeys(WEEKDAYS, draw(day_hours))
    overrides = draw(st.dictionaries(days, day_hours, max_size=2))
    opened = Timeline(openings(parse_weekly(hours), overrides, tz, first, last), (), ())
    starts = session_starts(rules, opened, base)
    return World(
        tz=tz,
        hours=hours,
        overrides=overrides,
        rules=rules,
        sessions=draw(sessions_of(rules, starts, now, holds)),
        busy=tuple(draw(st.lists(_busy(base), max_size=3))),
        first=first,
        last=last,
        now=now,
        party=draw(parties(rules)),
    )
