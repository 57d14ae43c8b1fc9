"""`rooms.sessions` on a real PostgreSQL does what a simple reference does, whatever the order of steps."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bookingflow.lib import clock
from bookingflow.lib.errors import SlotNotAvailable, SlotUnavailable
from bookingflow.lib.intervals import Interval
from rooms import sessions
from rooms.models import Block, Claim, Mode, Room, Session
from rooms.timelines import load_timelines
from tests.builders import every_day, make_organization, make_room, make_schedule
from tests.rooms.sessions_reference import NeverOnOffer, Reference, Stretch, Taken, Wanted

# On which of two schedules, and what the room is.
ROOMS: list[tuple[int, dict[str, Any]]] = [
    (0, {"durations": [60], "modes": [Mode.PRIVATE], "buffer_after_minutes": 15}),
    (0, {"durations": [60], "modes": [Mode.SHARED], "seats": 5, "buffer_before_minutes": 10}),
    (0, {"durations": [30, 60], "modes": [Mode.PRIVATE, Mode.SHARED], "seats": 4}),
    (1, {"durations": [60, 90], "modes": [Mode.PRIVATE]}),
    (1, {"durations": [60], "modes": [Mode.SHARED], "seats": 3, "guests_max": 4}),
]
SLOTS = 5
MINUTES = timedelta(minutes=1)
Draw = Callable[[st.SearchStrategy[Any]], Any]

# (room, minutes, mode): each three times, and beside them something that no room offers.
OFFERS = [
    *((n, length, mode) for n, (_, room) in 3 * list(enumerate(ROOMS))
      for length in room["durations"] for mode in room["modes"]),
    (0, 60, "shared"), (1, 60, "private"), (2, 90, "private"),
]  # fmt: skip
half_hours = st.integers(0, SLOTS - 1)
guests = st.sampled_from([1, 1, 1, 2, 2, 3, 4, 5])
# One rule draws what is done: with a rule for each, most examples go through two or three of them over and over.
ACTS = [
    *["claim"] * 3, "take", "take_again", *["move"] * 2, *["move_a_little"] * 2, "keep", "release", "sweep",
    *["time_passes"] * 2, "block", *["change_buffers"] * 2,
]  # fmt: skip


class Sessions(RuleBasedStateMachine):
    """Two schedules with five rooms, over a few hours in which everything is close to everything."""

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.rooms = list(Room.objects.select_related("schedule").order_by("pk"))
        self.schedules = sorted({room.schedule for room in self.rooms}, key=lambda schedule: schedule.pk)
        self.first = datetime.combine(clock.now().date() + timedelta(days=3), datetime.min.time(), UTC)
        self.reference = Reference()
        self.holders: list[UUID] = []
        self.now = clock.now()

    def teardown(self) -> None:
        try:
            self._check_the_end()
        finally:
            clock.shift = timedelta(0)
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def _check_the_end(self) -> None:
        """Swept clean, there is nothing in the database that the reference doesn't know."""
        self._lock()
        sessions.sweep_expired(now=self.now, limit=1_000)
        held = Claim.objects.filter(session__schedule__in=self.schedules).values_list("holder_id", flat=True)
        assert set(held) == {holder for each in self.reference.sessions for holder in each.parts}
        connection.check_constraints()

    @rule(data=st.data(), act=st.sampled_from(ACTS))
    def step(self, data: st.DataObject, act: str) -> None:
        self._lock()
        getattr(self, f"_{act}")(data.draw)

    def _wanted(self, draw: Draw) -> Wanted:
        """Anything, or a seat in a session that is there."""
        shared = [each for each in self.reference.sessions if each.mode == "shared"]
        if joined := draw(st.sampled_from([None, None, *shared[:2]])):
            return self._beside(joined, draw)
        room, duration, mode = draw(st.sampled_from(OFFERS))
        return Wanted(self.rooms[room], self._half_hour(draw), duration, mode, draw(guests))

    def _beside(self, session: Stretch, draw: Draw, *, later: int = 0) -> Wanted:
        room = next(room for room in self.rooms if room.pk == session.room.pk)
        duration = (session.end - session.start) // MINUTES
        return Wanted(room, session.start + later * 30 * MINUTES, duration, session.mode, draw(guests))

    def _half_hour(self, draw: Draw) -> datetime:
        half_hour: int = draw(half_hours)
        return self.first + half_hour * 30 * MINUTES

    def _holder(self, draw: Draw) -> UUID:
        return draw(st.sampled_from(self.holders)) if self.holders else uuid4()

    def _lock(self) -> None:
        self.now = sessions.lock_schedules(schedule.pk for schedule in self.schedules).now
        self.reference.forget_void(self.now)

    def _both(self, expected: Callable[[], object], real: Callable[[], object]) -> bool:
        """Does the step in both worlds; whether it was done. A refusal has to be of the same kind, and rolls back."""
        refusal: type[Exception] | None = None
        try:
            expected()
        except NeverOnOffer:
            refusal = SlotUnavailable
        except Taken:
            refusal = SlotNotAvailable
        if refusal is None:
            real()
            return True
        with pytest.raises(refusal), transaction.atomic():
            real()
        return False

    def _claim(self, draw: Draw) -> None:
        wanted, hold, holder = self._wanted(draw), draw(st.sampled_from([None, 2, 5])), uuid4()
        expires_at = None if hold is None else self.now + hold * MINUTES
        more: dict[str, Any] = {"holder_id": holder, "holder_ref": "BF-7K3Q9D", "expires_at": expires_at}
        done = self._both(
            lambda: self.reference.claim(holder, wanted, expires_at),
            lambda: sessions.claim(**self._arguments(wanted), **more),
        )
        self.holders += [holder] if done else []

    def _take(self, draw: Draw) -> None:
        holder = uuid4()
        self.holders += [holder] if self._have(holder, self._wanted(draw)) else []

    def _take_again(self, draw: Draw) -> None:
        """What ran out, or was given back."""
        holder = self._holder(draw)
        if self.reference.of(holder) is None:
            self._have(holder, self._wanted(draw))

    def _have(self, holder: UUID, wanted: Wanted) -> bool:
        return self._both(
            lambda: self.reference.take(holder, wanted, None),
            lambda: sessions.take(**self._arguments(wanted), holder_id=holder, holder_ref="BF-7K3Q9D"),
        )

    def _move(self, draw: Draw) -> None:
        holder, wanted = self._holder(draw), self._wanted(draw)
        if self.reference.of(holder) is not None:
            self._go(holder, wanted, {})
            return
        with pytest.raises(Claim.DoesNotExist):
            sessions.move(**self._arguments(wanted), holder_id=holder)

    def _move_a_little(self, draw: Draw) -> None:
        """To where a random move seldom goes: over its own old time, or nowhere with another party. Hands over."""
        holder, new_holder = self._holder(draw), uuid4()
        old = self.reference.of(holder)
        if old is None:
            return
        wanted = self._beside(old, draw, later=draw(st.integers(-1, 1)))
        if self._go(holder, wanted, {"new_holder": (new_holder, "BF-NEWONE")}):
            self.holders[self.holders.index(holder)] = new_holder

    def _go(self, holder: UUID, wanted: Wanted, more: dict[str, Any]) -> bool:
        new_holder, _ = more.get("new_holder", (holder, ""))
        return self._both(
            lambda: self.reference.move(holder, new_holder, wanted),
            lambda: sessions.move(**self._arguments(wanted), **more, holder_id=holder),
        )

    def _arguments(self, wanted: Wanted) -> dict[str, Any]:
        return {
            "room": wanted.room, "start": wanted.start, "duration": wanted.duration, "mode": wanted.mode,
            "guests": wanted.guests, "now": self.now,
        }  # fmt: skip

    def _keep(self, draw: Draw) -> None:
        holder = self._holder(draw)
        assert sessions.keep(holder_id=holder, now=self.now) == self.reference.keep(holder)

    def _release(self, draw: Draw) -> None:
        holder = self._holder(draw)
        for _ in range(2):
            sessions.release(holder_id=holder)
        self.reference.release(holder)

    def _sweep(self, draw: Draw) -> None:
        swept = sessions.sweep_expired(now=self.now, limit=draw(st.integers(1, 2)))
        assert not any(self.reference.of(holder) for holder in swept)

    def _time_passes(self, draw: Draw) -> None:
        clock.shift += draw(st.sampled_from([3, 6])) * MINUTES
        self._lock()

    def _block(self, draw: Draw) -> None:
        """Once: what is blocked stays so."""
        if self.reference.blocks:
            return
        owner, start = draw(st.sampled_from(self.schedules)), self._half_hour(draw)
        end = start + 15 * MINUTES
        Block.objects.create(organization=owner.organization, schedule=owner, start=start, end=end)
        self.reference.blocks.append((owner.pk, start, end))

    def _change_buffers(self, draw: Draw) -> None:
        changed = draw(st.sampled_from(self.rooms))
        changed.buffer_before_minutes = draw(st.sampled_from([0, 10]))
        changed.buffer_after_minutes = draw(st.sampled_from([0, 15, 30]))

    @invariant()
    def what_is_taken_is_the_same(self) -> None:
        expected = {
            (each.room.schedule_id, each.room.pk, each.mode, each.start, each.end, *each.occupied,
             each.capacity, each.seats_taken())
            for each in self.reference.sessions
        }  # fmt: skip
        window = Interval(self.first - timedelta(days=1), self.first + timedelta(days=2))
        found = load_timelines([(schedule, window) for schedule in self.schedules], now=self.now)
        assert expected == {
            (schedule_id, each.room_id, each.mode, each.start, each.end, each.occupied_start, each.occupied_end,
             each.seats, each.seats_taken)
            for schedule_id, (_, timeline) in found.items() for each in timeline.taken
        }  # fmt: skip

    @invariant()
    def the_rows_agree_with_one_another(self) -> None:
        rows = Session.objects.filter(schedule__in=self.schedules).annotate(claimed=Sum("claims__seats"))
        assert not rows.exclude(seats_taken=F("claimed")).exists()


def check(*, examples: int, steps: int) -> None:
    always = every_day(("00:00", "24:00"))
    organization = make_organization()
    schedules = [make_schedule(organization, hours=always) for _ in range(2)]
    for on, fields in ROOMS:
        make_room(schedules[on], **{"slot_interval_minutes": 30, "guests_max": 5} | fields)
    run_state_machine_as_test(
        Sessions,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
@pytest.mark.timeout(900)  # shrinking what fails takes some minutes
def test_sessions_do_what_the_reference_does() -> None:
    check(examples=40, steps=30)


@pytest.mark.faults
@pytest.mark.django_db
@pytest.mark.timeout(1800)
def test_sessions_do_what_the_reference_does_for_long() -> None:
    check(examples=1_000, steps=50)
