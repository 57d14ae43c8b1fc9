"""`GET /rooms`: filters, pages, and what it costs."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookingflow.organizations.models import Organization
from rooms.models import Schedule
from tests.builders import make_organization, make_room, make_schedule, make_shared_room
from tests.caller import Caller, error_of


@pytest.fixture
def pier(organization: Organization) -> Schedule:
    """Two rooms on the pier's own schedule, two elsewhere; a namesake at another's."""
    pier = make_schedule(organization, handle="the-pier")
    make_room(pier, slug="vault", name="The Vault", description="Crack the safe")
    make_shared_room(pier, slug="tasting", name="Wine Tasting")
    make_room(make_schedule(organization), slug="cafe-noir", name="Café Noir", active=False)
    both = {"modes": ["private", "shared"], "seats": 4}
    make_room(make_schedule(organization), slug="studio-7", name="Studio 100%", **both)
    make_room(make_schedule(make_organization()), slug="vault", name="The Vault")
    return pier


def slugs(caller: Caller, **query: object) -> list[str]:
    answer = caller.get("/api/v1/rooms", **query)
    assert answer.status_code == 200, answer.content
    return [room["slug"] for room in answer.json()["results"]]


def test_all_rooms_the_inactive_ones_too_oldest_first(caller: Caller, pier: Schedule) -> None:
    assert slugs(caller) == ["vault", "tasting", "cafe-noir", "studio-7"]


def test_rows_are_shown_as_the_room_itself_but_without_its_slots(caller: Caller, pier: Schedule) -> None:
    [row] = caller.get("/api/v1/rooms", search="vault").json()["results"]
    one = caller.get("/api/v1/rooms/vault").json()
    assert row == {name: value for name, value in one.items() if name != "availability"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"active": "true"}, ["vault", "tasting", "studio-7"]),
        ({"active": "false"}, ["cafe-noir"]),
        ({"schedule": "the-pier"}, ["vault", "tasting"]),
        ({"schedule": "no-such-pier"}, []),
        ({"schedule": "999999"}, []),
        ({"schedule": "9" * 19}, []),
        ({"mode": "private"}, ["vault", "cafe-noir", "studio-7"]),
        ({"mode": "shared"}, ["tasting", "studio-7"]),
        ({"search": "vault"}, ["vault"]),
        ({"search": "VAULT the"}, ["vault"]),
        ({"search": "safe"}, ["vault"]),
        ({"search": "tasting vault"}, []),
        ({"search": "café"}, ["cafe-noir"]),
        ({"search": "CAFE"}, ["cafe-noir"]),
        ({"search": "7"}, ["studio-7"]),
        ({"search": "100%"}, ["studio-7"]),
        ({"search": "%"}, ["studio-7"]),
        ({"search": "_"}, []),
        ({"search": "\\"}, []),
        ({"mode": "shared", "schedule": "the-pier", "active": "true", "search": "wine"}, ["tasting"]),
    ],
    ids=str,
)
def test_filters(caller: Caller, pier: Schedule, query: dict[str, str], found: list[str]) -> None:
    assert slugs(caller, **query) == found


def test_a_schedule_filters_by_its_id_too(caller: Caller, pier: Schedule) -> None:
    assert slugs(caller, schedule=pier.pk) == ["vault", "tasting"]


@pytest.mark.parametrize(
    "query",
    ["active=", "active=1", "active=True", "schedule=", "schedule=the pier", "schedule=Pier", "mode=", "mode=secret",
     "search=", "search=%20", "search=" + "x" * 201, "search=%00", "status=open", "ordering=name"],
)  # fmt: skip
def test_an_empty_invalid_or_unknown_filter_is_400(caller: Caller, pier: Schedule, query: str) -> None:
    error = error_of(caller.get(f"/api/v1/rooms?{query}"), 400)
    assert [detail["field"] for detail in error["details"]] == [query.split("=", maxsplit=1)[0]]


def test_pages_keep_the_filters_and_give_every_room_once(caller: Caller, pier: Schedule) -> None:
    page = caller.get("/api/v1/rooms", active="true", limit=1).json()
    seen = [page["results"][0]["slug"]]
    while page["next"]:
        page = caller.get(page["next"].removeprefix(settings.PUBLIC_URL)).json()
        seen += [room["slug"] for room in page["results"]]
    assert seen == ["vault", "tasting", "studio-7"]


def test_it_costs_one_query_beside_the_keys_whatever_is_asked(caller: Caller, pier: Schedule) -> None:
    caller.get("/api/v1/me")  # notes the key's use
    for query in ({}, {"active": "true", "schedule": "the-pier", "mode": "private", "search": "the vault"}):
        with CaptureQueriesContext(connection) as few:
            slugs(caller, **query)
        for _ in range(3):
            make_room(pier, name="The Vault again")
        with CaptureQueriesContext(connection) as more:
            slugs(caller, **query)
        assert len(few) == len(more) == 2
