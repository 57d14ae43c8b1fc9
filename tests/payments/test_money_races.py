"""Two at once on one booking's money: each waits for the other, and goes by what is there then."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum

from bookings import services
from bookings.models import Booking, Payment, Refund
from bookings.payments.models import Method
from tests.bookings.race import in_the_middle, race, refusals, waiting, won
from tests.bookings.stage import by, document
from tests.builders import slot
from tests.payments.stage import booked, figures, pay

pytestmark = pytest.mark.django_db(transaction=True)

LOCKED = "SELECT 1 FROM bookings_booking WHERE id = %s FOR NO KEY UPDATE"


def refunding(booking: Booking, amount: int) -> Callable[[], Any]:
    return lambda: services.refund_booking(**by(booking), amount_minor=amount)


def paying(booking: Booking, amount: int) -> Callable[[], Any]:
    return lambda: services.record_payment(**by(booking), amount_minor=amount, method=Method.CASH)


def canceling(booking: Booking) -> Callable[[], Any]:
    return lambda: services.cancel_booking(**by(booking), refund="full")


def rescheduling(booking: Booking) -> Callable[[], Any]:
    return lambda: services.reschedule_booking(**by(booking), start=slot(12), end=slot(13))


def given_back() -> int:
    return int(Refund.objects.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


@pytest.mark.parametrize("round_", range(5))
def test_of_two_refunds_of_all_one_goes_through(round_: int) -> None:
    booking = booked()
    pay(booking, 12000)
    outcomes = race([refunding(booking, 12000)] * 4)
    assert (len(won(outcomes)), set(refusals(outcomes))) == (1, {"INVALID_REQUEST"})
    assert figures(booking) == (0, 12000, 12000, 0)
    assert given_back() == 12000


@pytest.mark.parametrize("round_", range(5))
def test_of_many_parts_as_many_go_through_as_there_is_money(round_: int) -> None:
    booking = booked()
    pay(booking, 5000)
    pay(booking, 7000)
    outcomes = race([refunding(booking, 5000)] * 6)
    assert len(won(outcomes)) == 2
    assert figures(booking) == (2000, 12000, 10000, 0)
    assert sum(each.left_minor for each in Payment.objects.all()) == 2000


def test_a_balance_is_taken_once() -> None:
    booking = booked()
    outcomes = race([paying(booking, 12000)] * 4)
    assert (len(won(outcomes)), set(refusals(outcomes))) == (1, {"BOOKING_STATE_CONFLICT"})
    assert figures(booking) == (12000, 12000, 0, 0)


@pytest.mark.parametrize("round_", range(5))
def test_a_cancellation_and_a_refund_give_back_no_more_than_all(round_: int) -> None:
    booking = booked()
    pay(booking, 12000)
    outcomes = race([canceling(booking), refunding(booking, 9000), canceling(booking)])
    assert set(refusals(outcomes)) <= {"INVALID_REQUEST"}
    assert given_back() == 12000
    assert document(booking)["price"]["refunded"] == 12000


@pytest.mark.parametrize("round_", range(5))
def test_money_is_never_left_on_a_booking_that_another_took_the_place_of(round_: int) -> None:
    booking = booked()
    pay(booking, 6000)
    outcomes = race([rescheduling(booking), paying(booking, 6000), refunding(booking, 1000)])
    refusals(outcomes)
    new = outcomes[0]
    assert figures(booking)[1:] == (0, 0, 0)
    assert set(Payment.objects.values_list("booking_id", flat=True)) == {new.pk}


def test_a_refund_waits_for_whoever_has_the_booking_in_hand() -> None:
    booking = booked()
    pay(booking, 12000)
    with in_the_middle(LOCKED, [booking.pk]) as other:
        outcome = waiting(refunding(booking, 7000), other)
        other.execute("UPDATE bookings_payment SET refunded_minor = 6000")
        other.execute("UPDATE bookings_booking SET refunded_minor = 6000 WHERE id = %s", [booking.pk])
    assert refusals([outcome.result()]) == ["INVALID_REQUEST"]
