from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from bookingflow.lib import clock, json
from bookingflow.lib.errors import AlreadyExists, BookingStateConflict, InvalidRequest
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry
from rooms import services, sessions
from rooms.documents import room_document
from rooms.models import Room, Schedule, Session
from tests.builders import make_room
from webhooks.models import Event

pytestmark = pytest.mark.django_db


def update(room: Room, **fields: Any) -> Room:
    return services.update_room(organization=room.organization, actor=SYSTEM, room=room, **fields)


def events_of(room: Room) -> list[dict[str, Any]]:
    found = Event.objects.filter(subject_type="room", subject_id=str(room.pk)).order_by("recorded_at")
    return [json.loads(event.body) for event in found]


def book(room: Room, start: datetime, **overrides: Any) -> Session:
    now = sessions.lock_schedules([room.schedule_id]).now
    party = {"duration": room.durations[0], "mode": room.default_mode, "guests": 1}
    holder = {"holder_id": uuid4(), "holder_ref": "BF-7K3Q9D"}
    return sessions.take(room=room, start=start, now=now, **party | holder | overrides)


def at(hours: float) -> datetime:
    return clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours)


def test_what_is_given_changes_and_the_rest_stays() -> None:
    room = make_room(description="old", guests_max=6)
    changed = update(room, name="New name", guests={"max": 4})
    stored = Room.objects.get(pk=room.pk)
    assert (stored.name, stored.guests_min, stored.guests_max, stored.description) == (
        "New name",
        1,
        4,
        "old",
    )
    assert changed.sequence == stored.sequence == room.sequence + 1
    assert Schedule.objects.get(pk=room.schedule_id).version != room.schedule.version


def test_the_event_says_from_what_to_what() -> None:
    room = make_room(name="Old")
    update(room, name="New", pricing={"perGuest": 3500})
    [event] = events_of(room)
    assert event["type"] == "room.updated"
    assert event["data"]["sequence"] == room.sequence + 1
    assert event["data"]["changes"]["name"] == {"from": "Old", "to": "New"}
    assert event["data"]["changes"]["pricing"]["to"]["perGuest"] == 3500
    assert event["data"]["room"]["name"] == "New"
    act = AuditEntry.objects.get(action="room.updated", organization=room.organization)
    assert act.changes["name"] == ["Old", "New"]


def test_what_changes_nothing_leaves_no_trace() -> None:
    made = make_room()
    room = update(made, pricing={"base": 100}, cancellation_policy=[{"hoursBefore": 24, "refundPercent": 50}])
    before, seen = Room.objects.select_related("schedule").get(pk=room.pk), len(events_of(room))
    shown = room_document(before)
    update(
        room,
        name=shown["name"],
        slug=shown["slug"],
        durations=shown["durations"],
        modes=shown["modes"],
        guests=shown["guests"],
        pricing=shown["pricing"],
        cancellation_policy=shown["cancellationPolicy"],
        active=True,
    )
    after = Room.objects.select_related("schedule").get(pk=room.pk)
    assert len(events_of(room)) == seen
    assert (after.updated_at, after.sequence) == (before.updated_at, before.sequence)
    assert after.schedule.version == before.schedule.version


def test_it_starts_from_what_is_stored_and_not_from_what_was_read() -> None:
    room, read_before = make_room(), None
    read_before = Room.objects.get(pk=room.pk)
    update(room, name="Newer")
    update(read_before, description="Also new")
    assert Room.objects.get(pk=room.pk).name == "Newer"


def test_faults_are_all_named_and_nothing_is_written() -> None:
    room = make_room()
    with pytest.raises(InvalidRequest) as refusal:
        update(room, name="", durations=[], slug="admin", max_days_ahead=0, pricing={"currency": "EUR"})
    fields = {detail["field"] for detail in refusal.value.details}
    assert fields == {"name", "durations", "slug", "maxDaysAhead", "pricing.currency"}
    assert Room.objects.get(pk=room.pk).name == room.name


def test_a_taken_slug_is_refused() -> None:
    room = make_room()
    other = make_room(room.schedule)
    with pytest.raises(AlreadyExists):
        update(room, slug=other.slug)
    assert not events_of(room)


def test_taken_sessions_keep_their_buffers_and_seats() -> None:
    room = make_room(buffer_after_minutes=15)
    session = book(room, at(48))
    update(room, buffer_after_minutes=60, durations=[90], slot_interval_minutes=120)
    stored = Session.objects.get(pk=session.pk)
    assert stored.occupied.upper - stored.end == timedelta(minutes=15)
    assert stored.end - stored.start == timedelta(minutes=60)


def test_closing_a_room_with_upcoming_bookings_is_refused_and_lists_them() -> None:
    room = make_room()
    session = book(room, at(48))
    book(room, at(-48))
    book(room, at(72), expires_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(BookingStateConflict) as refusal:
        services.deactivate_room(organization=room.organization, actor=SYSTEM, room=room)
    [listed] = refusal.value.details
    assert listed["reference"] == "BF-7K3Q9D"
    assert (listed["start"], listed["end"]) == (json.instant(session.start), json.instant(session.end))
    assert set(listed) == {"bookingId", "reference", "start", "end"}
    assert Room.objects.get(pk=room.pk).active


def test_bookings_of_another_room_on_the_schedule_are_not_in_the_way() -> None:
    room = make_room()
    book(make_room(room.schedule), at(48))
    closed = services.deactivate_room(organization=room.organization, actor=SYSTEM, room=room)
    assert not closed.active
    assert Room.objects.get(pk=room.pk).slug == room.slug


def test_closing_twice_makes_one_event() -> None:
    room = make_room()
    for _ in range(2):
        services.deactivate_room(organization=room.organization, actor=SYSTEM, room=room)
    assert [event["type"] for event in events_of(room)] == ["room.updated"]


@pytest.mark.django_db(transaction=True)
def test_services_need_the_callers_transaction() -> None:
    room = make_room()
    with pytest.raises(RuntimeError):
        update(room, name="New")
    with pytest.raises(RuntimeError):
        services.create_room(organization=room.organization, actor=SYSTEM, name="A", durations=[60])
