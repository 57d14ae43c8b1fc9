"""The people who book, for the staff to look at."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookingflow.organizations.admin_base.base import LongListAdmin
from bookingflow.organizations.admin_base.shown import document, list_link, local_time
from customers.models import Customer


@admin.register(Customer)
class CustomerAdmin(LongListAdmin):
    subject_type = "customer"
    list_display = ("name", "email", "phone", "created", "bookings", "organization")
    list_select_related = ("organization",)
    search_fields = ("name__icontains", "email__istartswith", "phone__icontains")
    search_help_text = "Name, phone, or the beginning of an email"
    ordering = ("name", "pk")
    fields = ("name", "email", "phone", "notes", "extra", "organization", "created", "updated", "trails")
    nothing_yet = "Whoever books becomes a customer."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("organization")

    @admin.display(description="Since", ordering="created_at")
    def created(self, row: Customer) -> str:
        return local_time(row.created_at, row.organization.timezone)

    @admin.display(description="Last changed")
    def updated(self, row: Customer) -> str:
        return local_time(row.updated_at, row.organization.timezone)

    @admin.display(description="Metadata")
    def extra(self, row: Customer) -> SafeString | str:
        return document(row.metadata)

    @admin.display(description="Bookings")
    def bookings(self, row: Customer) -> SafeString:
        return list_link("bookings_booking", "Bookings", customer=row.pk)

    def links(self, row: Customer) -> Iterable[SafeString]:
        return [self.bookings(row)]
