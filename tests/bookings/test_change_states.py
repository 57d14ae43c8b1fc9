"""Every pair of states, by the services' own ways from the one to the other."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from bookingflow.lib.errors import BookingStateConflict, InvalidRequest
from bookings import services
from bookings.lifecycle import FOLLOWS, Status
from bookings.models import Booking
from tests.bookings.stage import again, booking_in, by, document, refused, told, written

pytestmark = pytest.mark.django_db

WAYS: dict[Status, Callable[[Booking], object]] = {
    Status.PENDING: lambda booking: services.change_booking(**by(booking), status="pending"),
    Status.CONFIRMED: lambda booking: services.confirm_booking(**by(booking)),
    Status.COMPLETED: lambda booking: services.complete_booking(**by(booking)),
    Status.NO_SHOW: lambda booking: services.mark_no_show(**by(booking)),
    Status.CANCELED: lambda booking: services.cancel_booking(**by(booking)),
    Status.EXPIRED: lambda booking: services.expire_holds(),
}
# The sweeper asks of no booking what it isn't: it passes over.
PASSED_OVER = {(old, Status.EXPIRED) for old in Status}
# Asked for again, it is answered and nothing happens.
SAME = {(status, status) for status in (Status.PENDING, Status.COMPLETED, Status.NO_SHOW, Status.CANCELED)}
# Needs the start, or the end of the hold, to have passed: see the tests of these.
NEEDS_TIME = {
    (Status.CONFIRMED, Status.COMPLETED),
    (Status.CONFIRMED, Status.NO_SHOW),
    (Status.PENDING, Status.EXPIRED),
}
# A payment that arrives late may, but nobody's word.
BY_PAYMENT_ALONE = {(Status.EXPIRED, Status.CONFIRMED)}

ALLOWED = {(old, new) for old, following in FOLLOWS.items() for new in following}
MOVES = sorted(ALLOWED - NEEDS_TIME - BY_PAYMENT_ALONE)
REFUSED = sorted(set(product(Status, Status)) - ALLOWED - SAME - PASSED_OVER | BY_PAYMENT_ALONE)
PASSED = sorted((SAME | PASSED_OVER) - NEEDS_TIME)


def everything(booking: Booking) -> tuple[Any, ...]:
    return document(booking), told(booking), written(booking), again(booking).sequence


def test_every_pair_is_accounted_for() -> None:
    assert sorted({*MOVES, *REFUSED, *PASSED, *NEEDS_TIME}) == sorted(product(Status, Status))
    assert len(MOVES) + len(REFUSED) + len(PASSED) + len(NEEDS_TIME) == len(Status) ** 2


@pytest.mark.parametrize(("old", "new"), MOVES)
def test_what_may_follow_follows(old: Status, new: Status) -> None:
    booking = booking_in(old)
    WAYS[new](booking)
    assert document(booking)["status"] == new


@pytest.mark.parametrize(("old", "new"), REFUSED)
def test_what_may_not_follow_is_refused_and_leaves_nothing(old: Status, new: Status) -> None:
    booking = booking_in(old)
    before = everything(booking)
    with refused(
        InvalidRequest if (old, new) == (Status.CONFIRMED, Status.PENDING) else BookingStateConflict
    ):
        WAYS[new](booking)
    assert everything(booking) == before


@pytest.mark.parametrize(("old", "new"), PASSED)
def test_what_is_so_already_or_none_of_its_business_stays(old: Status, new: Status) -> None:
    booking = booking_in(old)
    before = (document(booking)["status"], told(booking))
    WAYS[new](booking)
    assert (document(booking)["status"], told(booking)) == before
