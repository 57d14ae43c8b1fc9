"""The use cases of bookings. Each needs the transaction of its caller, and undoes nothing when it refuses: the
caller rolls back. Locks are taken in this order: schedules by id, booking, customer."""

from bookings.services.book import book_room
from bookings.services.bring_in import import_booking
from bookings.services.cancel import GiveBack, cancel_booking
from bookings.services.change import change_booking
from bookings.services.complete import complete_booking, mark_no_show
from bookings.services.confirm import confirm_booking
from bookings.services.expire import expire_holds
from bookings.services.pay import record_payment
from bookings.services.quote import quote_refund
from bookings.services.refund import refund_booking, settle_refund
from bookings.services.reschedule import reschedule_booking

__all__ = [
    "GiveBack",
    "book_room",
    "cancel_booking",
    "change_booking",
    "complete_booking",
    "confirm_booking",
    "expire_holds",
    "import_booking",
    "mark_no_show",
    "quote_refund",
    "record_payment",
    "refund_booking",
    "reschedule_booking",
    "settle_refund",
]
