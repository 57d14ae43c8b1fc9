"""Blocks: looked at by every role, made and lifted by managers and owners. One that is made doesn't change."""

from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookingflow.api import unit_of_work
from bookingflow.lib.errors import NotFound
from bookingflow.organizations.admin_base.filters import OrganizationFilter
from bookingflow.organizations.admin_base.reach import actor_of, reach_of
from bookingflow.organizations.admin_base.shown import link, local_span, local_time
from rooms import services
from rooms.admin.block_form import BlockForm
from rooms.admin.filters import DayFilter, ScheduleFilter, WhenFilter
from rooms.admin.saving import ServiceAdmin
from rooms.locking import lock_schedules
from rooms.models import Block


@admin.register(Block)
class BlockAdmin(ServiceAdmin):
    list_display = ("when", "schedule_name", "reason_shown", "created", "organization")
    list_filter = (ScheduleFilter, WhenFilter, DayFilter, OrganizationFilter)
    list_select_related = ("schedule", "organization")
    search_fields = ("reason", "schedule__name")
    ordering = ("-start", "pk")
    form = BlockForm
    actions = ["delete_selected"]
    nothing_yet = "A block takes time off offer: a holiday, a repair, an hour for yourself."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("schedule", "organization")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        reach = reach_of(request)
        return reach.edits_somewhere() if obj is None else reach.edits(self.organization_of(obj))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The schedule that a link named."""
        asked = request.GET.get("schedule", "")
        return {"schedule": int(asked)} if asked.isascii() and asked.isdigit() and len(asked) < 19 else {}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return [(None, {"fields": ("when", "schedule_shown", "reason_shown", "created")})]
        stretch = (("first_day", "from_time"), ("last_day", "until_time"))
        return [(None, {"fields": ("schedule", "everywhere", *stretch, "reason", "force")})]

    def save_model(self, request: HttpRequest, obj: Block, form: Any, change: bool) -> None:
        organization = form.cleaned_data["schedule"].organization
        blocked = services.block_time(
            organization=organization, actor=actor_of(request), **form.service_fields()
        )
        obj.pk = blocked[0].block.pk
        obj.refresh_from_db()
        kept = {claim["reference"] for each in blocked for claim in each.conflicts}
        if kept:
            said = f"Still booked in that time: {', '.join(sorted(kept))}."
            self.message_user(request, said, messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: Block) -> None:
        services.lift_block(organization=obj.organization, actor=actor_of(request), block_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Block]) -> None:
        """All of them or none. One that somebody else has lifted meanwhile is lifted."""
        blocks = list(queryset.select_related("organization"))

        def lift() -> None:
            lock_schedules(block.schedule_id for block in blocks)
            for block in blocks:
                with suppress(NotFound):
                    self.delete_model(request, block)

        unit_of_work.run(lift)

    @admin.display(description="When", ordering="start")
    def when(self, row: Block) -> str:
        return local_span(row.start, row.end, row.schedule.timezone)

    @admin.display(description="Schedule", ordering="schedule__name")
    def schedule_name(self, row: Block) -> str:
        return row.schedule.name

    @admin.display(description="Schedule")
    def schedule_shown(self, row: Block) -> SafeString:
        return link("rooms_schedule", row.schedule_id, f"{row.schedule.name}, {row.schedule.timezone}")

    @admin.display(description="Reason", ordering="reason")
    def reason_shown(self, row: Block) -> str:
        return row.reason

    @admin.display(description="Made", ordering="created_at")
    def created(self, row: Block) -> str:
        return local_time(row.created_at, row.schedule.timezone)
