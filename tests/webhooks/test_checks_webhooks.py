"""Each check holds for what the services made, and fails once a row is spoilt behind their back."""

import pytest
from django.db import connection

from bookingflow.lib.checks import Check
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver
from webhooks.checks import (
    CHECKS,
    aliases_name_their_original,
    deliveries_are_attempted,
    events_are_placed,
    events_have_their_deliveries,
    secrets_can_be_read,
)
from webhooks.delivery import drain

pytestmark = pytest.mark.django_db(transaction=True)

AN_HOUR_AGO = "clock_timestamp() - interval '1 hour'"
NOT_PLACED = f"UPDATE webhooks_event SET position = NULL, recorded_at = {AN_HOUR_AGO}"
NOT_DELIVERED = (
    f"UPDATE webhooks_endpoint SET updated_at = {AN_HOUR_AGO}; "
    "DELETE FROM webhooks_delivery WHERE endpoint_id IN "
    "(SELECT id FROM webhooks_endpoint WHERE '*' = ANY(events))"
)
FORGOTTEN = f"UPDATE webhooks_delivery SET status = 'failed', next_attempt_at = {AN_HOUR_AGO}"
MISNAMED = "UPDATE webhooks_event SET type = 'booking.canceled' WHERE alias_of_id IS NOT NULL"
UNREADABLE = r"UPDATE webhooks_endpoint SET secret = '\x00'"


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def _a_delivered_event(organization: Organization, receiver: Receiver) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_endpoint(organization, url=receiver.url("/hooks"), events=["booking.cancelled"])
    make_event(organization, type="booking.canceled")
    drain()


def test_all_hold_for_what_was_delivered() -> None:
    assert [result for result in (check() for check in CHECKS) if not result.ok] == []


@pytest.mark.parametrize(
    ("check", "spoil", "found"),
    [
        (events_are_placed, NOT_PLACED.replace("SET", "SET alias_of_id = NULL,"), 2),
        (events_have_their_deliveries, NOT_DELIVERED, 1),
        (deliveries_are_attempted, FORGOTTEN, 2),
        (aliases_name_their_original, MISNAMED, 1),
        (secrets_can_be_read, UNREADABLE, 2),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_spoilt_row_is_found(check: Check, spoil: str, found: int) -> None:
    run(spoil)
    result = check()
    assert (result.ok, result.found) == (False, found)


@pytest.mark.parametrize(
    "waiting",
    [
        "UPDATE organizations_organization SET plan = 'starter'",
        "UPDATE webhooks_endpoint SET active = false",
        "UPDATE webhooks_delivery SET leased_until = clock_timestamp()",
        "UPDATE webhooks_delivery SET next_attempt_at = clock_timestamp()",
    ],
)
def test_what_waits_for_a_reason_is_not_forgotten(waiting: str) -> None:
    run(FORGOTTEN)
    run(waiting)
    assert deliveries_are_attempted().ok


def test_an_event_from_before_an_endpoint_became_what_it_is_needs_no_delivery() -> None:
    run(NOT_DELIVERED)
    run("UPDATE webhooks_endpoint SET updated_at = clock_timestamp()")
    assert events_have_their_deliveries().ok
