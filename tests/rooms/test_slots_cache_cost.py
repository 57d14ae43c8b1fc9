"""What a slot list costs, and that Redis may be away, behind, or full of something else."""

import time
from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from bookingflow.lib import clock, json
from bookingflow.lib.errors import InvalidRequest
from bookingflow.lib.redis import ask
from rooms import queries, slots
from rooms.models import Room
from rooms.slots import Question
from tests.builders import every_day, make_organization, make_room, make_schedule
from tests.rooms.taking import NOW, at, claim

pytestmark = pytest.mark.django_db

MONTH = Question(date(2030, 1, 7), date(2030, 2, 5))


def listed(room: Room, question: Question = MONTH) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(slots.slot_lists([room], question, now=NOW)[room.pk])
    return found


@pytest.fixture
def room() -> Room:
    made = make_room(durations=[60], pricing={"perGuest": 3500})
    return queries.find_room(made.organization, made.pk)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every round trip to Redis that the slot lists make."""
    trips: list[object] = []
    monkeypatch.setattr(slots, "ask", lambda command: (trips.append(command), ask(command))[1])
    return trips


def test_a_slot_has_start_end_seats_and_price(room: Room) -> None:
    assert listed(room)[1] == {
        "start": "2030-01-07T10:00:00Z",
        "end": "2030-01-07T11:00:00Z",
        "seatsLeft": 6,
        "price": {"currency": "USD", "total": 3500},
    }


def test_a_warm_list_takes_one_query_for_the_room_and_one_trip_to_redis(
    room: Room, asked: list[object], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = listed(room)
    asked.clear()
    with django_assert_num_queries(1):
        found = queries.find_room(room.organization, room.slug)
        clock.from_database(found.read_at)
        assert listed(found) == first
    assert len(asked) == 1


def test_a_cold_list_takes_one_statement_more(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        listed(room)


def test_all_rooms_take_one_statement_cold_and_none_warm(
    asked: list[object], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    organization = make_organization()
    for _ in range(3):
        schedule = make_schedule(organization)
        claim(make_room(schedule), at(10))
        make_room(schedule, buffer_after_minutes=30)
    rooms = list(queries.rooms_of(organization))
    with django_assert_num_queries(1):
        cold = slots.slot_lists(rooms, MONTH, now=NOW)
    asked.clear()
    with django_assert_num_queries(0):
        assert slots.slot_lists(rooms, MONTH, now=NOW) == cold
    assert len(asked) == 1
    assert cold == {room.pk: slots.slot_lists([room], MONTH, now=NOW)[room.pk] for room in rooms}


def test_long_slots_see_as_far_beside_short_ones_as_alone() -> None:
    """A day and its buffer of another, from 23:00 on the seventh, end when the ninth does but for an hour."""
    schedule = make_schedule(hours=every_day(("00:00", "24:00")))
    short = make_room(schedule, durations=[30])
    long = make_room(schedule, durations=[1440], buffer_after_minutes=1440)
    claim(short, at(22, day=9))
    question = Question(date(2030, 1, 7), date(2030, 1, 7))
    for rooms in ([short, long], [long, short]):
        body = slots.slot_lists(rooms, question, now=NOW)[long.pk]
        ask(lambda redis: redis.delete(question.key(short), question.key(long)))
        assert json.loads(body)[-1]["start"] == "2030-01-07T22:00:00Z"


def test_only_what_is_missing_is_computed(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    organization = make_organization()
    rooms = [make_room(make_schedule(organization)) for _ in range(3)]
    slots.slot_lists(rooms[:2], MONTH, now=NOW)
    with django_assert_num_queries(1):
        assert set(slots.slot_lists(rooms, MONTH, now=NOW)) == {room.pk for room in rooms}


def test_no_rooms_ask_nobody(asked: list[object], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert slots.slot_lists([], MONTH, now=NOW) == {}
    assert asked == []


def test_a_duration_that_the_room_lacks_is_refused_alone_and_empty_among_many(room: Room) -> None:
    with pytest.raises(InvalidRequest, match="60 minutes"):
        slots.slots_json(room, first=MONTH.first, last=MONTH.last, duration=45, now=NOW)
    assert listed(room, Question(MONTH.first, MONTH.last, duration=45)) == []


def test_without_redis_the_list_is_computed_and_soon(
    room: Room, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with_redis = listed(room)
    settings.REDIS_URL = "redis://127.0.0.1:1/0?client_name=slots"
    begun = time.monotonic()
    for _ in range(3):
        with django_assert_num_queries(1):
            assert listed(room) == with_redis
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("rubbish", [b"", b"x", b"\x00" * 15])
def test_what_is_no_entry_is_passed_over(room: Room, rubbish: bytes) -> None:
    fresh = listed(room)
    ask(lambda redis: redis.set(MONTH.key(room), rubbish, ex=60))
    assert listed(room) == fresh


def test_entries_leave_redis_by_themselves(room: Room) -> None:
    listed(room)
    left = ask(lambda redis: redis.ttl(MONTH.key(room)))
    assert 0 < int(left) <= slots.KEPT_AT_MOST / timedelta(seconds=1)
