"""Reading the time that is taken on a schedule: who holds it, and what lies there for the engine to judge.

The cost of each reading follows its window, however many sessions there are. So the condition on the schedule is
spelled exactly as in the exclusion constraint, whose index then serves it; and the claims are gathered session by
session, because for a month's sessions the planner would join them by reading every claim that there is.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from bookingflow.lib.intervals import Interval
from bookingflow.lib.zones import wall, zone
from rooms.availability import Busy, ReasonCode, Taken, Timeline
from rooms.hours import openings, parse_weekly
from rooms.models import Mode, Room, Schedule

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The longest buffer there is: whoever joins a session takes its buffers, which may be longer than the room's now.
_LONGEST_BUFFER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Reading:
    """What lies on a schedule, with the rows that it came from.

    `session_ids` belong to `timeline.taken`, one by one. `void_holders` are those whose hold ran out while their
    claims are still in the way of the exclusion constraint.
    """

    timeline: Timeline
    session_ids: Sequence[int]
    void_holders: Sequence[UUID]

    def shared_session(self, room: Room, start: datetime, end: datetime) -> tuple[int, Taken] | None:
        """The session that a party for this slot joins, if there is one."""
        wanted = (room.pk, Mode.SHARED, start, end)
        for session_id, taken in zip(self.session_ids, self.timeline.taken, strict=True):
            if (taken.room_id, taken.mode, taken.start, taken.end) == wanted:
                return session_id, taken
        return None


def load_timeline(
    *,
    schedule: Schedule,
    window_start: datetime,
    window_end: datetime,
    now: datetime,
    without_holder: UUID | None = None,
) -> Timeline:
    """Sessions, blocks and hours of a stretch of time, in one statement.

    A claim that ran out by `now` is void and doesn't count; nor does that of `without_holder`.
    """
    return read_time(
        schedule=schedule,
        window_start=window_start,
        window_end=window_end,
        now=now,
        without_holder=without_holder,
    ).timeline


def read_time(
    *,
    schedule: Schedule,
    window_start: datetime,
    window_end: datetime,
    now: datetime,
    without_holder: UUID | None = None,
) -> Reading:
    """As `load_timeline`, with what a writer of the schedule's time needs besides."""
    window = _Window.of(schedule, Interval(window_start, window_end))
    rows = _timeline_rows(**window._asdict(), now=now, without=without_holder)
    return _reading(schedule, window, rows)


def load_timelines(
    windows: Sequence[tuple[Schedule, Interval]], *, now: datetime
) -> dict[int, tuple[UUID, Timeline]]:
    """The time of many schedules in one statement, by their ids, each with the version that it belongs to."""
    wanted = [(schedule, _Window.of(schedule, stretch)) for schedule, stretch in windows]
    columns = {name: [getattr(window, name) for _, window in wanted] for name in _Window._fields}
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINES, {**columns, "now": now, "without": None})
        rows = cursor.fetchall()
    versions = {schedule_id: version for schedule_id, version, *_ in rows}
    found: dict[int, list[_Row]] = {schedule_id: [] for schedule_id in versions}
    for schedule_id, _, *row in rows:
        found[schedule_id] += [_Row(*row)] if row[0] else []
    return {
        schedule.pk: (versions[schedule.pk], _reading(schedule, window, found[schedule.pk]).timeline)
        for schedule, window in wanted
        if schedule.pk in versions
    }


class _Window(NamedTuple):
    """What has to be read for a stretch of a schedule's time."""

    schedule_id: int
    start: datetime
    end: datetime
    blocks_from: datetime
    blocks_to: datetime
    first_day: date
    last_day: date

    @classmethod
    def of(cls, schedule: Schedule, stretch: Interval) -> "_Window":
        first, last = _local_days(schedule, stretch)
        return cls(
            schedule_id=schedule.pk,
            start=stretch.start,
            end=stretch.end,
            blocks_from=stretch.start - _LONGEST_BUFFER,
            blocks_to=stretch.end + _LONGEST_BUFFER,
            first_day=first - _DAY,
            last_day=last + 2 * _DAY,
        )


def _local_days(schedule: Schedule, stretch: Interval) -> tuple[date, date]:
    tz = zone(schedule.timezone)
    return wall(stretch.start, tz).date(), wall(stretch.end, tz).date()


