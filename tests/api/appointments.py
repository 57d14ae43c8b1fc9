"""What an integrator of the Booking API sends: free times, a booking of one of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from bookings.models import Booking
from rooms.models import Room
from tests.builders import slot
from tests.caller import Caller

BOOKINGS = "/api/bookings"


def wanted(room: Room, at: datetime | None = None, /, **changes: Any) -> dict[str, Any]:
    """The body of a booking, at ten in a week for the room's first duration."""
    begin = at or slot()
    end = begin + timedelta(minutes=room.durations[0])
    body = {
        "bookingType": room.booking_type,
        **time(begin, end),
        "name": "Ada Park",
        "email": "ada@example.com",
    }
    return body | changes


def time(start: datetime, end: datetime | None = None) -> dict[str, str]:
    return {"start": start.isoformat(), "end": (end or start + timedelta(hours=1)).isoformat()}


def book(caller: Caller, room: Room, at: datetime | None = None, /, **changes: Any) -> str:
    """The new booking's id."""
    answer = caller.post(BOOKINGS, wanted(room, at, **changes), key=uuid4().hex)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["bookingId"])


def cancel(caller: Caller, identifier: object, body: Any = None, *, key: str = "") -> Any:
    return caller.post(f"{BOOKINGS}/{identifier}/cancel", body or {}, key=key or uuid4().hex)


def reschedule(caller: Caller, identifier: object, start: datetime, *, key: str = "", **end: datetime) -> Any:
    body = {"newSlot": time(start, **end)}
    return caller.post(f"{BOOKINGS}/{identifier}/reschedule", body, key=key or uuid4().hex)


def read(caller: Caller, identifier: object) -> dict[str, Any]:
    answer = caller.get(f"{BOOKINGS}/{identifier}")
    assert answer.status_code == 200, answer.content
    shown: dict[str, Any] = answer.json()
    return shown


def only_booking() -> Booking:
    return Booking.objects.get()
