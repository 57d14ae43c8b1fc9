"""Holds: pending for the room's hold minutes, and nobody else's business."""

from datetime import timedelta

import pytest

from bookingflow.lib import clock
from bookingflow.lib.errors import SlotNotAvailable
from bookings import queries
from bookings.lifecycle import Status
from tests.bookings.stage import (
    again,
    document,
    priced_room,
    refused,
    stand_at,
    time_of,
    told,
    types_told,
    written,
)
from tests.builders import make_booking, make_room, make_shared_room, slot

pytestmark = pytest.mark.django_db


def test_a_hold_is_pending_until_a_whole_second_no_sooner_than_its_minutes() -> None:
    hold = make_booking(priced_room(hold_minutes=15), hold=True)
    assert hold.hold_expires_at is not None
    assert document(hold)["status"] == "pending"
    assert hold.hold_expires_at.microsecond == 0
    lasts = hold.hold_expires_at - hold.created_at
    assert timedelta(minutes=15) <= lasts < timedelta(minutes=15, seconds=1)


def test_a_hold_takes_the_time_like_a_booking_does() -> None:
    room = priced_room()
    hold = make_booking(room, hold=True)
    assert time_of(hold) == (hold.start, hold.end)
    for again_held in (True, False):
        with refused(SlotNotAvailable):
            make_booking(room, hold=again_held)


def test_a_booking_is_not_blind_to_a_hold_in_another_room_of_the_schedule() -> None:
    room = priced_room(durations=[60], slot_interval_minutes=30)
    other = make_room(room.schedule, durations=[60], slot_interval_minutes=30)
    make_booking(room, start=slot(10), hold=True)
    with refused(SlotNotAvailable):
        make_booking(other, start=slot(10, 30))


def test_seats_that_are_held_are_taken() -> None:
    room = make_shared_room(seats=4, pricing={"base": 100})
    make_booking(room, guests=3, hold=True)
    with refused(SlotNotAvailable):
        make_booking(room, guests=2)
    assert make_booking(room, guests=1).status == Status.CONFIRMED


def test_a_hold_makes_no_event_but_its_new_customer_does() -> None:
    hold = make_booking(priced_room(), hold=True)
    assert told(hold) == []
    assert hold.sequence == 0
    assert types_told(hold.organization) == ["customer.created"]
    assert written(hold) == [("booking.held", {})]


def test_a_price_of_nothing_waits_for_no_payment() -> None:
    booking = make_booking(make_room(pricing={}), hold=True)
    assert (booking.status, booking.hold_expires_at) == (Status.CONFIRMED, None)
    assert [event for event, _ in told(booking)] == ["booking.created"]


def test_a_hold_reads_expired_from_the_very_instant_that_it_runs_out() -> None:
    hold = make_booking(priced_room(), hold=True)
    ends = hold.hold_expires_at
    assert ends is not None
    before = ends - timedelta(microseconds=1)
    assert queries.status_at(hold, before) is Status.PENDING
    assert queries.status_at(hold, ends) is Status.EXPIRED


@pytest.mark.parametrize(("instant", "reads"), [(-1, "pending"), (0, "expired"), (1, "expired")])
def test_filters_read_the_same_as_the_booking_shows(instant: int, reads: str) -> None:
    hold = make_booking(priced_room(), hold=True)
    assert hold.hold_expires_at is not None
    now = hold.hold_expires_at + timedelta(microseconds=instant)
    for status in Status:
        found = queries.filtered_bookings(hold.organization, now=now, status=[status])
        assert list(found) == ([hold] if status == reads else [])
        assert (queries.status_at(hold, now) == status) == (status == reads)


def test_an_unswept_hold_that_ran_out_gives_its_time_to_the_next_caller() -> None:
    room = priced_room()
    hold = make_booking(room, hold=True)
    assert hold.hold_expires_at is not None
    stand_at(hold.hold_expires_at)
    booking = make_booking(room)
    assert time_of(booking) == (hold.start, hold.end)
    assert document(hold)["status"] == "expired"
    assert document(hold)["price"]["due"] == 0
    assert again(hold).status == Status.PENDING


def test_a_hold_just_before_its_end_still_holds() -> None:
    room = priced_room()
    hold = make_booking(room, hold=True)
    assert hold.hold_expires_at is not None
    stand_at(hold.hold_expires_at - timedelta(seconds=30))
    assert document(hold)["status"] == "pending"
    with refused(SlotNotAvailable):
        make_booking(room)
    assert clock.now() < hold.hold_expires_at
