"""The slot list, the explanation and the booking give one answer, on random schedules around changes of clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookingflow.lib import json
from bookingflow.lib.errors import SlotNotAvailable, SlotUnavailable
from bookingflow.lib.zones import start_of_day
from rooms import queries, services, sessions, slots
from rooms.models import Room
from rooms.slot_rules import Reason, never_on_offer
from tests.rooms.stored_worlds import store
from tests.rooms.worlds import DAY, World, worlds

pytestmark = pytest.mark.django_db

A_QUARTER = timedelta(minutes=15)


def listed(room: Room, world: World, duration: int) -> set[str]:
    body = slots.slots_json(
        room, first=world.first, last=world.last, guests=world.party.guests, duration=duration,
        mode=world.party.mode, now=world.now,
    )  # fmt: skip
    return {slot["start"] for slot in json.loads(body)}


def candidates(world: World) -> Iterator[datetime]:
    """Every quarter of an hour of the days asked about."""
    at = start_of_day(world.first, world.tz)
    while at < start_of_day(world.last + DAY, world.tz):
        yield at
        at += A_QUARTER


def booked(room: Room, world: World, start: datetime, duration: int) -> type[Exception] | None:
    """What a booking now comes to; nothing of it stays."""
    saved = transaction.savepoint()
    try:
        sessions.lock_schedules([room.schedule_id])
        sessions.claim(
            room=room, start=start, duration=duration, mode=world.party.mode, guests=world.party.guests,
            holder_id=uuid4(), holder_ref="BF-7K3Q9D", now=world.now,
        )  # fmt: skip
        return None
    except (SlotNotAvailable, SlotUnavailable) as refusal:
        return type(refusal)
    finally:
        transaction.savepoint_rollback(saved)


def expected(reasons: list[Reason]) -> type[Exception] | None:
    if not reasons:
        return None
    return SlotUnavailable if never_on_offer(reasons) else SlotNotAvailable


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), st.randoms(use_true_random=False))
def test_the_three_agree(world: World, random: Random) -> None:
    with transaction.atomic():
        stored = store(world)
        room = queries.find_room(stored.organization, stored.pk)
        duration = random.choice(room.durations)
        free = listed(room, world, duration)
        starts = list(candidates(world))
        for start in (
            random.sample(starts, min(len(starts), 24)) + [s for s in starts if json.instant(s) in free][:8]
        ):
            reasons = services.explain(
                room=room, start=start, now=world.now, guests=world.party.guests,
                duration_minutes=duration, mode=world.party.mode,
            )  # fmt: skip
            assert (json.instant(start) in free) is (not reasons)
            assert booked(room, world, start, duration) is expected(reasons)
        transaction.set_rollback(True)
