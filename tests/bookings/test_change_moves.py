"""Moving a booking in place: the same id, another time or room."""

import pytest

from bookingflow.lib.errors import SlotNotAvailable, SlotUnavailable
from bookings.models import Booking
from bookings.services import change_booking
from rooms.models import Claim, Room, Session
from tests.bookings.stage import again, by, document, priced_room, refused, time_of, told
from tests.builders import every_day, make_booking, make_room, make_schedule, make_shared_room, slot

pytestmark = pytest.mark.django_db


def types_of(booking: Booking) -> list[str]:
    return [event for event, _ in told(booking)]


def test_it_is_told_as_updated_and_beside_it_as_rescheduled() -> None:
    booking = make_booking(start=slot(10))
    change_booking(**by(booking), start=slot(12))
    assert types_of(booking) == ["booking.created", "booking.updated", "booking.rescheduled"]
    (_, updated), (_, moved) = told(booking)[1:]
    assert set(updated["changes"]) == {"start", "end"}
    assert (moved["oldBookingId"], moved["newBookingId"]) == (str(booking.pk), str(booking.pk))
    assert [updated["sequence"], moved["sequence"], again(booking).sequence] == [2, 3, 3]
    assert updated["booking"] == moved["booking"] == document(booking)


def test_a_longer_stay_is_another_time_and_more_guests_are_not() -> None:
    booking = make_booking(make_room(durations=[60, 120]), duration_minutes=60)
    change_booking(**by(booking), duration_minutes=120)
    assert types_of(booking)[1:] == ["booking.updated", "booking.rescheduled"]
    change_booking(**by(booking), guests=4)
    assert types_of(booking)[3:] == ["booking.updated"]


def test_one_booking_stays_one() -> None:
    booking = make_booking(start=slot(10))
    moved = change_booking(**by(booking), start=slot(12))
    assert (moved.pk, moved.reference) == (booking.pk, booking.reference)
    assert Booking.objects.count() == Session.objects.count() == Claim.objects.count() == 1
    assert time_of(booking) == (slot(12), slot(13))


def test_a_time_that_overlaps_its_own_old_one_works() -> None:
    room = make_room(durations=[60], slot_interval_minutes=30, buffer_before_minutes=30)
    booking = make_booking(room, start=slot(10))
    change_booking(**by(booking), start=slot(10, 30))
    assert time_of(booking) == (slot(10, 30), slot(11, 30))


def test_the_old_time_is_free_at_once() -> None:
    booking = make_booking(room := make_room(), start=slot(10))
    change_booking(**by(booking), start=slot(12))
    assert time_of(make_booking(room, start=slot(10))) == (slot(10), slot(11))


def test_a_taken_time_leaves_the_booking_where_it_was() -> None:
    booking = make_booking(room := make_room(), start=slot(10), notes="Cake")
    make_booking(room, start=slot(12))
    before = document(booking)
    with refused(SlotNotAvailable):
        change_booking(**by(booking), start=slot(12), notes="No cake")
    assert (document(booking), time_of(booking)) == (before, (slot(10), slot(11)))


def test_a_time_that_is_not_on_offer_is_refused() -> None:
    booking = make_booking()
    for start in (slot(10, 10), slot(20), slot(10, days=-1), slot(10, days=500)):
        with refused(SlotUnavailable):
            change_booking(**by(booking), start=start)


def test_another_room_takes_it_along_and_is_told() -> None:
    booking = make_booking(make_room(name="The Vault"))
    hours = every_day(("00:00", "24:00"))
    elsewhere = make_schedule(booking.organization, timezone="Asia/Tokyo", hours=hours)
    cellar = make_room(elsewhere, name="The Cellar")
    change_booking(**by(booking), room=cellar.slug)
    shown = document(booking)
    assert (shown["room"]["name"], shown["timezone"]) == ("The Cellar", "Asia/Tokyo")
    changes = told(booking)[1][1]["changes"]
    assert set(changes) == {"room", "timezone"}
    assert changes["room"]["to"]["id"] == cellar.pk
    assert types_of(booking)[1:] == ["booking.updated", "booking.rescheduled"]
    assert Session.objects.get().schedule_id == cellar.schedule_id


def test_a_room_may_be_named_in_any_way() -> None:
    booking = make_booking()
    other = make_room(booking.room.schedule)
    for name in (other.pk, str(other.pk), other.booking_type, other.slug):
        change_booking(**by(booking), room=name)
        assert again(booking).room == other
        change_booking(**by(booking), room=booking.room.pk)


def test_a_room_without_the_present_duration_is_refused() -> None:
    booking = make_booking()
    longer = make_room(booking.room.schedule, durations=[90])
    with refused(SlotUnavailable):
        change_booking(**by(booking), room=longer.pk)
    assert change_booking(**by(booking), room=longer.pk, duration_minutes=90).end == slot(11, 30)


def test_a_room_without_the_present_mode_gives_its_own() -> None:
    booking = make_booking()
    shared = make_shared_room(booking.room.schedule)
    assert change_booking(**by(booking), room=shared.pk).mode == "shared"


def test_price_and_policy_stay_as_they_were_frozen_where_the_time_alone_changes() -> None:
    booking = make_booking(priced_room(), guests=2)
    before = document(booking)
    Room.objects.update(pricing={"perGuest": 9900}, cancellation_policy=[])
    change_booking(**by(booking), start=slot(12))
    after = document(booking)
    assert (after["price"], after["cancellationPolicy"]) == (before["price"], before["cancellationPolicy"])


def test_a_party_leaves_a_shared_session_for_another() -> None:
    room = make_shared_room(seats=4)
    make_booking(room, start=slot(12), guests=2)
    make_booking(room, start=slot(10), guests=2)
    booking = make_booking(room, start=slot(10), guests=2)
    change_booking(**by(booking), start=slot(12))
    taken = dict(Session.objects.values_list("start", "seats_taken"))
    assert taken == {slot(10): 2, slot(12): 4}
