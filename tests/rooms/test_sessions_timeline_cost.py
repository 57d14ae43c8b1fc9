"""What a reading costs follows its window, however many sessions there are: counted in the pages that PostgreSQL
looks at, which depend on no machine."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookingflow.lib.intervals import Interval
from rooms.models import Room
from rooms.queries import claims_within, load_timeline, upcoming_claims
from rooms.timelines import load_timelines
from tests.builders import make_room

pytestmark = pytest.mark.django_db

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
FEW, MANY = 1_000, 20_000
MONTH = Interval(FIRST, FIRST + timedelta(days=30))

FILL = """
    WITH hours AS (
        SELECT %(first)s + n * interval '1 hour' AS start FROM generate_series(%(already)s, %(count)s - 1) n
    ), made AS (
        INSERT INTO rooms_session
            (organization_id, schedule_id, room_id, mode, start, "end", occupied, seats, seats_taken)
        SELECT %(organization)s, %(schedule)s, %(room)s, 'private', start, start + interval '1 hour',
            tstzrange(start, start + interval '1 hour'), 1, 1 FROM hours
        RETURNING id
    )
    INSERT INTO rooms_claim (session_id, holder_id, holder_ref, seats)
    SELECT id, gen_random_uuid(), 'BF-7K3Q9D', 1 FROM made
"""


def fill(room: Room, *, already: int, count: int) -> None:
    """Hour after hour, up to `count` of them."""
    parameters: dict[str, Any] = {
        "organization": room.organization_id,
        "schedule": room.schedule_id,
        "room": room.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(FILL, parameters | {"first": FIRST, "already": already, "count": count})
        cursor.execute("ANALYZE rooms_session, rooms_claim")


def pages(question: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        question()
    (statement,) = (query["sql"] for query in captured)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
        plan = cursor.fetchone()[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def test_a_month_costs_the_same_among_a_thousand_sessions_and_among_many() -> None:
    room = make_room()
    latest: dict[str, Any] = {"now": FIRST + timedelta(hours=FEW - 48), "room": room}
    questions = {
        "timeline": lambda: load_timeline(
            schedule=room.schedule, window_start=MONTH.start, window_end=MONTH.end, now=FIRST
        ),
        "timelines": lambda: load_timelines([(room.schedule, MONTH)], now=FIRST),
        "within": lambda: claims_within(schedule=room.schedule, start=MONTH.start, end=MONTH.end, now=FIRST),
    }
    fill(room, already=0, count=FEW)
    few = {name: pages(question) for name, question in questions.items()}
    few_upcoming = pages(lambda: upcoming_claims(**latest))
    fill(room, already=FEW, count=MANY)
    many = {name: pages(question) for name, question in questions.items()}
    latest["now"] += timedelta(hours=MANY - FEW)
    assert {name: count < 1.5 * few[name] for name, count in many.items()} == dict.fromkeys(few, True), many
    assert pages(lambda: upcoming_claims(**latest)) < 1.5 * few_upcoming
