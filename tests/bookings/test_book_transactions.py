"""Services work in the transaction of their caller, and what they refuse leaves nothing behind."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from bookingflow.lib.errors import DomainError
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry
from bookings import services
from bookings.models import Booking, Source
from customers.models import Customer
from rooms.models import Session
from tests.bookings.stage import by
from tests.builders import make_booking, make_room, slot
from webhooks.models import Event

ADA: Any = {"name": "Ada", "email": "ada@example.com"}
Call = Callable[[Booking], object]

CALLS: list[Call] = [
    lambda booking: services.book_room(
        organization=booking.organization,
        actor=SYSTEM,
        room=booking.room_id,
        start=slot(12),
        source=Source.API,
        customer=ADA,
    ),
    lambda booking: services.confirm_booking(**by(booking)),
    lambda booking: services.change_booking(**by(booking), guests=2),
    lambda booking: services.reschedule_booking(**by(booking), start=slot(12), end=slot(13)),
    lambda booking: services.cancel_booking(**by(booking)),
    lambda booking: services.complete_booking(**by(booking)),
    lambda booking: services.mark_no_show(**by(booking)),
    lambda booking: services.expire_holds(),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("call", CALLS)
def test_outside_a_transaction_nothing_is_done(call: Call) -> None:
    booking = make_booking()
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError):
        call(booking)
    assert Booking.objects.values("pk", "status", "start").get()["status"] == "confirmed"
    assert Event.objects.count() == 2


REFUSED: list[dict[str, Any]] = [
    {"start": slot(10)},
    {"start": slot(3)},
    {"guests": 99},
    {"mode": "shared"},
    {"duration_minutes": 5},
    {"end": slot(12, 30)},
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asked", REFUSED)
def test_a_refused_booking_leaves_neither_customer_nor_time_nor_event_nor_audit(asked: Any) -> None:
    room = make_room()
    make_booking(room, start=slot(10))
    models: Any = (Booking, Customer, Session, Event, AuditEntry)
    before = [model.objects.count() for model in models]
    with pytest.raises(DomainError), transaction.atomic():
        make_booking(room, **{"start": slot(12), "customer": ADA} | asked)
    assert [model.objects.count() for model in models] == before
