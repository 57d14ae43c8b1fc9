"""References: short, and unique in their organization whatever chance brings."""

from collections.abc import Iterator

import pytest

from bookingflow.lib.errors import BookingNotFound
from bookings import queries
from bookings.services import making, reschedule_booking
from rooms.models import Claim, Session
from tests.bookings.stage import again, by, refused, time_of
from tests.builders import make_booking, make_room, make_shared_room, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What chance brings next; after that, chance itself."""
    references: list[str] = []
    chance = making.new_reference
    monkeypatch.setattr(making, "new_reference", lambda: references.pop(0) if references else chance())
    return references


def test_one_that_is_taken_is_replaced_and_the_time_is_held_under_the_new_one(drawn: list[str]) -> None:
    room = make_room()
    taken = make_booking(room, start=slot(10)).reference
    drawn += [taken, taken, "BF-222222"]
    booking = make_booking(room, start=slot(11))
    assert again(booking).reference == "BF-222222"
    assert Claim.objects.get(holder_id=booking.pk).holder_ref == "BF-222222"
    assert Session.objects.count() == 2


def test_a_second_try_takes_its_seats_once(drawn: list[str]) -> None:
    room = make_shared_room(seats=6)
    taken = make_booking(room, guests=2).reference
    drawn += [taken]
    make_booking(room, guests=3)
    assert Session.objects.get().seats_taken == 5


def test_a_reschedule_replaces_a_taken_one_too(drawn: list[str]) -> None:
    booking = make_booking()
    drawn += [booking.reference, "BF-333333"]
    new = reschedule_booking(**by(booking), start=slot(12), end=slot(13))
    assert again(new).reference == "BF-333333"
    assert Claim.objects.get().holder_ref == "BF-333333"
    assert time_of(new) == (slot(12), slot(13))


def test_two_organizations_may_have_the_same_one(drawn: list[str]) -> None:
    drawn += ["BF-444444", "BF-444444"]
    assert make_booking().reference == make_booking().reference == "BF-444444"


def spellings(reference: str) -> Iterator[str]:
    yield from (reference, reference.lower(), f" {reference.title()} ")


def test_a_booking_is_found_by_it_in_any_case_and_by_its_id() -> None:
    booking = make_booking()
    for name in [*spellings(booking.reference), booking.pk, str(booking.pk), str(booking.pk).upper()]:
        assert queries.find_booking(booking.organization, name) == booking


@pytest.mark.parametrize("name", ["", "BF-", "BF-XXXXXX", "7", "no-such", "6f1c", "\x00"])
def test_what_is_no_booking_is_not_found(name: str) -> None:
    booking = make_booking()
    with refused(BookingNotFound):
        queries.find_booking(booking.organization, name)


def test_another_organizations_booking_does_not_exist() -> None:
    booking, stranger = make_booking(), make_room().organization
    for name in (booking.pk, str(booking.pk), booking.reference):
        with refused(BookingNotFound):
            queries.find_booking(stranger, name)
