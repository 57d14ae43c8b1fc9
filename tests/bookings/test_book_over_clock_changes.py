"""Bookings around the days on which clocks move: real durations, local prices, local days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bookingflow.lib.json import instant
from bookingflow.lib.zones import zone
from bookings import queries
from bookings.services import change_booking, reschedule_booking
from rooms.models import Room
from tests.bookings.stage import by, document
from tests.builders import every_day, make_booking, make_room, make_schedule

pytestmark = pytest.mark.django_db

NEW_YORK = zone("America/New_York")


def sunday(month: int, which: int) -> date:
    """The `which`th Sunday of the next such month that lies wholly ahead: clocks move on these in New York."""
    today = datetime.now(UTC).date()
    year = today.year + (1 if month <= today.month else 0)
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (which - 1))


SPRING, AUTUMN = sunday(3, 2), sunday(11, 1)


def local(day: date, hour: int, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK, fold=fold).astimezone(UTC)


def room(**overrides: Any) -> Room:
    hours = every_day(("00:00", "24:00"))
    schedule = make_schedule(timezone="America/New_York", hours=hours)
    return make_room(schedule, **{"max_days_ahead": 730} | overrides)


def test_an_hour_over_the_lost_hour_lasts_an_hour() -> None:
    booking = make_booking(room(), start=local(SPRING, 1))
    assert booking.end == local(SPRING, 3)
    assert document(booking)["durationMinutes"] == 60
    assert document(booking)["start"] == instant(local(SPRING, 1))


def test_both_of_an_hour_that_occurs_twice_can_be_booked() -> None:
    place = room()
    first = make_booking(place, start=local(AUTUMN, 1))
    second = make_booking(place, start=local(AUTUMN, 1, fold=1))
    assert second.start - first.start == timedelta(hours=1) == first.end - first.start


def test_the_price_is_that_of_the_local_start() -> None:
    late = {"label": "Evening", "from": "17:00", "percent": 50}
    place = room(pricing={"base": 1000, "adjustments": [late]})
    for day in (SPRING, SPRING - timedelta(days=1), AUTUMN, AUTUMN + timedelta(days=1)):
        assert make_booking(place, start=local(day, 16)).total_minor == 1000
        assert make_booking(place, start=local(day, 17)).total_minor == 1500


def test_a_move_to_the_same_local_hour_over_a_change_is_no_multiple_of_a_day() -> None:
    booking = make_booking(room(), start=local(SPRING - timedelta(days=1), 10))
    start = local(SPRING, 10)
    assert start - booking.start == timedelta(hours=23)
    assert change_booking(**by(booking), start=start).end == local(SPRING, 11)
    after = local(SPRING + timedelta(days=1), 10)
    new = reschedule_booking(**by(booking), start=after, end=after + timedelta(hours=1))
    assert (new.start, new.end - new.start) == (after, timedelta(hours=1))


@pytest.mark.parametrize("day", [SPRING, AUTUMN, SPRING + timedelta(days=1)])
def test_a_day_holds_what_starts_between_its_own_midnights(day: date) -> None:
    place = room()
    day_before, day_after = day - timedelta(days=1), day + timedelta(days=1)
    starts = [local(day_before, 23), local(day, 0), local(day, 23), local(day_after, 0)]
    _, first, last, _ = (make_booking(place, start=start) for start in starts)
    found = queries.filtered_bookings(place.organization, now=first.created_at, date=day)
    assert set(found) == {first, last}


def test_a_day_is_that_of_each_bookings_own_schedule() -> None:
    here = room()
    tokyo = make_schedule(here.organization, timezone="Asia/Tokyo", hours=every_day(("00:00", "24:00")))
    there = make_room(tokyo, max_days_ahead=730)
    start = local(SPRING + timedelta(days=10), 20)
    in_new_york, in_tokyo = make_booking(here, start=start), make_booking(there, start=start)
    for day, booking in ((10, in_new_york), (11, in_tokyo)):
        asked = SPRING + timedelta(days=day)
        found = queries.filtered_bookings(here.organization, now=booking.created_at, date=asked)
        assert list(found) == [booking]


def test_filters_by_room_take_any_of_its_names_and_unknown_ones_find_nothing() -> None:
    place = room()
    booking = make_booking(place, start=local(SPRING, 10))
    make_booking(make_room(place.schedule, max_days_ahead=730), start=local(SPRING, 12))
    for name in (place.pk, str(place.pk), place.booking_type, place.slug):
        found = queries.filtered_bookings(place.organization, now=booking.created_at, room=name)
        assert list(found) == [booking]
    for name in ("no-such-room", make_room().pk):
        assert not queries.filtered_bookings(place.organization, now=booking.created_at, room=name)
