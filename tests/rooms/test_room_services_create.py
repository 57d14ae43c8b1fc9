from typing import Any

import pytest

from bookingflow.lib import json
from bookingflow.lib.errors import AlreadyExists, InvalidRequest, NotFound
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry, Organization, PublicName
from rooms import services
from rooms.documents import room_document
from rooms.models import Room, Schedule
from tests.builders import make_organization, make_schedule
from webhooks.models import Event

pytestmark = pytest.mark.django_db


def create(organization: Organization | None = None, **fields: Any) -> Room:
    return services.create_room(
        organization=organization or make_organization(),
        actor=SYSTEM,
        **{"name": "The Vault", "durations": [60]} | fields,
    )


def faulty_fields(**fields: Any) -> set[str]:
    with pytest.raises(InvalidRequest) as refusal:
        create(**fields)
    return {detail["field"] for detail in refusal.value.details}


def test_a_name_and_durations_are_enough() -> None:
    room = create(make_organization(timezone="Asia/Tokyo", currency="JPY"))
    shown = room_document(room)
    assert shown["slug"] == "the-vault"
    assert shown["schedule"]["timezone"] == "Asia/Tokyo"
    assert (shown["modes"], shown["seats"], shown["guests"]) == (["private"], None, {"min": 1, "max": 1})
    assert (shown["slotIntervalMinutes"], shown["maxDaysAhead"], shown["holdMinutes"]) == (60, 90, 10)
    assert (shown["pricing"]["currency"], shown["pricing"]["base"], shown["cancellationPolicy"]) == (
        "JPY",
        0,
        [],
    )
    assert room.schedule.hours["sun"] == [["09:00", "17:00"]]
    assert shown["bookingUrl"].endswith(f"/book/{room.schedule.handle}/{room.pk}")


def test_one_duration_may_be_given_as_minutes() -> None:
    assert create(durations=[], duration_minutes=45).durations == [45]
    assert faulty_fields(durations=[60], duration_minutes=45) == {"durationMinutes"}


def test_the_grid_follows_the_shortest_duration_and_the_buffers() -> None:
    room = create(durations=[90, 60], buffer_before_minutes=5, buffer_after_minutes=15)
    assert (room.durations, room.slot_interval_minutes) == ([60, 90], 80)


def test_a_shared_room_takes_as_many_guests_as_it_has_seats() -> None:
    room = create(modes=["shared"], seats=10)
    assert (room.seats, room.guests_min, room.guests_max) == (10, 1, 10)


def test_seats_alone_make_a_room_shared() -> None:
    assert create(seats=8).modes == ["shared"]


def test_the_event_and_the_audit_come_with_the_room() -> None:
    room = create()
    event = Event.objects.get(subject_type="room", subject_id=str(room.pk))
    data = json.loads(event.body)["data"]
    assert (event.type, event.sequence, data["sequence"]) == ("room.created", 1, 1)
    assert data["room"] == json.loads(json.dumps(room_document(Room.objects.get(pk=room.pk))))
    actions = AuditEntry.objects.filter(organization=room.organization).values_list("action", flat=True)
    assert set(actions) >= {"schedule.created", "room.created"}


def test_a_named_schedule_is_used_and_gets_a_new_version() -> None:
    schedule = make_schedule()
    by_handle = create(schedule.organization, schedule=schedule.handle)
    by_id = create(schedule.organization, schedule=schedule.pk)
    assert by_handle.schedule_id == by_id.schedule_id == schedule.pk
    assert Schedule.objects.get(pk=schedule.pk).version != schedule.version


def test_a_schedule_of_another_organization_is_not_there() -> None:
    with pytest.raises(NotFound):
        create(schedule=make_schedule().handle)


