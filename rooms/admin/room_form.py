"""The form of a room."""

from typing import Any

from django import forms
from django.contrib import admin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldBooleanSwitchWidget

from bookingflow.lib.errors import AlreadyExists, BookingStateConflict
from bookingflow.organizations.admin_base.filters import autocomplete_widget
from rooms.admin.inputs import LinesField, OrganizationField, money, numbers, percent, text, whole
from rooms.admin.price_rows import (
    AdjustmentRow,
    AmountError,
    DurationRow,
    PolicyRow,
    TaxRow,
    TierRow,
    read_policy,
    read_pricing,
    shown_policy,
    shown_pricing,
)
from rooms.admin.rows import RowsField
from rooms.admin.saving import ServiceForm, fingerprint
from rooms.documents import room_document
from rooms.models import Mode, Room, Schedule

AS_READ = ("name", "description", "active", "modes", "seats", "durations", "pricing")
UNLESS_EMPTY = (
    "slug", "slot_interval_minutes", "buffer_before_minutes", "buffer_after_minutes", "min_notice_minutes",
    "max_days_ahead", "hold_minutes",
)  # fmt: skip


class RoomForm(ServiceForm):
    """Everything of a room that may change. What was taken before keeps its times, prices and policy."""

    wire_names = {
        "name": "name",
        "slug": "slug",
        "description": "description",
        "imageUrl": "image_url",
        "modes": "modes",
        "seats": "seats",
        "durations": "durations",
        "durationMinutes": "durations",
        "slotIntervalMinutes": "slot_interval_minutes",
        "bufferBeforeMinutes": "buffer_before_minutes",
        "bufferAfterMinutes": "buffer_after_minutes",
        "minNoticeMinutes": "min_notice_minutes",
        "maxDaysAhead": "max_days_ahead",
        "guests.min": "guests_min",
        "guests.max": "guests_max",
        "holdMinutes": "hold_minutes",
        "pricing": "base_price",
        "pricing.base": "base_price",
        "pricing.perGuest": "guest_price",
        "pricing.tiers": "tiers",
        "pricing.durations": "duration_prices",
        "pricing.adjustments": "adjustments",
        "pricing.taxes": "taxes",
        "pricing.depositPercent": "deposit_percent",
        "cancellationPolicy": "cancellation",
    }
    refused_at = {AlreadyExists: "slug", BookingStateConflict: "active"}

    name = text("Name")
    slug = text("Slug", help_text="In addresses: lower-case letters, digits and hyphens.")
    description = LinesField(label="Description")
    image_url = text("Image", required=False, placeholder="https://…")
    active = forms.BooleanField(
        label="On offer",
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget(),
        help_text="A room that isn't can't be booked; it stays here, and so do its past bookings.",
    )
    modes = forms.MultipleChoiceField(
        label="Kind of sessions",
        choices=(
            (Mode.PRIVATE, "Private: one party has the room"),
            (Mode.SHARED, "Shared: parties join until the seats are taken"),
        ),
        initial=[Mode.PRIVATE],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    seats = whole("Seats", required=False, help_text="Of a shared session; leave it empty without one.")
    durations = numbers("Durations", help_text="Minutes, with commas between them: 60, 90.", required=False)
    slot_interval_minutes = whole("A start every … minutes", help_text="Counted from each opening.")
    buffer_before_minutes = whole("Minutes kept free before")
    buffer_after_minutes = whole("Minutes kept free after")
    min_notice_minutes = whole(
        "Notice, minutes", help_text="How long ahead at least. A day has 1440 minutes."
    )
    max_days_ahead = whole("Days ahead", help_text="How far ahead at most.")
    guests_min = whole("Guests, at least")
    guests_max = whole("Guests, at most")
    hold_minutes = whole("Hold, minutes", help_text="How long a booking waits for its payment.")
    base_price = money("Base price")
    guest_price = money("Price per guest")
    tiers = RowsField(
        TierRow,
        row_name="a group price",
        label="Group prices",
        help_text="The highest row that the party reaches counts for every guest.",
    )
    duration_prices = RowsField(
        DurationRow,
        row_name="a duration",
        label="Base price by duration",
        help_text="In place of the base price.",
    )
    adjustments = RowsField(
        AdjustmentRow,
        row_name="an adjustment",
        label="Adjustments",
        help_text="Added, or with a minus taken off, one after the other, where the start falls into days and hours.",
    )
    taxes = RowsField(TaxRow, row_name="a tax", label="Taxes")
    deposit_percent = percent("Deposit, percent", help_text="Of the total, to be paid when booking.")
    cancellation = RowsField(
        PolicyRow,
        row_name="a step",
        label="Cancellation",
        help_text="The step with the longest notice that is still kept counts; later than the last one, nothing goes "
        "back. Without steps all goes back until the start.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        room: Room | None = kwargs.get("instance")
        kwargs["initial"] = (_shown(room) if room else {}) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        currency = self.currency()
        if currency and not self.errors:
            try:
                cleaned["pricing"] = read_pricing(cleaned, currency)
            except AmountError as fault:
                self.add_error(fault.field, fault.message)
        return cleaned

    def currency(self) -> str | None:
        return str(self.instance.organization.currency)

    def zone_told(self) -> str:
        return str(self.instance.schedule.timezone)

    def service_fields(self) -> dict[str, Any]:
        """What is left empty is left to the service's defaults."""
        cleaned = self.cleaned_data
        guests = {edge: cleaned[f"guests_{edge}"] for edge in ("min", "max")}
        return {
            **{name: cleaned[name] for name in AS_READ},
            **{name: cleaned[name] for name in UNLESS_EMPTY if cleaned[name] not in (None, "")},
            "image_url": cleaned["image_url"] or None,
            "guests": {edge: count for edge, count in guests.items() if count is not None},
            "cancellation_policy": read_policy(cleaned["cancellation"]),
        }


def _shown(room: Room) -> dict[str, Any]:
    return {
        "seen": fingerprint(room_document(room)),
        "cancellation": shown_policy(room.cancellation_policy),
        **shown_pricing(room.pricing, room.organization.currency),
    }


class NewRoomForm(RoomForm):
    """A room that isn't there yet: on a schedule that is, or with one of its own."""

    wire_names = RoomForm.wire_names | {"handle": "name", "timezone": "organization", "schedule": "schedule"}
    organization = OrganizationField()
    schedule = forms.ModelChoiceField(
        Schedule.objects.none(),
        label="Schedule",
        required=False,
        help_text="Rooms on one schedule are never in use at the same time. Left empty: one of its own, open from nine "
        "to five.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        edited = self.reach.edited_organizations()
        self.fields["organization"].offer(edited)  # type: ignore[attr-defined]
        schedule = self.fields["schedule"]
        schedule.widget = autocomplete_widget(Room._meta.get_field("schedule"), admin.site)
        schedule.queryset = Schedule.objects.filter(organization__in=edited)  # type: ignore[attr-defined]
        for name in ("slug", "slot_interval_minutes", "guests_max"):
            self.fields[name].required = False
        self.fields["slug"].help_text = "Left empty, it is made from the name."
        self.fields["slot_interval_minutes"].help_text = "Left empty: the shortest duration with its buffers."
        self.initial = {**NEW, **self.initial}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        schedule, organization = cleaned.get("schedule"), cleaned.get("organization")
        if schedule and organization and schedule.organization_id != organization.pk:
            self.add_error("schedule", f"This schedule isn't one of {organization.name}.")
        return cleaned

    def currency(self) -> str | None:
        organization = self.cleaned_data.get("organization")
        return organization.currency if organization else None

    def zone_told(self) -> str:
        organization = self.cleaned_data.get("organization")
        return organization.timezone if organization else "UTC"

    def service_fields(self) -> dict[str, Any]:
        fields = super().service_fields()
        if schedule := self.cleaned_data["schedule"]:
            fields["schedule"] = schedule.pk
        return fields


NEW: dict[str, Any] = {
    "durations": [60],
    "buffer_before_minutes": 0,
    "buffer_after_minutes": 0,
    "min_notice_minutes": 0,
    "max_days_ahead": 90,
    "guests_min": 1,
    "hold_minutes": 10,
    "base_price": 0,
    "guest_price": 0,
    "deposit_percent": 0,
}
