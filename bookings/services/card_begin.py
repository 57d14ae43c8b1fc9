"""Beginning a card payment: what is written before Stripe is asked, and once it has answered.

Between the two no transaction is open. What was written before names the request that it is for, so that a retry of
one that got no answer finds its own booking and payment, and asks Stripe the same again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bookingflow.lib.errors import Fault, IdempotencyConflict, InvalidRequest, ServiceUnavailable
from bookingflow.lib.money import format_money
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status
from bookings.models import Booking, Payment, Source
from bookings.payments import ledger
from bookings.payments.models import OPEN, GivenUp, PaymentStatus
from bookings.payments.stripe_amounts import chargeable
from bookings.services.book import book_room
from bookings.services.cancel import cancel_booking
from bookings.services.journal import Journal
from bookings.services.locking import LockedBooking, lock_booking, lock_payment
from bookings.services.pay import PAYABLE, refuse_above, refuse_unless_due

NO_ANSWER = "The payment could not be begun"
# A webhook comes within seconds as a rule; whoever begins a payment comes back for it within minutes, or never.
FIRST_LOOK = timedelta(seconds=30)
LEFT_ALONE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One keyed request: `key` is the same for its retries, `print_` for the same request alone. 32 bytes each."""

    key: bytes
    print_: bytes


def hold_for_card(
    *, organization: Organization, actor: Actor, source: Source, attempt: Attempt | None = None, **wish: Any
) -> tuple[Booking, Payment | None]:
    """A hold, and the payment of its deposit, or total, that Stripe is to be asked for; a price of nothing is confirmed
    at once, without one. `wish` is `book_room`'s. With an `attempt` that was made before, what that one has left.

    Raises as `book_room` does; InvalidRequest where the price is no amount for a card; IdempotencyConflict.
    """
    require_transaction()
    if left := _left_behind(organization, attempt):
        found, payment = left
        if found.status is Status.PENDING and not payment.given_up:
            return found.booking, payment
        _forget_attempt(payment)
        if found.status in PAYABLE:  # staff was faster
            return found.booking, None
    booking = book_room(organization=organization, actor=actor, source=source, hold=True, **wish)
    if booking.status != Status.PENDING:
        return booking, None
    wanted = booking.deposit_minor or booking.total_minor
    return booking, _begin(booking, wanted, organization, attempt, booking.created_at)


def begin_balance_by_card(
    *,
    organization: Organization,
    actor: Actor,
    booking_id: UUID | str,
    amount_minor: int | None = None,
    attempt: Attempt | None = None,
) -> tuple[Booking, Payment]:
    """All that is due, or a part of it. What was begun before and not paid is given up for it.

    Raises BookingNotFound; BookingStateConflict where nothing is due; InvalidRequest for more than is, or for what is
    no amount for a card; IdempotencyConflict.
    """
    require_transaction()
    if left := _left_behind(organization, attempt):
        before, payment = left
        if before.status in PAYABLE and not payment.given_up:
            return before.booking, payment
        _forget_attempt(payment)
    found = lock_booking(organization, booking_id)
    booking = found.booking
    open_minor = refuse_unless_due(found)
    wanted = open_minor if amount_minor is None else amount_minor
    refuse_above(open_minor, wanted, booking.currency, field="amount", what="is due")
    ledger.give_up_card_payments(booking, why=GivenUp.REPLACED, at=found.now)
    return booking, _begin(booking, wanted, organization, attempt, found.now)


def card_payment_begun(
    *, organization: Organization, actor: Actor, payment_id: UUID, stripe_id: str
) -> tuple[Booking, Payment]:
    """Stripe knows of it: from here on it is shown, and can be paid.

    Raises ServiceUnavailable where it was given up meanwhile: a retry begins anew.
    """
    require_transaction()
    found, payment = lock_payment(organization, payment_id)
    booking, now = found.booking, found.now
    payment.stripe_id = stripe_id
    payment.attempt = payment.attempt_print = None
    if payment.status in OPEN:  # else its outcome was told before
        payment.look_at = now + FIRST_LOOK
    payment.save(update_fields=["stripe_id", "attempt", "attempt_print", "look_at"])
    if payment.given_up or found.status not in {Status.PENDING, *PAYABLE}:
        raise ServiceUnavailable("The booking changed while its payment was being begun. Try again.")
    booking.payment_shown, booking.updated_at = payment, now
    booking.save(update_fields=["payment_shown", "updated_at"])
    journal = Journal(organization.pk, actor, now)
    journal.act("payment.begun", booking, {"amount": [None, payment.amount_minor]})
    journal.write()
    return booking, payment


def give_back_begun(*, organization: Organization, actor: Actor, payment_id: UUID) -> None:
    """Stripe gave no answer, or refused: the hold is free again, and what Stripe may have made is to be cancelled."""
    require_transaction()
    found, payment = lock_payment(organization, payment_id)
    if payment.status != PaymentStatus.PENDING or payment.stripe_id:
        return
    _forget_attempt(payment)
    ledger.give_up_card_payments(found.booking, why=GivenUp.UNREACHED, at=found.now)
    if found.status is Status.PENDING:
        cancel_booking(organization=organization, actor=actor, booking_id=found.booking.pk, reason=NO_ANSWER)


def _begin(
    booking: Booking, wanted: int, organization: Organization, attempt: Attempt | None, now: datetime
) -> Payment:
    amount = chargeable(wanted, booking.currency)
    if not amount:
        told = f"{format_money(wanted, booking.currency)} is less than a card can be charged."
        raise InvalidRequest.of(Fault("payment", told, "min_value"))
    payment = ledger.begin_card_payment(booking, amount, account=organization.stripe_account, at=now)
    # Should nobody come back for it: then is the time to see what became of it.
    payment.look_at = booking.hold_expires_at or now + LEFT_ALONE
    if attempt:
        payment.attempt, payment.attempt_print = attempt.key, attempt.print_
    payment.save(update_fields=["look_at", "attempt", "attempt_print"])
    return payment


def _left_behind(organization: Organization, attempt: Attempt | None) -> tuple[LockedBooking, Payment] | None:
    """What an attempt without an answer has written, while it can still be gone on with."""
    if attempt is None:
        return None
    begun = Payment.objects.filter(booking__organization=organization, attempt=attempt.key).first()
    if begun is None:
        return None
    if bytes(begun.attempt_print or b"") != attempt.print_:
        raise IdempotencyConflict
    return lock_payment(organization, begun.pk)


def _forget_attempt(payment: Payment) -> None:
    payment.attempt = payment.attempt_print = None
    payment.save(update_fields=["attempt", "attempt_print"])
