"""Rescheduling by a new booking that takes the old one's place."""

from datetime import datetime, timedelta

import pytest

from bookingflow.lib.errors import (
    BookingNotFound,
    BookingStateConflict,
    SlotNotAvailable,
    SlotUnavailable,
)
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.services import change_booking, reschedule_booking
from rooms.models import Claim, Room, Session
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
    types_told,
    written,
)
from tests.builders import make_booking, make_room, make_shared_room, slot

pytestmark = pytest.mark.django_db


def rescheduled(booking: Booking, start: datetime, *, minutes: float = 60) -> Booking:
    return reschedule_booking(**by(booking), start=start, end=start + timedelta(minutes=minutes))


def test_a_new_booking_takes_the_place_of_the_old_one_linked_both_ways() -> None:
    old = make_booking(start=slot(10))
    new = rescheduled(old, slot(12))
    assert (document(old)["status"], document(old)["cancelReason"]) == ("canceled", "rescheduled")
    assert document(old)["rescheduledTo"] == document(new)["id"]
    assert document(new)["rescheduledFrom"] == document(old)["id"]
    assert document(new)["status"] == "confirmed"
    assert (new.pk, new.reference) != (old.pk, old.reference)
    assert document(old)["refund"] is None


def test_customer_notes_metadata_and_the_frozen_terms_go_along() -> None:
    room = priced_room(cancellation_policy=[{"hoursBefore": 48, "refundPercent": 100}])
    old = make_booking(room, guests=3, notes="By the window", metadata={"till": "2"})
    Room.objects.update(pricing={"perGuest": 9900}, cancellation_policy=[])
    new = again(rescheduled(old, slot(12)))
    kept = ("customer", "notes", "metadata", "guests", "mode", "price", "cancellationPolicy", "room")
    before, after = document(old), document(new)
    for name in set(kept) - {"price"}:
        assert after[name] == before[name], name
    assert after["price"] == before["price"] | {"due": 6500}


def test_it_is_one_act_with_one_event_and_that_is_the_new_bookings() -> None:
    old = make_booking()
    new = rescheduled(old, slot(12))
    assert types_told(old.organization)[-2:] == ["booking.created", "booking.rescheduled"]
    assert [event for event, _ in told(old)] == ["booking.created"]
    [(event, data)] = told(new)
    assert (event, data["sequence"], data["booking"]["id"]) == ("booking.rescheduled", 1, str(new.pk))
    assert (data["oldBookingId"], data["newBookingId"]) == (str(old.pk), str(new.pk))
    assert written(old)[-1] == ("booking.rescheduled", {"rescheduledTo": [None, str(new.pk)]})
    assert written(new) == [("booking.created", {"rescheduledFrom": [None, str(old.pk)]})]


def test_the_old_time_is_free_the_moment_the_new_one_is_taken() -> None:
    old = make_booking(room := make_room(), start=slot(10))
    new = rescheduled(old, slot(12))
    assert (time_of(old), time_of(new)) == (None, (slot(12), slot(13)))
    assert make_booking(room, start=slot(10)).status == Status.CONFIRMED


def test_a_new_slot_that_overlaps_the_old_one_works() -> None:
    room = make_room(durations=[60], slot_interval_minutes=30, buffer_after_minutes=30)
    new = rescheduled(make_booking(room, start=slot(10)), slot(10, 30))
    assert time_of(new) == (slot(10, 30), slot(11, 30))
    assert Session.objects.count() == Claim.objects.count() == 1


def test_another_duration_that_the_room_has_works_and_one_that_it_lacks_does_not() -> None:
    room = make_room(durations=[60, 90])
    assert rescheduled(make_booking(room, duration_minutes=60), slot(12), minutes=90).end == slot(13, 30)
    with refused(SlotUnavailable):
        rescheduled(make_booking(room, start=slot(15), duration_minutes=60), slot(12), minutes=45)


@pytest.mark.parametrize("minutes", [0, -60, 60.5])
def test_an_end_that_no_duration_leads_to_is_never_on_offer(minutes: float) -> None:
    with refused(SlotUnavailable, "end does not agree"):
        rescheduled(make_booking(), slot(12), minutes=minutes)


def test_where_the_new_slot_is_taken_the_old_booking_stands_untouched() -> None:
    old = make_booking(room := make_room(), start=slot(10))
    make_booking(room, start=slot(12))
    before = document(old)
    with refused(SlotNotAvailable):
        rescheduled(old, slot(12))
    assert (document(old), time_of(old)) == (before, (slot(10), slot(11)))
    assert len(told(old)) == 1


def test_a_slot_that_is_not_offered_or_is_the_present_one_is_refused() -> None:
    old = make_booking(start=slot(10))
    for start in (slot(3), slot(12, 10), slot(10)):
        with refused(SlotUnavailable):
            rescheduled(old, start)
    assert document(old)["status"] == "confirmed"


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.CONFIRMED}))
def test_only_a_confirmed_booking_can_be_rescheduled(status: Status) -> None:
    booking = booking_in(status)
    with refused(BookingStateConflict):
        rescheduled(booking, slot(12))
    assert Booking.objects.count() == 1


def test_what_ended_so_can_be_moved_by_no_way() -> None:
    old = make_booking()
    new = rescheduled(old, slot(12))
    with refused(BookingStateConflict, "rescheduled"):
        rescheduled(old, slot(14))
    with refused(BookingStateConflict):
        change_booking(**by(old), start=slot(14))
    assert Booking.objects.count() == 2
    assert time_of(new) == (slot(12), slot(13))


def test_the_new_one_can_be_rescheduled_in_turn() -> None:
    first = make_booking()
    third = rescheduled(rescheduled(first, slot(12)), slot(14))
    assert Booking.objects.filter(status=Status.CONFIRMED.value).get() == third
    assert Claim.objects.get().holder_id == third.pk


def test_a_party_of_a_shared_session_goes_alone() -> None:
    room = make_shared_room(seats=4)
    staying, going = make_booking(room, guests=2), make_booking(room, guests=2)
    new = rescheduled(going, slot(12))
    assert (time_of(staying), time_of(new)) == ((slot(10), slot(11)), (slot(12), slot(13)))
    assert sorted(Session.objects.values_list("seats_taken", flat=True)) == [2, 2]


def test_who_missed_it_may_still_be_given_another_time() -> None:
    old = make_booking()
    stand_at(old.start + timedelta(minutes=10))
    assert rescheduled(old, slot(12)).status == Status.CONFIRMED


def test_another_organizations_booking_does_not_exist() -> None:
    old = make_booking()
    with refused(BookingNotFound):
        reschedule_booking(
            **by(old) | {"organization": make_room().organization}, start=slot(12), end=slot(13)
        )
