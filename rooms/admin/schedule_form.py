"""The form of a schedule: its weekly hours, and the dates with other hours."""

import zoneinfo
from datetime import date, datetime
from typing import Any

from django import forms
from unfold.widgets import BASE_INPUT_CLASSES, UnfoldAdminSelect2Widget

from bookingflow.lib import clock, zones
from bookingflow.lib.errors import AlreadyExists
from rooms.admin.inputs import OrganizationField, text
from rooms.admin.openings import OpeningsField
from rooms.admin.rows import RowsField
from rooms.admin.saving import ServiceForm, fingerprint
from rooms.admin.shown import DAY_NAMES
from rooms.documents import Document, override_document, schedule_document
from rooms.hours import WEEKDAYS
from rooms.models import Schedule
from rooms.services.schedule_rules import NINE_TO_FIVE

DAY_FIELDS = {day: f"hours_{day}" for day in WEEKDAYS}


class OverrideRow(forms.Form):
    date = forms.DateField(
        label="Date", widget=forms.DateInput(attrs={"type": "date", "class": " ".join(BASE_INPUT_CLASSES)})
    )
    reason = text("Reason", required=False)
    hours = OpeningsField(label="Hours, or none for a closed day")


class ScheduleForm(ServiceForm):
    wire_names = {"name": "name", "handle": "handle", "timezone": "timezone", "overrides": "overrides"}
    refused_at = {AlreadyExists: "handle"}

    name = text("Name")
    handle = text("Handle", help_text="In addresses: lower-case letters, digits and hyphens.")
    timezone = forms.ChoiceField(
        label="Time zone",
        choices=lambda: [(name, name) for name in sorted(zoneinfo.available_timezones())],
        widget=UnfoldAdminSelect2Widget(),
    )
    hours_mon = OpeningsField(label=DAY_NAMES["mon"])
    hours_tue = OpeningsField(label=DAY_NAMES["tue"])
    hours_wed = OpeningsField(label=DAY_NAMES["wed"])
    hours_thu = OpeningsField(label=DAY_NAMES["thu"])
    hours_fri = OpeningsField(label=DAY_NAMES["fri"])
    hours_sat = OpeningsField(label=DAY_NAMES["sat"])
    hours_sun = OpeningsField(label=DAY_NAMES["sun"])
    overrides = RowsField(
        OverrideRow,
        row_name="a date",
        label="Dates with other hours",
        help_text="They take the place of the weekly hours. Dates that have passed are kept and not shown.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        schedule: Schedule | None = kwargs.get("instance")
        shown = _shown(schedule) if schedule else _new()
        kwargs["initial"] = shown | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def _show_fault(self, path: str, message: str) -> None:
        """Of the hours the service names the first wrong day in its sentence."""
        day, _, rest = message.partition(": ")
        if path == "hours" and day in DAY_FIELDS:
            self.add_error(DAY_FIELDS[day], rest.capitalize())
        else:
            super()._show_fault(path, message)

    def service_fields(self, passed: list[Document]) -> dict[str, Any]:
        """`passed`: the dates that the form doesn't show."""
        cleaned = self.cleaned_data
        fields = {
            "name": cleaned["name"],
            "timezone": cleaned["timezone"],
            "hours": {day: cleaned[field] for day, field in DAY_FIELDS.items()},
            "overrides": [*cleaned["overrides"], *passed],
        }
        return {**fields, "handle": cleaned["handle"]} if cleaned["handle"] else fields


class NewScheduleForm(ScheduleForm):
    organization = OrganizationField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        edited = self.reach.edited_organizations()
        self.fields["organization"].offer(edited)  # type: ignore[attr-defined]
        self.fields["handle"].required = False
        self.fields["handle"].help_text = "Left empty, it is made from the name."
        if first := edited.first():
            self.initial.setdefault("timezone", first.timezone)


def passed_and_coming(schedule: Schedule, now: datetime) -> tuple[list[Document], list[Document]]:
    """The dates before today, as the schedule's wall shows it, and the others."""
    today = zones.wall(now, zones.zone(schedule.timezone)).date()
    documents = [override_document(row) for row in schedule.overrides.all()]
    passed = [each for each in documents if date.fromisoformat(each["date"]) < today]
    return passed, [each for each in documents if each not in passed]


def _shown(schedule: Schedule) -> dict[str, Any]:
    _, coming = passed_and_coming(schedule, clock.now())
    return {
        "seen": fingerprint(schedule_document(schedule)),
        "overrides": coming,
        **{field: schedule.hours.get(day, []) for day, field in DAY_FIELDS.items()},
    }


def _new() -> dict[str, Any]:
    return {field: NINE_TO_FIVE[day] for day, field in DAY_FIELDS.items()}
