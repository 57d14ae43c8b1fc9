"""What must always hold, gathered from every app, and the services that are needed. `manage.py doctor` prints it."""

from collections.abc import Iterator

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

import bookings.checks
import customers.checks
import rooms.checks
import webhooks.checks
from bookingflow.lib.checks import Check, CheckResult
from bookingflow.organizations import checks as organizations_checks

CHECKS: list[Check] = [
    *organizations_checks.CHECKS,
    *rooms.checks.CHECKS,
    *customers.checks.CHECKS,
    *bookings.checks.CHECKS,
    *webhooks.checks.CHECKS,
]


def examine() -> Iterator[CheckResult]:
    """The services first. Where the database can't be asked, or lacks a migration, the rest is left out."""
    yield redis_answers()
    database = database_answers()
    yield database
    if not database.ok:
        return
    migrated = migrations_are_applied()
    yield migrated
    if migrated.ok:
        yield from (result_of(check) for check in CHECKS)


def result_of(check: Check) -> CheckResult:
    """A check that can't be made proves nothing, so it counts as failed."""
    try:
        return check()
    except (DatabaseError, InterfaceError) as fault:
        return CheckResult(
            check.__name__.replace("_", " "), False, 0, f"This could not be checked: {_told(fault)}"
        )


def database_answers() -> CheckResult:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as fault:
        return CheckResult("the database answers", False, 1, f"The database is out of reach: {_told(fault)}")
    return CheckResult("the database answers", True, 0, "The database answers")


def migrations_are_applied() -> CheckResult:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    message = (
        f"{missing} migrations are missing: run `manage.py migrate`" if missing else "No migration is missing"
    )
    return CheckResult("all migrations are applied", not missing, missing, message)


def redis_answers() -> CheckResult:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
    except redis.RedisError as fault:
        return CheckResult("Redis answers", False, 1, f"Redis is out of reach: {_told(fault)}")
    return CheckResult("Redis answers", True, 0, "Redis answers")


def _told(fault: Exception) -> str:
    return " ".join(str(fault).split()) or type(fault).__name__
