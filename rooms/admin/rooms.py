"""Rooms: looked at by every role, added and changed by managers and owners."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookingflow.organizations.admin_base.filters import ChoiceFilter, OrganizationFilter
from bookingflow.organizations.admin_base.reach import actor_of
from bookingflow.organizations.admin_base.shown import EMPTY, badge, link, list_link, local_time
from rooms import services
from rooms.admin.filters import ScheduleFilter
from rooms.admin.room_form import NewRoomForm, RoomForm
from rooms.admin.saving import ServiceAdmin, require_seen
from rooms.admin.shown import policy_lines, price_brief, price_lines
from rooms.documents import room_document
from rooms.locking import lock_schedules
from rooms.models import Room
from rooms.queries import find_room
from rooms.refusals import length

_TOLD = ("schedule_shown", "booking_type", "changed", "trails")
_SECTIONS = (
    (
        "Sessions",
        (
            "modes",
            "seats",
            "durations",
            "slot_interval_minutes",
            ("buffer_before_minutes", "buffer_after_minutes"),
        ),
    ),
    (
        "Booking",
        (
            ("guests_min", "guests_max"),
            ("min_notice_minutes", "max_days_ahead"),
            "hold_minutes",
        ),
    ),
    (
        "Prices",
        (
            ("base_price", "guest_price"),
            "tiers",
            "duration_prices",
            "adjustments",
            "taxes",
            "deposit_percent",
            "cancellation",
        ),
    ),
)
_NAMED = ("name", "slug", "description", "image_url", "active")


class ActiveFilter(ChoiceFilter):
    title = "offer"
    parameter_name = "active"
    options = (("1", "On offer"), ("0", "Not on offer"))

    def narrowed(self, rows: QuerySet[Any], chosen: str) -> QuerySet[Any]:
        return rows.filter(active=chosen == "1")


@admin.register(Room)
class RoomAdmin(ServiceAdmin):
    subject_type = "room"
    list_display = ("name", "schedule_name", "durations_shown", "party", "price", "offered", "organization")
    list_filter = (ActiveFilter, ScheduleFilter, OrganizationFilter)
    list_select_related = ("schedule", "organization")
    search_fields = ("name", "slug", "booking_type")
    ordering = ("name", "pk")
    form = RoomForm
    nothing_yet = "A room is what customers book: add the first one."
    readonly_fields = _TOLD

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("schedule", "organization")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewRoomForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return _TOLD if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            first: tuple[Any, ...] = ("organization", "schedule", *_NAMED)
        elif self.has_change_permission(request, obj):
            first = (*_NAMED, *_TOLD)
        else:
            return _looked_at()
        currency = obj.organization.currency if obj else "the organization's currency"
        said = {"Prices": f"Amounts in {currency}. Bookings already made keep their price and their policy."}
        return [
            (None, {"fields": first}),
            *((title, {"fields": fields, "description": said.get(title)}) for title, fields in _SECTIONS),
        ]

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:
        if change:
            self._update(request, obj, form)
        else:
            organization = form.cleaned_data["organization"]
            made = services.create_room(
                organization=organization, actor=actor_of(request), **form.service_fields()
            )
            obj.pk = made.pk
        obj.refresh_from_db()

    def _update(self, request: HttpRequest, room: Room, form: Any) -> None:
        lock_schedules([room.schedule_id])
        require_seen(form, room_document(find_room(room.organization, room.pk)))
        services.update_room(
            organization=room.organization, actor=actor_of(request), room=room, **form.service_fields()
        )

    # How a room is shown

    @admin.display(description="Schedule", ordering="schedule__name")
    def schedule_name(self, row: Room) -> str:
        return row.schedule.name

    @admin.display(description="Schedule")
    def schedule_shown(self, row: Room) -> SafeString:
        return link("rooms_schedule", row.schedule_id, f"{row.schedule.name}, {row.schedule.timezone}")

    @admin.display(description="Durations")
    def durations_shown(self, row: Room) -> str:
        return ", ".join(length(minutes) for minutes in row.durations)

    @admin.display(description="Party")
    def party(self, row: Room) -> str:
        guests = (
            f"{row.guests_min}–{row.guests_max}" if row.guests_min < row.guests_max else f"{row.guests_max}"
        )
        seats = f", {row.seats} seats" if row.seats else ""
        return f"{guests} guest{'' if guests == '1' else 's'}, {' or '.join(row.modes)}{seats}"

    @admin.display(description="Price")
    def price(self, row: Room) -> str:
        return price_brief(row.pricing, row.organization.currency)

    @admin.display(description="Offer", ordering="active")
    def offered(self, row: Room) -> SafeString:
        return badge("On offer", "success") if row.active else badge("Not on offer")

    @admin.display(description="Prices")
    def prices(self, row: Room) -> SafeString | str:
        return price_lines(row.pricing, row.organization.currency)

    @admin.display(description="Cancellation")
    def policy(self, row: Room) -> SafeString | str:
        return policy_lines(row.cancellation_policy)

    @admin.display(description="Buffers")
    def buffers(self, row: Room) -> str:
        before, after = row.buffer_before_minutes, row.buffer_after_minutes
        return f"{length(before)} before, {length(after)} after" if before or after else EMPTY

    @admin.display(description="Starts")
    def grid(self, row: Room) -> str:
        return f"Every {length(row.slot_interval_minutes)} from each opening"

    @admin.display(description="Bookable")
    def window(self, row: Room) -> str:
        notice = f"{length(row.min_notice_minutes)} ahead at least, " if row.min_notice_minutes else ""
        return f"{notice}{length(row.max_days_ahead * 24 * 60)} ahead at most"

    @admin.display(description="Last changed")
    def changed(self, row: Room) -> str:
        return local_time(row.updated_at, row.schedule.timezone)

    def links(self, row: Room) -> Iterable[SafeString]:
        return [
            list_link("bookings_booking", "Bookings", room=row.pk),
            list_link("rooms_block", "Blocks", schedule=row.schedule_id),
        ]


def _looked_at() -> Any:
    """For whoever may not change it: the same in words."""
    shown = ("name", "slug", "description", "image_url", "offered", *_TOLD)
    offered = ("party", "durations_shown", "grid", "buffers", "window")
    return [
        (None, {"fields": shown}),
        ("Sessions", {"fields": offered}),
        ("Prices", {"fields": ("prices", "policy")}),
    ]
