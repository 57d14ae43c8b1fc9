"""The rules of money, one by one: price after a change, ceiling, refunds by hand, order of refunds."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.models import Booking, Payment, Refund
from bookings.payments.models import RefundPurpose
from bookings.services import cancel_booking, change_booking, reschedule_booking
from rooms.models import Room
from tests.bookings.stage import again, by, document, stand_at, told
from tests.builders import make_booking, make_room, slot
from tests.payments.stage import POLICY, booked, figures, labels, pay, quoted, refund

pytestmark = pytest.mark.django_db

GUESTS = {"perGuest": 3000, "depositPercent": 50}
EVENING = {
    "base": 10000,
    "adjustments": [{"label": "Evening", "from": "15:00", "to": "17:00", "percent": 20}],
}


def of_guests(guests: int = 4) -> Booking:
    return make_booking(make_room(pricing=GUESTS, cancellation_policy=POLICY), guests=guests)


def test_a_rise_adds_to_what_is_due() -> None:
    booking = of_guests(4)
    pay(booking, 12000)
    change_booking(**by(booking), guests=5)
    assert figures(booking) == (15000, 12000, 0, 3000)
    assert document(booking)["price"]["deposit"] == 7500


def test_a_fall_refunds_what_was_paid_beyond_the_new_total() -> None:
    booking = of_guests(4)
    pay(booking, 10000)
    change_booking(**by(booking), guests=3)
    assert figures(booking) == (9000, 10000, 1000, 0)
    assert Refund.objects.get().purpose == RefundPurpose.LOWER_PRICE


def test_a_fall_that_leaves_more_than_was_paid_refunds_nothing() -> None:
    booking = of_guests(4)
    pay(booking, 6000)
    change_booking(**by(booking), guests=3)
    assert figures(booking) == (9000, 6000, 0, 3000)


def test_a_fall_is_told_in_the_change_and_then_as_a_refund() -> None:
    booking = of_guests(4)
    pay(booking, 12000)
    change_booking(**by(booking), guests=3)
    (updated, data), (ended, after) = told(booking)[-2:]
    assert (updated, ended, after["sequence"]) == (
        "booking.updated",
        "refund.succeeded",
        again(booking).sequence,
    )
    assert data["changes"]["price"]["to"]["refunded"] == 3000
    assert (after["refund"]["amount"], after["booking"]) == (3000, data["booking"])


def test_another_duration_or_room_is_priced_anew_at_the_present_prices() -> None:
    room = make_room(durations=[60, 120], pricing={"base": 5000})
    dear = make_room(room.schedule, pricing={"base": 9000})
    booking = make_booking(room, duration_minutes=60)
    Room.objects.filter(pk=room.pk).update(
        pricing={"base": 6000, "durations": [{"minutes": 120, "base": 7000}]}
    )
    change_booking(**by(booking), duration_minutes=120)
    assert figures(booking) == (7000, 0, 0, 7000)
    change_booking(**by(booking), room=dear.pk, duration_minutes=60)
    assert figures(booking) == (9000, 0, 0, 9000)


def test_another_time_keeps_the_frozen_price_where_todays_prices_agree() -> None:
    booking = booked(room=make_room(pricing=EVENING), start=slot(10))
    Room.objects.update(pricing={"base": 77700})
    change_booking(**by(booking), start=slot(15))
    assert figures(booking) == (10000, 0, 0, 10000)


def test_another_time_takes_todays_price_where_the_slots_differ_in_it() -> None:
    booking = booked(room=make_room(pricing=EVENING), start=slot(10))
    pay(booking, 10000)
    Room.objects.update(pricing={**EVENING, "base": 20000})
    change_booking(**by(booking), start=slot(15))
    assert figures(booking) == (24000, 10000, 0, 14000)
    change_booking(**by(booking), start=slot(10))
    assert figures(booking) == (20000, 10000, 0, 10000)


def test_a_reschedule_prices_as_a_move_does_and_takes_the_payments_along() -> None:
    old = booked(room=make_room(pricing=EVENING, cancellation_policy=POLICY), start=slot(15))
    payment = pay(old, 12000)
    new = reschedule_booking(**by(old), start=slot(10), end=slot(11))
    assert figures(new) == (10000, 12000, 2000, 0)
    assert figures(old) == (12000, 0, 0, 0)
    assert Payment.objects.get().booking_id == new.pk
    assert Payment.objects.get().pk == payment.pk
    assert [event for event, _ in told(new)] == ["booking.rescheduled", "refund.succeeded"]
    assert [event for event, _ in told(old)] == ["booking.created", "payment.recorded"]
    refund(new, 10000)
    assert figures(new) == (0, 12000, 12000, 0)


@pytest.mark.parametrize("amount", [1000, 2000])
def test_the_line_of_a_refund_outlives_another_price(amount: int) -> None:
    booking = of_guests(4)
    pay(booking, 12000)
    refund(booking, amount, "Rain")
    change_booking(**by(booking), guests=5)
    assert labels(booking) == [("5 guests", 15000), ("Rain", -amount)]
    assert figures(booking) == (15000 - amount, 12000, amount, 3000)


def test_it_takes_off_no_more_than_there_is_and_counts_whole_again_after_a_rise() -> None:
    booking = of_guests(4)
    pay(booking, 12000)
    refund(booking, 8000, "Rain")
    change_booking(**by(booking), guests=2)
    assert labels(booking) == [("2 guests", 6000), ("Rain", -6000)]
    assert figures(booking) == (0, 12000, 12000, 0)
    change_booking(**by(booking), guests=4)
    assert labels(booking) == [("4 guests", 12000), ("Rain", -8000)]
    assert figures(booking) == (4000, 12000, 12000, 4000)


def test_an_adjustment_of_the_prices_themselves_is_no_refund() -> None:
    booking = booked(room=make_room(pricing=EVENING), start=slot(15))
    pay(booking, 12000)
    refund(booking, 500)
    assert labels(booking) == [("60 minutes", 10000), ("Evening", 2000), ("Refund", -500)]
    change_booking(**by(booking), start=slot(10))
    assert labels(booking) == [("60 minutes", 10000), ("Refund", -500)]
    assert figures(booking) == (9500, 12000, 2500, 0)


def test_refunds_take_the_newest_payment_first() -> None:
    booking = booked()
    first, second, third = pay(booking, 3000), pay(booking, 4000), pay(booking, 5000)
    refund(booking, 6000)
    refund(booking, 4000)
    left = {each.pk: each.left_minor for each in Payment.objects.all()}
    assert left == {third.pk: 0, second.pk: 0, first.pk: 2000}


def test_after_a_fall_the_policy_goes_by_what_was_paid_less_that_refund() -> None:
    booking = of_guests(4)
    pay(booking, 12000)
    change_booking(**by(booking), guests=3)
    stand_at(booking.start - timedelta(hours=30))
    assert quoted(booking).amount == 4500
    assert document_refund(cancel_booking(**by(booking))) == 4500
    assert figures(booking) == (9000, 12000, 7500, 0)


def test_what_staff_refunded_already_is_taken_off_the_policys_refund() -> None:
    booking = booked()
    pay(booking, 12000)
    refund(booking, 5000)
    stand_at(booking.start - timedelta(hours=30))
    assert quoted(booking).amount == 1000
    assert document_refund(cancel_booking(**by(booking))) == 1000


def test_staff_that_refunded_more_than_the_policy_leave_nothing_to_refund() -> None:
    booking = booked()
    pay(booking, 12000)
    refund(booking, 7000)
    stand_at(booking.start - timedelta(hours=30))
    canceled = cancel_booking(**by(booking))
    assert document(canceled)["refund"] == {"amount": 0, "currency": "USD", "status": "not_needed"}


@pytest.mark.parametrize("way", ["place", "room", "reschedule"])
def test_a_move_never_improves_the_refund(way: str) -> None:
    booking = booked(start=slot(10))
    pay(booking, 12000)
    stand_at(booking.start - timedelta(hours=30))
    moved = moved_by(way, booking)
    quote = quoted(moved)
    assert (quote.amount, quote.percent, quote.policy) == (6000, Decimal(50), None)
    assert "before the booking was moved" in quote.message
    assert document_refund(cancel_booking(**by(moved))) == 6000


def moved_by(way: str, booking: Booking) -> Booking:
    if way == "reschedule":
        return reschedule_booking(**by(booking), start=slot(10, days=20), end=slot(11, days=20))
    room = make_room(booking.room.schedule, pricing={"base": 12000}) if way == "room" else booking.room
    return change_booking(**by(booking), start=slot(10, days=20), room=room.pk)


def test_a_second_move_keeps_the_lower_ceiling() -> None:
    booking = booked(start=slot(10))
    pay(booking, 12000)
    stand_at(booking.start - timedelta(hours=30))
    change_booking(**by(booking), start=slot(10, days=20))
    change_booking(**by(booking), start=slot(10, days=30))
    assert again(booking).refund_ceiling_percent == 50
    stand_at(slot(10, days=30) - timedelta(hours=1))
    change_booking(**by(booking), start=slot(10, days=40))
    assert quoted(booking).percent == 0


def test_more_guests_set_no_ceiling_and_a_move_in_good_time_is_none_either() -> None:
    booking = of_guests(2)
    change_booking(**by(booking), guests=4)
    assert again(booking).refund_ceiling_percent is None
    change_booking(**by(booking), start=slot(12))
    pay(booking, 12000)
    assert quoted(booking).amount == 12000


def test_staff_may_refund_above_the_ceiling_by_hand_and_in_full() -> None:
    booking = booked(start=slot(10))
    pay(booking, 12000)
    stand_at(booking.start - timedelta(hours=3))
    change_booking(**by(booking), start=slot(10, days=20))
    assert quoted(booking).amount == 0
    refund(booking, 5000)
    assert document_refund(cancel_booking(**by(booking), refund="full")) == 7000


@pytest.mark.parametrize("total", [3333, 1])
def test_percentages_round_half_up_in_every_currency(total: int) -> None:
    booking = booked(total)
    pay(booking, total)
    stand_at(booking.start - timedelta(hours=30))
    assert quoted(booking).amount == (total + 1) // 2


def test_cancel_and_refund_are_separate_states_nothing_paid_needs_none() -> None:
    canceled = cancel_booking(**by(booked()), refund="full")
    assert document(canceled)["refund"] == {"amount": 0, "currency": "USD", "status": "not_needed"}
    assert not Refund.objects.exists()


def test_a_deposit_that_was_paid_is_not_taken_for_the_whole_price() -> None:
    booking = of_guests(4)
    pay(booking, 6000)
    assert figures(booking) == (12000, 6000, 0, 6000)
    assert quoted(booking).amount == 6000


def test_a_party_that_pays_with_yen_gets_whole_yen_back() -> None:
    room = make_room(pricing={"base": 333}, cancellation_policy=POLICY)
    type(room.organization).objects.update(currency="JPY")
    room.organization.refresh_from_db()
    booking = booked(room=room)
    pay(booking, 333)
    stand_at(booking.start - timedelta(hours=30))
    assert (quoted(booking).amount, quoted(booking).message.split(",")[0]) == (167, "50 % of 333 JPY")


SPOILT = [
    "UPDATE bookings_payment SET refunded_minor = amount_minor + 1",
    "UPDATE bookings_payment SET refunded_minor = amount_minor, reserved_minor = 1",
    "UPDATE bookings_payment SET refunded_minor = -1",
    "UPDATE bookings_booking SET refunded_minor = paid_minor + 1",
    "UPDATE bookings_booking SET paid_minor = -1",
]


@pytest.mark.parametrize("statement", SPOILT)
def test_the_database_itself_refuses_to_give_back_more_than_was_paid(statement: str) -> None:
    pay(booked(), 12000)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def document_refund(booking: Booking) -> int:
    shown = document(booking)["refund"]
    assert shown["status"] == ("succeeded" if shown["amount"] else "not_needed")
    return int(shown["amount"])
