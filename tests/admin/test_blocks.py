"""Blocks are made and lifted by their services, in the schedule's own time."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from bookingflow.organizations.models import Organization
from rooms.models import Block, Schedule
from tests.admin.browser import errors_of, save, text_of
from tests.admin.conftest import signed_in
from tests.admin.one_of_each import rows_of
from tests.admin.traces import audited, told
from tests.builders import make_booking, make_room, make_schedule, make_staff, slot

pytestmark = pytest.mark.django_db

ADD, LIST = reverse("admin:rooms_block_add"), reverse("admin:rooms_block_changelist")


@pytest.fixture
def schedule(organization: Organization) -> Schedule:
    return make_schedule(organization, timezone="America/New_York")


def block(client: Client, schedule: Schedule, first_day: str, **more: Any) -> Any:
    return save(client, ADD, "block_form", schedule=str(schedule.pk), first_day=first_day, **more)


def stretches() -> list[tuple[datetime, datetime]]:
    return list(Block.objects.order_by("schedule_id").values_list("start", "end"))


def test_whole_days_are_the_schedules_local_days(owner: Client, schedule: Schedule) -> None:
    assert block(owner, schedule, "2030-12-24", last_day="2030-12-26", reason="Christmas").status_code == 302
    assert stretches() == [(datetime(2030, 12, 24, 5, tzinfo=UTC), datetime(2030, 12, 27, 5, tzinfo=UTC))]
    assert audited(schedule.organization) == [("schedule.blocked", "staff", "olga@example.com")]
    assert told(schedule.organization) == ["schedule.blocked"]


def test_times_are_on_the_schedules_wall_also_where_its_clock_moves(
    owner: Client, schedule: Schedule
) -> None:
    assert block(owner, schedule, "2030-07-01", from_time="10:00", until_time="12:30").status_code == 302
    assert stretches() == [(datetime(2030, 7, 1, 14, tzinfo=UTC), datetime(2030, 7, 1, 16, 30, tzinfo=UTC))]
    Block.objects.all().delete()
    assert block(owner, schedule, "2030-03-10", from_time="02:30", until_time="04:00").status_code == 302
    assert stretches() == [(datetime(2030, 3, 10, 7, tzinfo=UTC), datetime(2030, 3, 10, 8, tzinfo=UTC))]


def test_all_schedules_are_those_of_the_same_organization(
    owner: Client, schedule: Schedule, south_quay: Organization
) -> None:
    make_schedule(schedule.organization, timezone="UTC"), make_schedule(south_quay)
    assert block(owner, schedule, "2030-12-25", everywhere="on").status_code == 302
    assert [start.hour for start, _ in stretches()] == [5, 0]
    assert told(schedule.organization) == ["schedule.blocked"] * 2


def test_a_live_booking_refuses_the_block_and_is_named(owner: Client, schedule: Schedule) -> None:
    booking = make_booking(make_room(schedule), start=slot(15))
    refused = block(owner, schedule, slot(15).date().isoformat())
    (said,) = errors_of(refused)["force"]
    assert "There are live bookings in that time" in said
    assert booking.reference in said
    assert reverse("admin:bookings_booking_change", args=[booking.pk]) in refused.content.decode()
    assert (stretches(), audited(schedule.organization)) == ([], [])
    assert told(schedule.organization).count("schedule.blocked") == 0


def test_a_block_all_the_same_keeps_the_booking_and_says_so(owner: Client, schedule: Schedule) -> None:
    booking = make_booking(make_room(schedule), start=slot(15))
    answer = block(owner, schedule, slot(15).date().isoformat(), force="on")
    assert f"Still booked in that time: {booking.reference}" in text_of(owner.get(answer["Location"]))
    assert len(stretches()) == 1


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("first_day", {"first_day": ""}),
        ("first_day", {"first_day": "0001-01-01"}),
        ("first_day", {"first_day": "tomorrow"}),
        ("last_day", {"last_day": "2030-11-30"}),
        ("last_day", {"last_day": "9999-12-31"}),
        ("until_time", {"from_time": "10:00"}),
        ("from_time", {"until_time": "10:00"}),
        ("last_day", {"from_time": "10:00", "until_time": "09:00"}),
        ("reason", {"reason": "x" * 201}),
        ("schedule", {"schedule": ""}),
        ("schedule", {"schedule": "9" * 30}),
    ],
)
def test_every_fault_is_said_at_its_field_and_nothing_is_kept(
    field: str, changes: dict[str, Any], owner: Client, schedule: Schedule
) -> None:
    refused = (
        block(owner, schedule, **{"first_day": "2030-12-01", **changes})
        if "schedule" not in changes
        else (save(owner, ADD, "block_form", first_day="2030-12-01", **changes))
    )
    assert field in errors_of(refused)
    assert (stretches(), audited(schedule.organization)) == ([], [])


def test_another_organizations_schedule_cant_be_blocked(
    owner: Client, schedule: Schedule, south_quay: Organization
) -> None:
    assert "schedule" in errors_of(block(owner, make_schedule(south_quay), "2030-12-25"))
    assert stretches() == []


def test_deleting_a_block_lifts_it(owner: Client, schedule: Schedule) -> None:
    block(owner, schedule, "2030-12-25")
    path = reverse("admin:rooms_block_delete", args=[Block.objects.get().pk])
    assert "Christmas" not in text_of(owner.get(path))
    assert owner.post(path, {"post": "yes"}).status_code == 302
    assert stretches() == []
    assert [action for action, *_ in audited(schedule.organization)] == [
        "schedule.blocked",
        "schedule.unblocked",
    ]
    assert told(schedule.organization) == ["schedule.blocked", "schedule.unblocked"]


def test_many_are_lifted_at_once(owner: Client, schedule: Schedule) -> None:
    for day in ("2030-12-24", "2030-12-25"):
        block(owner, schedule, day)
    keys = [str(key) for key in Block.objects.values_list("pk", flat=True)]
    sent = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    assert owner.post(LIST, sent).status_code == 302
    assert (stretches(), told(schedule.organization).count("schedule.unblocked")) == ([], 2)


def test_another_organizations_block_cant_be_lifted(
    owner: Client, organization: Organization, south_quay: Organization
) -> None:
    foreign = rows_of(south_quay)[Block]
    owner.post(reverse("admin:rooms_block_delete", args=[foreign.pk]), {"post": "yes"})
    owner.post(LIST, {"action": "delete_selected", "_selected_action": [str(foreign.pk)], "post": "yes"})
    assert Block.objects.filter(pk=foreign.pk).exists()


def test_who_only_looks_at_one_of_two_organizations_lifts_nothing_there(
    organization: Organization, south_quay: Organization
) -> None:
    person = make_staff(organization, role="manager")
    make_staff(south_quay, email=person.email, role="viewer")
    client, looked_at = signed_in(person), rows_of(south_quay)[Block]
    path = reverse("admin:rooms_block_delete", args=[looked_at.pk])
    sent = {"action": "delete_selected", "_selected_action": [str(looked_at.pk)], "post": "yes"}
    assert client.get(reverse("admin:rooms_block_change", args=[looked_at.pk])).status_code == 200
    assert client.post(path, {"post": "yes"}).status_code == 403
    assert client.post(LIST, sent).status_code == 403
    assert Block.objects.filter(pk=looked_at.pk).exists()


def test_one_that_was_lifted_meanwhile_leads_back(owner: Client, schedule: Schedule) -> None:
    path = reverse("admin:rooms_block_delete", args=[uuid4()])
    assert owner.post(path, {"post": "yes"}).status_code == 302


@pytest.mark.parametrize("asked", ["x", "9" * 30, "-1", "\x00", "²"])
def test_a_link_to_the_form_may_name_anything(asked: str, owner: Client, organization: Organization) -> None:
    assert owner.get(ADD, {"schedule": asked}).status_code == 200


def test_a_link_to_the_form_names_no_other_tenants_schedule(owner: Client, south_quay: Organization) -> None:
    foreign = make_schedule(south_quay, name="South Quay pool")
    assert "South Quay pool" not in owner.get(ADD, {"schedule": foreign.pk}).content.decode()
