"""Taking what was agreed on elsewhere or before: only what is taken counts."""

from datetime import timedelta

import pytest

from bookingflow.lib.errors import SlotNotAvailable
from rooms.models import Block, Claim
from tests.builders import make_room, make_shared_room
from tests.rooms.taking import NOW, at, claim, codes, session_of, starts, take

pytestmark = pytest.mark.django_db


def test_notice_horizon_hours_grid_past_and_the_rooms_bounds_do_not_matter() -> None:
    room = make_room(min_notice_minutes=600)
    for start in (at(3, 17), at(8), at(10, day=1), at(10).replace(year=2035)):
        take(room, start, duration=75, guests=9)
    room.active = False
    room.save()
    take(room, at(12))
    assert len(starts(room)) == 5


def test_other_sessions_their_buffers_and_blocks_do() -> None:
    room = make_room(buffer_after_minutes=15)
    claim(room, at(10))
    Block.objects.create(organization=room.organization, schedule=room.schedule, start=at(14), end=at(15))
    for start, code in ((at(10, 30), "BOOKED"), (at(11, 5), "BUFFER"), (at(14, 30), "BLOCKED")):
        with pytest.raises(SlotNotAvailable) as refusal:
            take(room, start)
        assert codes(refusal) == [code]


def test_a_shared_session_takes_a_party_larger_than_the_room_and_then_no_more() -> None:
    room = make_shared_room(seats=6)
    assert session_of(take(room, at(10), guests=8)).seats == 8
    with pytest.raises(SlotNotAvailable):
        take(room, at(10), guests=1)


def test_a_late_payment_has_its_own_time_again_where_it_is_still_free() -> None:
    room = make_room()
    late = claim(room, at(10), expires_at=NOW)
    take(room, at(10), holder_id=late, now=NOW + timedelta(minutes=1))
    assert Claim.objects.get().expires_at is None


def test_a_late_payment_whose_time_is_gone_is_refused() -> None:
    room = make_room()
    late = claim(room, at(10), expires_at=NOW + timedelta(minutes=1))
    claim(room, at(10), now=NOW + timedelta(minutes=2))
    with pytest.raises(SlotNotAvailable):
        take(room, at(10), holder_id=late, now=NOW + timedelta(minutes=3))


def test_a_void_claim_that_lies_elsewhere_gives_way_too() -> None:
    room = make_room()
    late = claim(room, at(10), expires_at=NOW + timedelta(minutes=1))
    take(room, at(12), holder_id=late, now=NOW + timedelta(minutes=1))
    assert starts(room) == [at(12)]
