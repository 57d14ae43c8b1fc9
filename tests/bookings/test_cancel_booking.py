"""Cancelling."""

from datetime import timedelta
from typing import Any

import pytest

from bookingflow.lib.errors import BookingNotFound, BookingStateConflict
from bookings.lifecycle import Status
from bookings.services import cancel_booking, reschedule_booking
from rooms.models import Claim, Session
from tests.bookings.stage import (
    again,
    booking_in,
    by,
    document,
    priced_room,
    refused,
    stand_at,
    time_of,
    told,
    written,
)
from tests.builders import make_booking, make_room, make_shared_room, slot

pytestmark = pytest.mark.django_db


def everything(booking: Any) -> tuple[Any, ...]:
    return document(booking), told(booking), written(booking)


def test_it_frees_the_time_at_once() -> None:
    booking = make_booking(room := make_room())
    cancel_booking(**by(booking))
    assert time_of(booking) is None
    assert not Session.objects.exists()
    assert make_booking(room).status == Status.CONFIRMED


def test_it_is_shown_with_its_time_reason_and_refund_and_nothing_due() -> None:
    booking = make_booking(priced_room())
    canceled = cancel_booking(**by(booking), reason="Rain")
    shown = document(booking)
    assert (shown["status"], shown["cancelReason"]) == ("canceled", "Rain")
    assert shown["canceledAt"] is not None
    assert shown["refund"] == {"amount": 0, "currency": "USD", "status": "not_needed"}
    assert (shown["price"]["total"], shown["price"]["due"]) == (3500, 0)
    assert canceled.canceled_at == again(booking).canceled_at


def test_again_it_answers_the_same_and_changes_nothing() -> None:
    booking = make_booking()
    cancel_booking(**by(booking), reason="Rain")
    before = everything(booking)
    assert cancel_booking(**by(booking), reason="Snow").cancel_reason == "Rain"
    assert everything(booking) == before


def test_no_reason_is_null() -> None:
    assert cancel_booking(**by(make_booking()), reason="").cancel_reason is None
    assert cancel_booking(**by(make_booking())).cancel_reason is None


def test_a_confirmed_booking_can_be_cancelled_after_its_start_too() -> None:
    booking = make_booking()
    stand_at(booking.start + timedelta(minutes=30))
    assert cancel_booking(**by(booking)).status == Status.CANCELED
    assert time_of(booking) is None


def test_giving_up_a_hold_frees_it_and_makes_no_event() -> None:
    hold = make_booking(room := priced_room(), hold=True)
    canceled = cancel_booking(**by(hold))
    assert (canceled.status, canceled.hold_expires_at) == (Status.CANCELED, None)
    assert told(hold) == []
    assert [action for action, _ in written(hold)] == ["booking.held", "booking.canceled"]
    assert make_booking(room).status == Status.CONFIRMED


def test_one_party_of_a_shared_session_leaves_the_others() -> None:
    room = make_shared_room(seats=4)
    staying, going = make_booking(room, guests=2), make_booking(room, guests=2)
    cancel_booking(**by(going))
    assert Session.objects.get().seats_taken == 2
    assert Claim.objects.get().holder_id == staying.pk


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW, Status.EXPIRED])
def test_what_is_over_can_not_be_cancelled(status: Status) -> None:
    booking = booking_in(status)
    before = everything(booking)
    with refused(BookingStateConflict):
        cancel_booking(**by(booking))
    assert everything(booking) == before


def test_what_a_reschedule_ended_can_not_be_cancelled_while_a_reason_of_that_name_is_just_a_reason() -> None:
    old = make_booking()
    reschedule_booking(**by(old), start=slot(12), end=slot(13))
    with refused(BookingStateConflict, "rescheduled"):
        cancel_booking(**by(old))
    other = make_booking()
    cancel_booking(**by(other), reason="rescheduled")
    assert cancel_booking(**by(other)).cancel_reason == "rescheduled"


def test_another_organizations_booking_does_not_exist() -> None:
    booking = make_booking()
    with refused(BookingNotFound):
        cancel_booking(**by(booking) | {"organization": make_room().organization})


def test_the_reason_may_be_personal_and_stays_out_of_the_audit() -> None:
    booking = make_booking()
    cancel_booking(**by(booking), reason="Ada has the flu")
    assert written(booking)[-1] == ("booking.canceled", {"status": ["confirmed", "canceled"]})
