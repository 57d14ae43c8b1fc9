from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest
from django.db import connection

from bookingflow.api import unit_of_work
from bookingflow.lib.names import MAX_LENGTH, name_fault
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization
from rooms import services
from rooms.models import Mode, Room
from rooms.services.naming import insert_room, numbered
from tests.builders import make_organization, make_room


def test_numbers_keep_a_long_name_within_its_length() -> None:
    names = list(islice(numbered("x" * MAX_LENGTH), 12))
    assert len(set(names)) == 12
    assert all(name_fault(name) is None for name in names)


@pytest.mark.django_db
def test_a_booking_type_that_is_taken_is_made_anew() -> None:
    other = make_room()
    room = Room(
        organization=other.organization,
        schedule=other.schedule,
        booking_type=other.booking_type,
        name="Twin",
        modes=[Mode.PRIVATE],
        durations=[60],
        slot_interval_minutes=60,
    )
    insert_room(room)
    assert Room.objects.get(slug="twin").booking_type != other.booking_type


@pytest.mark.django_db(transaction=True)
def test_rooms_of_one_name_made_at_once_get_names_of_their_own() -> None:
    organization = make_organization()
    with ThreadPoolExecutor(4) as threads:
        rooms = list(threads.map(lambda _: _created(organization), range(8)))
    assert {room.slug for room in rooms} == set(islice(numbered("the-vault"), 8))
    assert len({room.schedule.handle for room in rooms}) == 8


def _created(organization: Organization) -> Room:
    try:
        return unit_of_work.run(
            lambda: services.create_room(
                organization=organization, actor=SYSTEM, name="The Vault", durations=[60]
            )
        )
    finally:
        connection.close()
