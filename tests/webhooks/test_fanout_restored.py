"""The log in a database that was dumped and restored: a reader goes on with its cursor and misses nothing."""

import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from bookingflow.embedded.errors import EmbeddedProblem
from bookingflow.embedded.postgres import server_programs
from bookingflow.organizations.models import Organization
from tests.builders import make_event
from tests.processes import another_connection, database_url, run_manage
from tests.webhooks.test_fanout_positions import Reader
from webhooks.fanout import place_events

pytestmark = pytest.mark.django_db(transaction=True)

# Makes an event there, places what has no place yet, and says what the cursor leads to.
GO_ON = """
from bookingflow.organizations.models import Organization
from tests.builders import make_event
from webhooks.fanout import place_events
from webhooks.queries import event_log
organization = Organization.objects.get()
make_event(organization, subject_id="after")
place_events()
for event in event_log(organization).filter(position__gt={cursor}):
    print(event.subject_id)
"""


@pytest.fixture
def restored_url() -> Iterator[str]:
    """The address of an empty database, dropped at the end."""
    name = f"restored_{uuid4().hex}"
    with another_connection() as server:
        server.execute(f"CREATE DATABASE {name}")
        yield urlsplit(database_url())._replace(path=f"/{name}").geturl()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def dump() -> bytes:
    try:
        program = server_programs() / "pg_dump"
    except EmbeddedProblem:
        pytest.skip("needs the programs of the embedded PostgreSQL")
    return subprocess.run([program, "--no-owner", database_url()], capture_output=True, check=True).stdout


def restore(dumped: bytes, url: str) -> None:
    program = server_programs() / "psql"
    told = ["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", url]
    subprocess.run([program, *told], input=dumped, capture_output=True, check=True)


def seen_from(cursor: int, url: str) -> list[str]:
    done = run_manage("shell", "--no-imports", "-c", GO_ON.format(cursor=cursor), DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_cursor_from_before_the_dump_leads_on_where_it_stood(
    organization: Organization, restored_url: str
) -> None:
    make_event(organization, subject_id="read")
    place_events()
    reader = Reader(organization)
    reader.go_on()
    make_event(organization, subject_id="placed")
    place_events()
    make_event(organization, subject_id="not-placed-yet")
    restore(dump(), restored_url)
    assert seen_from(reader.cursor, restored_url) == ["placed", "not-placed-yet", "after"]


def test_a_cursor_from_after_an_older_dump_leads_to_all_that_happens_after_the_restoring(
    organization: Organization, restored_url: str
) -> None:
    make_event(organization, subject_id="dumped")
    place_events()
    dumped = dump()
    make_event(organization, subject_id="lost with the disk")
    place_events()
    reader = Reader(organization)
    reader.go_on()
    restore(dumped, restored_url)
    assert seen_from(reader.cursor, restored_url) == ["after"]


def test_all_positions_survive(organization: Organization, restored_url: str) -> None:
    for _ in range(30):
        make_event(organization)
    place_events()
    restore(dump(), restored_url)
    query = "SELECT id, position, body FROM webhooks_event ORDER BY position"
    with another_connection() as here, psycopg.connect(restored_url) as there:
        assert here.execute(query).fetchall() == there.execute(query).fetchall()