def test_hours_zone_and_handle_are_for_a_new_schedule() -> None:
    room = create(hours={"mon": [["18:00", "02:00"]]}, timezone="America/New_York", handle="north-pier")
    assert (room.schedule.handle, room.schedule.timezone) == ("north-pier", "America/New_York")
    assert room.schedule.hours["mon"] == [["18:00", "02:00"]]
    assert room.schedule.hours["tue"] == []
    schedule = make_schedule()
    with pytest.raises(InvalidRequest, match="new schedule"):
        create(schedule.organization, schedule=schedule.pk, timezone="UTC")


def test_names_made_up_get_the_next_number() -> None:
    organization = make_organization()
    rooms = [create(organization) for _ in range(3)]
    assert [room.slug for room in rooms] == ["the-vault", "the-vault-2", "the-vault-3"]
    handles = {room.schedule.handle for room in rooms}
    assert len(handles) == 3
    assert create().schedule.handle not in handles


def test_names_asked_for_are_refused_when_taken() -> None:
    organization = make_organization()
    create(organization, slug="vault", handle="pier")
    with pytest.raises(AlreadyExists, match="slug"):
        create(organization, slug="vault")
    with pytest.raises(AlreadyExists):
        create(organization, handle="pier")
    with pytest.raises(AlreadyExists):
        create(make_organization(), handle="pier")
    assert create(make_organization(), slug="vault").slug == "vault"


def test_the_own_slug_may_be_the_handle_of_one_schedule() -> None:
    organization = make_organization(slug="north-pier")
    assert create(organization, handle="north-pier").schedule.handle == "north-pier"
    with pytest.raises(AlreadyExists):
        create(organization, handle="north-pier")
    with pytest.raises(AlreadyExists):
        create(handle=make_organization().slug)


def test_a_refused_room_leaves_nothing_behind() -> None:
    organization = make_organization()
    with pytest.raises(InvalidRequest):
        create(organization, handle="never", durations=[1])
    assert not PublicName.objects.filter(name="never").exists()
    assert not organization.schedules.exists()


def test_every_fault_is_named() -> None:
    assert faulty_fields(
        name=" ",
        slug="Blocks",
        durations=[3],
        guests={"min": 4, "max": 2},
        max_days_ahead=731,
        hold_minutes=0,
        pricing={"currency": "EUR", "base": -1},
        cancellation_policy=[{"hoursBefore": -1, "refundPercent": 101}],
        timezone="Mars/Olympus",
        hours={"mon": [["25:00", "26:00"]]},
        handle="block",
        image_url="javascript:alert(1)",
    ) == {
        "name", "slug", "durations", "guests.max", "maxDaysAhead", "holdMinutes", "pricing.currency", "pricing.base",
        "cancellationPolicy.0.hoursBefore", "cancellationPolicy.0.refundPercent", "timezone", "hours", "handle",
        "imageUrl",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"durations": []}, "durations"),
        ({"durations": [60, 60]}, "durations"),
        ({"durations": [1445]}, "durations"),
        ({"modes": ["secret"]}, "modes"),
        ({"modes": ["shared"]}, "seats"),
        ({"modes": ["private"], "seats": 4}, "seats"),
        ({"modes": ["shared"], "seats": 4, "guests": {"max": 5}}, "guests.max"),
        ({"seats": 10_001}, "seats"),
        ({"guests": {"min": 0}}, "guests.min"),
        ({"guests": {"max": 1_001}}, "guests.max"),
        ({"slot_interval_minutes": 4}, "slotIntervalMinutes"),
        ({"buffer_after_minutes": 1_441}, "bufferAfterMinutes"),
        ({"min_notice_minutes": 365 * 1_440 + 1}, "minNoticeMinutes"),
        ({"max_days_ahead": 0}, "maxDaysAhead"),
        ({"description": "x" * 10_001}, "description"),
        ({"name": "a\x00b"}, "name"),
        ({"slug": "bt-0123abcd"}, "slug"),
        ({"slug": ""}, "slug"),
    ],
)
def test_out_of_bounds_is_refused(fields: dict[str, Any], at_fault: str) -> None:
    assert at_fault in faulty_fields(**fields)
