"""What the plan of a demo venue's bookings is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from bookingflow.demo.descriptions import Demand
from bookings.lifecycle import Status
from bookings.models import Source
from customers.services import Person
from rooms.availability import RoomRules, Slot


class Way(Enum):
    """How a booking comes about. All but the first can be booked by anybody at this moment."""

    BROUGHT_IN = auto()
    BOOKED = auto()
    HELD = auto()
    MOVED = auto()
    RESCHEDULED = auto()


@dataclass(frozen=True, slots=True)
class Offer:
    """A room with its slots in the days concerned, as if nothing were booked yet, ascending."""

    room_id: int
    schedule_id: int
    demand: Demand
    rules: RoomRules
    slots: Sequence[Slot]


@dataclass(frozen=True, slots=True)
class PlannedBooking:
    """`first_slot` is where one that is moved or rescheduled was before."""

    offer: Offer
    slot: Slot
    mode: str
    guests: int
    person: Person
    status: Status
    booked_at: datetime
    canceled_at: datetime | None
    cancel_reason: str | None
    notes: str
    metadata: Mapping[str, str]
    source: Source
    way: Way
    first_slot: Slot | None = None
