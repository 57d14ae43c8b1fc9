"""Each check of money finds what plain SQL has spoilt, and finds nothing wrong before."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from bookingflow.lib.checks import CheckResult
from bookings import checks, services
from bookings.models import Booking
from bookings.payments import checks as money
from tests.bookings.stage import by
from tests.builders import slot
from tests.payments.stage import booked, paid_by_card, pay, refund

pytestmark = pytest.mark.django_db

ABOVE, COUNTS = money.no_refund_is_above_its_payment, money.payments_count_their_refunds
SUMS, CANCELED = money.bookings_sum_up_their_money, money.cancellations_show_their_refunds
LINES, SHOWN = money.refunds_by_hand_stay_taken_off, money.newest_payments_are_shown


@pytest.fixture
def house() -> list[Booking]:
    """Paid and part-refunded, cancelled, rescheduled and cheaper, with a card's refund under way."""
    refunded, canceled, old, card = (booked() for _ in range(4))
    for each in (refunded, canceled, old):
        pay(each, 6000)
        pay(each, 6000)
    refund(refunded, 7000, "Rain")
    services.cancel_booking(**by(canceled))
    new = services.reschedule_booking(**by(old), start=slot(12), end=slot(13))
    paid_by_card(card, 12000)
    refund(card, 1000)
    return [refunded, canceled, old, new, card]


@pytest.mark.parametrize("check", checks.CHECKS)
def test_a_sound_house_passes(house: list[Booking], check: Callable[[], CheckResult]) -> None:
    assert check().ok, check().message


OF_BOOKING = "payment_id IN (SELECT id FROM bookings_payment WHERE booking_id = %s)"
HIDDEN = "WITH hidden AS (UPDATE bookings_booking SET payment_shown_id = NULL WHERE id = %s RETURNING id)"
SPOILT = [
    (ABOVE, f"UPDATE bookings_refund SET amount_minor = 6001 WHERE amount_minor = 6000 AND {OF_BOOKING}", 0),
    (ABOVE, f"UPDATE bookings_refund SET amount_minor = 12001 WHERE {OF_BOOKING}", 4),
    (COUNTS, f"UPDATE bookings_refund SET amount_minor = amount_minor + 1 WHERE {OF_BOOKING}", 4),
    (COUNTS, f"UPDATE bookings_refund SET status = 'succeeded' WHERE {OF_BOOKING}", 4),
    (COUNTS, f"DELETE FROM bookings_refund WHERE {OF_BOOKING}", 4),
    (SUMS, "UPDATE bookings_booking SET paid_minor = paid_minor + 1 WHERE id = %s", 0),
    (SUMS, "UPDATE bookings_booking SET refunded_minor = refunded_minor - 1 WHERE id = %s", 4),
    (SUMS, f"{HIDDEN} DELETE FROM bookings_payment WHERE booking_id IN (SELECT id FROM hidden)", 3),
    (SHOWN, "UPDATE bookings_booking SET payment_shown_id = NULL WHERE id = %s", 3),
    (CANCELED, "UPDATE bookings_booking SET cancel_refund_minor = 1 WHERE id = %s", 1),
    (CANCELED, "UPDATE bookings_booking SET cancel_refund_status = 'failed' WHERE id = %s", 1),
    (CANCELED, f"UPDATE bookings_refund SET status = 'failed' WHERE {OF_BOOKING}", 1),
    (LINES, "UPDATE bookings_booking SET price_lines = price_lines - 1 WHERE id = %s", 0),
    (LINES, "UPDATE bookings_booking SET price_lines = price_lines - 1 WHERE id = %s", 4),
]


@pytest.mark.parametrize(("check", "sql", "number"), SPOILT)
def test_what_is_spoilt_is_found(
    house: list[Booking], check: Callable[[], CheckResult], sql: str, number: int
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(sql, [house[number].pk])
        assert cursor.rowcount > 0, "nothing was spoilt"
    result: Any = check()
    assert not result.ok
    assert result.found >= 1


def test_every_check_is_seen_to_fail() -> None:
    assert {check for check, _, _ in SPOILT} == set(money.CHECKS)
