"""A body that is refused unread costs no request: not itself, and not the next one of the same client."""

from collections.abc import Iterator

import httpx
import pytest

from benchmarks.stage import web_server
from tests.builders import make_api_key, make_organization
from tests.processes import database_url

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = (20, 70_000, 900_000, 1_100_000, 6_000_000)


def in_pieces(size: int) -> Iterator[bytes]:
    yield from (b"x" * 10_000 for _ in range(size // 10_000 + 1))


def test_each_of_many_refused_uploads_is_answered() -> None:
    key = make_api_key(make_organization())[1]
    with web_server(database_url(), workers=1) as server:
        for headers, refused in (({}, {401}), ({"Authorization": f"Bearer {key}"}, {400, 413})):
            with httpx.Client(base_url=server.url, headers=headers, timeout=30) as http:
                for size in SIZES:
                    whole = [http.post("/api/v1/rooms", content=b"x" * size) for _ in range(8)]
                    pieces = [http.post("/api/v1/rooms", content=in_pieces(size)) for _ in range(4)]
                    assert {answer.status_code for answer in whole + pieces} <= refused | {415}


def test_a_body_that_was_read_leaves_the_connection_open() -> None:
    key = make_api_key(make_organization())[1]
    sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with web_server(database_url(), workers=1) as server:
        read = httpx.post(f"{server.url}/api/v1/rooms", content=b"{}", headers=sent)
        unread = httpx.post(f"{server.url}/api/v1/rooms", content=b"{}")
    assert (read.status_code, read.headers.get("Connection")) == (400, None)
    assert (unread.status_code, unread.headers.get("Connection")) == (401, "close")
