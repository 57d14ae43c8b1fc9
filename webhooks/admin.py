"""Events, endpoints and deliveries, for the staff to look at. Secrets are shown nowhere."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookingflow.organizations.admin_base.base import LongListAdmin, TenantAdmin
from bookingflow.organizations.admin_base.filters import (
    ChoiceFilter,
    LinkedFilter,
    OrganizationFilter,
    RelatedFilter,
)
from bookingflow.organizations.admin_base.shown import (
    EMPTY,
    badge,
    document,
    lines,
    link,
    list_link,
    local_time,
    subject_link,
    table,
)
from webhooks.event_types import EVENT_TYPES, HOUSE_TYPES
from webhooks.models import Delivery, DeliveryStatus, Endpoint, Event

STATUS_COLOURS = {
    DeliveryStatus.PENDING.value: "info",
    DeliveryStatus.SUCCEEDED.value: "success",
    DeliveryStatus.FAILED.value: "warning",
    DeliveryStatus.EXHAUSTED.value: "danger",
}


class TypeFilter(ChoiceFilter):
    title = "type"
    parameter_name = "type"
    options = tuple((name, name) for name in sorted(EVENT_TYPES | HOUSE_TYPES))


class SubjectFilter(LinkedFilter):
    title = "subject"
    parameter_name = "subject_id"


@admin.register(Event)
class EventAdmin(LongListAdmin):
    list_display = ("type", "subject", "sequence", "when", "placed", "organization")
    list_filter = (TypeFilter, SubjectFilter, OrganizationFilter)
    list_select_related = ("organization",)
    search_fields = ("subject_id__exact", "type__istartswith")
    ordering = ("-recorded_at", "-pk")
    fields = (
        "type",
        "id_shown",
        "subject",
        "sequence",
        "when",
        "placed",
        "organization",
        "deliveries",
        "sent",
    )
    nothing_yet = (
        "What happens to bookings, rooms, schedules and customers is recorded here, and sent to endpoints."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("organization")

    @admin.display(description="Id")
    def id_shown(self, row: Event) -> str:
        return row.public_id

    @admin.display(description="About")
    def subject(self, row: Event) -> SafeString | str:
        return subject_link(row.subject_type, row.subject_id)

    @admin.display(description="Recorded", ordering="recorded_at")
    def when(self, row: Event) -> str:
        return local_time(row.recorded_at, row.organization.timezone)

    @admin.display(description="In the log", ordering="position", boolean=True)
    def placed(self, row: Event) -> bool:
        return row.position is not None

    @admin.display(description="Deliveries")
    def deliveries(self, row: Event) -> SafeString:
        return list_link("webhooks_delivery", "Deliveries of this event", event=row.pk)

    @admin.display(description="What is sent")
    def sent(self, row: Event) -> SafeString | str:
        return document(row.body)


@admin.register(Endpoint)
class EndpointAdmin(TenantAdmin):
    subject_type = "endpoint"
    list_display = ("url", "description", "state", "hears", "failing", "organization")
    list_select_related = ("organization",)
    search_fields = ("url", "description")
    ordering = ("-created_at",)
    fields = (
        "url_shown",
        "description",
        "state",
        "hears_all",
        "failing",
        "organization",
        "created",
        "trails",
    )
    nothing_yet = "Endpoints are made over the API; they are told what happens, as it happens."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("secret", "former_secrets")

    @admin.display(description="Address")
    def url_shown(self, row: Endpoint) -> str:
        return row.url

    @admin.display
    def state(self, row: Endpoint) -> SafeString:
        if not row.active:
            return badge("Disabled", "danger")
        return badge("Failing", "warning") if row.failing_since else badge("Active", "success")

    @admin.display(description="Hears")
    def hears(self, row: Endpoint) -> str:
        if "*" in row.events:
            return "everything"
        return ", ".join(row.events[:2]) + (f" and {len(row.events) - 2} more" if len(row.events) > 2 else "")

    @admin.display(description="Hears")
    def hears_all(self, row: Endpoint) -> SafeString | str:
        return "everything" if "*" in row.events else lines(row.events)

    @admin.display(description="Failing since", ordering="failing_since")
    def failing(self, row: Endpoint) -> str:
        return local_time(row.failing_since, row.organization.timezone)

    @admin.display(description="Made", ordering="created_at")
    def created(self, row: Endpoint) -> str:
        return local_time(row.created_at, row.organization.timezone)

    def links(self, row: Endpoint) -> Iterable[SafeString]:
        return [list_link("webhooks_delivery", "Deliveries", endpoint=row.pk)]


class StatusFilter(ChoiceFilter):
    title = "status"
    parameter_name = "status"
    options = tuple(DeliveryStatus.choices)


class EndpointFilter(RelatedFilter):
    title = "endpoint"
    parameter_name = "endpoint"


class EventFilter(LinkedFilter):
    title = "event"
    parameter_name = "event"


@admin.register(Delivery)
class DeliveryAdmin(LongListAdmin):
    list_display = ("what", "receiver", "state", "tries", "next_try", "created", "organization")
    list_filter = (StatusFilter, EndpointFilter, EventFilter, OrganizationFilter)
    list_select_related = ("event", "endpoint", "organization")
    ordering = ("-created_at", "-pk")
    fields = ("event_shown", "receiver", "state", "next_try", "created", "organization", "attempts_shown")
    nothing_yet = "Once there is an endpoint, each event on its way to it stands here, with every attempt."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related(*self.list_select_related)
        return rows.defer("endpoint__secret", "endpoint__former_secrets", "event__body", "lease")

    @admin.display(description="Event")
    def what(self, row: Delivery) -> str:
        return row.event.type

    @admin.display(description="Event")
    def event_shown(self, row: Delivery) -> SafeString:
        return link("webhooks_event", row.event_id, f"{row.event.type} {row.event.public_id}")

    @admin.display(description="To")
    def receiver(self, row: Delivery) -> SafeString | str:
        if row.endpoint is None:
            return f"{row.consumer} (in the house)"
        return link("webhooks_endpoint", row.endpoint_id, row.endpoint.url)

    @admin.display(description="Status", ordering="status")
    def state(self, row: Delivery) -> SafeString:
        return badge(row.get_status_display(), STATUS_COLOURS[row.status])

    @admin.display(description="Attempts")
    def tries(self, row: Delivery) -> int:
        return len(row.attempts)

    @admin.display(description="Next attempt", ordering="next_attempt_at")
    def next_try(self, row: Delivery) -> str:
        return local_time(row.next_attempt_at, row.organization.timezone)

    @admin.display(description="Since", ordering="created_at")
    def created(self, row: Delivery) -> str:
        return local_time(row.created_at, row.organization.timezone)

    @admin.display(description="Attempts")
    def attempts_shown(self, row: Delivery) -> SafeString | str:
        heads = ("At", "Status", "Took", "Error", "Answer")
        return table(heads, [_attempt(each) for each in row.attempts])


def _attempt(attempt: dict[str, Any]) -> tuple[str, ...]:
    took = attempt.get("durationMs")
    return (
        attempt.get("at") or EMPTY,
        str(attempt.get("status") or EMPTY),
        EMPTY if took is None else f"{took} ms",
        attempt.get("error") or EMPTY,
        attempt.get("response") or EMPTY,
    )
