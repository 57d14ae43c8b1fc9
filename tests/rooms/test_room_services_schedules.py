from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from bookingflow.lib import clock, json
from bookingflow.lib.errors import AlreadyExists, InvalidRequest
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry, PublicName
from rooms import services, sessions
from rooms.documents import schedule_document
from rooms.models import Schedule, Session
from tests.builders import every_day, make_organization, make_room, make_schedule
from webhooks.models import Event

pytestmark = pytest.mark.django_db

CHRISTMAS = {"date": "2026-12-25", "hours": [], "reason": "Christmas"}
NEW_YEAR = {"date": "2026-12-31", "hours": [["20:00", "03:00"]], "reason": ""}


def update(schedule: Schedule, **fields: Any) -> Schedule:
    return services.update_schedule(
        organization=schedule.organization, actor=SYSTEM, schedule=schedule, **fields
    )


def events_of(schedule: Schedule) -> list[dict[str, Any]]:
    found = Event.objects.filter(subject_type="schedule", subject_id=str(schedule.pk)).order_by("recorded_at")
    return [json.loads(event.body) for event in found]


def test_a_new_schedule_is_open_from_nine_to_five_in_the_organizations_zone() -> None:
    organization = make_organization(timezone="Europe/London")
    schedule = services.create_schedule(organization=organization, actor=SYSTEM, name="Hall")
    assert (schedule.handle, schedule.timezone) == ("hall", "Europe/London")
    assert schedule.hours == every_day(("09:00", "17:00"))
    assert AuditEntry.objects.filter(action="schedule.created", organization=organization).exists()


def test_a_new_schedule_may_come_with_overrides() -> None:
    organization = make_organization()
    schedule = services.create_schedule(
        organization=organization, actor=SYSTEM, name="Hall", overrides=[NEW_YEAR, CHRISTMAS]
    )
    assert schedule_document(schedule)["overrides"] == [CHRISTMAS, NEW_YEAR]


def test_hours_overrides_zone_and_names_change() -> None:
    schedule = make_schedule()
    update(
        schedule,
        name="Court 1",
        handle="court-one",
        timezone="America/New_York",
        hours={"fri": [["18:00", "02:00"]]},
        overrides=[CHRISTMAS],
    )
    stored = Schedule.objects.get(pk=schedule.pk)
    shown = schedule_document(stored)
    assert (shown["name"], shown["handle"], shown["timezone"]) == ("Court 1", "court-one", "America/New_York")
    assert (shown["hours"]["fri"], shown["hours"]["mon"]) == ([["18:00", "02:00"]], [])
    assert shown["overrides"] == [CHRISTMAS]
    assert stored.version != schedule.version
    assert stored.sequence == 1


def test_the_event_says_from_what_to_what() -> None:
    schedule = make_schedule()
    update(schedule, overrides=[CHRISTMAS], hours={})
    [event] = events_of(schedule)
    data = event["data"]
    assert (event["type"], data["sequence"]) == ("schedule.updated", 1)
    assert set(data["changes"]) == {"overrides", "hours"}
    assert data["changes"]["overrides"] == {"from": [], "to": [CHRISTMAS]}
    assert data["schedule"]["overrides"] == [CHRISTMAS]


def test_overrides_are_replaced_and_stay_when_left_out() -> None:
    schedule = make_schedule()
    update(schedule, overrides=[CHRISTMAS])
    update(schedule, name="Hall")
    assert schedule.overrides.count() == 1
    update(schedule, overrides=[NEW_YEAR])
    assert [str(row.date) for row in schedule.overrides.all()] == ["2026-12-31"]
    update(schedule, overrides=[])
    assert not schedule.overrides.exists()


def test_what_changes_nothing_leaves_no_trace() -> None:
    schedule = make_schedule()
    update(schedule, overrides=[CHRISTMAS])
    before = Schedule.objects.get(pk=schedule.pk)
    shown = schedule_document(before)
    update(
        schedule,
        **{name: shown[name] for name in ("name", "handle", "timezone", "hours", "overrides")},
    )
    after = Schedule.objects.get(pk=schedule.pk)
    assert (after.version, after.sequence, after.updated_at) == (before.version, 1, before.updated_at)
    assert len(events_of(schedule)) == 1


def test_changing_hours_never_touches_taken_time() -> None:
    room = make_room()
    start = clock.now().replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=2)
    now = sessions.lock_schedules([room.schedule_id]).now
    session = sessions.take(
        room=room,
        start=start,
        duration=60,
        mode="private",
        guests=1,
        holder_id=uuid4(),
        holder_ref="A",
        now=now,
    )
    update(room.schedule, hours={}, timezone="Asia/Tokyo")
    assert Session.objects.get(pk=session.pk).start == start


def test_a_handle_given_up_is_free_again_but_the_organizations_slug_is_kept() -> None:
    organization = make_organization(slug="north-pier")
    schedule = services.create_schedule(
        organization=organization, actor=SYSTEM, name="A", handle="north-pier"
    )
    update(schedule, handle="pier")
    assert PublicName.objects.filter(name="north-pier").exists()
    update(schedule, handle="quay")
    other = services.create_schedule(organization=make_organization(), actor=SYSTEM, name="B", handle="pier")
    assert other.handle == "pier"


def test_a_taken_handle_is_refused() -> None:
    schedule, other = make_schedule(), make_schedule()
    with pytest.raises(AlreadyExists):
        update(schedule, handle=other.handle)
    with pytest.raises(AlreadyExists):
        update(schedule, handle=other.organization.slug)


def test_faults_are_all_named_and_nothing_is_written() -> None:
    schedule = make_schedule()
    twice = [CHRISTMAS, {"date": "25.12.2026", "hours": [["9", "10"]], "reason": "x" * 201}]
    with pytest.raises(InvalidRequest) as refusal:
        update(schedule, name="", handle="a/b", timezone="Nowhere", hours={"mo": []}, overrides=twice)
    assert {detail["field"] for detail in refusal.value.details} == {
        "name", "handle", "timezone", "hours", "overrides.1.date", "overrides.1.hours", "overrides.1.reason",
    }  # fmt: skip
    assert not events_of(schedule)


def test_a_date_may_be_there_once() -> None:
    with pytest.raises(InvalidRequest, match="once"):
        update(make_schedule(), overrides=[CHRISTMAS, CHRISTMAS])
