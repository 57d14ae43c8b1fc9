"""What the slot list offers can be booked, and nothing else can, whatever time a client sends."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from bookingflow.lib import clock, json
from bookingflow.lib.errors import SlotNotAvailable, SlotUnavailable
from bookingflow.lib.json import instant
from bookingflow.organizations.audit import SYSTEM
from bookings.models import Booking
from bookings.services import cancel_booking, change_booking
from rooms.models import Room
from rooms.queries import find_room
from rooms.services import block_time
from rooms.slots import slots_json
from tests.bookings.stage import by
from tests.builders import make_booking, make_room, make_shared_room, slot

pytestmark = pytest.mark.django_db

DAYS = (7, 8)


class UnwantedError(Exception):
    """Undoes a booking that was only a try."""


def offered(room: Room, **party: Any) -> dict[str, int]:
    """Start to total, over the days in question."""
    found = find_room(room.organization, room.pk)
    first, last = slot(days=DAYS[0]).date(), slot(days=DAYS[-1]).date()
    listed = json.loads(slots_json(found, first=first, last=last, now=clock.now(), **party))
    return {each["start"]: each["price"]["total"] for each in listed}


def tried() -> list[datetime]:
    """Every quarter of an hour from before the opening until after the closing."""
    return [slot(8, days=day) + timedelta(minutes=15 * step) for day in DAYS for step in range(10 * 4)]


def bookable(room: Room, **party: Any) -> dict[str, int]:
    """The same, by booking."""
    found = {}
    for start in tried():
        try:
            with transaction.atomic():
                found[instant(start)] = make_booking(room, start=start, **party).total_minor
                raise UnwantedError
        except (UnwantedError, SlotUnavailable, SlotNotAvailable):
            continue
    return found


def busy_room(room: Room) -> Room:
    make_booking(room, start=slot(11))
    make_booking(make_room(room.schedule, slot_interval_minutes=30), start=slot(14, 30))
    with transaction.atomic():
        block_time(
            organization=room.organization,
            actor=SYSTEM,
            schedule=room.schedule_id,
            start=slot(12, 10, days=8),
            end=slot(13, 20, days=8),
        )
    return room


def dearer_in_the_afternoon() -> dict[str, Any]:
    late = {"label": "Late", "from": "14:00", "to": "16:00", "percent": 20}
    return {"base": 1000, "perGuest": 500, "adjustments": [late]}


def private_room() -> Room:
    return busy_room(
        make_room(
            durations=[60],
            slot_interval_minutes=30,
            buffer_before_minutes=10,
            buffer_after_minutes=15,
            min_notice_minutes=60,
            pricing=dearer_in_the_afternoon(),
        )
    )


def shared_room() -> Room:
    return busy_room(make_shared_room(seats=4, slot_interval_minutes=60, pricing=dearer_in_the_afternoon()))


@pytest.mark.parametrize(("make", "guests"), [(private_room, 2), (shared_room, 1), (shared_room, 4)])
def test_every_offered_start_can_be_booked_at_its_price_and_no_other_start_can(
    make: Any, guests: int
) -> None:
    room = make()
    assert offered(room, guests=guests) == bookable(room, guests=guests)


def test_a_move_goes_wherever_a_booking_could_and_back_to_its_own_place() -> None:
    room = private_room()
    booking = make_booking(room, start=slot(9))
    reached = [start for start in tried() if start == booking.start or can_move(booking, start)]
    without_it = bookable_without(booking, room)
    assert [instant(start) for start in reached] == sorted(without_it)


def can_move(booking: Booking, start: datetime) -> bool:
    try:
        with transaction.atomic():
            change_booking(**by(booking), start=start)
            raise UnwantedError
    except UnwantedError:
        return True
    except (SlotUnavailable, SlotNotAvailable):
        return False


def bookable_without(booking: Booking, room: Room) -> dict[str, int]:
    cancel_booking(**by(booking))
    return bookable(room)
