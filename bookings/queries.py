"""Bookings, always from their organization. A hold that ran out reads `expired`, swept or not."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Subquery, Value

from bookingflow.lib.errors import BookingNotFound
from bookingflow.lib.ids import read_uuid
from bookingflow.lib.references import ALPHABET, is_reference, normalised_reference
from bookingflow.lib.zones import start_of_day, zone
from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status, effective_status
from bookings.models import Booking
from customers.queries import customers_of, matching_customers, normalised_email
from rooms.queries import room_is, rooms_of, schedule_is, schedules_of

SHOWN_ALONG = ("room__schedule", "customer", "rescheduled_to", "payment_shown")
SHOWN = (
    *(field.attname for field in Booking._meta.concrete_fields),
    "room__booking_type", "room__slug", "room__name", "room__schedule__timezone",
    "customer__name", "customer__email", "customer__phone", "customer__erased_at", "rescheduled_to__id",
    "payment_shown__provider", "payment_shown__method", "payment_shown__status", "payment_shown__amount_minor",
    "payment_shown__stripe_id", "payment_shown__stripe_account",
)  # fmt: skip
NOTHING = Q(pk__in=[])
# Of customers and of letters: more bookings are found faster on the way through the ordering, fewer by themselves.
MANY_PEOPLE, FEW_LETTERS = 300, 2

ORDERINGS: Mapping[str, tuple[str, str]] = {
    # Each pair is one index, walked from either end.
    "start": ("start", "-id"),
    "-start": ("-start", "id"),
    "createdAt": ("created_at", "-id"),
    "-createdAt": ("-created_at", "id"),
    "updatedAt": ("updated_at", "-id"),
    "-updatedAt": ("-updated_at", "id"),
}


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
    date_from: date | None = None,
    date_to: date | None = None,
    status: Iterable[str] | None = None,
    updated_since: datetime | None = None,
    **named: Any,
) -> QuerySet[Booking]:
    """What is None doesn't narrow. Days are local days of the start in each booking's own schedule, both ends
    included; what is `named` (see NARROWING) and isn't there filters to nothing."""
    bookings = listed_bookings(organization)
    for first, last in ((date, date), (date_from, date_to)):
        if first or last:
            bookings = bookings.filter(_starting(organization, first, last))
    if status is not None:
        bookings = bookings.filter(with_status(status, now))
    if updated_since is not None:
        bookings = bookings.filter(updated_at__gte=updated_since)
    for name, value in named.items():
        if value is not None:
            bookings = bookings.filter(NARROWING[name](organization, value))
    return bookings


def listed_bookings(organization: Organization) -> QuerySet[Booking]:
    """As `bookings_of`, without the columns that no list shows: rooms are wide, and come along with every row."""
    return bookings_of(organization).only(*SHOWN)


def _starting(organization: Organization, first: date | None, last: date | None) -> Q:
    """Bounds in UTC for the zones that the organization's schedules are in: by our own zone rules, not by the
    database's. Asks for the zones, once. The bounds around all of them are what an index can walk; which zone a row
    is in is a look into a set, for a join would have the database sort all that it finds."""
    zones = defaultdict(list)
    for name in schedules_of(organization).order_by().values_list("timezone", flat=True).distinct():
        zones[_bounds(first, last, zone(name))].append(name)
    if len(zones) <= 1:
        return next((_between(*bounds) for bounds in zones), NOTHING)
    starts, ends = zip(*zones, strict=True)
    around = _between(min(starts) if first else None, max(ends) if last else None)
    own = rooms_of(organization).order_by()
    return around & reduce(
        or_,
        (
            _between(*bounds) & Q(room__in=own.filter(schedule__timezone__in=names).values("pk"))
            for bounds, names in zones.items()
        ),
    )


def _bounds(first: date | None, last: date | None, tz: tzinfo) -> tuple[Any, Any]:
    return first and start_of_day(first, tz), last and start_of_day(last + timedelta(days=1), tz)


def _between(start: datetime | None, end: datetime | None) -> Q:
    return (Q(start__gte=start) if start else Q()) & (Q(start__lt=end) if end else Q())


def _in_room(organization: Organization, identifier: str) -> Q:
    return _is_one_of("room", rooms_of(organization).filter(room_is(identifier)))


def _on_schedule(organization: Organization, identifier: str) -> Q:
    return _is_one_of("room__schedule", schedules_of(organization).filter(schedule_is(identifier)))


def _of_email(organization: Organization, email: str) -> Q:
    return _is_one_of("customer", customers_of(organization).filter(email=normalised_email(email)))


def _is_one_of(name: str, found: QuerySet[Any]) -> Q:
    """The one that was found, as a value rather than a join: so its own index is walked, in its order. And where none
    was, no row is looked at at all, where the ordering's index would be walked to its end in vain."""
    keys = found.order_by().values("pk")
    return Q(Exists(keys)) & Q(**{name: keys[:1]})


def _searched(organization: Organization, text: str) -> Q:
    """Few people's bookings are looked up by their ids. Where there are many, the bookings on the way are asked whose
    they are, and the page is soon full. Counts the people, once: the database can't guess how many a word finds."""
    people = customers_of(organization).filter(matching_customers(organization, text)).order_by()
    keys = list(people.values_list("pk", flat=True)[: MANY_PEOPLE + 1])
    letters = _letters_of_reference(text)
    found = Q(customer__in=keys)
    if len(keys) > MANY_PEOPLE or (letters is not None and len(letters) < FEW_LETTERS):
        # A value for each row, where a set would be made of all people first.
        whose = people.filter(pk=OuterRef("customer")).annotate(found=Value(True)).values("found")
        found = Q(Subquery(whose, output_field=BooleanField()))
    return found if letters is None else found | Q(reference__range=_references_from(letters))


def _letters_of_reference(text: str) -> str | None:
    """What may be a reference's beginning, without what begins every one."""
    letters = normalised_reference(text).removeprefix("BF-")
    return letters if is_reference(f"BF-{letters.ljust(6, ALPHABET[0])}") else None


def _references_from(letters: str) -> tuple[str, str]:
    """The first and the last that begin so. A range, since a prefix is not found by an index that sorts by the rules
    of a language."""
    return f"BF-{letters.ljust(6, ALPHABET[0])}", f"BF-{letters.ljust(6, ALPHABET[-1])}"


NARROWING: Mapping[str, Callable[[Organization, Any], Q]] = {
    "room": _in_room,
    "schedule": _on_schedule,
    "customer": lambda organization, key: Q(customer=key, customer__erased_at__isnull=True),
    "email": _of_email,
    "reference": lambda organization, reference: Q(reference=normalised_reference(reference)),
    "source": lambda organization, source: Q(source=source),
    "search": _searched,
}


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
    key = read_uuid(identifier)
    if key is None:
        raise BookingNotFound
    return Q(pk=key)
