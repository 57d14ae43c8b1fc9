"""Customers together with their bookings: figures and history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from bookingflow.lib.json import instant_or_none
from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status
from bookings.models import Booking, Source
from bookings.queries import bookings_of
from customers.documents import Document, customer_document
from customers.models import Customer

CAME_TO_BE = (Status.CONFIRMED.value, Status.COMPLETED.value, Status.NO_SHOW.value)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of bookings that were confirmed and not rescheduled away. `spent_minor`: paid less refunded, in the
    organization's currency."""

    bookings: int = 0
    no_shows: int = 0
    spent_minor: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


NONE_YET = Figures()


def figures_of(organization: Organization, customers: Iterable[Customer]) -> dict[UUID, Figures]:
    """By customer, in one query; those without a booking are left out."""
    rows = Booking.objects.filter(
        organization=organization, customer__in=[customer.pk for customer in customers]
    )
    counted = _was_confirmed() & Q(rescheduled_to__isnull=True)
    found = (
        rows.order_by()
        .values("customer")
        .annotate(
            bookings=Count("pk", filter=counted),
            no_shows=Count("pk", filter=Q(status=Status.NO_SHOW.value)),
            spent=Sum(F("paid_minor") - F("refunded_minor"), filter=Q(currency=organization.currency)),
            first=Min("start", filter=counted),
            last=Max("start", filter=counted),
        )
    )
    return {row["customer"]: _figures(row) for row in found}


def record_document(customer: Customer, figures: Figures, *, currency: str) -> Document:
    shown = customer_document(customer)
    made, changed = shown.pop("createdAt"), shown.pop("updatedAt")
    return {
        **shown,
        "bookingsCount": figures.bookings,
        "noShows": figures.no_shows,
        "totalSpent": {"currency": currency, "amount": figures.spent_minor},
        "firstBookingAt": instant_or_none(figures.first_at),
        "lastBookingAt": instant_or_none(figures.last_at),
        "createdAt": made,
        "updatedAt": changed,
    }


def history_of(organization: Organization, customer: Customer) -> QuerySet[Booking]:
    """All their bookings, also those that never came to be."""
    return bookings_of(organization).filter(customer=customer)


def _was_confirmed() -> Q:
    """A hold that was cancelled made no event; what was imported never does."""
    canceled = Q(status=Status.CANCELED.value) & (Q(sequence__gt=0) | Q(source=Source.IMPORT.value))
    return Q(status__in=CAME_TO_BE) | canceled


def _figures(row: Mapping[str, Any]) -> Figures:
    return Figures(row["bookings"], row["no_shows"], row["spent"] or 0, row["first"], row["last"])
