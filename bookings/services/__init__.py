"""The use cases of bookings. Each needs the transaction of its caller, and undoes nothing when it refuses: the
caller rolls back. Locks are taken in this order: schedules by id, booking, customer."""

from bookings.services.book import book_room
from bookings.services.bring_in import import_booking
from bookings.services.cancel import GiveBack, cancel_booking
from bookings.services.card_begin import (
    Attempt,
    begin_balance_by_card,
    card_payment_begun,
    give_back_begun,
    hold_for_card,
)
from bookings.services.card_outcome import (
    card_payment_canceled,
    card_payment_disputed,
    card_payment_failed,
    card_payment_succeeded,
)
from bookings.services.card_refunds import NAMELESS, REFUNDS_END, card_refund_refused, card_refund_seen
from bookings.services.change import change_booking
from bookings.services.complete import complete_booking, mark_no_show
from bookings.services.confirm import confirm_booking
from bookings.services.expire import expire_holds
from bookings.services.pay import record_payment
from bookings.services.quote import quote_refund
from bookings.services.refund import refund_booking, settle_refund
from bookings.services.reschedule import reschedule_booking

__all__ = [
    "NAMELESS",
    "REFUNDS_END",
    "Attempt",
    "GiveBack",
    "begin_balance_by_card",
    "book_room",
    "cancel_booking",
    "card_payment_begun",
    "card_payment_canceled",
    "card_payment_disputed",
    "card_payment_failed",
    "card_payment_succeeded",
    "card_refund_refused",
    "card_refund_seen",
    "change_booking",
    "complete_booking",
    "confirm_booking",
    "expire_holds",
    "give_back_begun",
    "hold_for_card",
    "import_booking",
    "mark_no_show",
    "quote_refund",
    "record_payment",
    "refund_booking",
    "reschedule_booking",
    "settle_refund",
]
