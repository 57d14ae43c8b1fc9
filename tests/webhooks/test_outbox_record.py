from uuid import uuid4

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from bookingflow.lib import clock, json
from bookingflow.organizations.models import Organization
from tests.builders import make_event
from webhooks.models import Event
from webhooks.outbox import Draft, record


def draft(type: str = "booking.created", sequence: int = 1) -> Draft:
    return Draft(type, "booking", str(uuid4()), sequence, {"booking": {"notes": "Grüße,\0 “quoted”"}})


@pytest.mark.django_db
def test_the_envelope_is_frozen_as_it_will_be_sent(organization: Organization) -> None:
    at = clock.now()
    record([draft(sequence=7)], organization_id=organization.id, at=at)
    event = Event.objects.get()
    assert json.loads(event.body) == {
        "id": f"evt_{event.id.hex}",
        "type": "booking.created",
        "apiVersion": "2026-11-01",
        "timestamp": json.instant(at),
        "organization": str(organization.id),
        "data": {"booking": {"notes": "Grüße,\0 “quoted”"}, "sequence": 7},
    }
    assert event.position is None


@pytest.mark.django_db
def test_all_events_of_a_change_are_one_statement_and_keep_their_order(
    organization: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    drafts = [draft("customer.created"), draft("booking.created"), draft("payment.recorded")]
    at = clock.now()
    with django_assert_num_queries(1):
        record(drafts, organization_id=organization.id, at=at)
    recorded = Event.objects.order_by("recorded_at").values_list("type", flat=True)
    assert list(recorded) == ["customer.created", "booking.created", "payment.recorded"]


@pytest.mark.django_db
def test_nothing_to_tell_costs_nothing(
    organization: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    at = clock.now()
    with django_assert_num_queries(0):
        record([], organization_id=organization.id, at=at)


@pytest.mark.django_db
def test_a_type_that_is_not_there_is_refused(organization: Organization) -> None:
    with pytest.raises(ValueError, match=r"booking\.cancelled"):
        record([draft("booking.cancelled")], organization_id=organization.id, at=clock.now())


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded(organization: Organization) -> None:
    with pytest.raises(RuntimeError):
        record([draft()], organization_id=organization.id, at=clock.now())
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_leaves_no_event(organization: Organization) -> None:
    with transaction.atomic():
        record([draft()], organization_id=organization.id, at=clock.now())
        transaction.set_rollback(True)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_savepoint_that_is_rolled_back_takes_its_event_along(organization: Organization) -> None:
    with transaction.atomic():
        with transaction.atomic():
            record([draft()], organization_id=organization.id, at=clock.now())
            transaction.set_rollback(True)
        kept = make_event(organization)
    assert Event.objects.get() == kept
