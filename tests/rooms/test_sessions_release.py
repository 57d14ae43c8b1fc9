"""Giving time back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from rooms import sessions
from rooms.models import Claim, Session
from tests.builders import make_room, make_shared_room
from tests.rooms.taking import NOW, at, claim, session_of

pytestmark = pytest.mark.django_db


def test_a_session_goes_with_its_last_claim() -> None:
    room = make_shared_room()
    first, second = claim(room, at(10), guests=2), claim(room, at(10), guests=3)
    sessions.release(holder_id=first)
    assert session_of(second).seats_taken == 3
    sessions.release(holder_id=second)
    assert not Session.objects.exists()
    claim(room, at(10), guests=6)


def test_releasing_what_was_released_changes_nothing() -> None:
    room = make_shared_room()
    first, second = claim(room, at(10), guests=2), claim(room, at(10), guests=3)
    for _ in range(2):
        sessions.release(holder_id=first)
    sessions.release(holder_id=uuid4())
    assert session_of(second).seats_taken == 3


def test_a_release_is_one_statement_and_a_new_version(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    room = make_room()
    holder = claim(room, at(10))
    room.schedule.refresh_from_db()
    version = room.schedule.version
    with django_assert_num_queries(1):
        sessions.release(holder_id=holder)
    room.schedule.refresh_from_db()
    assert room.schedule.version != version


def test_the_sweep_releases_what_ran_out_oldest_first_and_names_its_holders() -> None:
    room, other = make_room(), make_shared_room()
    late = claim(other, at(10), expires_at=NOW + timedelta(minutes=9))
    early = claim(room, at(10), expires_at=NOW + timedelta(minutes=5))
    live = claim(other, at(10), expires_at=NOW + timedelta(minutes=20))
    firm = claim(room, at(11))
    now = NOW + timedelta(minutes=9)
    assert sessions.sweep_expired(now=now, limit=1) == [early]
    assert sessions.sweep_expired(now=now, limit=10) == [late]
    assert sessions.sweep_expired(now=now, limit=10) == []
    assert set(Claim.objects.values_list("holder_id", flat=True)) == {live, firm}
    assert session_of(live).seats_taken == 1
