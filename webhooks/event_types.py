"""Which events there are, and under which names an endpoint hears of one. Pure."""

from collections.abc import Collection

EVENT_TYPES = frozenset(
    {
        "booking.created",
        "booking.updated",
        "booking.rescheduled",
        "booking.canceled",
        "booking.completed",
        "booking.no_show",
        "payment.succeeded",
        "payment.failed",
        "payment.recorded",
        "refund.succeeded",
        "refund.failed",
        "room.created",
        "room.updated",
        "schedule.updated",
        "schedule.blocked",
        "schedule.unblocked",
        "customer.created",
        "customer.updated",
        "customer.erased",
    }
)
EVERY_TYPE = "*"
CANCELED, CANCELLED = "booking.canceled", "booking.cancelled"
RESCHEDULED, UPDATED = "booking.rescheduled", "booking.updated"
SUBSCRIBABLE = EVENT_TYPES | {CANCELLED, EVERY_TYPE}

# The house tells itself: placed and delivered like any other, but to named consumers alone, and in no public log.
ENDPOINT_DISABLED = "endpoint.disabled"
HOUSE_TYPES = frozenset({ENDPOINT_DISABLED})

# Only these may be heard under another name as well, so only their payloads are looked into.
RENAMED_TYPES = frozenset({CANCELED, RESCHEDULED})


def heard_as(event_type: str, *, subscriptions: Collection[str], made_new_booking: bool) -> list[str]:
    """The names under which an endpoint with these subscriptions is told; none if it isn't.

    `booking.cancelled` is `booking.canceled` in another spelling, for those who subscribe to that name; `*` leaves
    it out. A reschedule that made a new booking has no `booking.updated` beside it, so who subscribes to that and
    not to `booking.rescheduled` hears of it as `booking.updated`.
    """
    if event_type in HOUSE_TYPES:
        return []
    names = [event_type] if event_type in subscriptions or EVERY_TYPE in subscriptions else []
    if event_type == CANCELED and CANCELLED in subscriptions:
        names.append(CANCELLED)
    if event_type == RESCHEDULED and made_new_booking and not names and UPDATED in subscriptions:
        names.append(UPDATED)
    return names


def types_heard(subscriptions: Collection[str]) -> frozenset[str]:
    """Those of which an endpoint with these subscriptions may hear, under whatever name."""
    return frozenset(
        name
        for name in EVENT_TYPES
        if heard_as(name, subscriptions=subscriptions, made_new_booking=name == RESCHEDULED)
    )
