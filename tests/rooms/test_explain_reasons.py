from datetime import datetime
from typing import Any

import pytest

from bookingflow.organizations.audit import SYSTEM
from rooms import services
from rooms.models import Room
from tests.builders import make_room, make_shared_room
from tests.rooms.taking import NOW, at, claim

pytestmark = pytest.mark.django_db


def codes(room: Room, start: datetime, **asked: Any) -> list[str]:
    return [str(reason.code) for reason in services.explain(room=room, start=start, now=NOW, **asked)]


def test_what_is_free_has_nothing_against_it() -> None:
    assert codes(make_room(), at(10)) == []


def test_the_reference_of_a_neighbour_is_named() -> None:
    room = make_room(buffer_after_minutes=15, slot_interval_minutes=15)
    claim(room, at(10))
    [reason] = services.explain(room=room, start=at(11), now=NOW)
    assert (str(reason.code), reason.message) == ("BUFFER", "Inside the 15 minutes after BF-7K3Q9D")


def test_all_reasons_are_given() -> None:
    room = make_room(active=False, min_notice_minutes=120)
    found = codes(room, at(8, 30), guests=9, duration_minutes=45, mode="shared")
    assert found == ["INACTIVE", "MODE", "DURATION", "GUESTS", "MIN_NOTICE", "OUTSIDE_HOURS"]


def test_holds_bookings_and_blocks_are_told_apart() -> None:
    room = make_room()
    claim(room, at(10), expires_at=at(9))
    claim(room, at(11))
    services.block_time(
        organization=room.organization, actor=SYSTEM, room=room.pk, start=at(12), end=at(13), reason="Repairs"
    )
    assert [codes(room, at(hour)) for hour in (10, 11, 12)] == [["HELD"], ["BOOKED"], ["BLOCKED"]]


def test_a_hold_that_ran_out_is_no_reason() -> None:
    room = make_room()
    claim(room, at(10), expires_at=at(8, 30))
    assert services.explain(room=room, start=at(10), now=at(8, 30)) == []


def test_too_few_seats_are_a_reason_for_a_larger_party() -> None:
    room = make_shared_room(seats=4)
    claim(room, at(10), guests=3)
    assert codes(room, at(10), guests=2) == ["SEATS"]
    assert codes(room, at(10), guests=1) == []


def test_the_edges_of_the_calendar_are_long_past_and_far_ahead() -> None:
    room = make_room()
    for year, code in ((1, "IN_PAST"), (9999, "BEYOND_HORIZON")):
        assert codes(room, NOW.replace(year=year, hour=10, minute=0)) == [code]
