"""Which bookings a demo venue has, without a database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest

from bookingflow.demo.clara_finch import CLARA_FINCH
from bookingflow.demo.descriptions import Demand
from bookingflow.demo.plan import plan_bookings
from bookingflow.demo.planned import Offer, PlannedBooking, Way
from bookingflow.lib.zones import zone
from bookings.lifecycle import Status
from rooms.availability import RoomRules, Slot

TODAY = date(2026, 12, 2)
NOW = datetime(2026, 12, 2, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAYS = [TODAY + timedelta(days=40 * number) for number in range(8)]


def rules(**overrides: object) -> RoomRules:
    usual = RoomRules(
        room_id=1,
        active=True,
        modes=("private",),
        seats=None,
        durations=(60,),
        slot_interval=30,
        buffer_before=0,
        buffer_after=10,
        min_notice=120,
        max_days_ahead=90,
        guests_min=1,
        guests_max=6,
        zone=zone("UTC"),
    )
    return replace(usual, **overrides)  # type: ignore[arg-type]


def offers(today: date = TODAY) -> list[Offer]:
    """Two rooms of one schedule, and a shared one of six seats, every half hour from nine to five."""
    first = datetime(today.year, today.month, today.day, 9, tzinfo=UTC) - timedelta(days=14)
    starts = [first + timedelta(days=day) + HOUR / 2 * half for day in range(28) for half in range(16)]
    slots = [Slot(start, start + HOUR, 6) for start in starts]
    shared = Demand(1.0, 1.0, sizes=(1, 2, 3), parties=(1, 4), private_share=0.0)
    return [
        Offer(1, 1, Demand(2.0, 3.0, sizes=(1, 2)), rules(), slots),
        Offer(2, 1, Demand(1.0, 1.0, sizes=(2,)), rules(room_id=2), slots),
        Offer(3, 2, shared, rules(room_id=3, modes=("shared",), seats=6), slots),
    ]


def planned(today: date = TODAY) -> list[PlannedBooking]:
    now = NOW + (today - TODAY)
    return plan_bookings(CLARA_FINCH, offers(today), today=today, now=now)


def standing(bookings: Sequence[PlannedBooking]) -> list[PlannedBooking]:
    return [booking for booking in bookings if booking.status is not Status.CANCELED]


def test_a_day_has_one_plan_and_another_day_another() -> None:
    assert planned() == planned()
    tomorrow = planned(TODAY + timedelta(days=1))
    assert [booking.slot.start for booking in tomorrow] != [booking.slot.start for booking in planned()]


def test_the_hour_of_loading_changes_what_has_become_of_bookings_but_not_which_there_are() -> None:
    later = plan_bookings(CLARA_FINCH, offers(), today=TODAY, now=NOW + 6 * HOUR)
    assert [(each.slot, each.person, each.guests) for each in later] == [
        (each.slot, each.person, each.guests) for each in planned()
    ]
    assert [each.status for each in later] != [each.status for each in planned()]


@pytest.mark.parametrize("today", DAYS)
def test_nothing_overlaps_on_one_schedule(today: date) -> None:
    on_first = [each for each in standing(planned(today)) if each.offer.schedule_id == 1]
    for one, other in combinations(on_first, 2):
        apart = abs(one.slot.start - other.slot.start)
        assert apart >= HOUR + timedelta(minutes=10)


@pytest.mark.parametrize("today", DAYS)
def test_no_session_has_more_guests_than_seats_or_one_person_twice(today: date) -> None:
    sessions: dict[datetime, list[PlannedBooking]] = {}
    for booking in planned(today):
        if booking.offer.room_id == 3:
            sessions.setdefault(booking.slot.start, []).append(booking)
    for parties in sessions.values():
        assert sum(party.guests for party in parties) <= 6
        assert len({party.person["email"] for party in parties}) == len(parties)
    assert any(len(parties) > 1 for parties in sessions.values())


@pytest.mark.parametrize("today", DAYS)
def test_every_status_fits_the_time(today: date) -> None:
    now = NOW + (today - TODAY)
    for booking in planned(today):
        if booking.status in {Status.COMPLETED, Status.NO_SHOW}:
            assert booking.slot.end < now
        assert booking.booked_at < min(now, booking.slot.start)
        if booking.status is Status.CANCELED:
            assert booking.canceled_at is not None
            assert booking.booked_at <= booking.canceled_at < now


def test_what_is_over_or_begins_too_soon_is_brought_in_and_the_rest_is_booked() -> None:
    for booking in planned():
        soon = booking.slot.start <= NOW + 3 * HOUR
        assert (booking.way is Way.BROUGHT_IN) is soon


def test_one_of_each_way_is_there_and_who_moves_had_a_later_slot_that_is_free() -> None:
    plan = planned()
    assert {booking.way for booking in plan} == set(Way)
    for mover in plan:
        if mover.first_slot is None:
            continue
        assert mover.first_slot.start > mover.slot.start
        for other in standing(plan):
            if other.offer.schedule_id == mover.offer.schedule_id:
                assert abs(other.slot.start - mover.first_slot.start) >= HOUR


def test_coming_days_are_fuller_than_those_further_away() -> None:
    near = far = 0
    for today in DAYS:
        ahead = [(each.slot.start.date() - today).days for each in planned(today)]
        near += sum(0 <= days < 5 for days in ahead)
        far += sum(8 <= days < 13 for days in ahead)
    assert near > 1.3 * far > 0
