"""A body in chunks, without its length, is a body: read whole, bounded, and part of what a key stands for."""

from collections.abc import Iterator

import httpx
import pytest
from django.conf import settings

from benchmarks.stage import web_server
from rooms.models import Room
from tests.builders import make_api_key, make_booking, make_organization, make_room, make_schedule
from tests.processes import database_url

pytestmark = pytest.mark.django_db(transaction=True)


def chunks(*parts: bytes) -> Iterator[bytes]:
    """A generator has no length: httpx sends it with Transfer-Encoding: chunked."""
    yield from parts


@pytest.fixture
def room() -> Room:
    return make_room(make_schedule(make_organization()))


@pytest.fixture
def http(room: Room) -> Iterator[httpx.Client]:
    headers = {
        "Authorization": f"Bearer {make_api_key(room.organization)[1]}",
        "Content-Type": "application/json",
    }
    with (
        web_server(database_url(), workers=1) as server,
        httpx.Client(base_url=server.url, headers=headers, timeout=20) as client,
    ):
        yield client


def test_it_is_read_whole_and_bounded(http: httpx.Client, room: Room) -> None:
    path = f"/api/v1/bookings/{make_booking(room).pk}"
    assert http.put(path, content=chunks(b'{"notes": ', b'"in chunks"}')).json()["notes"] == "in chunks"
    assert http.put(path, content=chunks(b'{"colour": 1}')).status_code == 400
    assert http.put(path, content=chunks(b" " * settings.MAX_BODY_BYTES, b"{}")).status_code == 413

    first = http.put(path, content=chunks(b'{"notes": "A"}'), headers={"Idempotency-Key": "once"})
    other = http.put(path, content=chunks(b'{"guests": 2}'), headers={"Idempotency-Key": "once"})
    assert (first.status_code, other.status_code) == (200, 409)
    assert other.json()["error"]["code"] == "IDEMPOTENCY_CONFLICT"
