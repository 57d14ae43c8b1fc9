"""Bringing in a booking that was made elsewhere, or long ago."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from bookingflow.lib.errors import Fault, InvalidRequest
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status
from bookings.models import Booking, Source
from bookings.payments.brought_in import Paid, money_faults, money_rows, store_money
from bookings.services.journal import Journal
from bookings.services.locking import lock_room
from bookings.services.making import draft_at, insert_booking, place_asked, price_of
from bookings.services.people import customer_for
from customers.services import Person
from rooms import sessions
from rooms.models import Mode, Room
from rooms.places import Place
from rooms.price_list import MOST_GUESTS
from rooms.pricing import Quote

BROUGHT_IN = (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELED)
MODES = tuple(Mode.values)  # which the enumeration would put together for every row of an import
ONCE_BEGUN = frozenset({Status.COMPLETED, Status.NO_SHOW})


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What was agreed on. Without a `price` it is priced by the room's present prices, without a `policy` the room's
    present one holds; without `booked_at` and `canceled_at` these happen now."""

    start: datetime
    status: str = Status.CONFIRMED
    end: datetime | None = None
    duration_minutes: int | None = None
    guests: int | None = None
    mode: str | None = None
    price: Quote | None = None
    policy: Sequence[Mapping[str, Any]] | None = None
    paid: Sequence[Paid] = ()
    notes: str = ""
    metadata: Mapping[str, str] | None = field(default=None)
    booked_at: datetime | None = None
    canceled_at: datetime | None = None
    cancel_reason: str | None = None


def import_booking(
    *,
    organization: Organization,
    actor: Actor,
    room: int | str,
    customer: Person | None = None,
    customer_id: UUID | None = None,
    **agreed: Any,
) -> Booking:
    """What was `Agreed` on counts: hours, grid, notice, horizon, the room's bounds and whether it is open don't. What
    is taken does, and as after any booking only a cancelled one gives its time back.

    It is no news: it makes no event, nor does a customer who comes along, and both begin at sequence 0; their
    `updated_at` is now, so that who asks for changes finds them. Many in one transaction: `import_bookings`.

    Raises BookingTypeNotFound; InvalidRequest naming every fault; SlotUnavailable for what no calendar holds;
    SlotNotAvailable where the time is taken.
    """
    require_transaction()
    found, now = lock_room(organization, room)
    told = Agreed(**agreed)
    booking, place = draft_booking(told, found, currency=organization.currency, now=now)
    journal = Journal(organization.pk, actor, now, told=False)
    booking.customer = customer_for(organization, customer, customer_id, journal=journal)
    money = money_rows(booking, told.paid)
    _insert(booking, place, now)
    store_money(*money)
    journal.act("booking.imported", booking, {"status": [None, booking.status]})
    journal.write()
    return booking


def draft_booking(agreed: Agreed, room: Room, *, currency: str, now: datetime) -> tuple[Booking, Place]:
    """Nobody's yet, and without a reference. Raises InvalidRequest naming every fault, and SlotUnavailable."""
    place = place_asked(
        room,
        start=agreed.start,
        end=agreed.end,
        duration_minutes=agreed.duration_minutes,
        guests=agreed.guests,
        mode=agreed.mode,
    )
    _refuse(
        *_place_faults(place, agreed.end),
        *_status_faults(agreed.status, agreed.start, now),
        *_time_faults(agreed, now),
        *_price_faults(agreed.price, currency),
    )
    price = agreed.price or price_of(place, currency)
    _refuse(*money_faults(agreed.paid, status=agreed.status, price=price))
    booking = _booking(agreed, place, price, now)
    return booking, place


def _booking(agreed: Agreed, place: Place, price: Quote, now: datetime) -> Booking:
    room, canceled = place.room, agreed.status == Status.CANCELED
    policy = room.cancellation_policy if agreed.policy is None else list(agreed.policy)
    return draft_at(
        place,
        price,
        at=now,
        status=Status(agreed.status).value,
        cancellation_policy=policy,
        notes=agreed.notes,
        metadata=dict(agreed.metadata or {}),
        source=Source.IMPORT,
        canceled_at=(agreed.canceled_at or now) if canceled else None,
        cancel_reason=agreed.cancel_reason if canceled else None,
        created_at=agreed.booked_at or agreed.canceled_at or now,
    )


def _insert(booking: Booking, place: Place, now: datetime) -> None:
    def claim() -> None:
        if booking.status == Status.CANCELED:
            return
        sessions.take(
            room=place.room,
            start=place.start,
            duration=place.duration,
            mode=place.mode,
            guests=place.guests,
            holder_id=booking.pk,
            holder_ref=booking.reference,
            now=now,
        )

    insert_booking(booking, claim=claim, give_back=lambda: sessions.release(holder_id=booking.pk))


def _refuse(*faults: Fault) -> None:
    if faults:
        raise InvalidRequest.of(*faults)


def _place_faults(place: Place, end: datetime | None) -> Iterable[Fault]:
    if not 1 <= place.guests <= MOST_GUESTS:
        yield Fault("guests", f"Must be between 1 and {MOST_GUESTS:,}.")
    if place.mode not in MODES:
        yield Fault("mode", f"Choose one of {', '.join(MODES)}.", "invalid_choice")
    if end is not None and end != place.end:
        yield Fault("end", "This doesn't agree with the start and the duration.")


def _status_faults(status: str, start: datetime, now: datetime) -> Iterable[Fault]:
    if status not in BROUGHT_IN:
        yield Fault("status", f"Choose one of {', '.join(BROUGHT_IN)}.", "invalid_choice")
    if status in ONCE_BEGUN and start > now:
        yield Fault("status", "This booking has not begun yet.")


def _time_faults(agreed: Agreed, now: datetime) -> Iterable[Fault]:
    booked_at, canceled_at = agreed.booked_at, agreed.canceled_at
    if booked_at is not None and booked_at > now:
        yield Fault("createdAt", "Must not lie in the future.")
    if canceled_at is None:
        return
    if agreed.status != Status.CANCELED:
        yield Fault("canceledAt", "Only a cancelled booking has this.")
    if canceled_at > now:
        yield Fault("canceledAt", "Must not lie in the future.")
    if booked_at is not None and canceled_at < booked_at:
        yield Fault("canceledAt", "Must not be before createdAt.")


def _price_faults(price: Quote | None, currency: str) -> Iterable[Fault]:
    if price is None:
        return
    if price.currency != currency:
        yield Fault("price.currency", f"Prices are in {currency}.")
    if not 0 <= price.deposit <= price.total:
        yield Fault("price.deposit", "Must not be below 0 or above the total.")
    if sum(line.amount for line in price.lines) != price.total:
        yield Fault("price.lines", "These don't add up to the total.")
