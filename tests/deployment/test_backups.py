"""What is backed up comes back whole: into an empty database, and over one that has something else in it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from tests.builders import make_booking, make_event
from tests.processes import database_url, one_document, run_manage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
SECRET = "a secret key that is kept beside the backup"
COUNTED = (
    "bookings_booking",
    "customers_customer",
    "rooms_claim",
    "webhooks_event",
    "organizations_auditentry",
)


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of an empty database beside the test's own."""
    name = f"restored_{os.getpid()}"
    own = database_url()
    with psycopg.connect(own, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        yield urlsplit(own)._replace(path=f"/{name}").geturl()
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def counts(address: str) -> list[Any]:
    with psycopg.connect(address) as connection:
        queries = (sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)) for name in COUNTED)
        return [connection.execute(query).fetchone() for query in queries]


def manage(*arguments: str, url: str) -> Any:
    done = run_manage(*arguments, "--json", timeout=200, DATABASE_URL=url, SECRET_KEY=SECRET)
    assert done.returncode == 0, done.stderr
    return one_document(done.stdout)


def test_a_backup_comes_back_whole_and_is_not_put_over_another_by_mistake(
    tmp_path: Path, elsewhere: str
) -> None:
    booking = make_booking()
    make_event(booking.organization)
    file = tmp_path / "bookingflow.dump"
    assert manage("backup", str(file), url=database_url())["bytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [file.name]

    assert manage("restore", str(file), url=elsewhere)["organizations"] == 1
    assert counts(elsewhere) == counts(database_url())

    refused = run_manage("restore", str(file), "--json", DATABASE_URL=elsewhere, SECRET_KEY=SECRET)
    assert refused.returncode == 1
    assert one_document(refused.stdout)["error"]["code"] == "ALREADY_EXISTS"
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        connection.execute("DELETE FROM rooms_claim")
    manage("restore", str(file), "--replace", url=elsewhere)
    assert counts(elsewhere) == counts(database_url())
    doctor = run_manage("doctor", "--json", timeout=200, DATABASE_URL=elsewhere)
    failed = [each["name"] for each in one_document(doctor.stdout)["checks"] if not each["ok"]]
    assert [name for name in failed if "secret" not in name and "place in the log" not in name] == []


def test_what_is_no_backup_changes_nothing(tmp_path: Path, elsewhere: str) -> None:
    file = tmp_path / "no.dump"
    file.write_text("nothing of the kind")
    failed = run_manage("restore", str(file), "--json", DATABASE_URL=elsewhere)
    assert (failed.returncode, one_document(failed.stdout)["error"]["code"]) == (1, "SERVICE_UNAVAILABLE")
    assert "Traceback" not in failed.stderr


def test_a_file_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    failed = run_manage("backup", str(tmp_path / "nowhere" / "a.dump"), "--json")
    assert (failed.returncode, one_document(failed.stdout)["error"]["code"]) == (1, "SERVICE_UNAVAILABLE")
    assert "Traceback" not in failed.stderr
