"""A room's `ETag`, and `If-Match`: nobody overwrites what they have not seen."""

from datetime import timedelta
from typing import Any

import pytest

from bookingflow.api.conditional import etag_of
from bookingflow.lib import clock
from bookingflow.lib.errors import PreconditionFailed
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization
from rooms import services
from rooms.models import Room
from tests.bookings.race import race, refusals, won
from tests.builders import make_booking, make_room, make_schedule
from tests.caller import Caller, error_of

PATH = "/api/v1/rooms/the-vault"
CHANGING: list[tuple[str, Any]] = [("PUT", {"name": "Mine"}), ("PATCH", {"name": "Mine"}), ("DELETE", None)]


@pytest.fixture
def room(organization: Organization) -> Room:
    return make_room(make_schedule(organization), slug="the-vault", name="The Vault")


def test_create_read_and_change_name_the_version(caller: Caller) -> None:
    made = caller.post("/api/v1/rooms", {"name": "The Vault", "durations": [60]})
    assert made["ETag"] == caller.get(PATH)["ETag"]
    changed = caller.put(PATH, {"name": "The Safe"})
    assert changed["ETag"] == caller.get(PATH)["ETag"] != made["ETag"]
    assert caller.patch(PATH, {"name": "The Safe"})["ETag"] == changed["ETag"]


def test_bookings_and_the_clock_leave_the_version_as_it_is(caller: Caller, room: Room) -> None:
    before = caller.get(PATH)
    make_booking(room)
    clock.shift = timedelta(days=3)
    after = caller.get(PATH)
    assert after["ETag"] == before["ETag"]
    assert after.json()["availability"] != before.json()["availability"]


@pytest.mark.parametrize(("method", "body"), CHANGING)
def test_the_version_that_there_is_may_be_changed(caller: Caller, room: Room, method: str, body: Any) -> None:
    tag = caller.get(PATH)["ETag"]
    answer = caller.send(method, PATH, body, headers={"If-Match": f'"other", {tag}'})
    assert answer.status_code in (200, 204)


@pytest.mark.parametrize(("method", "body"), CHANGING)
def test_another_version_is_412_and_nothing_is_changed(
    caller: Caller, room: Room, method: str, body: Any
) -> None:
    seen = caller.get(PATH)["ETag"]
    caller.put(PATH, {"description": "Theirs"})
    for tag in (seen, f"W/{caller.get(PATH)['ETag']}", '"x"'):
        error = error_of(caller.send(method, PATH, body, headers={"If-Match": tag}), 412)
        assert error["code"] == "PRECONDITION_FAILED"
    read = caller.get(PATH).json()
    assert (read["name"], read["description"], read["active"]) == ("The Vault", "Theirs", True)


@pytest.mark.parametrize(("method", "body"), CHANGING)
def test_a_star_matches_whatever_is_there(caller: Caller, room: Room, method: str, body: Any) -> None:
    assert caller.send(method, PATH, body, headers={"If-Match": "*"}).status_code in (200, 204)


def test_what_is_no_entity_tag_is_400(caller: Caller, room: Room) -> None:
    error = error_of(caller.put(PATH, {"name": "Mine"}, headers={"If-Match": "abc"}), 400)
    assert [detail["field"] for detail in error["details"]] == ["If-Match"]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_saw_the_same_version_one_changes_it() -> None:
    room = make_room()
    seen = etag_of(room)

    def check(row: Room) -> None:
        if etag_of(row) != seen:
            raise PreconditionFailed

    outcomes = race(
        [
            lambda number=number: services.update_room(
                organization=room.organization,
                actor=SYSTEM,
                room=room,
                if_match=check,
                name=f"Name {number}",
            )
            for number in range(8)
        ]
    )
    assert len(won(outcomes)) == 1
    assert refusals(outcomes) == ["PRECONDITION_FAILED"] * 7
