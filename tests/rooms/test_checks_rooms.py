"""Each check of rooms passes on a busy schedule and finds what plain SQL spoils."""

import pytest
from django.db import connection

from bookingflow.lib.checks import Check
from bookingflow.organizations.audit import SYSTEM
from rooms import checks, services
from rooms.models import Room
from tests.builders import make_organization, make_schedule, make_shared_room
from tests.rooms.taking import at, claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy_room() -> Room:
    """Two private sessions, a shared one of two parties, a block, other hours, and a room that was changed."""
    organization = make_organization()
    room = services.create_room(organization=organization, actor=SYSTEM, name="The Vault", durations=[60])
    shared = make_shared_room(room.schedule)
    claim(room, at(9))
    claim(room, at(11), expires_at=at(9))
    for _ in range(2):
        claim(shared, at(13), guests=2)
    services.update_room(organization=organization, actor=SYSTEM, room=room, pricing={"base": 100})
    services.update_schedule(
        organization=organization, actor=SYSTEM, schedule=room.schedule, overrides=[{"date": "2030-01-01"}]
    )
    services.block_time(
        organization=organization, actor=SYSTEM, room=room.pk, start=at(9, day=20), end=at(9, day=21)
    )
    return room


def spoil(statement: str, *constraints: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for constraint in constraints:
            table = f"rooms_{constraint.partition('_')[0]}"
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        cursor.execute(statement)
        return cursor.rowcount


@pytest.mark.usefixtures("busy_room")
@pytest.mark.parametrize("check", checks.CHECKS)
def test_it_holds_on_a_busy_schedule(check: Check) -> None:
    result = check()
    assert (result.ok, result.found) == (True, 0)
    assert result.message.startswith("No ")


@pytest.mark.usefixtures("busy_room")
@pytest.mark.parametrize(
    ("check", "statement", "constraints"),
    [
        (
            checks.no_overlap,
            "UPDATE rooms_session SET occupied = tstzrange(lower(occupied) - interval '3 hours', upper(occupied))"
            " WHERE mode = 'shared'",
            ["session_no_overlap"],
        ),
        (
            checks.no_oversold_session,
            "UPDATE rooms_session SET seats_taken = seats + 1 WHERE mode = 'shared'",
            ["session_not_oversold"],
        ),
        (
            checks.seats_are_those_claimed,
            "UPDATE rooms_session SET seats_taken = 3 WHERE mode = 'shared'",
            [],
        ),
        (
            checks.every_session_has_a_claim,
            "DELETE FROM rooms_claim WHERE expires_at IS NOT NULL",
            [],
        ),
        (
            checks.occupied_time_covers_the_session,
            "UPDATE rooms_session SET start = start - interval '1 minute' WHERE mode = 'shared'",
            ["session_occupied_bounded"],
        ),
        (
            checks.changes_have_their_events,
            "DELETE FROM webhooks_event WHERE type = 'room.updated'",
            [],
        ),
        (
            checks.changes_have_their_events,
            "UPDATE rooms_schedule SET sequence = sequence + 1",
            [],
        ),
        (checks.changes_have_their_events, "UPDATE rooms_room SET sequence = 1 WHERE sequence = 2", []),
        (checks.what_is_stored_can_be_read, "UPDATE rooms_schedule SET timezone = 'Mars/Olympus'", []),
        (checks.what_is_stored_can_be_read, "UPDATE rooms_dateoverride SET hours = '[[9, 17]]'", []),
        (
            checks.what_is_stored_can_be_read,
            """UPDATE rooms_room SET pricing = '{"base": -1}' WHERE slug = 'the-vault'""",
            [],
        ),
    ],
)
def test_it_finds_what_was_spoilt(check: Check, statement: str, constraints: list[str]) -> None:
    assert spoil(statement, *constraints) == 1
    result = check()
    assert (result.ok, result.found) == (False, 1)
    assert result.message.startswith("1 ")


@pytest.mark.parametrize("table", ["room", "block", "session"])
def test_it_finds_what_is_on_another_organizations_schedule(busy_room: Room, table: str) -> None:
    foreign = make_organization()
    keys = {"session": ["session_schedule_same_organization", "session_room_same_organization"]}
    keys |= {"block": ["block_schedule_same_organization"]}
    keys |= {"room": ["session_room_same_organization", "room_schedule_same_organization"]}
    one = f"(SELECT id FROM rooms_{table} ORDER BY id LIMIT 1)"
    spoilt = spoil(
        f"UPDATE rooms_{table} SET organization_id = '{foreign.pk}' WHERE id = {one}", *keys[table]
    )
    assert (spoilt, checks.organizations_agree().found) == (1, 1)


def test_it_finds_sessions_on_another_schedule_than_their_rooms(busy_room: Room) -> None:
    other = make_schedule(busy_room.organization)
    assert spoil(f"UPDATE rooms_session SET schedule_id = {other.pk} WHERE mode = 'shared'") == 1
    assert checks.sessions_are_on_their_rooms_schedule().found == 1


def test_events_tidied_away_after_a_month_are_not_missed(busy_room: Room) -> None:
    spoil("DELETE FROM webhooks_event")
    spoil("UPDATE rooms_room SET updated_at = updated_at - interval '30 days'")
    spoil("UPDATE rooms_schedule SET updated_at = updated_at - interval '30 days'")
    assert checks.changes_have_their_events().ok
