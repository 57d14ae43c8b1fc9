"""Changing a booking in place: its time and room, its party, what is noted on it, whose it is, what became of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from bookingflow.lib.errors import BookingStateConflict, Fault, InvalidRequest, SlotUnavailable
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings import events
from bookings.documents import Document, booking_document
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.payments import ledger
from bookings.payments.models import Refund
from bookings.services.journal import Journal
from bookings.services.locking import LockedBooking, lock_booking
from bookings.services.making import MINUTE, place_of
from bookings.services.people import PersonChange, change_customer, differs
from bookings.services.repricing import reprice, set_ceiling
from bookings.services.state import move_status, refusal
from rooms import sessions
from rooms.models import Room
from rooms.places import Place
from rooms.queries import find_room

MARKS = {Status.COMPLETED: events.booking_completed, Status.NO_SHOW: events.booking_no_show}
MOVABLE = frozenset({Status.CONFIRMED})
NOTABLE = frozenset({Status.PENDING, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW})
FIELDS = (
    "room", "start", "end", "mode", "guests", "notes", "metadata", "customer", "status", "sequence", "updated_at",
    "refund_ceiling_percent", *ledger.FIELDS,
)  # fmt: skip


def change_booking(
    *,
    organization: Organization,
    actor: Actor,
    booking_id: UUID | str,
    start: datetime | None = None,
    end: datetime | None = None,
    room: int | str | None = None,
    duration_minutes: int | None = None,
    guests: int | None = None,
    mode: str | None = None,
    notes: str | None = None,
    metadata: Mapping[str, str] | None = None,
    customer: PersonChange | None = None,
    status: str | None = None,
    if_match: Callable[[Booking], None] | None = None,
) -> Booking:
    """None, and what is so already, changes nothing; nothing changed leaves no event. `metadata` replaces the whole
    map. `end` has to agree with the new time, but the present one is passed over. Another room, duration or party
    takes the present prices, another time alone only where they differ between the slots; a fall is refunded at once.
    `if_match` is called with the locked booking, before anything else; what it raises refuses the change.

    Raises BookingNotFound, BookingTypeNotFound, InvalidRequest, SlotUnavailable, SlotNotAvailable; and
    BookingStateConflict for what the booking's state doesn't allow: a hold takes only notes, metadata and customer.
    """
    require_transaction()
    wanted_room = None if room is None else find_room(organization, room)
    found = lock_booking(organization, booking_id, along=[wanted_room] if wanted_room else [])
    booking = found.booking
    if if_match is not None:
        if_match(booking)
    before = booking_document(booking, now=found.now)
    place = _place(found, wanted_room, start, duration_minutes, mode, guests)
    journal = Journal(organization.pk, actor, found.now)
    refunds = _go(found, place, end)
    _note(found, {"notes": notes, "metadata": metadata})
    if customer is not None and differs(booking.customer, customer):
        _refuse_unless(NOTABLE, found)
        change_customer(organization, booking, customer, journal=journal)
    _tell_changes(found, before, journal)
    journal.refunded(booking, refunds)
    _mark(found, status, journal)
    if journal.acts:
        booking.save(update_fields=FIELDS)
        journal.write()
    return booking


def _place(  # noqa: PLR0917
    found: LockedBooking,
    room: Room | None,
    start: datetime | None,
    minutes: int | None,
    mode: str | None,
    guests: int | None,
) -> Place:
    """What isn't asked for stays as it is."""
    booking = found.booking
    where = booking.room
    if room is not None and room.pk != booking.room_id:
        where = sessions.room_as_locked(room, found.locked)
    return Place(
        room=where,
        start=booking.start if start is None else start,
        duration=(booking.end - booking.start) // MINUTE if minutes is None else minutes,
        mode=mode or _mode_in(where, booking),
        guests=booking.guests if guests is None else guests,
    )


def _mode_in(room: Room, booking: Booking) -> str:
    """Another room that lacks the present mode gives its own."""
    stays = room.pk == booking.room_id or booking.mode in room.modes
    return booking.mode if stays else room.default_mode


def _go(found: LockedBooking, place: Place, end: datetime | None) -> list[Refund]:
    """There, unless the party is there already. An `end` that is the present one says nothing about the new time."""
    booking = found.booking
    present = (booking.room_id, booking.start, booking.end, booking.mode, booking.guests)
    disagrees = end not in {None, booking.end, place.end}
    if present == (place.room.pk, place.start, place.end, place.mode, place.guests) and not disagrees:
        return []
    _refuse_unless(MOVABLE, found)
    if disagrees:
        raise SlotUnavailable("The end does not agree with the start and the duration")
    return _move(booking, place, found.now)


def _move(booking: Booking, place: Place, now: datetime) -> list[Refund]:
    old = place_of(booking)
    sessions.move(
        holder_id=booking.pk,
        room=place.room,
        start=place.start,
        duration=place.duration,
        mode=place.mode,
        guests=place.guests,
        now=now,
    )
    booking.room, booking.start, booking.end = place.room, place.start, place.end
    booking.mode, booking.guests = place.mode, place.guests
    set_ceiling(booking, old=old, new=place, at=now)
    return reprice(booking, old=old, new=place, at=now)


def _note(found: LockedBooking, sent: Mapping[str, object]) -> None:
    booking = found.booking
    for name, value in sent.items():
        if value is not None and value != getattr(booking, name):
            _refuse_unless(NOTABLE, found)
            setattr(booking, name, value)


def _tell_changes(found: LockedBooking, before: Document, journal: Journal) -> None:
    """Of a hold nothing is told, but the audit keeps it."""
    booking, now = found.booking, found.now
    changes = events.changes_between(before, booking_document(booking, now=now))
    if not changes:
        return
    booking.updated_at = now
    journal.act(
        "booking.updated", booking, {name: [change["from"], change["to"]] for name, change in changes.items()}
    )
    if found.status is Status.PENDING:
        return
    booking.sequence += 1
    journal.drafts.append(events.booking_updated(booking, now, changes))
    if events.MOVES & changes.keys():
        booking.sequence += 1
        journal.drafts.append(events.booking_rescheduled(booking, now, old=booking))


def _mark(found: LockedBooking, wanted: str | None, journal: Journal) -> None:
    """As completed or a no-show, once the start has passed. The present status says nothing."""
    booking, now, was = found.booking, found.now, found.status
    if wanted is None or wanted == was:
        return
    if wanted not in MARKS:
        _refuse_unless(MOVABLE, found)
        raise InvalidRequest.of(
            Fault("status", "Only completed and no_show can be set here.", "invalid_choice")
        )
    move_status(booking, Status(wanted), now=now)
    if booking.start > now:
        raise BookingStateConflict("This booking has not begun yet.")
    booking.updated_at = now
    booking.sequence += 1
    journal.act(f"booking.{wanted}", booking, {"status": [was.value, wanted]})
    journal.drafts.append(MARKS[Status(wanted)](booking, now))


def _refuse_unless(allowed: frozenset[Status], found: LockedBooking) -> None:
    if found.status not in allowed:
        raise refusal(found.booking, found.now)
