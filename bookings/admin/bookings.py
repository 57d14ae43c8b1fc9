"""The list of bookings and the page of one, for the staff to look at."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import DateTimeField, Func, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookingflow.lib import clock
from bookingflow.lib.money import format_money
from bookingflow.lib.references import is_reference, normalised_reference
from bookingflow.organizations.admin_base.filters import OrganizationFilter
from bookingflow.organizations.admin_base.reach import reach_of
from bookingflow.organizations.admin_base.shown import (
    EMPTY,
    badge,
    document,
    link,
    list_link,
    local_span,
    local_time,
    table,
)
from bookings.admin.filters import (
    STATUS_WORDS,
    BookingDayFilter,
    CustomerFilter,
    MoneyFilter,
    SourceFilter,
    StatusFilter,
)
from bookings.admin.money import payments_table, refunds_table
from bookings.admin.refunding import RefundPages
from bookings.documents import due
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.queries import SHOWN_ALONG, status_at, successor_of
from customers.models import Customer
from rooms.admin.filters import RoomFilter, WhenFilter
from rooms.admin.shown import policy_lines

STATUS_COLOURS = {
    Status.PENDING.value: "warning",
    Status.CONFIRMED.value: "success",
    Status.COMPLETED.value: "info",
    Status.NO_SHOW.value: "danger",
    Status.CANCELED.value: "danger",
    Status.EXPIRED.value: "",
}


@admin.register(Booking)
class BookingAdmin(RefundPages):
    subject_type = "booking"
    list_display = (
        "reference",
        "when",
        "room_name",
        "customer_name",
        "guests",
        "state",
        "total",
        "organization",
    )
    list_filter = (
        StatusFilter,
        MoneyFilter,
        RoomFilter,
        WhenFilter,
        BookingDayFilter,
        SourceFilter,
        CustomerFilter,
        OrganizationFilter,
    )
    search_fields = ("reference", "customer__name", "customer__email")
    search_help_text = "Reference, customer's name, or the beginning of their email"
    ordering = ("-start", "pk")
    nothing_yet = "Bookings made over the API appear here at once."
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "state",
                    "when",
                    "room_shown",
                    "customer_shown",
                    "guests",
                    "mode",
                    "notes",
                    "trails",
                )
            },
        ),
        ("Price", {"fields": ("total", "deposit", "money", "lines_shown", "policy_shown")}),
        ("Money", {"fields": ("payments_made", "refunds_made")}),
        ("How it came and went", {"fields": ("history", "source", "organization", "extra")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        read_at = Func(function="clock_timestamp", output_field=DateTimeField())
        along = (*SHOWN_ALONG, "rescheduled_from", "organization")
        rows: QuerySet[Any] = super().get_queryset(request).select_related(*along).annotate(read_at=read_at)
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the index of references, or by the few customers of that name or email: never through all bookings."""
        term = search_term.replace("\x00", "").strip()
        if not term:
            return queryset, False
        reference = normalised_reference(term)
        if is_reference(reference):
            return queryset.filter(reference=reference), False
        customers = reach_of(request).seen(Customer.objects.all(), "organization")
        named = customers.filter(Q(name__icontains=term) | Q(email__istartswith=term))
        return queryset.filter(customer__in=named), False

    @admin.display(description="Status")
    def state(self, row: Any) -> SafeString:
        status = status_at(row, clock.from_database(row.read_at)).value
        return badge(STATUS_WORDS[status], STATUS_COLOURS[status])

    @admin.display(description="When", ordering="start")
    def when(self, row: Booking) -> str:
        return local_span(row.start, row.end, row.room.schedule.timezone)

    @admin.display(description="Room")
    def room_name(self, row: Booking) -> str:
        return row.room.name

    @admin.display(description="Room")
    def room_shown(self, row: Booking) -> SafeString:
        return link("rooms_room", row.room_id, row.room.name)

    @admin.display(description="Customer")
    def customer_name(self, row: Booking) -> str:
        return row.customer.name if row.customer else "Erased"

    @admin.display(description="Customer")
    def customer_shown(self, row: Booking) -> SafeString | str:
        if row.customer is None:
            return "Erased"
        told = ", ".join(filter(None, (row.customer.name, row.customer.email)))
        return link("customers_customer", row.customer_id, told)

    @admin.display(description="Total", ordering="total_minor")
    def total(self, row: Booking) -> str:
        return format_money(row.total_minor, row.currency)

    @admin.display
    def deposit(self, row: Booking) -> str:
        return format_money(row.deposit_minor, row.currency) if row.deposit_minor else EMPTY

    @admin.display(description="Paid")
    def money(self, row: Any) -> str:
        owed = due(row, status_at(row, clock.from_database(row.read_at)))
        sums = {"paid": row.paid_minor, "refunded": row.refunded_minor, "due": owed}
        return ", ".join(f"{format_money(sum_, row.currency)} {word}" for word, sum_ in sums.items())

    @admin.display(description="Lines")
    def lines_shown(self, row: Booking) -> SafeString | str:
        lines = [(line["label"], format_money(line["amount"], row.currency)) for line in row.price_lines]
        return table(("For", "Amount"), lines)

    @admin.display(description="Payments")
    def payments_made(self, row: Booking) -> SafeString | str:
        return payments_table(row)

    @admin.display(description="Refunds")
    def refunds_made(self, row: Booking) -> SafeString | str:
        return refunds_table(row)

    @admin.display(description="Cancellation")
    def policy_shown(self, row: Booking) -> SafeString | str:
        return policy_lines(row.cancellation_policy)

    @admin.display(description="Metadata")
    def extra(self, row: Booking) -> SafeString | str:
        return document(row.metadata)

    @admin.display(description="History")
    def history(self, row: Booking) -> SafeString | str:
        return table(("What", "When"), _history(row))

    def links(self, row: Booking) -> Iterable[SafeString]:
        return [list_link("rooms_session", "Session", holder=row.pk)]


def _history(booking: Booking) -> Iterable[tuple[str, object]]:
    timezone = booking.room.schedule.timezone
    yield "Made", local_time(booking.created_at, timezone)
    if booking.hold_expires_at:
        yield "Held until", local_time(booking.hold_expires_at, timezone)
    if booking.canceled_at:
        reason = f": {booking.cancel_reason}" if booking.cancel_reason else ""
        yield f"Cancelled{reason}", local_time(booking.canceled_at, timezone)
    if earlier := booking.rescheduled_from:
        yield "Rescheduled from", link("bookings_booking", earlier.pk, earlier.reference)
    if later := successor_of(booking):
        yield "Rescheduled to", link("bookings_booking", later.pk, later.reference)
    yield "Last changed", local_time(booking.updated_at, timezone)
