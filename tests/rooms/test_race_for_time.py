"""Whoever races for whatever, exactly those win for whom there is time, and nobody meets an error of the database."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models import F

from bookingflow.lib import clock
from rooms.models import Claim, Room, Session
from tests.builders import every_day, make_room, make_schedule, make_shared_room
from tests.processes import another_connection, wait_until
from tests.rooms import racing
from tests.rooms.racing import TAKEN, WON, Attempt, Race
from tests.rooms.taking import claim

ALWAYS = every_day(("00:00", "24:00"))
RACERS = 4
# How many wait for a lock, be it that one or its queue.
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize(
        "rounds", [5, pytest.param(1_000, marks=[pytest.mark.faults, pytest.mark.timeout(3_600)])]
    ),
]


@pytest.fixture(scope="module", params=["threads", "processes"])
def race(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[Race]:
    with racing.threads() if request.param == "threads" else racing.processes(RACERS) as race:
        yield race


def busy_room(**overrides: Any) -> Room:
    return make_room(
        make_schedule(hours=ALWAYS), **{"slot_interval_minutes": 15, "max_days_ahead": 730} | overrides
    )


def hour(number: int) -> datetime:
    """Hour after hour from tomorrow on, one for each round."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, datetime.min.time(), UTC) + timedelta(hours=number)


def going_for(room: Room, start: datetime, **more: Any) -> Attempt:
    return {"do": "claim", "room_id": room.pk, "start": start.isoformat(), **more}


def taken(room: Room, start: datetime, **overrides: Any) -> UUID:
    with transaction.atomic():
        return claim(room, start, **{"now": clock.now()} | overrides)


def is_past(moment: datetime) -> bool:
    return clock.now() > moment


def sound() -> bool:
    """No two sessions of a schedule overlap, and each has as many seats taken as its parties have."""
    rows = list(Session.objects.order_by("schedule_id", "occupied").prefetch_related("claims"))
    for one, following in pairwise(rows):
        assert one.schedule_id != following.schedule_id or one.occupied.upper <= following.occupied.lower
    for row in rows:
        assert row.seats_taken == sum(part.seats for part in row.claims.all()) <= row.seats
    return True


def test_one_slot_is_had_by_exactly_one(race: Race, rounds: int) -> None:
    room = busy_room()
    for number in range(rounds):
        outcomes = race([going_for(room, hour(number), hold=[None, 600][n % 2]) for n in range(RACERS)])
        assert Counter(outcomes) == {WON: 1, TAKEN: RACERS - 1}
    assert Session.objects.count() == rounds
    assert sound()


def test_overlapping_slots_are_had_by_exactly_as_many_as_fit(race: Race, rounds: int) -> None:
    """Of 0:00, 0:15, 0:30 and 1:00, whoever comes first: 0:00 and 1:00 can both be had, the others exclude all."""
    room = busy_room()
    for number in range(0, 2 * rounds, 2):
        starts = [hour(number) + timedelta(minutes=minutes) for minutes in (0, 15, 30, 60)]
        random.shuffle(starts)
        outcomes = dict(zip(starts, race([going_for(room, start) for start in starts]), strict=True))
        won = sorted(start - hour(number) for start, outcome in outcomes.items() if outcome == WON)
        assert set(outcomes.values()) == {WON, TAKEN}
        assert [moment.seconds // 60 for moment in won] in ([0, 60], [15], [30])
    assert sound()


def test_shared_seats_are_never_oversold_nor_left_over(race: Race, rounds: int) -> None:
    room = make_shared_room(make_schedule(hours=ALWAYS), seats=5, max_days_ahead=730)
    for number in range(rounds):
        outcomes = race([going_for(room, hour(number), guests=2) for _ in range(RACERS)])
        assert Counter(outcomes) == {WON: 2, TAKEN: RACERS - 2}
    assert set(Session.objects.values_list("seats_taken", "seats")) == {(4, 5)}
    assert sound()


def test_two_rooms_on_one_schedule_are_never_both_had(race: Race, rounds: int) -> None:
    room = busy_room(buffer_after_minutes=15)
    beside = make_room(room.schedule, slot_interval_minutes=15, max_days_ahead=730, buffer_before_minutes=30)
    for number in range(0, 3 * rounds, 3):
        start = hour(number)
        near = start + timedelta(minutes=75)
        outcomes = race(
            [going_for(room, start), going_for(beside, start), going_for(beside, near)] * (RACERS // 3)
        )
        assert outcomes.count(WON) == 1
        assert set(outcomes) == {WON, TAKEN}
    assert sound()


def test_a_hold_that_has_run_out_is_had_by_exactly_one(race: Race, rounds: int) -> None:
    """Of those whose clock says so; for the others it still runs."""
    room = busy_room()
    for number in range(rounds):
        taken(room, hour(number), expires_at=clock.now() + timedelta(minutes=5))
        outcomes = race([going_for(room, hour(number), shift=shift) for shift in (300, 200, 300, 200)])
        assert Counter(outcomes[::2]) == {WON: 1, TAKEN: 1}
        assert set(outcomes[1::2]) == {TAKEN}
    assert Session.objects.count() == Claim.objects.filter(expires_at=None).count() == rounds
    assert sound()


def test_a_hold_that_runs_out_while_others_wait_is_had_by_exactly_one_of_them(
    race: Race, rounds: int
) -> None:
    """They began while it ran; what counts is the time at which they have the lock."""
    room = busy_room()
    for number in range(min(rounds, 100)):
        until = clock.now() + timedelta(seconds=0.3)
        taken(room, hour(number), expires_at=until)
        with ThreadPoolExecutor(1) as pool, another_connection() as other:
            with other.transaction():
                other.execute("SELECT 1 FROM rooms_schedule WHERE id = %s FOR UPDATE", [room.schedule_id])
                outcomes = pool.submit(race, [going_for(room, hour(number))] * RACERS)
                wait_until(lambda: other.execute(WAITING).fetchall() == [(RACERS,)])
                wait_until(partial(is_past, until))
            assert Counter(outcomes.result(timeout=30)) == {WON: 1, TAKEN: RACERS - 1}
    assert sound()


def test_those_who_swap_schedules_deadlock_nobody(race: Race, rounds: int) -> None:
    """Two parties on two schedules go for each other's time, and nobody leaves first; a third goes for both."""
    one = busy_room()
    other = make_room(
        make_schedule(one.organization, hours=ALWAYS), slot_interval_minutes=15, max_days_ahead=730
    )
    for number in range(rounds):
        start = hour(number)
        first, second = taken(one, start), taken(other, start)
        outcomes = race(
            [
                {"do": "move", "room_id": other.pk, "start": start.isoformat(), "holder": str(first)},
                {"do": "move", "room_id": one.pk, "start": start.isoformat(), "holder": str(second)},
                going_for(one, start),
                going_for(other, start),
            ]
        )
        assert Counter(outcomes) == {TAKEN: RACERS}
    assert Session.objects.filter(seats_taken=F("seats")).count() == 2 * rounds
    assert sound()


def test_time_that_is_given_back_is_had_at_most_once_more(race: Race, rounds: int) -> None:
    room = busy_room()
    for number in range(rounds):
        holder = taken(room, hour(number))
        outcomes = race(
            [
                {"do": "release", "room_id": room.pk, "holder": str(holder)},
                *(going_for(room, hour(number)) for _ in range(RACERS - 1)),
            ]
        )
        assert outcomes[0] == WON
        assert outcomes[1:].count(WON) <= 1
        assert set(outcomes[1:]) <= {WON, TAKEN}
    assert sound()
