"""Booking a room: at once, or as a hold that waits for its payment."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings import events
from bookings.lifecycle import Status
from bookings.models import Booking, Source
from bookings.services.journal import Journal
from bookings.services.locking import lock_room
from bookings.services.making import draft_at, insert_booking, place_asked, price_of
from bookings.services.people import customer_for
from customers.services import Person
from rooms import sessions
from rooms.places import Place
from rooms.pricing import Quote


def book_room(
    *,
    organization: Organization,
    actor: Actor,
    room: int | str,
    start: datetime,
    source: Source,
    hold: bool = False,
    customer: Person | None = None,
    customer_id: UUID | None = None,
    end: datetime | None = None,
    duration_minutes: int | None = None,
    guests: int | None = None,
    mode: str | None = None,
    notes: str = "",
    metadata: Mapping[str, str] | None = None,
) -> Booking:
    """Confirmed at once, or with `hold` pending for the room's hold minutes; a price of nothing waits for nobody.

    Raises BookingTypeNotFound; InvalidRequest for an unknown `customer_id`, or a duration left open; SlotUnavailable
    where the time never was on offer, also where `end` disagrees; SlotNotAvailable where it is taken.
    """
    require_transaction()
    found, now = lock_room(organization, room)
    place = place_asked(
        found, start=start, end=end, duration_minutes=duration_minutes, guests=guests, mode=mode
    )
    journal = Journal(organization.pk, actor, now)
    booking = _draft(place, price_of(place, organization.currency), hold=hold, now=now)
    booking.notes, booking.metadata, booking.source = notes, dict(metadata or {}), source
    booking.customer = customer_for(organization, customer, customer_id, journal=journal)
    _insert(booking, place, end, now)
    _tell(booking, journal)
    journal.write()
    return booking


def _draft(place: Place, price: Quote, *, hold: bool, now: datetime) -> Booking:
    """The policy too is frozen here."""
    room, held = place.room, hold and price.total > 0
    return draft_at(
        place,
        price,
        at=now,
        status=(Status.PENDING if held else Status.CONFIRMED).value,
        hold_expires_at=_whole_second(now + timedelta(minutes=room.hold_minutes)) if held else None,
        cancellation_policy=room.cancellation_policy,
        sequence=0 if held else 1,
        created_at=now,
    )


def _insert(booking: Booking, place: Place, end: datetime | None, now: datetime) -> None:
    def claim() -> None:
        sessions.claim(
            room=place.room,
            start=place.start,
            end=end,
            duration=place.duration,
            mode=place.mode,
            guests=place.guests,
            holder_id=booking.pk,
            holder_ref=booking.reference,
            expires_at=booking.hold_expires_at,
            now=now,
        )

    insert_booking(booking, claim=claim, give_back=lambda: sessions.release(holder_id=booking.pk))


def _tell(booking: Booking, journal: Journal) -> None:
    if booking.status == Status.PENDING:
        journal.act("booking.held", booking)
        return
    journal.act("booking.created", booking)
    journal.drafts.append(events.booking_created(booking, journal.at))


def _whole_second(moment: datetime) -> datetime:
    """The next one, so that a hold lasts no less than its minutes."""
    return moment.replace(microsecond=0) + timedelta(seconds=1 if moment.microsecond else 0)
