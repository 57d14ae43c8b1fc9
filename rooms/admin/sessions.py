"""Time that is taken, and for whom: to look at. It is written by bookings alone."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookingflow.lib.references import normalised_reference
from bookingflow.organizations.admin_base.base import LongListAdmin, TenantInline
from bookingflow.organizations.admin_base.filters import LinkedFilter, OrganizationFilter
from bookingflow.organizations.admin_base.shown import link, local_span, local_time
from rooms.admin.filters import DayFilter, RoomFilter, ScheduleFilter, WhenFilter
from rooms.models import Claim, Session


class HolderFilter(LinkedFilter):
    title = "booking"
    parameter_name = "holder"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(
            pk__in=Claim.objects.filter(holder_id=self.read(Claim, "holder_id")).values("session")
        )


class ClaimInline(TenantInline):
    model = Claim
    verbose_name_plural = "Taken for"
    fields = ("holder", "seats", "until")
    readonly_fields = fields
    ordering = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        claims: QuerySet[Claim] = super().get_queryset(request)
        return claims.select_related("session__schedule")

    @admin.display(description="Booking")
    def holder(self, row: Claim) -> SafeString:
        return link("bookings_booking", row.holder_id, row.holder_ref)

    @admin.display(description="Held until")
    def until(self, row: Claim) -> str:
        return local_time(row.expires_at, row.session.schedule.timezone)


@admin.register(Session)
class SessionAdmin(LongListAdmin):
    list_display = ("when", "room_name", "schedule_name", "mode", "taken", "organization")
    list_filter = (RoomFilter, ScheduleFilter, WhenFilter, DayFilter, HolderFilter, OrganizationFilter)
    list_select_related = ("room", "schedule", "organization")
    search_fields = ("claims__holder_ref",)
    search_help_text = "Reference of a booking"
    ordering = ("-start", "pk")
    fields = ("when", "with_buffers", "room_shown", "schedule_shown", "mode", "taken", "organization")
    inlines = (ClaimInline,)
    nothing_yet = "Every booking and every hold takes time, and stands here while it does."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("room", "schedule", "organization")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = normalised_reference(search_term.replace("\x00", ""))
        if not term:
            return queryset, False
        return queryset.filter(pk__in=Claim.objects.filter(holder_ref=term).values("session")), False

    @admin.display(description="When", ordering="start")
    def when(self, row: Session) -> str:
        return local_span(row.start, row.end, row.schedule.timezone)

    @admin.display(description="With its buffers")
    def with_buffers(self, row: Session) -> str:
        return local_span(row.occupied.lower, row.occupied.upper, row.schedule.timezone)

    @admin.display(description="Room", ordering="room__name")
    def room_name(self, row: Session) -> str:
        return row.room.name

    @admin.display(description="Schedule", ordering="schedule__name")
    def schedule_name(self, row: Session) -> str:
        return row.schedule.name

    @admin.display(description="Room")
    def room_shown(self, row: Session) -> SafeString:
        return link("rooms_room", row.room_id, row.room.name)

    @admin.display(description="Schedule")
    def schedule_shown(self, row: Session) -> SafeString:
        return link("rooms_schedule", row.schedule_id, row.schedule.name)

    @admin.display(description="Seats taken", ordering="seats_taken")
    def taken(self, row: Session) -> str:
        return f"{row.seats_taken} of {row.seats}"
