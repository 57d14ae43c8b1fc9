"""Recording money that was taken elsewhere."""

from uuid import UUID

from bookingflow.lib.errors import BookingStateConflict, Fault, InvalidRequest
from bookingflow.lib.money import format_money
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings.documents import due
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.payments import ledger
from bookings.payments.models import GivenUp, Method, Payment
from bookings.services.journal import Journal
from bookings.services.locking import LockedBooking, lock_booking
from bookings.services.state import refusal

PAYABLE = frozenset({Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW})


def record_payment(
    *,
    organization: Organization,
    actor: Actor,
    booking_id: UUID | str,
    amount_minor: int,
    method: Method,
    note: str = "",
) -> tuple[Booking, Payment]:
    """Up to what is due. A hold is paid for by confirming it.

    Raises BookingNotFound; BookingStateConflict where nothing is due; InvalidRequest for more than is.
    """
    require_transaction()
    found = lock_booking(organization, booking_id)
    booking, now = found.booking, found.now
    open_minor = refuse_unless_due(found)
    refuse_above(open_minor, amount_minor, booking.currency, field="amount", what="is due")
    payment = ledger.take_payment(booking, amount_minor, method=method, note=note, at=now)
    booking.updated_at = now
    journal = Journal(organization.pk, actor, now)
    journal.paid(booking, payment)
    if amount_minor == open_minor:
        ledger.give_up_card_payments(booking, why=GivenUp.ELSEWHERE, at=now)
    booking.save(update_fields=["paid_minor", "payment_shown", "sequence", "updated_at"])
    journal.write()
    return booking, payment


def refuse_unless_due(found: LockedBooking) -> int:
    """What is due. Raises BookingStateConflict where nothing is, or the booking's state has it paid otherwise."""
    if found.status not in PAYABLE:
        raise refusal(found.booking, found.now)
    open_minor = due(found.booking, found.status)
    if open_minor == 0:
        raise BookingStateConflict("Nothing is due on this booking.")
    return open_minor


def refuse_above(most: int, amount: int, currency: str, *, field: str, what: str) -> None:
    """Raises InvalidRequest."""
    if amount > most:
        told = f"Must not be above {most}: {format_money(most, currency)} {what}."
        raise InvalidRequest.of(Fault(field, told, "max_value"))
