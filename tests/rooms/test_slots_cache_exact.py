"""What comes out of the cache is what a computation would give, whatever is changed and wherever the clock stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookingflow.lib import json
from bookingflow.lib.errors import SlotNotAvailable
from bookingflow.lib.zones import wall
from bookingflow.organizations.audit import SYSTEM
from rooms import queries, services, sessions, slots
from rooms.availability import free_slots, timeline_span
from rooms.models import Block, Claim, Room
from rooms.pricing import parse_pricing, total_for
from rooms.slots import Question
from tests.builders import every_day, make_room, make_schedule

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 3, 27, 12, tzinfo=UTC)  # two days before the clocks of Europe move
DAYS = 4
ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Apia")
HOURS = (
    (("09:00", "17:00"),),
    (("18:00", "02:30"),),
    (("00:00", "24:00"),),
    (("10:00", "11:00"), ("13:00", "20:00")),
)
STEP = timedelta(microseconds=1)


class Venue:
    """Two rooms on one schedule, and everything that can happen to them at a time of the test's choosing."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.now = BEGIN
        schedule = make_schedule(timezone="Europe/Berlin")
        prices = {"perGuest": 500}
        private = make_room(
            schedule, durations=[30, 60], slot_interval_minutes=30, min_notice_minutes=90, pricing=prices
        )
        both = make_room(
            schedule,
            modes=["private", "shared"],
            seats=4,
            guests_max=4,
            max_days_ahead=2,
            buffer_after_minutes=15,
        )
        self.rooms = [private.pk, both.pk]
        self.organization = schedule.organization
        self.instants: list[datetime] = []

    def room(self) -> Room:
        return queries.find_room(self.organization, self.random.choice(self.rooms))

    def question(self) -> Question:
        first = date(2026, 3, 27) + timedelta(days=self.random.randrange(DAYS))
        last = first + timedelta(days=self.random.randrange(3))
        choose = self.random.choice
        return Question(
            first, last, choose([None, 1, 2, 4]), choose([None, 30, 60]), choose([None, "private", "shared"])
        )

    def take(self) -> None:
        """A booking, or a hold of some minutes, anywhere on the half hours."""
        room, start = (
            self.room(),
            BEGIN.replace(hour=0) + timedelta(minutes=30 * self.random.randrange(48 * DAYS)),
        )
        expires_at = self.random.choice([None, self.now + timedelta(minutes=self.random.randrange(1, 600))])
        self.instants += [start - timedelta(minutes=90), expires_at or start]
        sessions.lock_schedules([room.schedule_id])
        try:
            sessions.take(
                room=room, start=start, duration=self.random.choice([30, 60]), mode=self.random.choice(room.modes),
                guests=self.random.choice([1, 2]), holder_id=uuid4(), holder_ref="A", now=self.now,
                expires_at=expires_at,
            )  # fmt: skip
        except SlotNotAvailable:
            return

    def a_holder(self) -> UUID:
        return self.random.choice(
            [*Claim.objects.order_by("pk").values_list("holder_id", flat=True), uuid4()]
        )

    def release(self) -> None:
        self.lock()
        sessions.release(holder_id=self.a_holder())

    def keep(self) -> None:
        self.lock()
        sessions.keep(holder_id=self.a_holder(), now=self.now)

    def sweep(self) -> None:
        sessions.sweep_expired(now=self.now, limit=5)

    def block(self) -> None:
        start = BEGIN + timedelta(minutes=15 * self.random.randrange(96 * DAYS))
        services.block_time(
            organization=self.organization, actor=SYSTEM, all_schedules=True, start=start,
            end=start + timedelta(minutes=self.random.randrange(5, 300)), force=True,
        )  # fmt: skip

    def lift(self) -> None:
        for block in Block.objects.all()[:1]:
            services.lift_block(organization=self.organization, actor=SYSTEM, block_id=block.pk)

    def change_hours(self) -> None:
        hours = self.random.choice(HOURS)
        fields = self.random.choice(
            [
                {"hours": every_day(*hours)},
                {"timezone": self.random.choice(ZONES)},
                {"overrides": [{"date": "2026-03-29", "hours": [list(pair) for pair in hours]}]},
                {"overrides": []},
            ]
        )
        services.update_schedule(
            organization=self.organization, actor=SYSTEM, schedule=self.room().schedule, **fields
        )

    def change_room(self) -> None:
        fields = self.random.choice(
            [
                {"buffer_before_minutes": self.random.choice([0, 20])},
                {"min_notice_minutes": self.random.choice([0, 90, 600])},
                {"max_days_ahead": self.random.choice([1, 2, 5])},
                {"pricing": {"perGuest": self.random.randrange(1, 9) * 100, "adjustments": EVENING}},
                {"active": self.random.choice([True, True, False])} if not Claim.objects.exists() else {},
            ]
        )
        services.update_room(organization=self.organization, actor=SYSTEM, room=self.room(), **fields)

    def move_clock(self) -> None:
        """A little on, back, or to the very instant of something, or beside it by a microsecond."""
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        edge = self.random.choice([*self.instants[-20:], midnight, midnight + timedelta(days=1)])
        offset = timedelta(seconds=self.random.randrange(-3_000, 9_000))
        self.now = self.random.choice([edge, edge + STEP, edge - STEP, self.now + offset])

    def lock(self) -> None:
        sessions.lock_schedules([self.room().schedule_id])


