"""Schedules are saved by their services: hours, the dates with other hours, zone and handle."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from rooms.models import DateOverride, Schedule
from tests.admin.browser import changed, errors_of, fields_of, save, text_of
from tests.admin.traces import audited, told
from tests.builders import make_schedule

pytestmark = pytest.mark.django_db

ADD = reverse("admin:rooms_schedule_add")
HOURS = {
    "mon": [["09:00", "12:00"], ["13:00", "24:00"]],
    "tue": [["18:00", "02:00"]],
    "wed": [["00:00", "24:00"]],
    "thu": [],
    "fri": [],
    "sat": [],
    "sun": [],
}


@pytest.fixture
def schedule(organization: Organization) -> Schedule:
    return make_schedule(organization, hours=HOURS, timezone="America/New_York", handle="the-house")


def page_of(schedule: Schedule) -> str:
    return reverse("admin:rooms_schedule_change", args=[schedule.pk])


def day(ahead: int) -> str:
    return (clock.now() + timedelta(days=ahead)).date().isoformat()


def override(number: int, date: str, reason: str = "", **hours: Any) -> dict[str, Any]:
    row = f"overrides-{number}"
    edges = {f"{row}-hours-{edge}": times for edge, times in hours.items()}
    return {f"{row}-date": date, f"{row}-reason": reason, **edges}


def test_what_is_saved_unchanged_changes_nothing(owner: Client, schedule: Schedule) -> None:
    DateOverride.objects.create(schedule=schedule, date=day(5), hours=[["10:00", "24:00"]], reason="Fair")
    DateOverride.objects.create(schedule=schedule, date=day(-5), hours=[])
    before = Schedule.objects.values().get()
    assert save(owner, page_of(schedule), "schedule_form").status_code == 302
    assert Schedule.objects.values().get() == before
    assert audited(schedule.organization) == []


def test_hours_are_changed_with_event_and_audit(owner: Client, schedule: Schedule) -> None:
    times = {
        "hours_mon-from": ["10:00"],
        "hours_mon-to": ["00:00"],
        "hours_tue-from": None,
        "hours_tue-to": None,
    }
    version = schedule.version
    assert save(owner, page_of(schedule), "schedule_form", **times).status_code == 302
    schedule.refresh_from_db()
    assert schedule.hours == {**HOURS, "mon": [["10:00", "24:00"]], "tue": []}
    assert audited(schedule.organization) == [("schedule.updated", "staff", "olga@example.com")]
    assert told(schedule.organization) == ["schedule.updated"]
    assert schedule.version != version


def test_a_pair_left_blank_is_no_opening(owner: Client, schedule: Schedule) -> None:
    times = {"hours_thu-from": ["", "10:00"], "hours_thu-to": ["", "12:00"]}
    assert save(owner, page_of(schedule), "schedule_form", **times).status_code == 302
    assert Schedule.objects.get().hours["thu"] == [["10:00", "12:00"]]


def test_dates_are_added_and_taken_out_and_those_that_passed_are_kept(
    owner: Client, schedule: Schedule
) -> None:
    DateOverride.objects.create(schedule=schedule, date=day(-30), hours=[], reason="Flood")
    DateOverride.objects.create(schedule=schedule, date=day(30), hours=[], reason="Fair")
    page = owner.get(page_of(schedule))
    assert "Flood" not in page.content.decode()
    new = override(1, day(40), "Late", **{"from": ["18:00", "08:00"], "to": ["02:00", "09:00"]})
    sent = {"overrides-TOTAL_FORMS": "2", **override(0, ""), **new}
    assert save(owner, page_of(schedule), "schedule_form", **sent).status_code == 302
    rows = [(row.date.isoformat(), row.hours, row.reason) for row in DateOverride.objects.all()]
    late = [["08:00", "09:00"], ["18:00", "02:00"]]
    assert rows == [(day(-30), [], "Flood"), (day(40), late, "Late")]


def test_a_schedule_with_very_many_dates_can_be_saved(owner: Client, schedule: Schedule) -> None:
    days = [
        DateOverride(schedule=schedule, date=day(ahead), hours=[["10:00", "12:00"]])
        for ahead in range(1, 301)
    ]
    DateOverride.objects.bulk_create(days)
    assert save(owner, page_of(schedule), "schedule_form", name="Busy").status_code == 302
    assert (DateOverride.objects.count(), Schedule.objects.get().name) == (300, "Busy")


def test_a_new_schedule_is_open_from_nine_to_five(owner: Client, organization: Organization) -> None:
    assert save(owner, ADD, "schedule_form", name="Court 1").status_code == 302
    schedule = Schedule.objects.get()
    assert (schedule.handle, schedule.timezone) == ("court-1", "America/New_York")
    assert schedule.hours["sun"] == [["09:00", "17:00"]]
    assert audited(organization) == [("schedule.created", "staff", "olga@example.com")]


def test_a_handle_of_another_organization_is_taken(
    owner: Client, schedule: Schedule, south_quay: Organization
) -> None:
    refused = save(owner, page_of(schedule), "schedule_form", handle="south-quay", name="Other")
    assert errors_of(refused) == {"handle": ["The name “south-quay” is taken."]}
    schedule.refresh_from_db()
    assert (schedule.name != "Other", audited(schedule.organization)) == (True, [])


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": ""}),
        ("handle", {"handle": "The House"}),
        ("timezone", {"timezone": "Mars/Olympus"}),
        ("hours_mon", {"hours_mon-from": ["09:00", "10:00"], "hours_mon-to": ["12:00", "14:00"]}),
        ("hours_fri", {"hours_fri-from": ["9 am"], "hours_fri-to": ["5 pm"]}),
        ("hours_sat", {"hours_sat-from": ["09:00"], "hours_sat-to": [""]}),
        ("hours_sun", {"hours_sun-from": ["09:00", "11:00"], "hours_sun-to": ["10:00"]}),
        ("overrides", {"overrides-TOTAL_FORMS": "1", **override(0, "", "Fair")}),
        ("overrides", {"overrides-TOTAL_FORMS": "1", **override(0, "2026-02-30")}),
        ("overrides", {"overrides-TOTAL_FORMS": "1", **override(0, "2399-01-01")}),
        (
            "overrides",
            {"overrides-TOTAL_FORMS": "2", **override(0, "2030-01-01"), **override(1, "2030-01-01")},
        ),
        (
            "overrides",
            {"overrides-TOTAL_FORMS": "1", **override(0, "2030-01-01", **{"from": ["1"], "to": ["2"]})},
        ),
    ],
)
def test_every_fault_is_said_at_its_field_and_nothing_is_kept(
    field: str, changes: dict[str, Any], owner: Client, schedule: Schedule
) -> None:
    before = Schedule.objects.values().get()
    refused = save(owner, page_of(schedule), "schedule_form", **changes)
    assert list(errors_of(refused)) == [field]
    assert Schedule.objects.values().get() == before
    assert not DateOverride.objects.exists()
    assert audited(schedule.organization) == []


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(owner: Client, schedule: Schedule) -> None:
    opened = fields_of(owner.get(page_of(schedule)), "schedule_form")
    assert save(owner, page_of(schedule), "schedule_form", name="Mine").status_code == 302
    refused = owner.post(page_of(schedule), changed(opened, {"name": "Yours"}))
    assert "Somebody changed this while you were editing" in text_of(refused)
    assert Schedule.objects.get().name == "Mine"
