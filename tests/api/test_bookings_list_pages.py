"""The six orderings, and walking them page by page while rows are added."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookingflow.organizations.models import Organization
from bookings.models import Booking
from bookings.queries import ORDERINGS
from tests.builders import make_booking, make_room, make_schedule
from tests.caller import Caller, error_of

PATH = "/api/v1/bookings"
NOON = datetime(2026, 12, 5, 12, tzinfo=UTC)
# Few instants, so that many rows stand at the same one.
MOMENTS = st.integers(0, 3).map(lambda hours: NOON + timedelta(hours=hours))
ROWS = st.lists(st.tuples(MOMENTS, MOMENTS, MOMENTS), max_size=9)
FIELD = {"start": "start", "createdAt": "created_at", "updatedAt": "updated_at"}


@pytest.fixture
def booking(organization: Organization) -> Booking:
    return make_booking(make_room(make_schedule(organization)))


def add(pattern: Booking, number: int, times: tuple[datetime, datetime, datetime]) -> str:
    """Another row like the pattern, at these times; its id."""
    start, created, updated = times
    row = Booking.objects.get(pk=pattern.pk)
    row.pk, row.reference = uuid4(), f"BF-{number:06}"
    row.start, row.end = start, start + timedelta(hours=1)
    row.created_at, row.updated_at = created, updated
    Booking.objects.bulk_create([row])
    return str(row.pk)


def follow(caller: Caller, link: str) -> dict[str, Any]:
    answer = caller.client.get(link, headers=caller._headers())
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def ids(page: dict[str, Any]) -> list[str]:
    return [row["id"] for row in page["results"]]


def walked(caller: Caller, page: dict[str, Any], way: str) -> list[list[str]]:
    """The pages after this one, this one included, by their ids."""
    pages = [ids(page)]
    while page[way]:
        page = follow(caller, page[way])
        pages.append(ids(page))
    return pages


def flat(pages: list[list[str]]) -> list[str]:
    return [key for page in pages for key in page]


def last_page(caller: Caller, page: dict[str, Any]) -> dict[str, Any]:
    while page["next"]:
        page = follow(caller, page["next"])
    return page


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, limit=st.integers(1, 4), ordering=st.sampled_from(sorted(ORDERINGS)))
def test_walking_gives_every_row_once_in_order_both_ways(
    caller: Caller, booking: Booking, rows: list[Any], limit: int, ordering: str
) -> None:
    Booking.objects.exclude(pk=booking.pk).delete()
    for number, times in enumerate(rows):
        add(booking, number, times)
    first = caller.get(PATH, limit=limit, ordering=ordering).json()
    forth = walked(caller, first, "next")
    back = walked(caller, last_page(caller, first), "previous")
    expected = Booking.objects.order_by(*ORDERINGS[ordering]).values_list("pk", flat=True)
    assert flat(forth) == [str(key) for key in expected]
    assert flat(back[::-1]) == flat(forth)
    assert all(len(page) == limit for page in forth[:-1])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, later=ROWS, limit=st.integers(1, 3), ordering=st.sampled_from(sorted(ORDERINGS)))
def test_rows_that_are_added_meanwhile_move_no_other(
    caller: Caller, booking: Booking, rows: list[Any], later: list[Any], limit: int, ordering: str
) -> None:
    Booking.objects.exclude(pk=booking.pk).delete()
    there = {add(booking, number, times) for number, times in enumerate(rows)} | {str(booking.pk)}
    page = caller.get(PATH, limit=limit, ordering=ordering).json()
    seen = ids(page)
    for number, times in enumerate(later):
        add(booking, 1000 + number, times)
    seen += flat(walked(caller, page, "next")[1:])
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_each_ordering_sorts_by_what_it_names(caller: Caller, booking: Booking, ordering: str) -> None:
    for number in range(4):
        hours = [NOON + timedelta(hours=(number * step) % 5) for step in (1, 2, 3)]
        add(booking, number, (hours[0], hours[1], hours[2]))
    shown = [row[ordering.removeprefix("-")] for row in caller.get(PATH, ordering=ordering).json()["results"]]
    assert shown == sorted(shown, reverse=ordering.startswith("-"))
    assert len(set(shown)) > 3


def test_without_an_ordering_the_latest_start_comes_first(caller: Caller, booking: Booking) -> None:
    add(booking, 1, (NOON, NOON, NOON))
    assert ids(caller.get(PATH).json()) == ids(caller.get(PATH, ordering="-start").json())


def test_links_keep_the_filters_and_the_ordering(caller: Caller, booking: Booking) -> None:
    for number in range(3):
        add(booking, number, (NOON, NOON, NOON))
    page = caller.get(PATH, limit=1, ordering="updatedAt", date="2026-12-05").json()
    assert len(flat(walked(caller, page, "next"))) == 3


def test_a_cursor_belongs_to_its_ordering(caller: Caller, booking: Booking) -> None:
    add(booking, 1, (NOON, NOON, NOON))
    cursor = caller.get(PATH, limit=1).json()["next"].split("cursor=")[1]
    for ordering in set(ORDERINGS) - {"-start"}:
        error = error_of(caller.get(PATH, cursor=cursor, ordering=ordering), 400)
        assert [detail["field"] for detail in error["details"]] == ["cursor"]


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_an_ordering_is_read_off_an_index(booking: Booking, ordering: str) -> None:
    """Sorting is only made dear here: a plan that needs none is taken where there is one."""
    rows = Booking.objects.filter(organization=booking.organization).order_by(*ORDERINGS[ordering])[:51]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_incremental_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = rows.explain()
    assert "Sort" not in plan
    assert "booking_listed_by_" in plan
