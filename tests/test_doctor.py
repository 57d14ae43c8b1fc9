"""`manage.py doctor`: every app's checks, and the services."""

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from pytest_django import Settings

import bookings.checks
import customers.checks
import rooms.checks
import webhooks.checks
from bookingflow import doctor
from bookingflow.lib.checks import CheckResult
from bookingflow.organizations import checks as organizations_checks
from tests.builders import make_organization
from tests.processes import one_document, run_manage

SERVICES = ["Redis answers", "the database answers", "all migrations are applied"]


def examined() -> dict[str, CheckResult]:
    return {result.name: result for result in doctor.examine()}


def failing_doctor(*arguments: str) -> tuple[str, str]:
    """What it printed, and its closing sentence."""
    out = io.StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("doctor", *arguments, stdout=out)
    assert failure.value.returncode == 1
    return out.getvalue(), str(failure.value)


@pytest.mark.django_db
def test_a_sound_house_passes_every_check() -> None:
    out = io.StringIO()
    make_organization()
    call_command("doctor", "--json", stdout=out)
    document = one_document(out.getvalue())
    assert document["ok"] is True
    assert [check["name"] for check in document["checks"]][:3] == SERVICES
    assert len(document["checks"]) == len(doctor.CHECKS) + len(SERVICES)
    for check in document["checks"]:
        assert set(check) == {"name", "ok", "found", "message"}
        assert (check["ok"], check["found"]) == (True, 0)


@pytest.mark.parametrize(
    "app", [organizations_checks, rooms.checks, customers.checks, bookings.checks, webhooks.checks]
)
def test_every_app_contributes_its_checks(app: Any) -> None:
    assert app.CHECKS
    assert set(app.CHECKS) <= set(doctor.CHECKS)


@pytest.mark.django_db
def test_no_two_checks_have_one_name() -> None:
    names = [result.name for result in doctor.examine()]
    assert len(names) == len(set(names))


@pytest.mark.django_db
def test_a_check_that_fails_is_named_and_so_does_the_doctor() -> None:
    make_organization()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organizations_organization SET timezone = 'Europe/Londinium'")
    printed, sentence = failing_doctor()
    assert "FAILED  every organization's timezone is known: 1 time zones" in printed
    assert "Europe/Londinium" in printed
    assert "ok      the database answers" in printed
    assert sentence == f"1 of {len(doctor.CHECKS) + len(SERVICES)} checks failed."


@pytest.mark.django_db
def test_redis_out_of_reach_is_told_and_the_rest_is_checked(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    results = examined()
    assert not results["Redis answers"].ok
    assert len(results) == len(doctor.CHECKS) + len(SERVICES)


@pytest.mark.django_db
def test_a_missing_migration_is_told_and_nothing_is_checked_on_other_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    results = examined()
    assert list(results) == SERVICES
    assert results["all migrations are applied"].found == 1


@pytest.mark.django_db
def test_a_check_that_cannot_be_made_counts_as_failed() -> None:
    def beds_are_made() -> CheckResult:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM beds")
        raise AssertionError

    result = doctor.result_of(beds_are_made)
    assert (result.name, result.ok) == ("beds are made", False)
    assert 'relation "beds" does not exist' in result.message


@pytest.mark.django_db(transaction=True)
def test_as_a_process_it_exits_with_0_on_a_sound_house() -> None:
    make_organization()
    done = run_manage("doctor", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert one_document(done.stdout)["ok"] is True


@pytest.mark.django_db(transaction=True)
def test_as_a_process_it_exits_with_1_where_the_database_is_out_of_reach() -> None:
    failed = run_manage("doctor", "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing")
    assert failed.returncode == 1
    document = one_document(failed.stdout)
    assert document["ok"] is False
    assert [check["name"] for check in document["checks"] if not check["ok"]] == ["the database answers"]
    assert "1 of 2 checks failed." in failed.stderr
    assert "Traceback" not in failed.stderr
