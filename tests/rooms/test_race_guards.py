"""Two guards, each seen alone: the lock lets the second wait for the first and see it; and where somebody forgot the
lock, the database itself lets neither an overlap nor a seat too many by."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from bookingflow.lib import clock
from rooms import sessions
from rooms.models import Claim, Room, Session
from tests.builders import make_room, make_shared_room
from tests.processes import another_connection, wait_until
from tests.rooms.racing import TAKEN, WON, attempt
from tests.rooms.taking import claim, take

pytestmark = pytest.mark.django_db(transaction=True)

BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"
EXCLUSION_VIOLATION, CHECK_VIOLATION = "23P01", "23514"


def second_of_two(room: Room, *, start: datetime, **second: Any) -> str:
    """What comes of one who goes for `start` while another has taken ten o'clock and not committed yet."""
    with ThreadPoolExecutor(1) as pool, another_connection() as other:
        with transaction.atomic():
            claim(room, ten(), guests=room.guests_max, now=clock.now())
            wanted = {"do": "claim", "room_id": room.pk, "start": start.isoformat(), **second}
            outcome = pool.submit(attempt, wanted)
            wait_until(lambda: other.execute(BLOCKED).fetchall() == [(1,)] or outcome.done())
            assert not outcome.done()
        return outcome.result(timeout=30)


def ten(minute: int = 0) -> datetime:
    """In the day after tomorrow."""
    return (clock.now() + timedelta(days=2)).replace(hour=10, minute=minute, second=0, microsecond=0)


def test_who_waits_for_the_lock_sees_what_was_taken_meanwhile() -> None:
    room = make_room(slot_interval_minutes=30)
    assert second_of_two(room, start=ten(30)) == TAKEN
    assert Session.objects.get().start == ten()


def test_without_the_lock_the_database_refuses_an_overlap() -> None:
    room = make_room(slot_interval_minutes=30, buffer_after_minutes=15)
    assert second_of_two(room, start=ten(30), lock=False) == EXCLUSION_VIOLATION
    assert Session.objects.get().start == ten()


def test_without_the_lock_the_database_refuses_a_seat_too_many() -> None:
    room = make_shared_room(seats=6, guests_max=3)
    with transaction.atomic():
        claim(room, ten(), guests=1, now=clock.now())
    assert second_of_two(room, start=ten(), guests=3, lock=False) == CHECK_VIOLATION
    assert Session.objects.get().seats_taken == 4


def test_the_sweep_leaves_what_a_late_payment_took_again_while_it_waited() -> None:
    room = make_room()
    now = clock.now()
    with transaction.atomic():
        late = claim(room, ten(), now=now - timedelta(minutes=5), expires_at=now)
    with ThreadPoolExecutor(1) as pool, another_connection() as other:
        with transaction.atomic():
            sessions.lock_schedules([room.schedule_id])
            swept = pool.submit(attempt, {"do": "sweep"})
            wait_until(lambda: other.execute(BLOCKED).fetchall() == [(1,)] or swept.done())
            take(room, ten(), holder_id=late, now=clock.now())
        assert swept.result(timeout=30) == WON
    assert Claim.objects.get().expires_at is None
