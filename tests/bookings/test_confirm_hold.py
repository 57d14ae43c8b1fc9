"""Confirming a hold."""

from datetime import timedelta

import pytest

from bookingflow.lib.errors import BookingNotFound, BookingStateConflict, SlotNotAvailable
from bookings.lifecycle import Status
from bookings.services import confirm_booking
from rooms.models import Claim
from tests.bookings.stage import (
    again,
    by,
    document,
    priced_room,
    refused,
    stand_at,
    time_of,
    told,
    written,
)
from tests.builders import make_booking, make_room

pytestmark = pytest.mark.django_db


def test_a_hold_becomes_firm_and_is_told_of_as_created() -> None:
    hold = make_booking(priced_room(), hold=True)
    confirmed = confirm_booking(**by(hold))
    assert (confirmed.status, confirmed.hold_expires_at) == (Status.CONFIRMED, None)
    assert document(hold)["status"] == "confirmed"
    assert [(event, data["sequence"]) for event, data in told(hold)] == [("booking.created", 1)]
    assert [action for action, _ in written(hold)] == ["booking.held", "booking.confirmed"]


def test_its_time_does_not_run_out_any_more() -> None:
    hold = make_booking(room := priced_room(), hold=True)
    assert hold.hold_expires_at is not None
    confirm_booking(**by(hold))
    assert Claim.objects.get(holder_id=hold.pk).expires_at is None
    stand_at(hold.hold_expires_at + timedelta(hours=1))
    with refused(SlotNotAvailable):
        make_booking(room)


def test_at_the_instant_of_its_end_the_clock_wins() -> None:
    hold = make_booking(priced_room(), hold=True)
    assert hold.hold_expires_at is not None
    stand_at(hold.hold_expires_at)
    with refused(BookingStateConflict, "run out"):
        confirm_booking(**by(hold))
    assert (again(hold).status, told(hold)) == (Status.PENDING, [])


def test_of_two_holds_one_after_the_other_only_the_later_can_be_confirmed() -> None:
    first = make_booking(room := priced_room(), hold=True)
    assert first.hold_expires_at is not None
    stand_at(first.hold_expires_at)
    second = make_booking(room, hold=True)
    with refused(BookingStateConflict):
        confirm_booking(**by(first))
    confirm_booking(**by(second))
    assert time_of(second) == (second.start, second.end)


def test_another_organizations_hold_does_not_exist() -> None:
    hold = make_booking(priced_room(), hold=True)
    with refused(BookingNotFound):
        confirm_booking(**by(hold) | {"organization": make_room().organization})
