"""Schedules: looked at by every role, added and changed by managers and owners."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import (
    Count,
    DateTimeField,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookingflow.lib import clock
from bookingflow.organizations.admin_base.reach import actor_of
from bookingflow.organizations.admin_base.shown import EMPTY, lines, link, list_link, local_time
from rooms import services
from rooms.admin.saving import ServiceAdmin, require_seen
from rooms.admin.schedule_form import DAY_FIELDS, NewScheduleForm, ScheduleForm, passed_and_coming
from rooms.admin.shown import openings_text, week_lines
from rooms.documents import schedule_document
from rooms.locking import lock_schedules
from rooms.models import Room, Schedule
from rooms.queries import find_schedule

_TOLD = ("rooms_shown", "changed", "trails")


@admin.register(Schedule)
class ScheduleAdmin(ServiceAdmin):
    subject_type = "schedule"
    list_display = ("name", "handle", "timezone", "week", "rooms_count", "organization")
    list_select_related = ("organization",)
    search_fields = ("name", "handle")
    ordering = ("name", "pk")
    form = ScheduleForm
    nothing_yet = "A schedule is one timeline: a physical room, a court, a teacher. Add the first one."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("organization")
        read_at = Func(function="clock_timestamp", output_field=DateTimeField())
        # Counted apart: in one GROUP BY with a clock that moves from row to row, each room would be a group.
        of_schedule = Room.objects.filter(schedule=OuterRef("pk")).order_by().values("schedule")
        number = Coalesce(Subquery(of_schedule.values(number=Count("pk"))), 0)
        counted: QuerySet[Any] = rows.annotate(number_of_rooms=number, read_at=read_at)
        return counted

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """With what its page shows along, which is asked for it again and again."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            prefetch_related_objects([found], "rooms", "overrides")
        return found

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewScheduleForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return _TOLD if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            shown = ("name", "handle", "timezone", "week", "dates", *_TOLD)
            return [(None, {"fields": shown})]
        named = ("name", "handle", "timezone")
        first = (*named, *_TOLD) if obj else ("organization", *named)
        return [
            (None, {"fields": first}),
            (
                "Weekly hours",
                {
                    "fields": tuple(DAY_FIELDS.values()),
                    "description": "Hours on the wall of this schedule's zone. An end that isn't after its start lies "
                    "on the next day. Changing hours never touches bookings already made.",
                },
            ),
            ("Exceptions", {"fields": ("overrides",)}),
        ]

    def save_model(self, request: HttpRequest, obj: Schedule, form: Any, change: bool) -> None:
        if change:
            self._update(request, obj, form)
        else:
            organization = form.cleaned_data["organization"]
            made = services.create_schedule(
                organization=organization, actor=actor_of(request), **form.service_fields([])
            )
            obj.pk = made.pk
        obj.refresh_from_db()

    def _update(self, request: HttpRequest, schedule: Schedule, form: Any) -> None:
        lock_schedules([schedule.pk])
        current = find_schedule(schedule.organization, schedule.pk)
        require_seen(form, schedule_document(current))
        passed, _ = passed_and_coming(current, clock.now())
        services.update_schedule(
            organization=schedule.organization,
            actor=actor_of(request),
            schedule=schedule,
            **form.service_fields(passed),
        )

    # How a schedule is shown

    @admin.display(description="Hours")
    def week(self, row: Schedule) -> SafeString | str:
        return lines(week_lines(row.hours))

    @admin.display(description="Rooms", ordering="number_of_rooms")
    def rooms_count(self, row: Any) -> int:
        count: int = row.number_of_rooms
        return count

    @admin.display(description="Rooms")
    def rooms_shown(self, row: Schedule) -> SafeString | str:
        return lines(link("rooms_room", room.pk, room.name) for room in row.rooms.all())

    @admin.display(description="Other hours")
    def dates(self, row: Any) -> SafeString | str:
        _, coming = passed_and_coming(row, clock.from_database(row.read_at))
        said = (f"{each['date']}: {openings_text(each['hours'])} {each['reason']}" for each in coming)
        return lines(said) or EMPTY

    @admin.display(description="Last changed")
    def changed(self, row: Schedule) -> str:
        return local_time(row.updated_at, row.timezone)

    def links(self, row: Schedule) -> Iterable[SafeString]:
        pages = {"Sessions": "rooms_session", "Blocks": "rooms_block"}
        return [list_link(page, text, schedule=row.pk) for text, page in pages.items()]
