"""Bookings, always from their organization. A hold that ran out reads `expired`, swept or not."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from bookingflow.lib.errors import BookingNotFound
from bookingflow.lib.references import is_reference, normalised_reference
from bookingflow.lib.zones import start_of_day, zone
from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status, effective_status
from bookings.models import Booking
from rooms.queries import room_is, rooms_of, schedules_of

SHOWN_ALONG = ("room__schedule", "customer", "rescheduled_to")


def bookings_of(organization: Organization) -> QuerySet[Booking]:
    """With all that a booking's document shows, so that showing one asks the database nothing more."""
    return Booking.objects.filter(organization=organization).select_related(*SHOWN_ALONG)


def find_booking(organization: Organization, identifier: UUID | str) -> Booking:
    """By UUID or reference, in any case. Raises BookingNotFound, also for another organization's."""
    return _one(bookings_of(organization), identifier)


def locked_booking(organization: Organization, identifier: UUID | str) -> Booking:
    """The same, locked until the transaction ends. Its schedule has to be locked before."""
    return _one(bookings_of(organization).select_for_update(of=("self",), no_key=True), identifier)


def with_status(statuses: Iterable[str], now: datetime) -> Q:
    """What reads so at `now`: the same as `status_at`, asked of the database."""
    wanted = {Status(status) for status in statuses}
    stored = Q(status__in=[status.value for status in wanted - {Status.PENDING}])
    if Status.PENDING in wanted:
        stored |= Q(status=Status.PENDING.value, hold_expires_at__gt=now)
    if Status.EXPIRED in wanted:
        stored |= Q(status=Status.PENDING.value, hold_expires_at__lte=now)
    return stored


def status_at(booking: Booking, now: datetime) -> Status:
    return effective_status(Status(booking.status), booking.hold_expires_at, now)


def successor_of(booking: Booking) -> Booking | None:
    """The booking that this one was rescheduled to."""
    return getattr(booking, "rescheduled_to", None)


def filtered_bookings(
    organization: Organization,
    *,
    now: datetime,
    date: date | None = None,
    room: str | int | None = None,
    status: Iterable[str] | None = None,
) -> QuerySet[Booking]:
    """`date` is the local day of the start in the booking's own schedule; an unknown room filters to nothing."""
    bookings = bookings_of(organization)
    if date is not None:
        bookings = bookings.filter(starting_on(organization, date))
    if room is not None:
        bookings = bookings.filter(room__in=rooms_of(organization).filter(room_is(room)).values("pk"))
    if status is not None:
        bookings = bookings.filter(with_status(status, now))
    return bookings


def starting_on(organization: Organization, day: date) -> Q:
    """Bounds in UTC for each zone that the organization's schedules are in: by our own zone rules, not by the
    database's. Asks for the zones, once."""
    zones = schedules_of(organization).order_by().values_list("timezone", flat=True).distinct()
    starting = Q(pk__in=[])
    for name in zones:
        first, after = (start_of_day(each, zone(name)) for each in (day, day + timedelta(days=1)))
        starting |= Q(room__schedule__timezone=name, start__gte=first, start__lt=after)
    return starting


def _one(bookings: QuerySet[Booking], identifier: UUID | str) -> Booking:
    booking = bookings.filter(_named(identifier)).first()
    if booking is None:
        raise BookingNotFound
    return booking


def _named(identifier: UUID | str) -> Q:
    if isinstance(identifier, UUID):
        return Q(pk=identifier)
    reference = normalised_reference(identifier)
    if is_reference(reference):
        return Q(reference=reference)
    try:
        return Q(pk=UUID(identifier))
    except ValueError:
        raise BookingNotFound from None
