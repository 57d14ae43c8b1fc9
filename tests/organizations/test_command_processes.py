"""The operator's commands as real processes: exit codes, and what goes to which stream."""

import subprocess
from typing import Any

import pytest

from bookingflow.organizations.models import ApiKey, Organization
from tests.builders import make_api_key, make_organization
from tests.processes import another_connection, one_document, run_manage, start_manage, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = ("--slug=clockmaker", "--timezone=Europe/London", "--currency=GBP")


def test_a_command_that_worked_prints_one_document_and_nothing_else() -> None:
    done = run_manage("create_organization", "Clockmaker’s Rooms", *FIELDS, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    organization = Organization.objects.get()
    assert one_document(done.stdout) == {"id": str(organization.id), "slug": "clockmaker"}
    assert organization.name == "Clockmaker’s Rooms"


def test_a_command_that_failed_exits_with_1_and_a_sentence() -> None:
    make_organization(slug="clockmaker")
    failed = run_manage("create_organization", "Clockmaker", *FIELDS)
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr == "Error: The name “clockmaker” is taken.\n"


def test_a_command_that_failed_prints_one_document_with_json_as_well() -> None:
    failed = run_manage("revoke_api_key", "00000000-0000-0000-0000-000000000000", "--json")
    assert failed.returncode == 1
    assert one_document(failed.stdout)["error"]["code"] == "NOT_FOUND"
    assert len(failed.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("create_organization", "Clockmaker"),
        ("rotate_api_key", "not-an-id"),
    ],
)
def test_a_misused_command_exits_with_2(arguments: tuple[str, ...]) -> None:
    misused = run_manage(*arguments, "--json")
    assert misused.returncode == 2
    assert misused.stdout == ""
    assert "usage: manage.py" in misused.stderr
    assert "Traceback" not in misused.stderr


def test_a_database_out_of_reach_is_a_sentence_and_no_traceback() -> None:
    nowhere = "postgresql://nobody@127.0.0.1:9/nothing"
    failed = run_manage("list_api_keys", "--organization=a", "--json", DATABASE_URL=nowhere)
    assert failed.returncode == 1
    assert one_document(failed.stdout)["error"]["code"] == "SERVICE_UNAVAILABLE"
    assert "The database is out of reach" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_of_two_who_make_one_slug_at_once_one_is_told_that_it_is_taken() -> None:
    twins = [start_manage("create_organization", f"Twin {n}", *FIELDS, "--json") for n in (1, 2)]
    outcomes = [(twin.communicate(timeout=60), twin.returncode) for twin in twins]
    assert sorted(code for _, code in outcomes) == [0, 1]
    refused = next(out for (out, _), code in outcomes if code == 1)
    assert one_document(refused)["error"]["code"] == "ALREADY_EXISTS"
    assert Organization.objects.count() == 1


def test_who_comes_while_a_slug_is_being_taken_waits_and_is_told() -> None:
    owner = make_organization()
    take = "INSERT INTO organizations_publicname VALUES ('clockmaker', %s)"
    outcome = run_behind(take, [owner.id], "create_organization", "Second", *FIELDS, "--json")
    assert outcome.returncode == 1
    assert one_document(outcome.stdout)["error"]["code"] == "ALREADY_EXISTS"
    assert "Traceback" not in outcome.stderr


def test_a_key_that_is_being_revoked_is_not_rotated() -> None:
    key, _ = make_api_key()
    revoke = "UPDATE organizations_apikey SET revoked_at = now() WHERE id = %s"
    outcome = run_behind(revoke, [key.id], "rotate_api_key", str(key.id), "--grace-hours=0")
    assert outcome.returncode == 1
    assert "make a new one" in outcome.stderr
    assert ApiKey.objects.count() == 1


def run_behind(statement: str, values: list[Any], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The outcome of a command that waits for another transaction's statement, which commits then."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
    with another_connection() as first, another_connection() as watcher:
        with first.transaction():
            first.execute(statement, values)
            second = start_manage(*arguments)
            wait_until(lambda: watcher.execute(waiting, [first.info.backend_pid]).fetchone() == (1,))
        out, err = second.communicate(timeout=60)
    return subprocess.CompletedProcess(arguments, second.returncode, out, err)
