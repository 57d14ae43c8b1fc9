"""Blocks listed, read and lifted."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookingflow.lib import json
from bookingflow.organizations.models import Organization
from rooms.models import Block, Schedule
from tests.builders import make_block, make_room, make_schedule, slot
from tests.caller import Caller, error_of
from webhooks.models import Event

PATH = "/api/v1/schedules/blocks"


def on(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=UTC)


@pytest.fixture
def pier(organization: Organization) -> Schedule:
    """Blocks `a` and `c` on the pier (New York), `b` and `d` in Tokyo; another's are not shown."""
    pier = make_schedule(organization, handle="the-pier", timezone="America/New_York")
    make_room(pier, slug="the-vault")
    tokyo = make_schedule(organization, handle="tokyo", timezone="Asia/Tokyo")
    for schedule, reason, start, end in (
        (pier, "a", on(1, 5), on(2, 5)),
        (tokyo, "b", on(1, 15), on(2, 15)),
        (pier, "c", on(5, 10), on(5, 12)),
        (tokyo, "d", on(5, 14), on(5, 16)),
    ):
        make_block(schedule, reason=reason, start=start, end=end)
    make_block(reason="another's", start=on(1), end=on(9))
    return pier


def reasons(caller: Caller, **query: object) -> list[str]:
    answer = caller.get(PATH, **query)
    assert answer.status_code == 200, answer.content
    return [block["reason"] for block in answer.json()["results"]]


def test_all_blocks_earliest_first(caller: Caller, pier: Schedule) -> None:
    assert reasons(caller) == ["a", "b", "c", "d"]


def test_a_block_is_read_as_it_is_listed_and_without_conflicts(caller: Caller, pier: Schedule) -> None:
    block = Block.objects.get(reason="c")
    expected = {
        "id": str(block.pk),
        "schedule": pier.pk,
        "start": "2026-12-05T10:00:00Z",
        "end": "2026-12-05T12:00:00Z",
        "reason": "c",
        "createdAt": json.instant(block.created_at),
    }
    assert caller.get(f"{PATH}/{block.pk}").json() == expected
    assert expected in caller.get(PATH).json()["results"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"schedule": "the-pier"}, ["a", "c"]),
        ({"room": "the-vault"}, ["a", "c"]),
        ({"schedule": "nowhere"}, []),
        ({"room": "nowhere"}, []),
        ({"room": "9" * 19}, []),
        ({"schedule": "tokyo", "room": "the-vault"}, []),
        (
            {"startDate": "2026-12-02"},
            ["b", "c", "d"],
        ),  # `a` was the first in New York, `b` is the second in Tokyo
        ({"endDate": "2026-12-01"}, ["a"]),
        ({"startDate": "2026-12-05", "endDate": "2026-12-05"}, ["c", "d"]),
        ({"startDate": "2026-12-06", "endDate": "2026-12-06"}, ["d"]),  # until one in the night, in Tokyo
        ({"schedule": "tokyo", "endDate": "2026-12-03"}, ["b"]),
        ({"startDate": "2199-12-31"}, []),
        ({"endDate": "1970-01-01"}, []),
    ],
    ids=str,
)
def test_filters(caller: Caller, pier: Schedule, query: dict[str, str], found: list[str]) -> None:
    assert reasons(caller, **query) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("schedule=", "schedule"),
        ("schedule=The+Pier", "schedule"),
        ("room=", "room"),
        ("room=a/b", "room"),
        ("startDate=", "startDate"),
        ("startDate=5.12.2026", "startDate"),
        ("endDate=9999-12-31", "endDate"),
        ("startDate=2026-12-05&endDate=2026-12-04", "endDate"),
        ("reason=a", "reason"),
        ("limit=0", "limit"),
        ("cursor=x", "cursor"),
    ],
)
def test_an_invalid_filter_is_400(caller: Caller, pier: Schedule, query: str, field: str) -> None:
    error = error_of(caller.get(f"{PATH}?{query}"), 400)
    assert [detail["field"] for detail in error["details"]] == [field]


def test_pages_give_every_block_once_also_those_that_begin_together(caller: Caller, pier: Schedule) -> None:
    for number in range(4):
        make_block(pier, reason=f"twin {number}", start=on(1, 5), end=on(1, 6))
    page = caller.get(PATH, limit=2).json()
    seen = [block["id"] for block in page["results"]]
    while page["next"]:
        page = caller.get(page["next"].removeprefix(settings.PUBLIC_URL)).json()
        seen += [block["id"] for block in page["results"]]
    assert len(seen) == len(set(seen)) == 8
    assert seen == [block["id"] for block in caller.get(PATH).json()["results"]]


def test_the_list_costs_the_same_with_more_blocks(caller: Caller, pier: Schedule) -> None:
    caller.get("/api/v1/me")  # notes the key's use
    for query, count in (({}, 2), ({"room": "the-vault", "startDate": "2026-12-01"}, 3)):
        for _ in range(2):
            make_block(pier)
            with CaptureQueriesContext(connection) as queries:
                reasons(caller, **query)
            assert len(queries) == count


def test_a_lifted_block_is_gone_and_its_time_on_offer_again(
    caller: Caller, organization: Organization
) -> None:
    room = make_room(make_schedule(organization))
    times = {"start": json.instant(slot(9)), "end": json.instant(slot(17))}
    path = caller.post("/api/v1/schedules/block", {"room": room.pk, **times})["Location"]
    answer = caller.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert error_of(caller.get(path), 404)["code"] == "NOT_FOUND"
    assert error_of(caller.delete(path), 404)["code"] == "NOT_FOUND"
    body = {"room": room.pk, "start": times["start"], "customer": {"name": "A", "email": "a@example.com"}}
    assert caller.post("/api/v1/bookings", body).status_code == 201
    types = list(
        Event.objects.filter(subject_type="schedule").order_by("sequence").values_list("type", flat=True)
    )
    assert types == ["schedule.blocked", "schedule.unblocked"]


def test_lifting_under_one_key_answers_the_same_again(caller: Caller, pier: Schedule) -> None:
    block = Block.objects.get(reason="a")
    answers = [caller.delete(f"{PATH}/{block.pk}", key="lift") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert answers[1].content == b""


@pytest.mark.parametrize(
    "identifier",
    ["1d2c7f90-3b5a-4f57-8a51-5b8f8c1d2e3f", "nowhere", "1", "{6f1cae3e-8a7e-4b6c-9d7a-0123456789ab}"],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_block_is_404(caller: Caller, method: str, identifier: str) -> None:
    assert error_of(caller.send(method, f"{PATH}/{identifier}"), 404)["code"] == "NOT_FOUND"


@pytest.mark.parametrize(("method", "path"), [("GET", "block"), ("POST", "blocks"), ("PUT", "explain")])
def test_the_paths_beside_an_id_are_no_ids(caller: Caller, method: str, path: str) -> None:
    assert error_of(caller.send(method, f"/api/v1/schedules/{path}"), 405)["code"] == "METHOD_NOT_ALLOWED"
