"""The form that takes time off offer."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from unfold.widgets import INPUT_CLASSES, UnfoldBooleanWidget

from bookingflow.lib import zones
from bookingflow.lib.errors import BlockConflict
from bookingflow.organizations.admin_base.filters import autocomplete_widget
from rooms.admin.inputs import text
from rooms.admin.saving import ServiceForm
from rooms.models import Block, Schedule


def _picker(kind: str) -> forms.Widget:
    attrs = {"type": kind, "class": " ".join(INPUT_CLASSES)}
    return forms.DateInput(attrs=attrs) if kind == "date" else forms.TimeInput(attrs=attrs, format="%H:%M")


class BlockForm(ServiceForm):
    """Whole days, or from a time to a time, on the wall of the schedule's zone."""

    wire_names = {
        "room": "schedule",
        "start": "first_day",
        "startDate": "first_day",
        "end": "last_day",
        "endDate": "last_day",
        "reason": "reason",
    }
    refused_at = {BlockConflict: "force"}

    schedule = forms.ModelChoiceField(Schedule.objects.none(), label="Schedule")
    everywhere = forms.BooleanField(
        label="All schedules",
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text="Block every schedule of the same organization as well.",
    )
    first_day = forms.DateField(label="From", widget=_picker("date"))
    from_time = forms.TimeField(label="at", required=False, widget=_picker("time"))
    last_day = forms.DateField(
        label="To", required=False, widget=_picker("date"), help_text="Left empty: the same day."
    )
    until_time = forms.TimeField(
        label="at",
        required=False,
        widget=_picker("time"),
        help_text="Without times the days are blocked whole.",
    )
    reason = text(
        "Reason", required=False, help_text="For the staff; customers only see that the time is taken."
    )
    force = forms.BooleanField(
        label="Block all the same",
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text="Bookings in that time stay as they are, for you to move or cancel.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schedule = self.fields["schedule"]
        schedule.widget = autocomplete_widget(Block._meta.get_field("schedule"), admin.site)
        edited = Schedule.objects.filter(organization__in=self.reach.edited_organizations())
        schedule.queryset = edited.select_related("organization")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if (cleaned.get("from_time") is None) != (cleaned.get("until_time") is None) and not self.errors:
            missing = "until_time" if cleaned["until_time"] is None else "from_time"
            self.add_error(missing, "Give both times, or none for whole days.")
        return cleaned

    def zone_told(self) -> str:
        schedule = self.cleaned_data.get("schedule")
        return schedule.timezone if schedule else "UTC"

    def service_fields(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        target = {"all_schedules": True} if cleaned["everywhere"] else {"schedule": cleaned["schedule"].pk}
        return {**target, **self._stretch(), "reason": cleaned["reason"], "force": cleaned["force"]}

    def _stretch(self) -> dict[str, date | datetime]:
        """As with hours, a start inside of a gap is where it ends, and an end in a repeated hour its second one."""
        cleaned, zone = self.cleaned_data, zones.zone(self.zone_told())
        first, last = cleaned["first_day"], cleaned["last_day"] or cleaned["first_day"]
        if cleaned["from_time"] is None:
            return {"start_date": first, "end_date": last}
        return {
            "start": zones.first_instant(_wall(first, cleaned["from_time"]), zone),
            "end": zones.last_instant(_wall(last, cleaned["until_time"]), zone),
        }


def _wall(day: date, at: time) -> datetime:
    within = min(max(day, zones.EARLIEST_DAY), zones.LATEST_DAY)
    return datetime.combine(within, at)
