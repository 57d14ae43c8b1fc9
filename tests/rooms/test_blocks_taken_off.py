from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bookingflow.lib import clock, json
from bookingflow.lib.errors import BlockConflict, BookingTypeNotFound, InvalidRequest, NotFound
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry, Organization
from rooms import services
from rooms.models import Block, Claim, Schedule
from tests.builders import make_organization, make_room, make_schedule, make_shared_room
from tests.rooms.taking import at, claim
from webhooks.models import Event

pytestmark = pytest.mark.django_db


def block(organization: Organization, **asked: Any) -> list[services.Blocked]:
    return services.block_time(organization=organization, actor=SYSTEM, **asked)


def events_of(organization: Organization) -> list[dict[str, Any]]:
    rows = Event.objects.filter(organization=organization, type__startswith="schedule.").order_by(
        "recorded_at"
    )
    return [json.loads(row.body) for row in rows]


def test_a_rooms_schedule_is_blocked() -> None:
    room = make_room()
    [blocked] = block(room.organization, room=room.slug, start=at(9), end=at(12), reason=" Repairs ")
    stored = Block.objects.get(schedule=room.schedule)
    assert (stored.pk, stored.start, stored.end, stored.reason) == (
        blocked.block.pk,
        at(9),
        at(12),
        "Repairs",
    )
    assert blocked.conflicts == []
    assert Schedule.objects.get(pk=room.schedule_id).version != room.schedule.version


def test_the_event_shows_block_and_schedule() -> None:
    room = make_room()
    [blocked] = block(room.organization, schedule=room.schedule.handle, start=at(9), end=at(12))
    [event] = events_of(room.organization)
    assert (event["type"], event["data"]["sequence"]) == ("schedule.blocked", 1)
    assert event["data"]["block"]["id"] == str(blocked.block.pk)
    assert event["data"]["block"]["start"] == "2030-01-07T09:00:00Z"
    assert event["data"]["schedule"]["id"] == room.schedule_id
    assert AuditEntry.objects.filter(action="schedule.blocked", organization=room.organization).count() == 1


def test_all_schedules_are_blocked_by_their_own_days_with_an_event_each() -> None:
    organization = make_organization()
    make_schedule(organization, timezone="America/New_York")
    make_schedule(organization, timezone="Asia/Tokyo")
    make_schedule()
    blocked = block(organization, all_schedules=True, start_date=date(2026, 3, 8), end_date=date(2026, 3, 8))
    found = [(each.block.start, each.block.end) for each in blocked]
    assert found == [
        (
            datetime(2026, 3, 8, 5, tzinfo=UTC),
            datetime(2026, 3, 9, 4, tzinfo=UTC),
        ),  # the clock moves: 23 hours
        (datetime(2026, 3, 7, 15, tzinfo=UTC), datetime(2026, 3, 8, 15, tzinfo=UTC)),
    ]
    assert [event["type"] for event in events_of(organization)] == ["schedule.blocked"] * 2


def test_live_bookings_in_the_way_refuse_the_block_and_are_listed() -> None:
    room = make_room(buffer_after_minutes=15)
    holder = claim(room, at(10))
    with pytest.raises(BlockConflict) as refusal:
        block(room.organization, room=room.pk, start=at(11, 10), end=at(12))
    assert refusal.value.details == [
        {
            "bookingId": str(holder),
            "reference": "BF-7K3Q9D",
            "start": "2030-01-07T10:00:00Z",
            "end": "2030-01-07T11:00:00Z",
        }
    ]
    assert not Block.objects.exists()
    assert not events_of(room.organization)


def test_what_touches_the_buffers_is_not_in_the_way() -> None:
    room = make_room(buffer_after_minutes=15)
    claim(room, at(10))
    [blocked] = block(room.organization, room=room.pk, start=at(11, 15), end=at(12))
    assert blocked.conflicts == []


def test_a_hold_is_in_the_way_until_it_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    room = make_room()
    claim(room, at(10), expires_at=at(9))
    monkeypatch.setattr(clock, "shift", at(8) - datetime.now(UTC))
    with pytest.raises(BlockConflict):
        block(room.organization, room=room.pk, start=at(9), end=at(17))
    monkeypatch.setattr(clock, "shift", at(9) - datetime.now(UTC))
    [blocked] = block(room.organization, room=room.pk, start=at(9), end=at(17))
    assert blocked.conflicts == []


