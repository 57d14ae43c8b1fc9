"""What became of a card payment, as Stripe tells it: in any order, any number of times, and sometimes too late.

Money that is there stays there whatever else is told; so every way ends with the customer having the slot or the money.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bookingflow.lib.errors import SlotNotAvailable
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings import events
from bookings.lifecycle import Status
from bookings.models import Booking, Payment
from bookings.payments import ledger
from bookings.payments.models import OPEN, GivenUp, PaymentStatus, Refund, RefundPurpose
from bookings.services.journal import Journal
from bookings.services.locking import LockedBooking, lock_payment
from bookings.services.making import place_of
from bookings.services.pay import PAYABLE
from bookings.services.state import move_status
from rooms import sessions

FIELDS = ("status", "hold_expires_at", "sequence", "updated_at", *ledger.FIELDS)
TOO_LATE, NOT_NEEDED = "Paid too late", "Paid already"
NEVER_AGAIN = frozenset({"won", "lost", "warning_closed", "prevented"})


def card_payment_succeeded(
    *, organization: Organization, actor: Actor, payment_id: UUID, received_minor: int, stripe_id: str = ""
) -> Payment:
    """Confirms the hold, or one that ran out if its time is still free; a balance is paid. What isn't wanted, or comes
    too late, goes back. Raises NotFound.
    """
    require_transaction()
    found, payment = lock_payment(organization, payment_id)
    if payment.status == PaymentStatus.SUCCEEDED:
        return payment
    _known_by(payment, stripe_id)
    booking, was = found.booking, found.status
    ledger.card_money_arrived(booking, payment, received_minor)
    confirmed = _confirm(found)
    booking.updated_at = found.now
    journal = Journal(organization.pk, actor, found.now)
    journal.card(booking, payment)
    if confirmed:
        booking.sequence += 1
        journal.act("booking.confirmed", booking, {"status": [was.value, booking.status]})
        journal.drafts.append(events.booking_created(booking, found.now))
    journal.refunded(booking, _give_back(booking, payment, found.now))
    booking.save(update_fields=FIELDS)
    journal.write()
    return payment


def card_payment_failed(
    *, organization: Organization, actor: Actor, payment_id: UUID, failure: str, stripe_id: str = ""
) -> Payment:
    """An attempt to pay has failed; another may follow, while the hold runs. Raises NotFound."""
    require_transaction()
    found, payment = lock_payment(organization, payment_id)
    if payment.status not in OPEN:
        return payment
    _known_by(payment, stripe_id)
    payment.status, payment.failure = PaymentStatus.FAILED, failure
    payment.save(update_fields=["status", "failure"])
    journal = Journal(organization.pk, actor, found.now)
    _show(found.booking, found.now)
    journal.card(found.booking, payment)
    found.booking.save(update_fields=["payment_shown", "updated_at", "sequence"])
    journal.write()
    return payment


def card_payment_canceled(
    *, organization: Organization, actor: Actor, payment_id: UUID, stripe_id: str = ""
) -> Payment:
    """It can't be paid any more. Raises NotFound."""
    require_transaction()
    found, payment = lock_payment(organization, payment_id)
    if payment.status not in OPEN:
        return payment
    _known_by(payment, stripe_id)
    payment.status, payment.look_at = PaymentStatus.CANCELED, None
    payment.attempt = payment.attempt_print = None
    payment.save(update_fields=["status", "look_at", "attempt", "attempt_print"])
    _show(found.booking, found.now)
    found.booking.save(update_fields=["payment_shown", "updated_at"])
    journal = Journal(organization.pk, actor, found.now)
    journal.act("payment.canceled", found.booking, {"amount": [payment.amount_minor, None]})
    journal.write()
    return payment


def card_payment_disputed(
    *, organization: Organization, actor: Actor, payment_id: UUID, dispute_id: str, status: str, at: datetime
) -> Payment:
    """Written down for the staff to see; `at` is when Stripe told, for it may tell in any order. Raises NotFound."""
    require_transaction()
    found, payment = lock_payment(organization, payment_id)
    same = payment.dispute_id == dispute_id
    if same and (payment.dispute_status in NEVER_AGAIN or (payment.dispute_at and payment.dispute_at > at)):
        return payment
    was = payment.dispute_status
    payment.dispute_id, payment.dispute_status, payment.dispute_at = dispute_id, status, at
    payment.save(update_fields=["dispute_id", "dispute_status", "dispute_at"])
    journal = Journal(organization.pk, actor, found.now)
    journal.act("payment.disputed", found.booking, {"dispute": [was or None, status]})
    journal.write()
    return payment


def _known_by(payment: Payment, stripe_id: str) -> None:
    """Its outcome may be told before our own call was answered."""
    if stripe_id and not payment.stripe_id:
        payment.stripe_id = stripe_id
        payment.save(update_fields=["stripe_id"])


def _show(booking: Booking, now: datetime) -> None:
    booking.payment_shown = ledger.newest_shown(booking)
    booking.updated_at = now


def _confirm(found: LockedBooking) -> bool:
    """Whether it is confirmed by this: a hold, also one that ran out if nobody has its time."""
    booking = found.booking
    kept = found.status is Status.PENDING and sessions.keep(holder_id=booking.pk, now=found.now)
    if not kept and not (found.status in {Status.PENDING, Status.EXPIRED} and _take_again(found)):
        return False
    if found.status is Status.EXPIRED and booking.status == Status.PENDING:  # not swept yet
        move_status(booking, Status.EXPIRED, now=found.now)
    move_status(booking, Status.CONFIRMED, now=found.now)
    booking.hold_expires_at = None
    return True


def _take_again(found: LockedBooking) -> bool:
    """Notice, grid and hours don't matter any more, only whether it is taken."""
    place = place_of(found.booking)
    try:
        with transaction.atomic():
            sessions.take(
                room=sessions.room_as_locked(place.room, found.locked),
                start=place.start,
                duration=place.duration,
                mode=place.mode,
                guests=place.guests,
                holder_id=found.booking.pk,
                holder_ref=found.booking.reference,
                now=found.now,
            )
    except SlotNotAvailable:
        return False
    return True


def _give_back(booking: Booking, payment: Payment, now: datetime) -> list[Refund]:
    live = booking.status in PAYABLE
    if live and payment.given_up != GivenUp.ELSEWHERE:
        amount = min(ledger.overpaid(booking), payment.amount_minor)
    else:
        amount = payment.amount_minor
    if not amount:
        return []
    reason = NOT_NEEDED if live else TOO_LATE
    return ledger.give_back(
        booking, amount, purpose=RefundPurpose.UNNEEDED, reason=reason, at=now, of=payment
    )
