"""Nobody books for a person who is just being erased: whoever comes second makes a new customer."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from bookingflow.organizations.audit import SYSTEM
from bookings.customer_erasure import erase_customer
from bookings.models import Booking
from tests.builders import make_booking, make_customer, make_room

ADA: Any = {"name": "Ada Park", "email": "ada@example.com"}
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def _booked(room: Any) -> Booking:
    try:
        return make_booking(room, customer=ADA)
    finally:
        connection.close()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_booking_that_comes_meanwhile_has_a_customer_of_its_own() -> None:
    room = make_room()
    ada = make_customer(room.organization, **ADA)
    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            erase_customer(organization=room.organization, actor=SYSTEM, customer_id=ada.pk)
            coming = threads.submit(_booked, room)
            while not (_somebody_waits() or coming.done()):
                pass
        booking = coming.result()
    assert booking.customer_id != ada.pk
    assert booking.customer is not None
    assert booking.customer.email == "ada@example.com"
