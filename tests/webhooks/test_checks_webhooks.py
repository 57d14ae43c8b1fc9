"""Each check holds for what the services made, and fails once a row is spoilt behind their back."""

import pytest
from django.db import connection

from bookingflow.lib.checks import Check
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.processes import one_document, run_manage
from tests.receiver import Receiver
from webhooks.checks import (
    CHECKS,
    aliases_name_their_original,
    deliveries_are_attempted,
    events_are_placed,
    events_have_reached_the_house,
    events_have_their_deliveries,
    secrets_can_be_read,
)
from webhooks.delivery import drain
from webhooks.event_types import ENDPOINT_DISABLED
from webhooks.fanout import place_events

pytestmark = pytest.mark.django_db(transaction=True)

AN_HOUR_AGO = "clock_timestamp() - interval '1 hour'"
NOT_PLACED = f"UPDATE webhooks_event SET position = NULL, recorded_at = {AN_HOUR_AGO}"
NOT_DELIVERED = (
    f"UPDATE webhooks_endpoint SET updated_at = {AN_HOUR_AGO}; "
    "DELETE FROM webhooks_delivery WHERE endpoint_id IN "
    "(SELECT id FROM webhooks_endpoint WHERE '*' = ANY(events))"
)
UNNAMED = NOT_DELIVERED.replace("'*' =", "'booking.cancelled' =")
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
        (events_have_their_deliveries, UNNAMED, 1),
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


def test_what_queues_at_an_endpoint_that_is_being_served_is_not_forgotten(organization: Organization) -> None:
    make_event(organization, type="booking.created")
    place_events()
    run(f"UPDATE webhooks_delivery SET created_at = {AN_HOUR_AGO} - interval '1 minute'")
    run(f"UPDATE webhooks_delivery SET next_attempt_at = {AN_HOUR_AGO} WHERE status = 'pending'")
    assert deliveries_are_attempted().ok

    run("UPDATE webhooks_delivery SET attempts = '[]'")
    assert deliveries_are_attempted().found == 1


def test_an_event_from_before_an_endpoint_became_what_it_is_needs_no_delivery() -> None:
    run(NOT_DELIVERED)
    run("UPDATE webhooks_endpoint SET updated_at = clock_timestamp()")
    assert events_have_their_deliveries().ok


def test_one_delivery_among_many_that_is_missing_is_found_by_the_command(organization: Organization) -> None:
    run(f"UPDATE webhooks_endpoint SET updated_at = {AN_HOUR_AGO}")
    for _ in range(5):
        make_event(organization)
    drain()
    assert run_manage("doctor", "--json").returncode == 0
    run("DELETE FROM webhooks_delivery WHERE id = (SELECT id FROM webhooks_delivery ORDER BY id LIMIT 1)")
    told = run_manage("doctor", "--json")
    assert told.returncode == 1
    failed = [check for check in one_document(told.stdout)["checks"] if not check["ok"]]
    assert [(check["name"], check["found"]) for check in failed] == [("every event has its deliveries", 1)]


def test_a_reschedule_is_owed_under_its_other_name_where_it_made_a_new_booking(
    organization: Organization, receiver: Receiver
) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"), events=["booking.updated"])
    run(f"UPDATE webhooks_endpoint SET updated_at = {AN_HOUR_AGO}")
    for new in ("1", "2"):
        moved = {"booking": {}, "oldBookingId": "1", "newBookingId": new}
        make_event(organization, type="booking.rescheduled", data=moved)
    drain()
    assert events_have_their_deliveries().ok
    run(
        "DELETE FROM webhooks_delivery WHERE event_id IN (SELECT id FROM webhooks_event "
        "WHERE type = 'booking.updated' AND alias_of_id IS NOT NULL)"
    )
    assert events_have_their_deliveries().found == 1


def test_an_event_that_the_house_was_not_given_is_found(organization: Organization) -> None:
    for number in range(3):
        make_event(
            organization, type=ENDPOINT_DISABLED, data={"endpoint": {"id": number, "url": ""}, "fault": ""}
        )
        place_events()
    assert events_have_reached_the_house().ok
    run(
        "DELETE FROM webhooks_delivery WHERE event_id = (SELECT id FROM webhooks_event "
        "WHERE type = 'endpoint.disabled' ORDER BY position DESC LIMIT 1)"
    )
    assert events_have_reached_the_house().found == 1
