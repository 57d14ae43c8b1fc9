"""Processes of their own that go for the same slots at the same instant."""

from contextlib import ExitStack
from subprocess import Popen

import pytest

from bookings.checks import CHECKS
from bookings.models import Booking
from rooms.models import Room, Session
from tests.bookings.stage import priced_room
from tests.builders import every_day, make_schedule, make_shared_room, slot
from tests.processes import another_connection, start_manage, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

GUN = 20_305
PROCESSES = 3

# Each books every slot, in the same order, and prints how many it got. They set out when the gun is fired.
GUEST = """
import sys
from datetime import datetime, timedelta
from django.db import connection
from bookingflow.api import unit_of_work
from bookingflow.lib.errors import SlotNotAvailable
from bookingflow.organizations.audit import SYSTEM
from bookings.services import book_room
from rooms.models import Room

room = Room.objects.select_related("organization").get(pk={room})
start = datetime.fromisoformat("{start}")
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_advisory_lock_shared({gun})")
got = 0
for number in range({slots}):
    try:
        unit_of_work.run(lambda: book_room(
            organization=room.organization, actor=SYSTEM, room=room.pk, source="api", hold=number % 3 == 0,
            start=start + timedelta(minutes=5 * number), guests={guests},
            customer={{"name": "Guest", "email": f"guest-{{number}}@example.com"}},
        ))
        got += 1
    except SlotNotAvailable:
        pass
print(got)
"""


def start_guest(room: Room, slots: int, guests: int) -> Popen[str]:
    code = GUEST.format(room=room.pk, start=slot(0).isoformat(), gun=GUN, slots=slots, guests=guests)
    return start_manage("shell", "--no-imports", "-c", code)


def let_loose(room: Room, slots: int, guests: int) -> list[int]:
    """How many slots each process got."""
    with another_connection() as gun, ExitStack() as stack:
        gun.execute("SELECT pg_advisory_lock(%s)", [GUN])
        guests_ = [stack.enter_context(start_guest(room, slots, guests)) for _ in range(PROCESSES)]
        try:
            wait_until(lambda: gun.execute(WAITING).fetchone() == (PROCESSES,))
            gun.execute("SELECT pg_advisory_unlock(%s)", [GUN])
            return [int(guest.communicate(timeout=3_000)[0]) for guest in guests_]
        except BaseException:
            for guest in guests_:
                guest.kill()
            raise


WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

rounds = pytest.mark.parametrize("slots", [40, pytest.param(1_000, marks=pytest.mark.faults)])
DENSE = {"durations": [5], "slot_interval_minutes": 5}


@rounds
def test_each_slot_is_had_by_exactly_one_process(slots: int) -> None:
    room = priced_room(make_schedule(hours=every_day(("00:00", "24:00"))), **DENSE)
    got = let_loose(room, slots, 1)
    assert sum(got) == slots == Booking.objects.count() == Session.objects.count()
    assert all(check().ok for check in CHECKS)


@rounds
def test_no_process_gets_a_seat_too_many(slots: int) -> None:
    open_always = make_schedule(hours=every_day(("00:00", "24:00")))
    got = let_loose(make_shared_room(open_always, seats=5, **DENSE), slots, 2)
    assert sum(got) == 2 * slots
    assert set(Session.objects.values_list("seats", "seats_taken")) == {(5, 4)}
    assert all(check().ok for check in CHECKS)