def _reading(schedule: Schedule, window: _Window, rows: Sequence["_Row"]) -> Reading:
    tz = zone(schedule.timezone)
    first, last = _local_days(schedule, Interval(window.start, window.end))
    sessions = [row for row in rows if row.kind == "session"]
    live = [row for row in sessions if row.seats_taken]
    overrides = {row.day: json.loads(row.text) for row in rows if row.kind == "override"}
    timeline = Timeline(
        openings=openings(parse_weekly(schedule.hours), overrides, tz, first, last),
        taken=[_taken(row) for row in live],
        busy=[
            Busy(_instant(row.start), _instant(row.end), ReasonCode.BLOCKED, row.text)
            for row in rows
            if row.kind == "block"
        ],
    )
    void = [holder for row in sessions for holder in row.void or ()]
    return Reading(timeline, [row.session_id for row in live], void)


class _Row(NamedTuple):
    """Instants are microseconds since 1970: a month's sessions are read twice as fast so."""

    kind: str
    start: int
    end: int
    text: str
    day: date
    session_id: int
    room_id: int
    mode: str
    occupied_start: int
    occupied_end: int
    seats: int
    seats_taken: int | None
    held: bool
    hold_expires_at: int | None
    references: list[str]
    void: list[UUID] | None


def _taken(row: _Row) -> Taken:
    return Taken(
        room_id=row.room_id,
        mode=row.mode,
        start=_instant(row.start),
        end=_instant(row.end),
        occupied_start=_instant(row.occupied_start),
        occupied_end=_instant(row.occupied_end),
        seats=row.seats,
        seats_taken=row.seats_taken or 0,
        held=row.held,
        references=tuple(row.references),
        hold_expires_at=None if row.hold_expires_at is None else _instant(row.hold_expires_at),
    )


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _timeline_rows(**parameters: Any) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINE, parameters)
        return [_Row(*row) for row in cursor.fetchall()]


_TIMELINE = """
    SELECT 'session', (extract(epoch FROM s.start) * 1000000)::bigint, (extract(epoch FROM s."end") * 1000000)::bigint,
        NULL::text, NULL::date, s.id, s.room_id, s.mode,
        (extract(epoch FROM lower(s.occupied)) * 1000000)::bigint,
        (extract(epoch FROM upper(s.occupied)) * 1000000)::bigint,
        s.seats, part.seats_taken, part.held, (extract(epoch FROM part.hold_expires_at) * 1000000)::bigint,
        part.refs, part.void
    FROM rooms_session s CROSS JOIN LATERAL (
        SELECT sum(c.seats) FILTER (WHERE c.live) AS seats_taken,
            bool_and(c.expires_at IS NOT NULL) FILTER (WHERE c.live) AS held,
            min(c.expires_at) FILTER (WHERE c.live) AS hold_expires_at,
            array_agg(c.holder_ref ORDER BY c.id) FILTER (WHERE c.live) AS refs,
            array_agg(c.holder_id) FILTER (WHERE NOT c.live) AS void
        FROM (
            SELECT *, expires_at IS NULL OR expires_at > %(now)s AS live
            FROM rooms_claim WHERE session_id = s.id AND holder_id IS DISTINCT FROM %(without)s
        ) c
    ) part
    WHERE int8range(s.schedule_id, s.schedule_id, '[]') && int8range(%(schedule_id)s, %(schedule_id)s, '[]')
        AND s.occupied && tstzrange(%(start)s, %(end)s)
    UNION ALL
    SELECT 'block', (extract(epoch FROM start) * 1000000)::bigint, (extract(epoch FROM "end") * 1000000)::bigint,
        reason, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM rooms_block
    WHERE schedule_id = %(schedule_id)s AND "end" > %(blocks_from)s AND start < %(blocks_to)s
    UNION ALL
    SELECT 'override', NULL, NULL, hours::text, date, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM rooms_dateoverride
    WHERE schedule_id = %(schedule_id)s AND date BETWEEN %(first_day)s AND %(last_day)s
"""

# The same for each row of `q`, with the schedule's version as it is at this very reading.
_TIMELINES = f"""
    SELECT q.schedule_id, schedule.version, timeline.*
    FROM unnest(
        %(schedule_id)s::bigint[], %(start)s::timestamptz[], %(end)s::timestamptz[], %(blocks_from)s::timestamptz[],
        %(blocks_to)s::timestamptz[], %(first_day)s::date[], %(last_day)s::date[]
    ) AS q({", ".join(f'"{name}"' for name in _Window._fields)})
    JOIN rooms_schedule schedule ON schedule.id = q.schedule_id
    LEFT JOIN LATERAL (
        {_TIMELINE % ({name: f'q."{name}"' for name in _Window._fields} | {"now": "%(now)s", "without": "%(without)s"})}
    ) timeline ON TRUE
"""  # noqa: S608  names from this file
