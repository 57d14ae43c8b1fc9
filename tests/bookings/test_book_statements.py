"""A booking is one short transaction of a fixed number of statements."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookingflow.lib import clock
from bookings import queries
from bookings.documents import booking_document
from tests.bookings.stage import priced_room
from tests.builders import make_booking, make_customer, make_room, make_shared_room, slot

pytestmark = pytest.mark.django_db

# room, lock, customer, timeline, session, claim, version, booking, events, audit
BOOKED = 10
NEW_CUSTOMER = 1
# make_booking opens a savepoint of its own.
SAVEPOINT = 2


def statements(**booking: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        make_booking(**booking)
    return len(captured) - SAVEPOINT


def test_booking_for_a_known_customer_by_email_or_id_takes_ten() -> None:
    room = make_room()
    known = make_customer(room.organization)
    assert statements(room=room, start=slot(10), customer={"name": "", "email": known.email}) == BOOKED
    assert statements(room=room, start=slot(11), customer_id=known.pk) == BOOKED


def test_a_new_customer_takes_one_more() -> None:
    assert statements(room=make_room()) == BOOKED + NEW_CUSTOMER


def test_a_hold_has_no_event_of_its_own_to_write() -> None:
    room = priced_room()
    known = make_customer(room.organization)
    assert statements(room=room, customer_id=known.pk, hold=True) == BOOKED - 1


def test_joining_a_shared_session_takes_no_more_and_neither_do_many_bookings_around_it() -> None:
    room = make_shared_room(seats=6)
    known = make_customer(room.organization)
    for hour in range(9, 17):
        make_booking(room, start=slot(hour), customer_id=known.pk)
    assert statements(room=room, start=slot(12), customer_id=known.pk) == BOOKED


@pytest.mark.parametrize("count", [1, 5])
def test_any_number_of_bookings_is_read_and_shown_by_one(count: int) -> None:
    room = make_room()
    for hour in range(9, 9 + count):
        make_booking(room, start=slot(hour))
    now = clock.now()
    with CaptureQueriesContext(connection) as captured:
        shown = [booking_document(each, now=now) for each in queries.bookings_of(room.organization)]
    assert (len(shown), len(captured)) == (count, 1)


def test_a_new_booking_is_shown_without_asking_again() -> None:
    booking = make_booking()
    with CaptureQueriesContext(connection) as captured:
        booking_document(booking, now=booking.created_at)
    assert len(captured) == 0
