"""Finding rooms and schedules by whatever names them, in their own organization alone."""

import pytest
from pytest_django import DjangoAssertNumQueries

from bookingflow.lib.errors import BookingTypeNotFound, NotFound
from bookingflow.organizations.models import Organization
from rooms.queries import find_room, find_schedule
from tests.builders import make_room, make_schedule

pytestmark = pytest.mark.django_db

NOBODYS = [
    "",
    "0",
    "-1",
    "02",
    "²",
    "9" * 19,
    "9" * 400,
    "bt-00000000",
    "BT-00000000",
    "the-vault\x00",
    "The-Vault",
    "é",
]


def test_a_room_is_found_by_integer_string_booking_type_and_slug(
    organization: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    room = make_room(make_schedule(organization), slug="the-vault")
    for identifier in (room.pk, str(room.pk), room.booking_type, "the-vault"):
        with django_assert_num_queries(1):
            found = find_room(organization, identifier)
            assert (found, found.schedule, found.organization) == (room, room.schedule, organization)
            assert found.read_at.tzinfo is not None


@pytest.mark.parametrize("identifier", NOBODYS)
def test_what_names_no_room_finds_none(organization: Organization, identifier: str) -> None:
    make_room(make_schedule(organization), slug="the-vault")
    with pytest.raises(BookingTypeNotFound):
        find_room(organization, identifier)


def test_another_organizations_room_is_not_there(organization: Organization) -> None:
    theirs = make_room(slug="the-vault")
    for identifier in (theirs.pk, theirs.booking_type, theirs.slug):
        with pytest.raises(BookingTypeNotFound):
            find_room(organization, identifier)


def test_a_schedule_is_found_by_integer_string_and_handle(organization: Organization) -> None:
    schedule = make_schedule(organization, handle="north-pier")
    for identifier in (schedule.pk, str(schedule.pk), "north-pier"):
        assert find_schedule(organization, identifier) == schedule


@pytest.mark.parametrize("identifier", NOBODYS)
def test_what_names_no_schedule_finds_none(organization: Organization, identifier: str) -> None:
    make_schedule()
    with pytest.raises(NotFound):
        find_schedule(organization, identifier)


def test_another_organizations_schedule_is_not_there(organization: Organization) -> None:
    theirs = make_schedule()
    for identifier in (theirs.pk, theirs.handle):
        with pytest.raises(NotFound):
            find_schedule(organization, identifier)