EVENING = [{"label": "Evening", "from": "18:00", "to": "23:00", "percent": 20}]


def computed(room: Room, question: Question, now: datetime) -> list[dict[str, object]]:
    """By the engine itself, from what is stored at this moment."""
    rules, party = queries.room_rules(room), question.party(room)
    span = timeline_span(rules, question.first, question.last, question.duration)
    timeline = queries.load_timeline(
        schedule=room.schedule, window_start=span.start, window_end=span.end, now=now
    )
    currency = room.organization.currency
    pricing = parse_pricing(room.pricing, currency)
    return [
        {
            "start": json.instant(slot.start),
            "end": json.instant(slot.end),
            "seatsLeft": slot.seats_left,
            "price": {
                "currency": currency,
                "total": total_for(
                    pricing,
                    local_start=wall(slot.start, rules.zone),
                    duration_minutes=int((slot.end - slot.start).total_seconds()) // 60,
                    guests=party.guests,
                ),
            },
        }
        for slot in free_slots(rules, timeline, now, question.first, question.last, party)
    ]


def neighbours(question: Question) -> list[Question]:
    """Questions that differ in one thing each."""
    others = [
        {"guests": 3},
        {"duration": 30},
        {"mode": "shared"},
        {"last": question.last + timedelta(days=1)},
    ]
    return [question, *(replace(question, **other) for other in others)]


def live_through(seed: int, acts: int) -> None:
    """Something happens, then everything is asked; now and again the answer has to come from the cache."""
    random = Random(seed)
    venue = Venue(random)
    happenings: list[Callable[[], None]] = [
        venue.take, venue.take, venue.take, venue.release, venue.keep, venue.sweep, venue.block, venue.lift,
        venue.change_hours, venue.change_room, *[venue.move_clock] * 12,
    ]  # fmt: skip
    questions, found = neighbours(venue.question()), 0
    for _ in range(acts):
        random.choice(happenings)()
        for question in questions:
            room = venue.room()
            with CaptureQueriesContext(connection) as statements:
                listed = slots.slot_lists([room], question, now=venue.now)[room.pk]
            found += not statements.captured_queries
            assert json.loads(listed) == computed(room, question, venue.now)
    asked = acts * len(questions)
    assert asked // 20 < found < asked - asked // 20, "the cache was hardly used, or hardly ever passed over"


@pytest.mark.parametrize("seed", range(6))
def test_the_cache_gives_what_a_computation_gives(seed: int) -> None:
    live_through(seed, acts=30)


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(100, 130))
def test_the_cache_gives_what_a_computation_gives_for_long(seed: int) -> None:
    live_through(seed, acts=150)


def test_time_read_after_the_version_is_not_kept_under_it() -> None:
    """As after a restore: the version from before the booking comes again, and the booking doesn't."""
    venue = Venue(Random(0))
    room, question = venue.room(), Question(date(2026, 3, 28), date(2026, 3, 28))
    free = computed(room, question, BEGIN)
    saved = transaction.savepoint()
    sessions.lock_schedules([room.schedule_id])
    sessions.take(
        room=room, start=BEGIN.replace(day=28), duration=60, mode="private", guests=1, holder_id=uuid4(),
        holder_ref="A", now=BEGIN,
    )  # fmt: skip
    while_booked = json.loads(slots.slot_lists([room], question, now=BEGIN)[room.pk])
    transaction.savepoint_rollback(saved)
    again = queries.find_room(venue.organization, room.pk)
    assert while_booked != free
    assert again.schedule.version == room.schedule.version
    assert json.loads(slots.slot_lists([again], question, now=BEGIN)[room.pk]) == free


def test_after_a_restore_another_booking_makes_another_version() -> None:
    venue = Venue(Random(0))
    question = Question(date(2026, 3, 28), date(2026, 3, 28))
    room = venue.room()
    for hour in (10, 14):
        saved = transaction.savepoint()
        sessions.lock_schedules([room.schedule_id])
        sessions.take(
            room=room, start=BEGIN.replace(day=28, hour=hour), duration=60, mode="private", guests=1,
            holder_id=uuid4(), holder_ref="A", now=BEGIN,
        )  # fmt: skip
        changed = queries.find_room(venue.organization, room.pk)
        for _ in range(2):
            listed = json.loads(slots.slot_lists([changed], question, now=BEGIN)[room.pk])
            assert listed == computed(changed, question, BEGIN)
        transaction.savepoint_rollback(saved)
