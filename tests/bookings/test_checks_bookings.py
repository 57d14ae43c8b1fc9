"""Each check of bookings finds what plain SQL has spoilt, and finds nothing wrong before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from bookingflow.lib import clock
from bookingflow.lib.checks import CheckResult
from bookings import checks, services
from bookings.models import Booking
from tests.bookings.stage import by, priced_room
from tests.builders import make_booking, make_room, make_shared_room, slot

pytestmark = pytest.mark.django_db

HAS_TIME = checks.bookings_have_their_time
IS_TAKEN_FOR = checks.time_is_taken_by_live_bookings
SUMS = checks.totals_are_the_sums_of_their_lines
LINKS = checks.rescheduled_bookings_are_linked
SEQUENCES = checks.sequences_are_those_of_the_newest_events
TOLD = checks.complete_bookings_were_told_of


def spoil(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(sql, parameters)
        assert cursor.rowcount > 0, "nothing was spoilt"


@pytest.fixture
def house() -> list[Booking]:
    """A booking of every kind: confirmed, shared, held, cancelled, rescheduled, moved."""
    room = priced_room()
    moved = make_booking(room, start=slot(9))
    canceled = make_booking(room, start=slot(10))
    old = make_booking(room, start=slot(11))
    services.change_booking(**by(moved), start=slot(15), guests=3)
    services.cancel_booking(**by(canceled))
    new = services.reschedule_booking(**by(old), start=slot(12), end=slot(13))
    hold = make_booking(room, start=slot(13), hold=True)
    shared = make_booking(make_shared_room(), guests=2)
    return [moved, canceled, old, new, hold, shared]


@pytest.mark.parametrize("check", checks.CHECKS)
def test_a_sound_house_passes(house: list[Booking], check: Callable[[], CheckResult]) -> None:
    result = check()
    assert (result.ok, result.found) == (True, 0), result.message


SPOILT = [
    (HAS_TIME, "DELETE FROM rooms_claim WHERE holder_id = %s", 0),
    (HAS_TIME, "DELETE FROM rooms_claim WHERE holder_id = %s", 4),
    (HAS_TIME, "UPDATE bookings_booking SET start = start + interval '5 minutes' WHERE id = %s", 3),
    (HAS_TIME, """UPDATE bookings_booking SET "end" = "end" + interval '5 minutes' WHERE id = %s""", 3),
    (HAS_TIME, "UPDATE bookings_booking SET mode = 'shared' WHERE id = %s", 0),
    (HAS_TIME, "UPDATE bookings_booking SET guests = 3 WHERE id = %s", 5),
    (HAS_TIME, "UPDATE rooms_claim SET holder_ref = 'BF-XXXXXX' WHERE holder_id = %s", 0),
    (HAS_TIME, "UPDATE rooms_claim SET expires_at = now() + interval '1 day' WHERE holder_id = %s", 0),
    (HAS_TIME, "UPDATE rooms_claim SET expires_at = NULL WHERE holder_id = %s", 4),
    (IS_TAKEN_FOR, "UPDATE bookings_booking SET status = 'expired' WHERE id = %s", 0),
    (IS_TAKEN_FOR, "UPDATE bookings_booking SET status = 'canceled', canceled_at = now() WHERE id = %s", 4),
    (IS_TAKEN_FOR, "DELETE FROM bookings_booking WHERE id = %s", 5),
    (SUMS, "UPDATE bookings_booking SET total_minor = total_minor + 1 WHERE id = %s", 0),
    (SUMS, "UPDATE bookings_booking SET price_lines = '[]' WHERE id = %s", 1),
    (LINKS, "UPDATE bookings_booking SET status = 'confirmed', canceled_at = NULL WHERE id = %s", 2),
    (LINKS, "UPDATE bookings_booking SET cancel_reason = 'Rain' WHERE id = %s", 2),
    (SEQUENCES, "UPDATE bookings_booking SET sequence = sequence + 1 WHERE id = %s", 0),
    (SEQUENCES, "UPDATE bookings_booking SET sequence = 1 WHERE id = %s", 4),
    (SEQUENCES, "DELETE FROM webhooks_event WHERE type = 'booking.canceled' AND subject_id = %s::text", 1),
    (TOLD, "UPDATE bookings_booking SET sequence = 0 WHERE id = %s", 3),
]


@pytest.mark.parametrize(("check", "sql", "number"), SPOILT)
def test_what_is_spoilt_is_found(
    house: list[Booking], check: Callable[[], CheckResult], sql: str, number: int
) -> None:
    spoil(sql, house[number].pk)
    result = check()
    assert (result.ok, result.found) == (False, 1)


def test_every_check_is_seen_to_fail() -> None:
    money = set(checks.payments.CHECKS)
    assert {check for check, _, _ in SPOILT} == set(checks.CHECKS) - money


def test_time_that_is_taken_for_nobody_is_found() -> None:
    booking = make_booking(make_room())
    spoil("UPDATE rooms_claim SET holder_id = gen_random_uuid() WHERE holder_id = %s", booking.pk)
    assert IS_TAKEN_FOR().found == 1
    assert HAS_TIME().found == 1


def test_a_hold_that_ran_out_an_hour_ago_offends_nobody_swept_or_not() -> None:
    clock.shift = -timedelta(hours=1)
    make_booking(priced_room(), hold=True)
    clock.shift = timedelta(0)
    assert all(check().ok for check in checks.CHECKS)
    services.expire_holds()
    assert all(check().ok for check in checks.CHECKS)


def test_an_imported_booking_needs_no_event() -> None:
    booking = make_booking()
    spoil("DELETE FROM webhooks_event WHERE subject_id = %s::text", booking.pk)
    spoil("UPDATE bookings_booking SET sequence = 0, source = 'import' WHERE id = %s", booking.pk)
    assert all(check().ok for check in checks.CHECKS)


def test_of_an_old_booking_the_events_may_be_gone() -> None:
    booking = make_booking()
    spoil("DELETE FROM webhooks_event WHERE subject_id = %s::text", booking.pk)
    assert SEQUENCES().found == 1
    spoil("UPDATE bookings_booking SET created_at = now() - interval '40 days' WHERE id = %s", booking.pk)
    assert SEQUENCES().ok
