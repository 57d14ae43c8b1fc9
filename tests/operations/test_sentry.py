"""What Sentry is told when it is set up: where a defect is, and nothing of anybody. Without a DSN: nothing at all."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.processes import run_manage

PRIVATE = ("Quillfeather", "quillfeather", "bf_live_abc")
# A request that fails in the view, and a line in the log beside it.
DEFECT = """
import logging
import sentry_sdk
from django.conf import settings
from django.test import Client
from bookingflow.api import views
def breaks(*args, **kwargs):
    name = "Zephyrine Quillfeather"
    logging.getLogger("somebody.else").error("wrote to %s", "zephyrine@quillfeather.example")
    raise LookupError(name)
views.not_found = breaks
settings.ALLOWED_HOSTS = ["testserver"]
client = Client(raise_request_exception=False)
answer = client.post(
    "/api/v1/nothing?search=Quillfeather", '{"name": "Quillfeather"}', "application/json",
    headers={"Authorization": "Bearer bf_live_abc", "Cookie": "sessionid=quillfeather"},
)
assert answer.status_code == 500, answer.status_code
sentry_sdk.flush(10)
"""


@contextmanager
def sentry() -> Iterator[tuple[str, list[bytes]]]:
    """A stand-in that keeps what it is sent."""
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://public@127.0.0.1:{server.server_port}/1", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.django_db(transaction=True)
def test_a_defect_is_reported_without_anything_private() -> None:
    with sentry() as (dsn, got):
        run = run_manage("shell", "--no-imports", "-c", DEFECT, SENTRY_DSN=dsn)
    assert run.returncode == 0, run.stderr
    told = b"\n".join(got).decode()
    assert "LookupError" in told
    assert "/api/" in told
    for private in PRIVATE:
        assert private not in told.replace('"Zephyrine Quillfeather"', ""), told
    kinds = [json.loads(line).get("exception") for line in told.splitlines() if line.startswith('{"')]
    assert any(kinds)


@pytest.mark.django_db(transaction=True)
def test_without_a_dsn_nothing_is_sent() -> None:
    with sentry() as (_, got):
        run = run_manage("shell", "--no-imports", "-c", DEFECT, SENTRY_DSN="")
    assert run.returncode == 0, run.stderr
    assert got == []
