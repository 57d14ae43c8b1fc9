"""The use cases of bookings. Each needs the transaction of its caller, and undoes nothing when it refuses: the
caller rolls back. Locks are taken in this order: schedules by id, booking, customer."""

from bookings.services.book import book_room
from bookings.services.bring_in import import_booking
from bookings.services.cancel import cancel_booking
from bookings.services.change import change_booking
from bookings.services.complete import complete_booking, mark_no_show
from bookings.services.confirm import confirm_booking
from bookings.services.expire import expire_holds
from bookings.services.reschedule import reschedule_booking

__all__ = [
    "book_room",
    "cancel_booking",
    "change_booking",
    "complete_booking",
    "confirm_booking",
    "expire_holds",
    "import_booking",
    "mark_no_show",
    "reschedule_booking",
]
