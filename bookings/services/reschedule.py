"""Rescheduling by a new booking that takes the old one's place; a move in place is `change_booking`."""

from datetime import datetime
from uuid import UUID, uuid4

from bookingflow.lib.errors import SlotUnavailable
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings import events
from bookings.documents import Document, booking_document
from bookings.lifecycle import Status
from bookings.models import Booking, Source
from bookings.payments import ledger
from bookings.payments.models import Refund
from bookings.services.journal import Journal
from bookings.services.locking import lock_booking
from bookings.services.making import insert_booking, minutes_between, place_of
from bookings.services.repricing import reprice, set_ceiling
from bookings.services.state import move_status, refusal
from rooms import sessions

REASON = "rescheduled"
# What the new booking has of the old one: also the money, and the price, lines and policy that were frozen in it.
TAKEN_ALONG = (
    "organization_id", "room", "customer", "mode", "guests", "currency", "total_minor", "deposit_minor",
    "deposit_off_minor", "price_lines", "cancellation_policy", "notes", "metadata", "paid_minor", "refunded_minor",
    "refund_ceiling_percent", "payment_shown",
)  # fmt: skip

ENDED = (
    "status", "canceled_at", "cancel_reason", "updated_at", "paid_minor", "refunded_minor", "payment_shown",
)  # fmt: skip


def reschedule_booking(
    *,
    organization: Organization,
    actor: Actor,
    booking_id: UUID | str,
    start: datetime,
    end: datetime,
    source: Source = Source.BOOKING_API,
) -> Booking:
    """Gives the new booking; the old one ends cancelled, linked both ways. Its time is free the moment the new one
    is taken, and counts for nothing before. Its payments go along, and its price changes as by a move in place. Where
    the new time can't be had, nothing changes.

    Raises BookingNotFound; BookingStateConflict unless confirmed; SlotUnavailable, also for the slot that it has
    already; SlotNotAvailable.
    """
    require_transaction()
    found = lock_booking(organization, booking_id)
    old, now = found.booking, found.now
    if found.status is not Status.CONFIRMED:
        raise refusal(old, now)
    if (start, end) == (old.start, old.end):
        raise SlotUnavailable("This is the slot that the booking has already")
    before = booking_document(old, now=now)
    new = _successor(old, start, end, source, now)
    _hand_over(old, new, now)
    refunds = _hand_money_over(old, new, now)
    _end(old, new, now)
    _tell(old, before, new, refunds, Journal(organization.pk, actor, now))
    return new


def _successor(old: Booking, start: datetime, end: datetime, source: Source, now: datetime) -> Booking:
    return Booking(
        pk=uuid4(),
        status=Status.CONFIRMED.value,
        start=start,
        end=end,
        source=source,
        rescheduled_from=old,
        sequence=1,
        created_at=now,
        updated_at=now,
        **{name: getattr(old, name) for name in TAKEN_ALONG},
    )


def _hand_over(old: Booking, new: Booking, now: datetime) -> None:
    """The claim itself goes from holder to holder, so its own old time is never in its way."""
    minutes = minutes_between(new.start, new.end)
    holder = old.pk

    def claim() -> None:
        nonlocal holder
        sessions.move(
            holder_id=holder,
            room=new.room,
            start=new.start,
            duration=minutes,
            mode=new.mode,
            guests=new.guests,
            now=now,
            new_holder=(new.pk, new.reference),
        )
        holder = new.pk

    insert_booking(new, claim=claim, give_back=lambda: None)


def _hand_money_over(old: Booking, new: Booking, now: datetime) -> list[Refund]:
    ledger.move_payments(old, new)
    places = {"old": place_of(old), "new": place_of(new)}
    set_ceiling(new, **places, at=now)
    return reprice(new, **places, at=now)


def _end(old: Booking, new: Booking, now: datetime) -> None:
    move_status(old, Status.CANCELED, now=now)
    old.canceled_at = old.updated_at = now
    old.cancel_reason = REASON
    old.save(update_fields=ENDED)
    Booking._meta.get_field("rescheduled_to").set_cached_value(old, new)


def _tell(old: Booking, before: Document, new: Booking, refunds: list[Refund], journal: Journal) -> None:
    """One act, one event, and one for each refund that a lower price made: the old booking makes none."""
    journal.act("booking.rescheduled", old, {"rescheduledTo": [None, str(new.pk)]})
    journal.act("booking.created", new, {"rescheduledFrom": [None, str(old.pk)]})
    changes = events.changes_between(before, booking_document(new, now=journal.at))
    journal.drafts.append(events.booking_rescheduled(new, journal.at, old=old, changes=changes))
    journal.refunded(new, refunds)
    new.save(update_fields=[*ledger.FIELDS, "refund_ceiling_percent", "sequence"])
    journal.write()
