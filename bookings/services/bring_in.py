"""Bringing in a booking that was made elsewhere, or long ago."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from bookingflow.lib.errors import Fault, InvalidRequest
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status
from bookings.models import Booking, Source
from bookings.services.journal import Journal
from bookings.services.locking import lock_room
from bookings.services.making import insert_booking, minutes_asked, price_of
from bookings.services.people import customer_for
from customers.services import Person
from rooms import sessions
from rooms.models import Mode
from rooms.places import Place
from rooms.price_list import MOST_GUESTS
from rooms.pricing import Quote

BROUGHT_IN = (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELED)
ONCE_BEGUN = frozenset({Status.COMPLETED, Status.NO_SHOW})


def import_booking(
    *,
    organization: Organization,
    actor: Actor,
    room: int | str,
    start: datetime,
    status: str = Status.CONFIRMED,
    customer: Person | None = None,
    customer_id: UUID | None = None,
    end: datetime | None = None,
    duration_minutes: int | None = None,
    guests: int | None = None,
    mode: str | None = None,
    price: Quote | None = None,
    notes: str = "",
    metadata: Mapping[str, str] | None = None,
    booked_at: datetime | None = None,
    canceled_at: datetime | None = None,
    cancel_reason: str | None = None,
) -> Booking:
    """What was agreed on counts: hours, grid, notice, horizon, the room's bounds and whether it is open don't. What
    is taken does, and as after any booking only a cancelled one gives its time back.

    It is no news: it makes no event, nor does a customer who comes along, and both begin at sequence 0; their
    `updated_at` is now, so that who asks for changes finds them. Without a `price` it is priced by the room's
    present prices; without `booked_at` and `canceled_at` these happen now. Many in one transaction: lock all their
    schedules first.

    Raises BookingTypeNotFound; InvalidRequest naming every fault; SlotUnavailable for what no calendar holds;
    SlotNotAvailable where the time is taken.
    """
    require_transaction()
    found, now = lock_room(organization, room)
    minutes = minutes_asked(found, start=start, end=end, duration_minutes=duration_minutes)
    party = found.guests_min if guests is None else guests
    place = Place(found, start, minutes, mode or found.default_mode, party)
    _refuse(
        *_place_faults(place, end),
        *_status_faults(status, start, now),
        *_time_faults(status, now, booked_at, canceled_at),
        *_price_faults(price, organization.currency),
    )
    booking = _draft(place, price or price_of(place, organization.currency), status=status, now=now)
    booking.created_at = booked_at or now
    if status == Status.CANCELED:
        booking.canceled_at, booking.cancel_reason = canceled_at or now, cancel_reason
    booking.notes, booking.metadata = notes, dict(metadata or {})
    journal = Journal(organization.pk, actor, now, told=False)
    booking.customer = customer_for(organization, customer, customer_id, journal=journal)
    _insert(booking, place, now)
    journal.act("booking.imported", booking, {"status": [None, booking.status]})
    journal.write()
    return booking


def _draft(place: Place, price: Quote, *, status: str, now: datetime) -> Booking:
    room = place.room
    return Booking(
        pk=uuid4(),
        organization_id=room.organization_id,
        room=room,
        status=Status(status).value,
        start=place.start,
        end=place.end,
        mode=place.mode,
        guests=place.guests,
        currency=price.currency,
        total_minor=price.total,
        deposit_minor=price.deposit,
        price_lines=[line.to_json() for line in price.lines],
        cancellation_policy=room.cancellation_policy,
        source=Source.IMPORT,
        updated_at=now,
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
    if place.mode not in Mode.values:
        yield Fault("mode", f"Choose one of {', '.join(Mode.values)}.", "invalid_choice")
    if end is not None and end != place.end:
        yield Fault("end", "This doesn't agree with the start and the duration.")


def _status_faults(status: str, start: datetime, now: datetime) -> Iterable[Fault]:
    if status not in BROUGHT_IN:
        yield Fault("status", f"Choose one of {', '.join(BROUGHT_IN)}.", "invalid_choice")
    if status in ONCE_BEGUN and start > now:
        yield Fault("status", "This booking has not begun yet.")


def _time_faults(
    status: str, now: datetime, booked_at: datetime | None, canceled_at: datetime | None
) -> Iterable[Fault]:
    if booked_at is not None and booked_at > now:
        yield Fault("createdAt", "Must not lie in the future.")
    if canceled_at is None:
        return
    if status != Status.CANCELED:
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
