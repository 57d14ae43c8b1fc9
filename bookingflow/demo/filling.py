"""A demo venue's bookings, made as anybody makes them.

What is over, or begins too soon to be booked, is brought in: without events, made some days ago. What comes is
booked, with its events, so that the log, the sources and the histories look as they do in use.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from bookingflow.demo.money import money_of
from bookingflow.demo.planned import PlannedBooking, Way
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.services import (
    book_room,
    cancel_booking,
    change_booking,
    import_booking,
    reschedule_booking,
)
from bookings.services.making import price_of
from rooms.availability import Slot
from rooms.places import Place
from rooms.queries import find_room
from rooms.sessions import lock_schedules

Watch = Callable[[Sequence[PlannedBooking]], Iterable[PlannedBooking]]

_MINUTE = timedelta(minutes=1)


def fill(
    planned: Sequence[PlannedBooking], organization: Organization, *, actor: Actor, watch: Watch
) -> None:
    """`watch` gives the bookings on one by one, and sees how far it got."""
    lock_schedules({booking.offer.schedule_id for booking in planned})
    for booking in watch(planned):
        _WAYS[booking.way](booking, {"organization": organization, "actor": actor})


def _bring_in(planned: PlannedBooking, by: dict[str, Any]) -> None:
    what = _what(planned, planned.slot)
    room = find_room(by["organization"], planned.offer.room_id)
    place = Place(room, planned.slot.start, what["duration_minutes"], planned.mode, planned.guests)
    price = price_of(place, by["organization"].currency)
    import_booking(
        **by,
        **what,
        price=price,
        paid=money_of(planned, price),
        status=planned.status,
        booked_at=planned.booked_at,
        canceled_at=planned.canceled_at,
        cancel_reason=planned.cancel_reason,
    )


def _book(planned: PlannedBooking, by: dict[str, Any]) -> None:
    booking = _booked(planned, planned.slot, by)
    if planned.status is Status.CANCELED:
        cancel_booking(**by, booking_id=booking.pk, reason=planned.cancel_reason)


def _hold(planned: PlannedBooking, by: dict[str, Any]) -> None:
    _booked(planned, planned.slot, by, hold=True)


def _move(planned: PlannedBooking, by: dict[str, Any]) -> None:
    booking = _booked(planned, planned.first_slot or planned.slot, by)
    change_booking(**by, booking_id=booking.pk, start=planned.slot.start)


def _reschedule(planned: PlannedBooking, by: dict[str, Any]) -> None:
    booking = _booked(planned, planned.first_slot or planned.slot, by)
    reschedule_booking(**by, booking_id=booking.pk, start=planned.slot.start, end=planned.slot.end)


_WAYS: dict[Way, Callable[[PlannedBooking, dict[str, Any]], None]] = {
    Way.BROUGHT_IN: _bring_in,
    Way.BOOKED: _book,
    Way.HELD: _hold,
    Way.MOVED: _move,
    Way.RESCHEDULED: _reschedule,
}


def _booked(planned: PlannedBooking, slot: Slot, by: dict[str, Any], *, hold: bool = False) -> Booking:
    return book_room(**by, **_what(planned, slot), source=planned.source, hold=hold)


def _what(planned: PlannedBooking, slot: Slot) -> dict[str, Any]:
    return {
        "room": planned.offer.room_id,
        "start": slot.start,
        "duration_minutes": (slot.end - slot.start) // _MINUTE,
        "mode": planned.mode,
        "guests": planned.guests,
        "customer": planned.person,
        "notes": planned.notes,
        "metadata": planned.metadata,
    }
