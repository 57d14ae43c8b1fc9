"""Refunds that somebody else carries out: pending, reserved, and ended one way or the other."""

import pytest

from bookingflow.lib.errors import InvalidRequest, NotFound
from bookingflow.organizations.audit import SYSTEM
from bookings import services
from bookings.models import Booking, Payment, Refund
from bookings.payments.models import RefundStatus
from tests.bookings.stage import by, document, told, written
from tests.builders import make_organization, make_room, slot
from tests.payments.stage import booked, figures, labels, paid_by_card, pay, refund, settle

pytestmark = pytest.mark.django_db

SUCCEEDED, FAILED = RefundStatus.SUCCEEDED, RefundStatus.FAILED


def prices(booking: Booking) -> tuple[int, int]:
    """Total and deposit."""
    shown = document(booking)["price"]
    return shown["total"], shown["deposit"]


def test_it_starts_pending_is_counted_and_makes_no_event_yet() -> None:
    booking = booked()
    payment = paid_by_card(booking, 12000)
    (part,) = refund(booking, 5000, "Rain")
    assert part.status == RefundStatus.PENDING
    assert figures(booking) == (7000, 12000, 5000, 0)
    payment.refresh_from_db()
    assert (payment.reserved_minor, payment.refunded_minor) == (5000, 0)
    assert [event for event, _ in told(booking)] == ["booking.created"]
    assert written(booking)[-1][0] == "refund.pending"


def test_what_is_pending_can_not_be_refunded_twice() -> None:
    booking = booked()
    paid_by_card(booking, 12000)
    refund(booking, 8000)
    with pytest.raises(InvalidRequest):
        refund(booking, 4001)
    assert len(refund(booking, 4000)) == 1


def test_when_it_succeeds_it_has_gone_for_good_and_is_told() -> None:
    booking = booked()
    payment = paid_by_card(booking, 12000)
    (part,) = refund(booking, 5000)
    settle(part, SUCCEEDED)
    payment.refresh_from_db()
    assert (payment.reserved_minor, payment.refunded_minor) == (0, 5000)
    event, data = told(booking)[-1]
    assert (event, data["refund"]["status"], data["sequence"]) == ("refund.succeeded", "succeeded", 2)
    assert figures(booking) == (7000, 12000, 5000, 0)


def test_when_it_fails_its_line_goes_and_the_total_is_restored() -> None:
    booking = booked()
    paid_by_card(booking, 12000)
    (rain,), (snow,) = refund(booking, 5000, "Rain"), refund(booking, 1000, "Snow")
    settle(rain, FAILED)
    assert labels(booking) == [("60 minutes", 12000), ("Snow", -1000)]
    assert figures(booking) == (11000, 12000, 1000, 0)
    assert Payment.objects.get().reserved_minor == 1000
    event, data = told(booking)[-1]
    assert (event, data["refund"]["id"], data["refund"]["status"]) == (
        "refund.failed",
        str(rain.pk),
        "failed",
    )
    settle(snow, SUCCEEDED)
    assert figures(booking) == (11000, 12000, 1000, 0)


def test_the_deposit_comes_back_with_the_total() -> None:
    booking = booked(room=make_room(pricing={"base": 12000, "depositPercent": 50}))
    paid_by_card(booking, 12000)
    (rain,), (snow,) = refund(booking, 9000, "Rain"), refund(booking, 1000, "Snow")
    assert prices(booking) == (2000, 2000)
    settle(rain, FAILED)
    assert prices(booking) == (11000, 6000)
    settle(snow, FAILED)
    assert prices(booking) == (12000, 6000)


def test_a_cancellation_stays_when_its_refund_fails_and_shows_it() -> None:
    booking = booked()
    paid_by_card(booking, 12000)
    canceled = services.cancel_booking(**by(booking))
    assert document(canceled)["refund"] == {"amount": 12000, "currency": "USD", "status": "pending"}
    settle(Refund.objects.get(), FAILED)
    shown = document(booking)
    assert (shown["status"], shown["refund"]["status"]) == ("canceled", "failed")
    assert figures(booking) == (12000, 12000, 0, 0)


def test_a_cancellation_of_card_and_cash_is_pending_until_all_has_arrived() -> None:
    booking = booked()
    pay(booking, 2000)
    paid_by_card(booking, 10000)
    services.cancel_booking(**by(booking))
    assert document(booking)["refund"]["status"] == "pending"
    settle(Refund.objects.get(status="pending"), SUCCEEDED)
    assert document(booking)["refund"] == {"amount": 12000, "currency": "USD", "status": "succeeded"}


def test_what_failed_to_go_back_goes_back_by_hand_without_lowering_the_total_again() -> None:
    room = booked().room
    type(room).objects.update(pricing={"perGuest": 3000})
    booking = booked(room=room, start=slot(12), guests=4)
    paid_by_card(booking, 12000)
    services.change_booking(**by(booking), guests=3)
    settle(Refund.objects.get(), FAILED)
    assert figures(booking) == (9000, 12000, 0, 0)
    refund(booking, 3500)
    assert figures(booking) == (8500, 12000, 3500, 0)


@pytest.mark.parametrize("ended", [SUCCEEDED, FAILED])
def test_ended_twice_is_ended_once(ended: RefundStatus) -> None:
    booking = booked()
    paid_by_card(booking, 12000)
    (part,) = refund(booking, 5000)
    settle(part, ended)
    before = (document(booking), told(booking), written(booking))
    assert settle(part, ended).status == ended
    assert settle(part, RefundStatus.PENDING).status == ended
    assert (document(booking), told(booking), written(booking)) == before


def test_what_had_arrived_may_be_sent_back_by_the_bank() -> None:
    booking = booked()
    payment = paid_by_card(booking, 12000)
    (part,) = refund(booking, 5000, "Rain")
    settle(part, SUCCEEDED)
    settle(part, FAILED)
    payment.refresh_from_db()
    assert (payment.reserved_minor, payment.refunded_minor) == (0, 0)
    assert figures(booking) == (12000, 12000, 0, 0)
    assert [event for event, _ in told(booking)][1:] == ["refund.succeeded", "refund.failed"]
    assert settle(part, SUCCEEDED).status == FAILED


def test_a_refund_follows_its_payment_to_the_booking_that_took_the_old_ones_place() -> None:
    booking = booked()
    paid_by_card(booking, 12000)
    (part,) = refund(booking, 5000, "Rain")
    new = services.reschedule_booking(**by(booking), start=slot(12), end=slot(13))
    settle(part, FAILED)
    assert figures(new) == (12000, 12000, 0, 0)
    assert told(new)[-1][0] == "refund.failed"


def test_another_organizations_refund_does_not_exist() -> None:
    booking = booked()
    paid_by_card(booking, 12000)
    (part,) = refund(booking, 5000)
    with pytest.raises(NotFound):
        services.settle_refund(
            organization=make_organization(), actor=SYSTEM, refund_id=part.pk, status=SUCCEEDED
        )