def test_every_party_of_a_shared_session_is_listed() -> None:
    room = make_shared_room()
    holders = {str(claim(room, at(10))), str(claim(room, at(10)))}
    with pytest.raises(BlockConflict) as refusal:
        block(room.organization, room=room.pk, start=at(9), end=at(17))
    assert {listed["bookingId"] for listed in refusal.value.details} == holders


def test_force_blocks_all_the_same_and_keeps_the_bookings() -> None:
    room = make_room()
    holder = claim(room, at(10))
    [blocked] = block(room.organization, room=room.pk, start=at(9), end=at(17), force=True)
    assert [listed["bookingId"] for listed in blocked.conflicts] == [str(holder)]
    assert Claim.objects.filter(holder_id=holder).exists()


def test_one_conflict_blocks_none_of_all() -> None:
    room = make_room()
    make_schedule(room.organization)
    claim(room, at(10))
    with pytest.raises(BlockConflict):
        block(room.organization, all_schedules=True, start=at(9), end=at(17))
    assert not Block.objects.exists()


def test_blocks_may_overlap() -> None:
    room = make_room()
    for _ in range(2):
        block(room.organization, room=room.pk, start=at(9), end=at(17))
    assert Block.objects.count() == 2


def test_another_organizations_rooms_and_schedules_are_not_there() -> None:
    room, organization = make_room(), make_organization()
    with pytest.raises(BookingTypeNotFound):
        block(organization, room=room.pk, start=at(9), end=at(17))
    with pytest.raises(NotFound):
        block(organization, schedule=room.schedule.handle, start=at(9), end=at(17))
    assert block(organization, all_schedules=True, start=at(9), end=at(17)) == []


DAY = date(2026, 3, 8)


@pytest.mark.parametrize(
    ("asked", "at_fault"),
    [
        ({"start": at(9), "end": at(10)}, {"room"}),
        ({"room": 1, "all_schedules": True, "start": at(9), "end": at(10)}, {"room"}),
        ({"room": 1}, {"start", "end"}),
        ({"room": 1, "start": at(9)}, {"end"}),
        ({"room": 1, "start_date": DAY}, {"endDate"}),
        ({"room": 1, "start": at(9), "end_date": DAY}, {"start"}),
        ({"room": 1, "start": at(9), "end": at(9)}, {"end"}),
        ({"room": 1, "start_date": DAY, "end_date": DAY - timedelta(days=1)}, {"endDate"}),
        ({"room": 1, "start_date": date.min, "end_date": date.max}, {"startDate", "endDate"}),
        ({"room": 1, "start": at(9), "end": at(10), "reason": "x" * 201}, {"reason"}),
        ({"reason": "\x00"}, {"room", "start", "end", "reason"}),
    ],
)
def test_every_fault_is_named(asked: dict[str, Any], at_fault: set[str]) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        block(make_organization(), **asked)
    assert {detail["field"] for detail in refusal.value.details} == at_fault


def test_a_day_that_the_zone_left_out_can_not_be_blocked() -> None:
    schedule = make_schedule(timezone="Pacific/Apia")
    skipped = date(2011, 12, 30)
    with pytest.raises(InvalidRequest, match="no such day"):
        block(schedule.organization, schedule=schedule.pk, start_date=skipped, end_date=skipped)


def test_a_lifted_block_is_gone_with_an_event() -> None:
    room = make_room()
    [blocked] = block(room.organization, room=room.pk, start=at(9), end=at(17))
    before = Schedule.objects.get(pk=room.schedule_id)
    services.lift_block(organization=room.organization, actor=SYSTEM, block_id=blocked.block.pk)
    assert not Block.objects.exists()
    _, lifted = events_of(room.organization)
    assert (lifted["type"], lifted["data"]["sequence"]) == ("schedule.unblocked", 2)
    assert lifted["data"]["block"]["id"] == str(blocked.block.pk)
    assert Schedule.objects.get(pk=room.schedule_id).version != before.version
    claim(room, at(9))


def test_a_block_can_not_be_lifted_twice_or_by_others() -> None:
    room = make_room()
    [blocked] = block(room.organization, room=room.pk, start=at(9), end=at(17))
    with pytest.raises(NotFound):
        services.lift_block(organization=make_organization(), actor=SYSTEM, block_id=blocked.block.pk)
    services.lift_block(organization=room.organization, actor=SYSTEM, block_id=blocked.block.pk)
    with pytest.raises(NotFound):
        services.lift_block(organization=room.organization, actor=SYSTEM, block_id=blocked.block.pk)
